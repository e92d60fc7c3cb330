"""Whether any row of a database has changed."""

import hashlib
from collections.abc import Iterator

from sqlalchemy import Table

from app.db.base import Base
from app.db.database import Database

EXEMPT = {"sign_ins", "limit_counts"}
"""What reading changes: when somebody was last seen, and how often a number was looked up."""


def fingerprint(database: Database) -> dict[str, str]:
    """Return a digest of the rows of each table that reading does not change, by its name."""
    return {
        name: hashlib.sha256(repr(rows).encode()).hexdigest()
        for name, rows in raw_rows(database)
        if name not in EXEMPT
    }


def raw_rows(database: Database) -> Iterator[tuple[str, list[object]]]:
    """Yield each table's name and its rows, whole, as the driver gives them.

    To make Python values of them costs many times as much, and SQLAlchemy's own text of a row leaves out
    the middle of a long value.
    """
    select = _on_sqlite if database.is_sqlite else _on_postgres
    with database.read() as db:
        cursor = db.connection().connection.cursor()
        for table in Base.metadata.sorted_tables:
            cursor.execute(select(table))
            yield table.name, list(cursor.fetchall())
        cursor.close()


def _order(table: Table) -> str:
    return ", ".join(column.name for column in table.primary_key)


def _on_sqlite(table: Table) -> str:
    return f"SELECT * FROM {table.name} ORDER BY {_order(table)}"  # noqa: S608 - our own tables


def _on_postgres(table: Table) -> str:
    """Let the server put each row into words: the driver would make objects of them."""
    return f"SELECT CAST(held AS text) FROM {table.name} AS held ORDER BY {_order(table)}"  # noqa: S608
