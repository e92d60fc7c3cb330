"""Search texts and sort keys, stored beside the names they are made of.

The decorator of a model names its columns once: `@searched_by("name", "email", sorted_by="name")`. From then
on each insert and update of the model writes `search_text` (and `sort_key`). A statement that
updates the columns without the model adds `search_columns(User, {...})`, or calls `write_search_texts`
afterwards. The worker looks every hour for rows that an older version wrote, or an older rule of folding.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    SQLColumnExpression,
    and_,
    bindparam,
    event,
    false,
    select,
    true,
    update,
)
from sqlalchemy.orm import Session

from app.db.base import Base, table_of
from app.kit.name_search import MOST_WORDS, search_text, search_words, sort_key

Model = TypeVar("Model", bound=type[Base])


@dataclass(frozen=True, slots=True)
class Searched:
    """Which columns of a table are searched, and which one it is sorted by."""

    model: type[Base]
    columns: tuple[str, ...]
    sorted_by: str | None

    def written(self, values: Mapping[str, Any]) -> dict[str, str]:
        """Return the columns that are made of a row's values."""
        made_columns = {"search_text": search_text(*(values[name] for name in self.columns))}
        if self.sorted_by is not None:
            made_columns["sort_key"] = sort_key(values[self.sorted_by])
        return made_columns


_SEARCHED: dict[type[Base], Searched] = {}


def searched_by(*columns: str, sorted_by: str | None = None) -> Callable[[Model], Model]:
    """Return the decorator of a model whose `search_text` is made of these columns."""

    def decorated(model: Model) -> Model:
        searched = Searched(model, columns, sorted_by)
        _SEARCHED[model] = searched

        def write(mapper: object, connection: object, row: Any) -> None:
            values = {name: getattr(row, name) for name in columns}
            for name, value in searched.written(values).items():
                setattr(row, name, value)

        event.listen(model, "before_insert", write)
        event.listen(model, "before_update", write)
        return model

    return decorated


def searched_tables() -> tuple[Searched, ...]:
    """Return every table that has a search text."""
    return tuple(_SEARCHED.values())


def search_columns(model: type[Base], values: Mapping[str, Any]) -> dict[str, str]:
    """Return the columns to write beside these values, which are all that the search text is made of."""
    return _SEARCHED[model].written(values)


def outdated_rows(
    db: Session, searched: Searched, which: ColumnElement[bool] | None = None
) -> list[dict[str, Any]]:
    """Return the parameters of `_write` for each of some rows, or of all, whose search text or sort key is
    not what its columns say."""
    table = table_of(searched.model)
    names = ("search_text",) if searched.sorted_by is None else ("search_text", "sort_key")
    read = [table.c[name] for name in searched.columns]
    rows = db.execute(
        select(table.c.id, *read, *(table.c[name] for name in names))
        .where(true() if which is None else which)
        .order_by(table.c.id)
    )
    outdated = []
    for row in rows.mappings():
        columns = searched.written(dict(row))
        if any(columns[name] != row[name] for name in names):
            values = {f"read_{name}": row[name] for name in searched.columns}
            outdated.append(
                {"row_id": row["id"], **values, **{f"new_{name}": columns[name] for name in names}}
            )
    return outdated


def write_search_texts_of(db: Session, table_name: str, row_ids: Collection[Any]) -> int:
    """Write the search texts of rows of a table, if it has any, after a statement that changed what they are
    made of."""
    for searched in searched_tables():
        if searched.model.__tablename__ == table_name:
            return write_search_texts(db, searched, row_ids)
    return 0


def write_search_texts(db: Session, searched: Searched, row_ids: Collection[Any]) -> int:
    """Write the search texts of these rows where they are outdated, and return of how many. A row that
    somebody has changed since it was read is left to whoever changed it."""
    table = table_of(searched.model)
    outdated = outdated_rows(db, searched, table.c.id.in_(row_ids))
    if outdated:
        names = [name for name in ("search_text", "sort_key") if f"new_{name}" in outdated[0]]
        db.execute(
            update(table)
            .where(
                table.c.id == bindparam("row_id"),
                *(
                    table.c[name].is_not_distinct_from(bindparam(f"read_{name}"))
                    for name in searched.columns
                ),
            )
            .values({name: bindparam(f"new_{name}") for name in names}),
            outdated,
        )
    return len(outdated)


def holds_words(search_texts: SQLColumnExpression[Any], typed: str) -> ColumnElement[bool]:
    """Return the condition that a search text has every word that somebody typed. Without a letter or a
    number in it, nothing is found."""
    words = search_words(typed)
    return and_(*(search_texts.like(f"%{word}%") for word in words)) if words else false()


_NO_SEARCH_TEXT = "!"
"""A pattern that no search text is like, because there are only letters, numbers and spaces in them."""
WORD_PATTERNS: tuple[BindParameter[str], ...] = tuple(
    bindparam(f"word_{number}") for number in range(MOST_WORDS)
)


def holds_bound_words(search_texts: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """Return the same condition for a statement that is prepared once; `word_patterns` gives its values."""
    return and_(*(search_texts.like(pattern) for pattern in WORD_PATTERNS))


def word_patterns(typed: str) -> dict[str, str]:
    """Return the values of `holds_bound_words`."""
    words: Iterable[str] = search_words(typed)
    patterns = [f"%{word}%" for word in words] or [_NO_SEARCH_TEXT]
    spare = ["%"] * (MOST_WORDS - len(patterns))
    return {f"word_{number}": pattern for number, pattern in enumerate([*patterns, *spare])}
