"""The acts of the audit trail, newest first, narrowed by filters."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, tuple_
from sqlalchemy.orm import Session

from app.accounts.person_columns import PERSON
from app.audit.history import ACT, HistoryEntry, entries_of, is_about, newest_acts
from app.audit.subjects import SubjectName, names_of
from app.db.search_texts import holds_words
from app.history import policy
from app.kit.actor import Actor, require
from app.kit.ids import EventId

PAGE_SIZE: Final = 50
MOST_EXPORTED: Final = 10_000
AT_ONCE: Final = 1_000
"""An export reads the names of so many acts with one statement."""
LONGEST_PLACE: Final = 60
_PLACE: Final = re.compile(r"([0-9]{1,17})-([0-9a-f]{32})")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the list begins: behind one act. Pages stay as they are while acts are added."""

    at: datetime
    act_id: UUID

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """Return the place that stands in an address, or None."""
        match = _PLACE.fullmatch(text)
        if match is None:
            return None
        return cls(_EPOCH + int(match[1]) * _MICROSECOND, UUID(match[2]))

    def __str__(self) -> str:
        return f"{(self.at - _EPOCH) // _MICROSECOND}-{self.act_id.hex}"


@dataclass(frozen=True, slots=True)
class HistoryQuery:
    """The filters. An empty text and None do not narrow. `since` belongs to the time, `until` does
    not."""

    person: str = ""
    by: str = ""
    kind: str = ""
    act: str = ""
    subject_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: Place | None = None


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """One page of the history. `older` is where the next one begins, or None. `thing` is the thing whose
    history it is, if the list is narrowed to one."""

    entries: tuple[HistoryEntry, ...]
    older: Place | None
    thing: SubjectName | None


def history_page(db: Session, actor: Actor, query: HistoryQuery) -> HistoryPage:
    """Return one page, with three statements at most."""
    require(policy.may_read_history(actor))
    acts = newest_acts(db, _conditions(query), most=PAGE_SIZE + 1)
    shown = acts[:PAGE_SIZE]
    older = Place(shown[-1].at, shown[-1].id) if len(acts) > PAGE_SIZE else None
    return HistoryPage(entries_of(db, shown), older, _thing(db, query))


def exported(db: Session, actor: Actor, query: HistoryQuery) -> list[HistoryEntry]:
    """Return the newest acts for an export, with one statement for each thousand."""
    require(policy.may_read_history(actor))
    acts = newest_acts(db, _conditions(query), most=MOST_EXPORTED)
    return [
        entry
        for start in range(0, len(acts), AT_ONCE)
        for entry in entries_of(db, acts[start : start + AT_ONCE])
    ]


def _conditions(query: HistoryQuery) -> Iterator[ColumnElement[bool]]:
    if query.person:
        yield ACT.person_id.in_(_people(query.person))
    if query.by:
        yield ACT.actor_id.in_(_people(query.by))
    if query.subject_id is not None:
        yield is_about(query.kind, query.subject_id)
    elif query.kind:
        yield ACT.subject_kind == query.kind
    if query.act:
        yield ACT.action == query.act
    if query.since is not None:
        yield ACT.at >= query.since
    if query.until is not None:
        yield ACT.at < query.until
    if query.before is not None:
        place = tuple_(query.before.at, EventId(query.before.act_id))
        yield tuple_(ACT.at, ACT.id) < place


def _people(text: str) -> Select[Any]:
    return select(PERSON.id).where(holds_words(PERSON.search_text, text))


def _thing(db: Session, query: HistoryQuery) -> SubjectName | None:
    if query.subject_id is None:
        return None
    names = names_of(db, {query.kind: [query.subject_id]})
    return names.get((query.kind, query.subject_id))
