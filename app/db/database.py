"""The only place that begins, commits and rolls back."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from threading import Lock
from time import perf_counter
from types import ModuleType
from typing import Any, cast

from sqlalchemy import Connection, Dialect, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from app.db.deferred_writes import CountedInProcess, DeferredWrites

SAFE_SQLITE = (3, 51, 3)
"""Older versions can, rarely, corrupt a WAL database that several connections write."""
LONGEST_WAIT = 10.0
"""How many seconds a write block waits for other writers of this process, on SQLite."""
OTHER_PROCESS_MS = 5000
"""How many milliseconds a statement waits for a writer of another process, on SQLite."""
PAGES_KIB = 3_000
"""How many KiB of the file each connection to SQLite keeps in memory, and not its default of 2,000. A page
of results reads about 3 MB of attempts, people and places."""
STATEMENT_MS = 15_000
"""How many milliseconds a statement may take on PostgreSQL while somebody waits for a page."""
LOCK_MS = 3_000
"""How many milliseconds a statement waits on PostgreSQL for a lock. A migration waits for less at a time
(`app.db.migrator`), so that pages behind it go on."""
CONNECT_SECONDS = 5
"""How many seconds PostgreSQL may take to accept a connection."""


@dataclass(slots=True)
class StatementCount:
    """The statements of one request or job and their time; BEGIN and COMMIT are not counted."""

    statements: int = 0
    seconds: float = 0.0


class DatabaseBusy(Exception):
    """Other write blocks did not end in time; nothing was changed."""


current_count: ContextVar[StatementCount | None] = ContextVar("current_work", default=None)


def sqlite_module() -> ModuleType:
    """Return the newest available SQLite module: the `pysqlite3` wheel if the interpreter's library
    is older."""
    if sqlite3.sqlite_version_info >= SAFE_SQLITE:
        return sqlite3
    try:
        return import_module("pysqlite3.dbapi2")
    except ImportError:
        return sqlite3


def _document_in(text: str) -> object:
    """Return a stored document, or its text if it is no JSON. PostgreSQL refuses such a text; a file may be
    damaged, and one row of it must not stop the rows that are read beside it. Readers of documents call a
    text damaged."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


class Database:
    """Opens read and write blocks. A read block never commits. A write block commits when it ends,
    and rolls back if an exception leaves it. Blocks do not nest."""

    def __init__(self, url: str, *, pool_size: int = 20, is_patient: bool = False) -> None:
        """With `is_patient` there is no time limit for statements on PostgreSQL."""
        self.url = make_url(url)
        self._is_patient = is_patient
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = self._engine(pool_size)
        self._writer: Lock | None = None
        self.later = DeferredWrites(self.write)
        self.tries = CountedInProcess()
        if self.is_sqlite:
            event.listen(self.engine, "connect", _configure_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
            # SQLite has one writer. Writers wait here, in order, and not in SQLite's loop of
            # sleeping and retrying.
            self._writer = Lock()
        event.listen(self.engine, "before_cursor_execute", _before_statement)
        event.listen(self.engine, "after_cursor_execute", _after_statement)
        self.session_info: dict[str, Any] = {}
        """What every session of this database knows (`Session.info`)."""
        self._reading = sessionmaker(
            self.engine.execution_options(postgresql_readonly=True),
            autoflush=False,
            info=self.session_info,
        )
        self._writing = sessionmaker(
            self.engine.execution_options(write=True),
            expire_on_commit=False,
            info=self.session_info,
        )

    def _engine(self, pool_size: int) -> Engine:
        if self.is_sqlite:
            return create_engine(
                self.url,
                hide_parameters=True,
                module=sqlite_module(),
                json_deserializer=_document_in,
                pool_size=pool_size,
                max_overflow=0,
                # The connection that was used last still has the pages and statements of the last
                # request in memory.
                pool_use_lifo=True,
            )
        statement = 0 if self._is_patient else STATEMENT_MS
        return create_engine(
            self.url,
            hide_parameters=True,
            pool_size=pool_size,
            max_overflow=0,
            isolation_level="READ COMMITTED",
            connect_args={
                "connect_timeout": CONNECT_SECONDS,
                "options": f"-c lock_timeout={LOCK_MS} -c statement_timeout={statement} "
                "-c idle_in_transaction_session_timeout=30000 -c timezone=UTC",
            },
        )

    @property
    def is_there(self) -> bool:
        """Return whether the file exists, for SQLite, because opening it would create an empty one.
        Always true for PostgreSQL."""
        return not self.is_sqlite or Path(self.url.database or "").is_file()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a block that only reads. It must not change anything, because the change would be
        lost."""
        with self._reading() as db:
            yield db
            assert not (db.new or db.dirty or db.deleted), (
                "a read block changed something; it would be lost"
            )

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a block that commits at its end. Keep slow work (hashing, mail, PDF) out of it.

        On SQLite, raise DatabaseBusy if earlier blocks take longer than `LONGEST_WAIT`.
        """
        if self._writer is not None and not self._writer.acquire(timeout=LONGEST_WAIT):
            raise DatabaseBusy("Another write block has not ended in time.")
        try:
            with self._writing.begin() as db:
                yield db
        finally:
            if self._writer is not None:
                self._writer.release()

    def close(self) -> None:
        """Give deferred writes a moment to finish, and close every connection."""
        self.later.settle()
        self.engine.dispose()


def _configure_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={OTHER_PROCESS_MS}",
        f"cache_size=-{PAGES_KIB}",
        "trusted_schema=OFF",
        "cell_size_check=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads before it writes fails at once if another one wrote in between,
    # whatever the timeout. IMMEDIATE takes the write lock before the first read.
    if connection.get_execution_options().get("write", False):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        return
    driver = connection.dialect.loaded_dbapi
    try:  # takes no lock, so it goes directly to the driver
        connection.connection.cursor().execute("BEGIN")
    except driver.Error as error:
        raise as_sqlalchemys("BEGIN", error, connection.dialect) from error


def as_sqlalchemys(
    statement: str | None, error: Any, dialect: Dialect, raw: Any = None
) -> DBAPIError:
    """Return SQLAlchemy's error for a driver's error that bypassed it; `raw` is the driver's
    connection."""
    wrapped: Any = DBAPIError.instance(
        statement,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=raw is not None and dialect.is_disconnect(error, raw, None),
        dialect=dialect,
    )
    return cast(DBAPIError, wrapped)


def _before_statement(*event_values: Any) -> None:
    context = event_values[4]
    context.started_at = perf_counter()


def _after_statement(*event_values: Any) -> None:
    statement, context = event_values[2], event_values[4]
    if not statement.startswith("BEGIN"):
        count_statement(perf_counter() - context.started_at)


def count_statement(seconds: float) -> None:
    """Count one statement of the present request or job."""
    work = current_count.get()
    if work is not None:
        work.statements += 1
        work.seconds += seconds
