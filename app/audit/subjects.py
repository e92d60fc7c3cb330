"""The kinds of things that acts are done to, and the names of such things.

The trail stores ids. Features that know the names cannot be imported from here, so `app.binding` registers a
`SubjectKind` for each kind. One statement reads the names of all kinds that a page needs.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    Uuid,
    cast,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from app.db.base import UtcDateTime
from app.kit.messages import Message, Text, msg

PERSON: Final = "person"
GONE: Final = msg("something that is no longer stored")


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """What one statement reads of a thing. `related_id` is the thing on whose page it stands, or of which it
    is a part. Each kind fills what its words need."""

    id: UUID
    title: str | None
    at: datetime | None
    zone: str | None
    related_id: UUID | None
    number: int | None


@dataclass(frozen=True, slots=True)
class SubjectName:
    """How a thing is called in a sentence and at its beginning, and the address of its page."""

    words: Text
    address: str | None = None
    words_at_start: Text | None = None

    @property
    def both(self) -> tuple[Text, Text]:
        return self.words, self.words if self.words_at_start is None else self.words_at_start


@dataclass(frozen=True, slots=True)
class SubjectKind:
    """One kind of thing. `select_rows` reads the rows with some ids (made with `subject_rows`), `name_of`
    names one of them, and `parts_of` selects the ids of its parts by their kind: acts on them belong to its
    history. `link_of` words the link to the page of a thing that a person holds, given their name; without
    it the link is the name of the thing."""

    kind: str
    label: Message
    select_rows: Callable[[Collection[UUID]], Select[Any]]
    name_of: Callable[[Session, SubjectRow], SubjectName]
    parts_of: Callable[[UUID], Mapping[str, Select[Any]]] = lambda _: {}
    link_of: Callable[[Text], Message] | None = None


_kinds: dict[str, SubjectKind] = {}


def bind_subjects(*kinds: SubjectKind) -> None:
    """Register the kinds. Called at the start of the process; a second call replaces the first."""
    _kinds.clear()
    _kinds.update((kind.kind, kind) for kind in kinds)


def subject_kinds() -> tuple[SubjectKind, ...]:
    """Return the kinds whose things can be named, in the order in which they were registered."""
    return tuple(_kinds.values())


def subject_kind(kind: str) -> SubjectKind | None:
    """Return a kind; None for one whose things have no names here."""
    return _kinds.get(kind)


def subject_rows(
    kind: str,
    row_id: ColumnElement[Any],
    *,
    title: ColumnElement[Any] | None = None,
    at: ColumnElement[Any] | None = None,
    zone: ColumnElement[Any] | None = None,
    related_id: ColumnElement[Any] | None = None,
    number: ColumnElement[Any] | None = None,
) -> Select[Any]:
    """Return a query of the columns that all kinds have in common."""
    columns = (
        (row_id, Uuid()),
        (title, String()),
        (at, UtcDateTime()),
        (zone, String()),
        (related_id, Uuid()),
        (number, Integer()),
    )
    return select(
        cast(literal(kind), String),
        *(cast(null(), type_) if column is None else column for column, type_ in columns),
    )


def names_of(
    db: Session, wanted: Mapping[str, Collection[UUID]]
) -> dict[tuple[str, UUID], SubjectName]:
    """Return the names of things by kind and id, with one statement. Things that are not stored any more, and
    kinds that nobody registered, are left out."""
    queries = [
        _kinds[kind].select_rows(ids) for kind, ids in wanted.items() if ids and kind in _kinds
    ]
    if not queries:
        return {}
    rows = db.execute(queries[0] if len(queries) == 1 else union_all(*queries)).all()
    return {
        (kind, row_id): _kinds[kind].name_of(db, SubjectRow(row_id, *values))
        for kind, row_id, *values in rows
    }
