"""Statements that pages ask all day, compiled once and handed to the driver as they are.

SQLAlchemy takes ten times as long over such a statement as SQLite takes to answer it. What a statement
means, and how values are read and written, is still SQLAlchemy's: its compiler makes the text and its
types the values, once.
"""

from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from time import perf_counter
from typing import Any

from sqlalchemy import Date, DateTime, Dialect, Enum, Select, TypeDecorator, Uuid
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.sql.type_api import TypeEngine

from app.db.database import Database, count_statement

Process = Callable[[Any], Any]
READ_ALIKE = (Date, DateTime, Enum, Uuid)
"""Types whose values never change, so that each is made of what the database says only once."""
MOST_READ = 20_000


@dataclass(frozen=True, slots=True)
class _Compiled:
    """One statement for one kind of database. `literals` are ready for the driver; `asked` are the
    values to be given, with how they are written; `read` is how columns are read, by their place."""

    sql: str
    order: tuple[str, ...] | None
    literals: dict[str, Any]
    asked: tuple[tuple[str, Process | None], ...]
    read: tuple[tuple[int, Process], ...]
    row: Any

    def written(self, values: dict[str, Any]) -> Any:
        """Return the values as the driver takes them; KeyError for one that is not given."""
        ready = dict(self.literals)
        for name, process in self.asked:
            value = values[name]
            ready[name] = value if process is None else process(value)
        return ready if self.order is None else [ready[name] for name in self.order]

    def rows(self, found: list[tuple[Any, ...]]) -> list[Any]:
        make = self.row._make
        if not self.read:
            return [make(one) for one in found]
        rows = []
        for one in found:
            values = list(one)
            for place, process in self.read:
                if values[place] is not None:
                    values[place] = process(values[place])
            rows.append(make(values))
        return rows


class Prepared:
    """A select of plain columns whose values are named by `bindparam`. It refuses lists (`in_`), whose
    length would change the text. A column named like an earlier one is reached by its place only."""

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self.statement = statement
        self._by_kind: dict[str, _Compiled] = {}

    def all(self, db: Session, **values: Any) -> list[Any]:
        """Return every row, as named tuples, in a block that reads. In a block that writes SQLAlchemy
        asks, so that what is not flushed yet is seen."""
        if db.autoflush:
            return list(db.execute(self.statement, values))
        connection = db.connection()
        try:
            return self._ask(connection.connection.dbapi_connection, connection.dialect, values)
        except DBAPIError as error:
            if error.connection_invalidated:
                connection.invalidate(error)
                connection.engine.dispose()
            raise

    def one_or_none(self, db: Session, **values: Any) -> Any:
        """Return the one row there may be, as a named tuple, or None."""
        return _single(self.all(db, **values))

    def alone(self, database: Database, **values: Any) -> Any:
        """Return the one row there may be, outside of any block: one statement sees one moment. Where the
        connection turns out to be lost, it is asked again on a new one."""
        connection = database.engine.raw_connection()
        try:
            return _single(self._ask(connection.dbapi_connection, database.engine.dialect, values))
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            connection.invalidate(error)
            database.engine.dispose()  # the others of the pool are lost too
        finally:
            connection.close()
        with database.read() as db:
            return db.execute(self.statement, values).one_or_none()

    def _ask(self, raw: Any, dialect: Dialect, values: dict[str, Any]) -> list[Any]:
        ready = self._for(dialect)
        written = ready.written(values)
        began = perf_counter()
        try:
            found = raw.execute(ready.sql, written).fetchall()
        except dialect.loaded_dbapi.Error as error:
            raise DBAPIError.instance(
                ready.sql,
                None,
                error,
                dialect.loaded_dbapi.Error,
                connection_invalidated=dialect.is_disconnect(error, raw, None),
                dialect=dialect,
            ) from error
        count_statement(perf_counter() - began)
        return ready.rows(found)

    def _for(self, dialect: Dialect) -> _Compiled:
        ready = self._by_kind.get(dialect.name)
        if ready is None:
            ready = self._by_kind[dialect.name] = _compile(self.statement, dialect)
        return ready


def _single(rows: list[Any]) -> Any:
    if len(rows) > 1:
        raise LookupError("A statement for one row found several.")
    return rows[0] if rows else None


def _compile(statement: Select[*tuple[Any, ...]], dialect: Dialect) -> _Compiled:
    compiled: Any = statement.compile(dialect=dialect)
    literals, asked = {}, []
    for name, bound in compiled.binds.items():
        if bound.expanding or bound.literal_execute:
            raise ValueError(f"{name} is a list: a prepared statement takes single values.")
        process = bound.type.dialect_impl(dialect).bind_processor(dialect)
        if bound.required:
            asked.append((name, process))
        else:
            literals[name] = bound.value if process is None else process(bound.value)
    columns = list(statement.selected_columns)
    processes = [_reader(column.type, dialect) for column in columns]
    return _Compiled(
        sql=str(compiled),
        order=tuple(compiled.positiontup) if compiled.positional else None,
        literals=literals,
        asked=tuple(asked),
        read=tuple((place, made) for place, made in enumerate(processes) if made is not None),
        row=namedtuple("Row", [str(column.key) for column in columns], rename=True),
    )


def _reader(kind: TypeEngine[Any], dialect: Dialect) -> Process | None:
    process = kind.dialect_impl(dialect).result_processor(dialect, None)
    bare = kind.impl if isinstance(kind, TypeDecorator) else kind
    if process is not None and isinstance(bare, READ_ALIKE):
        return lru_cache(MOST_READ)(process)
    return process
