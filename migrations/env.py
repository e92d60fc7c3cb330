"""Runs migrations on the database that PRECEPTOR_DATABASE_URL (or the application) names."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import context
from alembic.util import CommandError
from sqlalchemy import Connection, text

from app import key_files
from app.db.base import Base
from app.db.database import OTHER_PROCESS_MS, Database
from app.db.migrator import SQLITE_LOCK_SECONDS, STATEMENT_MS, TABLE_LOCK_MS, Watch
from app.db.tables import load_tables
from app.kit.keys import SealingKeys
from app.settings import Settings

LOCK = 7_304_112_900  # any number; two migrators on PostgreSQL take turns on it
LIMITS = {
    "statement_timeout": STATEMENT_MS,
    "lock_timeout": TABLE_LOCK_MS,
    # A step may compute for a while between two statements.
    "idle_in_transaction_session_timeout": 0,
    # Without it the server goes on with the statement of a migrator that was killed, and keeps its locks.
    "client_connection_check_interval": 2_000,
}
"""The limits on PostgreSQL of a migration, in milliseconds; 0: none. They replace those of a page."""
STEPS_BETWEEN_LOOKS = 10_000
"""How many steps of its machine SQLite makes before it asks whether to stop."""
WAITS = "Another migration is under way. This one waits until it has ended."

load_tables()


def sealing_keys() -> SealingKeys:
    """Return the keys for what a migration seals or opens: those that the caller passed, or those of the
    settings. They are read only where a row needs them, so nothing else stops without them."""
    passed = context.config.attributes.get("sealing")
    if isinstance(passed, SealingKeys):
        return passed
    try:
        return key_files.load(Settings()).sealing
    except key_files.KeyFileProblem as problem:
        raise CommandError(f"It needs the sealing keys. {problem}".rstrip(".")) from None


@contextmanager
def taking_turns(connection: Connection, watch: Watch) -> Iterator[None]:
    """Wait until no other migrator works, however long that takes (O12)."""
    if connection.dialect.name != "postgresql":
        with Path(f"{connection.engine.url.database}.migrating").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                watch.tell(WAITS)
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        return
    # Of the session and not of a transaction: each migration has a transaction of its own.
    if not connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": LOCK}):
        watch.tell(WAITS)
        connection.execute(text("SET lock_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        connection.execute(text(f"SET lock_timeout = {LIMITS['lock_timeout']}"))
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
        connection.commit()


@contextmanager
def in_its_own_time(connection: Connection, watch: Watch) -> Iterator[None]:
    """The limits of time that bind a page bind no migration: a large table takes longer than somebody before
    a screen would wait. SQLite is asked again and again whether to stop; PostgreSQL is told."""
    if connection.dialect.name == "postgresql":
        for limit, milliseconds in LIMITS.items():
            connection.execute(text(f"SET {limit} = {milliseconds}"))
        connection.commit()
        try:
            yield
        finally:
            connection.rollback()
            for limit in LIMITS:
                connection.execute(text(f"RESET {limit}"))
            connection.commit()
        return
    driver = connection.connection.dbapi_connection
    driver.execute(f"PRAGMA busy_timeout={SQLITE_LOCK_SECONDS * 1000}")
    driver.set_progress_handler(watch.is_stopping, STEPS_BETWEEN_LOOKS)
    try:
        yield
    finally:
        driver.set_progress_handler(None, 0)
        driver.execute(f"PRAGMA busy_timeout={OTHER_PROCESS_MS}")


def run(connection: Connection, watch: Watch) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
        compare_type=True,
    )
    with (
        in_its_own_time(connection, watch),
        taking_turns(connection, watch),
        context.begin_transaction(),
    ):
        context.run_migrations()


context.config.attributes["sealing_keys"] = sealing_keys
engine = context.config.attributes.get("engine")
if engine is None:
    engine = Database(Settings().database_url).engine
with engine.execution_options(write=True).connect() as connection:
    run(connection, context.config.attributes.get("watch") or Watch())
