"""Runs migrations on the database that PRECEPTOR_DATABASE_URL (or the application) names."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import context
from sqlalchemy import Connection, text

from app.db.base import Base
from app.db.database import Database
from app.db.tables import load_tables
from app.settings import Settings

LOCK = 7_304_112_900  # any number; two migrators on PostgreSQL take turns on it

load_tables()


@contextmanager
def taking_turns(connection: Connection) -> Iterator[None]:
    """Wait until no other migrator works, however long that takes (O12). The limits of time that bind a page
    bind no migration: a large table takes longer than somebody before a screen would wait."""
    if connection.dialect.name != "postgresql":
        with Path(f"{connection.engine.url.database}.migrating").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        return
    for limit in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"):
        connection.execute(text(f"SET {limit} = 0"))
    # Of the session and not of a transaction: each migration has a transaction of its own.
    connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
        connection.commit()


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
        compare_type=True,
    )
    with taking_turns(connection), context.begin_transaction():
        context.run_migrations()


engine = context.config.attributes.get("engine")
if engine is None:
    engine = Database(Settings().database_url).engine
with engine.execution_options(write=True).connect() as connection:
    run(connection)
