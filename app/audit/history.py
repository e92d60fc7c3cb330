"""What happened to something, in sentences: who did what to whom, what changed, and what was passed over."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from app.audit.act_sentences import act_sentence
from app.audit.changed_fields import field_label
from app.audit.changes import ChangedValue, PersonRef, ReadChange, ReadDetails, read_details
from app.audit.models import AuditEvent
from app.audit.subjects import GONE, PERSON, SubjectName, names_of, subject_kind
from app.db.base import table_of
from app.kit.ids import EventId, UserId
from app.kit.messages import Message, Text, Value, msg
from app.kit.stored_messages import read_reason

RECENT: Final = 20
THE_SYSTEM: Final = SubjectName(msg("the system"), None, msg("The system"))
DELETED_ACCOUNT: Final = SubjectName(
    msg("a person whose account was deleted"), None, msg("A person whose account was deleted")
)
NOBODY: Final = SubjectName(
    msg("somebody without an account"), None, msg("Somebody without an account")
)

ACT: Final = table_of(AuditEvent).c
"""The columns of acts, for the filters of higher features."""
Names = dict[tuple[str, UUID], SubjectName]


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One act as people read it. `thing` is what it was done to, with the address of its page, and `link` the
    words that lead there. `is_whole` is False if a later version stored more than this one can read."""

    id: EventId
    at: datetime
    sentence: Message
    changes: tuple[Message, ...]
    passed_over: tuple[Text, ...]
    reason: Text | None
    thing: SubjectName | None
    link: Text | None
    request_id: str | None
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class History:
    """The newest acts on one thing. `kind` and `subject_id` lead to all of them."""

    kind: str
    subject_id: UUID
    entries: tuple[HistoryEntry, ...]
    has_more: bool


def history_of(db: Session, kind: str, subject_id: UUID, *, most: int = RECENT) -> History:
    """Return the newest acts on one thing and its parts, newest first, with two statements. Callers check
    permissions: only the office reads the history."""
    acts = newest_acts(db, [is_about(kind, subject_id)], most=most + 1)
    return History(kind, subject_id, entries_of(db, acts[:most]), len(acts) > most)


def newest_acts(
    db: Session, conditions: Iterable[ColumnElement[bool]], *, most: int
) -> Sequence[AuditEvent]:
    """Return the newest acts that meet conditions on `ACT`, newest first."""
    return db.scalars(
        select(AuditEvent)
        .where(*conditions)
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
        .limit(most)
    ).all()


def is_about(kind: str, subject_id: UUID) -> ColumnElement[bool]:
    """Return the SQL condition that an act is about one thing or its parts, or concerns one person."""
    is_it = and_(AuditEvent.subject_kind == kind, AuditEvent.subject_id == subject_id)
    if kind == PERSON:
        return AuditEvent.person_id == subject_id
    registered = subject_kind(kind)
    parts = registered.parts_of(subject_id) if registered else {}
    return or_(
        is_it,
        *(
            and_(AuditEvent.subject_kind == part, AuditEvent.subject_id.in_(ids))
            for part, ids in parts.items()
        ),
    )


def entries_of(db: Session, acts: Sequence[AuditEvent]) -> tuple[HistoryEntry, ...]:
    """Return acts as people read them, with one statement for all names."""
    details = {act.id: read_details(act.details, act.personal_values) for act in acts}
    wanted: dict[str, set[UUID]] = {PERSON: set()}
    for act in acts:
        people = (act.actor_id, act.person_id, *_people_in(details[act.id]))
        wanted[PERSON].update(person for person in people if person is not None)
        if act.subject_id is not None:
            wanted.setdefault(act.subject_kind, set()).add(act.subject_id)
    names = names_of(db, wanted)
    return tuple(_entry(act, details[act.id], names) for act in acts)


def _entry(act: AuditEvent, details: ReadDetails, names: Names) -> HistoryEntry:
    thing = None if act.subject_id is None else names.get((act.subject_kind, act.subject_id))
    return HistoryEntry(
        id=act.id,
        at=act.at,
        sentence=act_sentence(
            act.action,
            actor=_actor(act.actor_id, names).both,
            person=_person(act.person_id, names, NOBODY).both,
            thing=GONE if thing is None else thing.words,
            is_by_somebody=act.actor_id is not None,
            is_by_self=act.actor_id == act.person_id,
        ),
        changes=tuple(_changed(change, names) for change in details.changes),
        passed_over=details.passed_over,
        reason=read_reason(act.reason),
        thing=thing if thing is not None and thing.address else None,
        link=_link(act, thing, names),
        request_id=act.request_id,
        is_whole=details.is_complete,
    )


def _link(act: AuditEvent, thing: SubjectName | None, names: Names) -> Text | None:
    kind = subject_kind(act.subject_kind)
    if thing is None or kind is None or kind.link_of is None:
        return None if thing is None else thing.words
    return kind.link_of(_person(act.person_id, names, NOBODY).words)


def _actor(user_id: UserId | None, names: Names) -> SubjectName:
    return _person(user_id, names, THE_SYSTEM)


def _person(user_id: UserId | None, names: Names, without: SubjectName) -> SubjectName:
    if user_id is None:
        return without
    return names.get((PERSON, user_id), DELETED_ACCOUNT)


def _changed(change: ReadChange, names: Names) -> Message:
    """Return one changed field in words."""
    field = field_label(change.field)
    if not change.has_values:
        return msg("{field}: changed", field=field)
    old, new = _value(change.old, names), _value(change.new, names)
    if old is None and new is None:
        return msg("{field}: changed", field=field)
    if old is None:
        return msg("{field}: {new}", field=field, new=new or "")
    if new is None:
        return msg("{field}: {old} was removed", field=field, old=old)
    return msg("{field}: from {old} to {new}", field=field, old=old, new=new)


def _value(value: ChangedValue, names: Names) -> "Value | None":
    """Return a value as a message can hold it, people by their names. An empty list has no words."""
    if isinstance(value, PersonRef):
        return _person(value.user_id, names, DELETED_ACCOUNT).words
    if isinstance(value, tuple):
        parts = tuple(_value(part, names) for part in value)
        return tuple(part for part in parts if part is not None) or None
    return value


def _people_in(details: ReadDetails) -> Iterable[UserId]:
    for change in details.changes:
        for value in (change.old, change.new):
            parts = value if isinstance(value, tuple) else (value,)
            yield from (part.user_id for part in parts if isinstance(part, PersonRef))
