"""Inserts that say what happens when the row is there already: each database has a class of its own."""

from typing import TypeVar

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.db.base import Base

Model = TypeVar("Model", bound=Base)


def insert_into(db: Session, model: type[Model]) -> sqlite.Insert | postgresql.Insert:
    """Return an insert into a table that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    if db.get_bind().dialect.name == "sqlite":
        return sqlite.insert(model)
    return postgresql.insert(model)
