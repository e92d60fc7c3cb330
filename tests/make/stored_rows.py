"""Comparing the rows of a database before and after a change of its schema."""

from uuid import UUID

from sqlalchemy import MetaData, select

from app.db.database import Database
from tests.make.keys import sealing_keys

CHANGED_BY_UPGRADES = {"alembic_version", "schema_needs"}
Rows = dict[str, set[str]]
"""The rows of each table, in words that can be compared."""


def rows_of(database: Database, columns: MetaData | None = None) -> Rows:
    """Return every row of every table in words; by `columns`, only what an older schema has."""
    tables = columns
    if tables is None:
        tables = MetaData()
        tables.reflect(database.engine)
    with database.engine.connect() as connection:
        return {
            table.name: {
                repr(tuple(row)) for row in connection.execute(select(*plain_columns(table)))
            }
            for table in tables.sorted_tables
            if table.name not in CHANGED_BY_UPGRADES
        }


def plain_columns(table) -> list:
    """Return the columns without those that the database computes: they come and go with their rule. What was
    sealed by an upgrade is compared by `needs_of`."""
    return [
        column
        for column in table.columns
        if column.computed is None and str(column) != "users.access_needs"
    ]


def needs_of(database: Database) -> dict[str, str]:
    """Return the access needs of people by their ids: plain as older schemas have them, or opened."""
    meta = MetaData()
    meta.reflect(database.engine, only=["users"])
    users = meta.tables["users"].c
    is_sealed = "access_needs_sealed" in users
    with database.engine.connect() as connection:
        rows = connection.execute(
            select(users.id, users.access_needs_sealed if is_sealed else users.access_needs)
        )
        stored = {str(UUID(str(user_id))): value for user_id, value in rows if value is not None}
    if not is_sealed:
        return stored
    return {
        user_id: sealing_keys().open(value, purpose=f"access needs of {user_id}").decode()
        for user_id, value in stored.items()
    }


def lost(before: Rows, after: Rows) -> dict[str, list[str]]:
    """Return the rows that are gone or changed, by table."""
    gone = {name: sorted(rows - after[name]) for name, rows in before.items()}
    return {name: rows for name, rows in gone.items() if rows}
