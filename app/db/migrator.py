"""Runs migrations. Each one is applied completely or not at all, even if it is interrupted or
others use the database."""

import logging
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from types import FrameType
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from app.db.database import Database
from app.kit.error_descriptions import PlainError, describe_error
from app.kit.keys import SealingKeys
from app.kit.paths import MIGRATIONS

SQLITE_LOCK_SECONDS: Final = 20
"""How long a migration waits for SQLite's write lock. Its wait stops nobody else."""
TABLE_LOCK_MS: Final = 2_000
"""How long a migration waits on PostgreSQL for a table that something else uses, at a time. Every page that
needs the table waits behind it, for `app.db.database.LOCK_MS` at most: this is shorter, so no page fails."""
TABLE_LOCK_TRIES: Final = 8
PAUSE_SECONDS: Final = 3.0
"""Between two tries, so that the pages that waited are answered."""
STATEMENT_MS: Final = 0
"""How long one statement of a migration may run on PostgreSQL; 0: as long as it takes. A backfill of a large
table needs more than the 15 seconds of a page. A limit would take back all of its work, and the next try
would meet it again. Waiting is limited by `TABLE_LOCK_MS`; Ctrl-C and SIGTERM end a statement that runs."""
LOCK_NOT_AVAILABLE: Final = "55P03"
TABLE_IS_HELD: Final = (
    "Something else uses a table that this step changes. The step is tried again soon."
)
NOT_WRITABLE: Final = (
    "unable to open database file",
    "attempt to write a readonly database",
)
NO_SPACE: Final = ("database or disk is full", "disk I/O error")
"""Messages of SQLite for a full disk. It reports a limit on file sizes as a broken disk."""
_BEGINS: Final = "Running "
_log = logging.getLogger("alembic.runtime.migration")


class MigrationProblem(PlainError):
    """A migration was refused, failed or was stopped. The message says where the schema is now."""


class MigrationStopped(MigrationProblem):
    """Ctrl-C or SIGTERM ended the migration. `exit_code` is the one that shells use for the signal."""

    def __init__(self, words: str, number: int) -> None:
        super().__init__(words)
        self.exit_code = 128 + number


class _Signalled(KeyboardInterrupt):
    """Raised by the signal handler. A KeyboardInterrupt, because only for that does psycopg cancel
    the statement that runs on the server."""


@dataclass(slots=True)
class Watch:
    """How the caller of a migration follows and stops it. `tell` gets one sentence for each step.
    With `listens`, SIGTERM and SIGINT stop the steps, but nothing that comes after them."""

    tell: Callable[[str], None] = lambda _sentence: None
    listens: bool = False
    signal_number: int | None = None

    def is_stopping(self) -> bool:
        return self.signal_number is not None

    @contextmanager
    def stopped_by_signals(self) -> Iterator[None]:
        """Let SIGTERM and SIGINT stop the migration. A second signal does not interrupt the
        clean-up."""

        def stop(number: int, _frame: FrameType | None) -> None:
            if self.signal_number is None:
                self.signal_number = number
                raise _Signalled

        tell_of_lost = sys.unraisablehook

        def be_silent(lost: "sys.UnraisableHookArgs") -> None:
            # A signal that arrives while Python clears away an object is lost there. `signal_number` still
            # stops the steps, and the person reads one sentence.
            if lost.exc_type is not _Signalled:
                tell_of_lost(lost)

        before = {each: signal.signal(each, stop) for each in (signal.SIGTERM, signal.SIGINT)}
        sys.unraisablehook = be_silent
        try:
            yield
        finally:
            sys.unraisablehook = tell_of_lost
            for number, handler in before.items():
                signal.signal(number, handler)


