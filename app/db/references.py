"""Finds the rows that other rows refer to, from the foreign keys of the whole schema. With this a
lower feature can check whether its rows are used, without importing the features above it.
"""

from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, select, union
from sqlalchemy.orm import Session
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from app.db.base import Base
from app.db.tables import load_tables


@lru_cache(maxsize=100)
def references_to(name: str) -> tuple[Any, ...]:
    """Return the columns of all tables that refer to a table. Loads every model first: a table that is not
    loaded would be left out."""
    load_tables()
    return tuple(
        column
        for each in Base.metadata.sorted_tables
        for column in each.columns
        if any(key.column.table.name == name for key in column.foreign_keys)
    )


def nothing_refers_to(
    name: str, columns: ReadOnlyColumnCollection[str, Any]
) -> ColumnElement[bool]:
    """Return the condition that no row of any table refers to a row of the table `name`."""
    return and_(
        *(
            ~exists().where(column == columns.id).correlate(Base.metadata.tables[name])
            for column in references_to(name)
        )
    )


def used_rows(
    db: Session, name: str, ids: Collection[UUID], *, besides: Iterable[str] = ()
) -> set[UUID]:
    """Return which rows of the table `name` others refer to, in one statement. References from the tables
    `besides` do not count."""
    columns = [column for column in references_to(name) if column.table.name not in besides]
    if not ids or not columns:
        return set()
    return set(db.scalars(union(*(select(column).where(column.in_(ids)) for column in columns))))
