"""Runs migrations on the database that PRECEPTOR_DATABASE_URL (or the application) names."""

from alembic import context
from sqlalchemy import Connection, text

from app.db.base import Base
from app.db.database import Database
from app.db.tables import load_tables
from app.settings import Settings

LOCK = 7_304_112_900  # any number; two migrators on PostgreSQL take turns on it

load_tables()


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
        compare_type=True,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        context.run_migrations()


engine = context.config.attributes.get("engine")
if engine is None:
    engine = Database(Settings().database_url).engine
with engine.execution_options(write=True).connect() as connection:
    run(connection)
