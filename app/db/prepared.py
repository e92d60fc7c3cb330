"""Frequent statements of pages, compiled once and given directly to the driver. SQLAlchemy needs
ten times as long for such a statement as SQLite needs to answer it. SQLAlchemy still defines the
statement and the conversion of values: its compiler makes the text once, and its types convert the
values.
"""

import re
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from time import perf_counter
from typing import Any

from sqlalchemy import (
    JSON,
    BindParameter,
    Date,
    DateTime,
    Dialect,
    Enum,
    Select,
    Table,
    TypeDecorator,
    Uuid,
    bindparam,
    insert,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate
from sqlalchemy.sql.type_api import TypeEngine
from sqlalchemy.sql.visitors import replacement_traverse

from app.db.database import Database, as_sqlalchemys, count_statement

Process = Callable[[Any], Any]
BOUND_LIMIT = re.compile(r"\bLIMIT (\?|%\()")
"""SQLite makes the plan of a statement again at every run if its limit is a bound value."""
READ_ALIKE = (Date, DateTime, Enum, Uuid)
"""Types with immutable values, so that each value from the database is converted only once."""
MOST_ROWS = 500
"""How many rows of a long list are cached: ten pages."""
MOST_READ = 1_000
"""How many values of each column are cached, because a long list repeats the same people and days."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    """One statement for one kind of database. `literals` are values that the compiler adds, such as the
    offset that SQLite needs beside a limit; `parameters` are the values that the caller gives, each with
    its converter; `read` converts a row of the driver."""

    sql: str
    order: tuple[str, ...] | None
    literals: dict[str, Any]
    parameters: tuple[tuple[str, Process | None], ...]
    read: Process

    def written(self, values: dict[str, Any]) -> Any:
        """Return the values as the driver takes them. Raise KeyError for a missing one."""
        ready = dict(self.literals)
        for name, process in self.parameters:
            value = values[name]
            ready[name] = value if process is None else process(value)
        return ready if self.order is None else [ready[name] for name in self.order]


class Prepared:
    """A select of plain columns, or an insert or update that returns some, whose values are named by
    `bindparam`. It refuses lists (`in_`), whose length would change the text, and a limit that is not a
    constant. If two columns share a name, use the index of the second.

    `convert` is a function of the row alone that returns what callers want; the default is the row
    as a named tuple. `most_kept` is the number of results that are cached by the row from the
    database, for long lists whose bar requires it (decision 12).
    """

    def __init__(
        self,
        statement: Select[*tuple[Any, ...]]
        | ReturningInsert[*tuple[Any, ...]]
        | ReturningUpdate[*tuple[Any, ...]],
        convert: Process | None = None,
        *,
        most_kept: int = 0,
    ) -> None:
        self.statement = statement
        self.convert = convert
        self.most_kept = most_kept
        self._by_kind: dict[str, _Compiled] = {}

    def all(self, db: Session, **values: Any) -> list[Any]:
        """Return every row. If the block has unflushed changes, SQLAlchemy runs the statement, so
        that the changes are flushed first."""
        if db.new or db.dirty or db.deleted:
            return self._slowly(db, values)
        with _driver_of(db) as (raw, dialect):
            return self._ask(raw, dialect, values)

    def one_or_none(self, db: Session, **values: Any) -> Any:
        """Return the one row there may be, or None."""
        return _single(self.all(db, **values))

    def alone(self, database: Database, **values: Any) -> Any:
        """Return the one row there may be, outside of any block, because a single statement needs
        no transaction. If the connection was lost, the statement runs again on a new one."""
        dialect = database.engine.dialect
        try:
            connection = database.engine.raw_connection()
        except dialect.loaded_dbapi.Error as error:  # the database is down
            raise as_sqlalchemys(None, error, dialect) from error
        try:
            return _single(self._ask(connection.dbapi_connection, dialect, values))
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            connection.invalidate(error)
            database.engine.dispose()  # the others of the pool are lost too
        finally:
            connection.close()
        with database.read() as db:
            return _single(self._slowly(db, values))

    def _slowly(self, db: Session, values: dict[str, Any]) -> list[Any]:
        rows = db.execute(self.statement, values)
        return list(rows if self.convert is None else map(self.convert, rows))

    def _ask(self, raw: Any, dialect: Dialect, values: dict[str, Any]) -> list[Any]:
        ready = self._for(dialect)
        written = ready.written(values)
        began = perf_counter()
        try:
            rows = raw.execute(ready.sql, written).fetchall()
        except dialect.loaded_dbapi.Error as error:
            raise as_sqlalchemys(ready.sql, error, dialect, raw) from error
        count_statement(perf_counter() - began)
        return list(map(ready.read, rows))

    def _for(self, dialect: Dialect) -> _Compiled:
        ready = self._by_kind.get(dialect.name)
        if ready is None:
            read = _reading(self, dialect)
            ready = self._by_kind[dialect.name] = _compile(self.statement, dialect, read)
        return ready


class PreparedInsert:
    """An insert into a table that gives each named column a value, or every column if none is named. The
    others are empty; a default that SQLAlchemy would fill in is refused."""

    def __init__(self, table: Table, *names: str) -> None:
        named = names or tuple(table.c.keys())
        for column in table.c:
            if column.default is not None and column.key not in named:
                raise ValueError(f"The column {column.key} has a default, and needs a value here.")
        self.statement = insert(table).values(values_named(table, named))
        self._by_kind: dict[str, _Compiled] = {}

    def add(self, db: Session, rows: Sequence[dict[str, Any]]) -> None:
        """Add rows in one statement. What the block has not flushed yet is flushed first."""
        if db.new or db.dirty or db.deleted:
            db.flush()
        with _driver_of(db) as (raw, dialect):
            self._tell(raw, dialect, rows)

    def _tell(self, raw: Any, dialect: Dialect, rows: Sequence[dict[str, Any]]) -> None:
        ready = self._by_kind.get(dialect.name)
        if ready is None:
            ready = self._by_kind[dialect.name] = _compile(self.statement, dialect, _nothing)
        written = [ready.written(row) for row in rows]
        began = perf_counter()
        try:
            raw.cursor().executemany(ready.sql, written)
        except dialect.loaded_dbapi.Error as error:
            raise as_sqlalchemys(ready.sql, error, dialect, raw) from error
        count_statement(perf_counter() - began)


@contextmanager
def _driver_of(db: Session) -> Iterator[tuple[Any, Dialect]]:
    """Give the driver's connection of a block. If it is lost meanwhile, so are the others of its pool."""
    connection = db.connection()
    try:
        yield connection.connection.dbapi_connection, connection.dialect
    except DBAPIError as error:
        if error.connection_invalidated:
            connection.invalidate(error)
            connection.engine.dispose()
        raise


def values_named(table: Table, names: Iterable[str]) -> dict[str, BindParameter[Any]]:
    """Return for each of these columns the value that the caller gives under its name."""
    return {name: bindparam(name, type_=table.c[name].type) for name in names}


def _nothing(_row: Any) -> None:
    """An insert returns no rows."""


def _single(rows: list[Any]) -> Any:
    if len(rows) > 1:
        raise LookupError("A statement for one row found several.")
    return rows[0] if rows else None


def _compile(statement: Any, dialect: Dialect, read: Process) -> _Compiled:
    statement = replacement_traverse(statement, {}, _constant_in_the_text)
    compiled: Any = statement.compile(dialect=dialect)
    given_by_caller = {name: bound for name, bound in compiled.binds.items() if bound.required}
    expanded = compiled.construct_expanded_state(dict.fromkeys(given_by_caller))
    if BOUND_LIMIT.search(expanded.statement):
        raise ValueError("The limit of a prepared statement is a constant, not a bound value.")
    return _Compiled(
        sql=expanded.statement,
        order=tuple(expanded.positiontup) if compiled.positional else None,
        literals={
            name: bound.value
            for name, bound in compiled.binds.items()
            if not bound.required and not bound.literal_execute
        },
        parameters=tuple(
            (name, bound.type.dialect_impl(dialect).bind_processor(dialect))
            for name, bound in given_by_caller.items()
        ),
        read=read,
    )


def _constant_in_the_text(element: Any, **_options: Any) -> Any:
    """Return a constant of a statement (a state, a limit) as one that is written into its text, and None
    for everything else, which stays as it is. If a plan uses a partial index whose condition is about a
    bound value, SQLite makes the plan again at every run."""
    if not isinstance(element, BindParameter):
        return None
    if element.expanding:
        raise ValueError(f"{element.key} is a list: a prepared statement takes single values.")
    return None if element.required else element.render_literal_execute()


def _reading(prepared: Prepared, dialect: Dialect) -> Process:
    """Return the function that converts a driver's tuple to a row."""
    columns = list(prepared.statement.exported_columns)
    processes = [_reader(column.type, dialect) for column in columns]
    wanted = [(index, process) for index, process in enumerate(processes) if process is not None]
    names = [str(column.key) for column in columns]
    kind: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc] # a statement's columns
    make, convert = kind._make, prepared.convert

    def read(answered: tuple[Any, ...]) -> Any:
        values = list(answered)
        for index, process in wanted:
            if values[index] is not None:
                values[index] = process(values[index])
        row = make(values)
        return row if convert is None else convert(row)

    if not prepared.most_kept:
        return read
    if any(isinstance(column.type, JSON) for column in columns):
        raise ValueError("A row that is kept must not change: JSON does.")
    return lru_cache(prepared.most_kept)(read)


def _reader(kind: TypeEngine[Any], dialect: Dialect) -> Process | None:
    process = kind.dialect_impl(dialect).result_processor(dialect, None)
    bare = kind.impl if isinstance(kind, TypeDecorator) else kind
    if process is not None and isinstance(bare, READ_ALIKE):
        return lru_cache(MOST_READ)(process)
    return process