class _Steps(logging.Handler):
    """Passes on alembic's message before each step, and remembers the last one."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__()
        self._tell = tell
        self.last = ""

    def emit(self, record: logging.LogRecord) -> None:
        words = " ".join(record.getMessage().split())
        if words.startswith(_BEGINS):
            self.last = words.removeprefix(_BEGINS)
            self._tell(self.last)


def run_upgrade(
    database: Database, revision: str, watch: Watch, sealing: SealingKeys | None
) -> None:
    """Apply migrations up to `revision`, or raise MigrationProblem. The schema is then at a
    complete revision."""
    _run(database, lambda config: command.upgrade(config, revision), watch, sealing)


def run_downgrade(database: Database, revision: str, watch: Watch) -> None:
    """Take back migrations down to `revision`, or raise MigrationProblem as `run_upgrade` does."""
    _run(database, lambda config: command.downgrade(config, revision), watch)


def _run(
    database: Database,
    steps: Callable[[Config], None],
    watch: Watch,
    sealing: SealingKeys | None = None,
) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes.update(engine=database.engine, watch=watch, sealing=sealing)
    with _told_of_steps(watch.tell) as told:
        try:
            with watch.stopped_by_signals() if watch.listens else nullcontext():
                _run_in_tries(steps, config, watch)
        except (_Signalled, Exception) as error:
            # After a signal whatever fails fails because of it: also the driver, in a statement of its own.
            if watch.signal_number is not None:
                words = f"Stopped. {where_it_is(database)} Run it again to go on."
                raise MigrationStopped(words, watch.signal_number) from None
            if not isinstance(error, (SQLAlchemyError, CommandError, OSError)):
                raise
            words = _reason(error, database)
            if told.last:
                words = f"The step “{told.last}” failed: {words}"
            raise MigrationProblem(f"{words} {where_it_is(database)}") from error


def _run_in_tries(steps: Callable[[Config], None], config: Config, watch: Watch) -> None:
    """Run the steps. If one does not get a lock on PostgreSQL, begin again at that step, `TABLE_LOCK_TRIES`
    times in all: it was rolled back, and those before it stand."""
    for tries_left in range(TABLE_LOCK_TRIES - 1, -1, -1):
        try:
            return steps(config)
        except DBAPIError as error:
            if tries_left == 0 or getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
                raise
        watch.tell(TABLE_IS_HELD)
        sleep(PAUSE_SECONDS)
    return None


@contextmanager
def _told_of_steps(tell: Callable[[str], None]) -> Iterator[_Steps]:
    steps, level, propagates = _Steps(tell), _log.level, _log.propagate
    _log.addHandler(steps)
    _log.setLevel(logging.INFO)
    _log.propagate = False
    try:
        yield steps
    finally:
        _log.propagate = propagates
        _log.setLevel(level)
        _log.removeHandler(steps)


def _reason(error: BaseException, database: Database) -> str:
    """Return a sentence about why a migration failed."""
    if isinstance(error, OSError):
        place = f" ({error.filename})" if error.filename else ""
        return f"The disk does not allow it: {error.strerror}{place}."
    if isinstance(error, CommandError):
        return f"{error}."
    if isinstance(error, DBAPIError):
        if _is_about_a_lock(error.orig):
            return (
                f"Something else has used the database for more than {_longest_wait(database):g} seconds. "
                "Stop the worker and whatever holds it, and try again."
            )
        if str(error.orig) in NOT_WRITABLE:
            return f"This user may not write to {database.url.database} or its folder."
        if str(error.orig) in NO_SPACE:
            return "The disk is full, or a limit of the size of files is reached."
    return f"{describe_error(error)}."


def _longest_wait(database: Database) -> float:
    """Return for how many seconds a migration waits for what something else holds, pauses included."""
    if database.is_sqlite:
        return SQLITE_LOCK_SECONDS
    return TABLE_LOCK_TRIES * TABLE_LOCK_MS / 1000 + (TABLE_LOCK_TRIES - 1) * PAUSE_SECONDS


def _is_about_a_lock(error: Any) -> bool:
    return getattr(error, "sqlstate", None) == LOCK_NOT_AVAILABLE or str(error) in (
        "database is locked",
        "database table is locked",
    )


def where_it_is(database: Database) -> str:
    """Return a sentence with the schema's revision. Every step is one transaction, so it is always
    complete."""
    if database.is_sqlite and not Path(database.url.database or "").is_file():
        return "No database was made."
    try:
        revision = revision_at(database)
    except SQLAlchemyError:
        return "The database does not answer now; the step that was begun is rolled back."
    if revision is None:
        return "The database is as it was before the first migration."
    return f"The schema is whole, at {revision}."


def revision_at(database: Database) -> str | None:
    """Return the revision of a database's schema, or None if it was never migrated."""
    with database.engine.connect() as connection:
        return revision_in(connection)


def revision_in(connection: Connection) -> str | None:
    """As `revision_at`, over a connection."""
    return MigrationContext.configure(connection).get_current_revision()
