"""What admins and instructors see of practicals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.accounts.actor import Role
from app.accounts.queries import Person
from app.courses import queries as courses
from app.db.paging import Page, page_of
from app.enrolments import queries as enrolments
from app.kit.errors import NotFound
from app.kit.ids import IntakeId, PracticalId, UserId
from app.practicals.domain.seats import Gate, PracticalStatus, Unmet, WaitingState, eligibility
from app.practicals.models import Practical, PracticalInstructor, WaitingEntry
from app.practicals.queries.briefs import BRIEF, Brief, instructor_ids, instructor_names
from app.practicals.queries.facts import GATE_COLUMNS, known_people
from app.practicals.queries.rosters import Roster, roster_page

SIZE = 50
Rows = Select[*tuple[Any, ...]]


class Shown(StrEnum):
    """Which practicals a list shows."""

    coming = "coming"
    past = "past"
    draft = "draft"
    cancelled = "cancelled"


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One day in a list of staff."""

    practical: Brief
    waiting: int
    instructors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Waits:
    """Somebody on the waiting list."""

    user_id: UserId
    position: int
    name: str
    email: str
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class AdminPage:
    """One practical for an admin. The waiting list shows its head."""

    gate: Gate
    course_title: str
    intake_title: str | None
    roster: Roster
    queue: tuple[Waits, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody a place can be reserved for, and what speaks against it."""

    person: Person
    has_seat: bool
    unmet: tuple[Unmet, ...]


@dataclass(frozen=True, slots=True)
class KindChoice:
    value: str
    label: str
    students_per_instructor: int


@dataclass(frozen=True, slots=True)
class Choices:
    """What the form of a practical offers."""

    kinds: tuple[KindChoice, ...]
    intakes: tuple[tuple[str, str], ...]
    instructors: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Planned:
    """A practical as it is planned now, to fill the form with."""

    gate: Gate
    note: str | None
    instructors: tuple[UserId, ...]


def board(
    db: Session, shown: Shown, *, kind: str | None, number: int, now: datetime
) -> Page[BoardRow]:
    """Return the practicals of an admin's list: coming ones from the next, past ones from the last."""
    return _page(db, _shown(shown, kind, now), number=number)


def coming(db: Session, *, now: datetime, most: int) -> tuple[BoardRow, ...]:
    """Return the next published days that are not over, in two statements."""
    return _board_rows(db, db.execute(_shown(Shown.coming, None, now).limit(most)).all())


def teaching(
    db: Session, user_id: UserId, shown: Shown, *, number: int, now: datetime
) -> Page[BoardRow]:
    """Return the published practicals that an instructor teaches."""
    taught = select(PracticalInstructor.practical_id).where(PracticalInstructor.user_id == user_id)
    query = _shown(shown, None, now).where(Practical.id.in_(taught))
    return _page(db, query.where(Practical.status == PracticalStatus.published), number=number)


def admin_page(db: Session, practical_id: PracticalId, *, number: int = 1) -> AdminPage:
    """Return one practical with its roster and the head of its queue, or raise NotFound."""
    row = db.execute(select(*GATE_COLUMNS).where(Practical.id == practical_id)).one_or_none()
    if row is None:
        raise NotFound
    gate = Gate(*row)
    titles = {}
    if gate.intake_id is not None:
        titles = {intake.intake_id: intake.short_label for intake in enrolments.intake_options(db)}
    return AdminPage(
        gate,
        courses.revision(db, gate.revision_id).course.title,
        titles.get(gate.intake_id) if gate.intake_id else None,
        roster_page(db, practical_id, number=number),
        _queue(db, practical_id),
    )


def candidates(db: Session, gate: Gate, words: str) -> tuple[Candidate, ...]:
    """Return the students whose name or address contains the words, with what they still need."""
    people = accounts.search_people(db, text=words.strip(), role=Role.student).rows
    known = known_people(db, gate, [person.user_id for person in people])
    return tuple(
        Candidate(
            person,
            known[person.user_id].facts.has_seat,
            eligibility(gate, known[person.user_id].facts),
        )
        for person in people
    )


def reservable(
    db: Session, course_key: str, intake_id: IntakeId, *, now: datetime
) -> tuple[Brief, ...]:
    """Return the published days to come on which people of an intake may have places."""
    rows = db.execute(
        select(*BRIEF)
        .where(
            Practical.course_key == course_key,
            or_(Practical.intake_id.is_(None), Practical.intake_id == intake_id),
            Practical.status == PracticalStatus.published,
            Practical.starts_at > now,
        )
        .order_by(Practical.starts_at, Practical.id)
        .limit(SIZE)
    )
    return tuple(Brief(*row) for row in rows)


def choices(db: Session) -> Choices:
    """Return what a practical can be made of."""
    kinds = [
        KindChoice(
            f"{published.course_key}/{kind.key}",
            f"{kind.title} ({published.course.title})",
            kind.students_per_instructor,
        )
        for published in courses.catalogue(db)
        for kind in published.course.practicals
    ]
    return Choices(
        tuple(kinds),
        tuple((str(intake.intake_id), intake.label) for intake in enrolments.intake_options(db)),
        tuple((str(person.user_id), person.name) for person in accounts.instructors(db)),
    )


def planned(db: Session, practical_id: PracticalId) -> Planned:
    """Return a practical to be changed, or raise NotFound."""
    row = db.execute(
        select(*GATE_COLUMNS, Practical.note).where(Practical.id == practical_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    *columns, note = row
    return Planned(Gate(*columns), note, instructor_ids(db, practical_id))


def _shown(shown: Shown, kind: str | None, now: datetime) -> Rows:
    waiting = select(func.count()).where(
        WaitingEntry.practical_id == Practical.id, WaitingEntry.state == WaitingState.waiting
    )
    query: Rows = select(*BRIEF, waiting.scalar_subquery(), func.count().over())
    if shown is Shown.past:
        query = query.where(
            Practical.status == PracticalStatus.published, Practical.ends_at <= now
        ).order_by(Practical.starts_at.desc(), Practical.id)
    elif shown is Shown.coming:
        query = query.where(
            Practical.status == PracticalStatus.published, Practical.ends_at > now
        ).order_by(Practical.starts_at, Practical.id)
    else:
        query = query.where(Practical.status == PracticalStatus(shown.value)).order_by(
            Practical.starts_at, Practical.id
        )
    if kind is not None:
        course_key, _, kind_key = kind.partition("/")
        query = query.where(Practical.course_key == course_key, Practical.kind_key == kind_key)
    return query


def _page(db: Session, query: Rows, *, number: int) -> Page[BoardRow]:
    rows = db.execute(query.limit(SIZE).offset((number - 1) * SIZE)).all()
    total = rows[0][-1] if rows else 0
    return page_of(_board_rows(db, rows), number=number, total=total)


def _board_rows(db: Session, rows: Sequence[Row[*tuple[Any, ...]]]) -> tuple[BoardRow, ...]:
    briefs = [Brief(*row[:-2]) for row in rows]
    names = instructor_names(db, [brief.practical_id for brief in briefs])
    return tuple(
        BoardRow(brief, row[-2], names.get(brief.practical_id, ()))
        for brief, row in zip(briefs, rows, strict=True)
    )


def _queue(db: Session, practical_id: PracticalId) -> tuple[Waits, ...]:
    rows = db.execute(
        select(WaitingEntry.user_id, WaitingEntry.joined_at)
        .where(
            WaitingEntry.practical_id == practical_id,
            WaitingEntry.state == WaitingState.waiting,
        )
        .order_by(WaitingEntry.number)
        .limit(SIZE)
    ).all()
    people = accounts.people(db, [row.user_id for row in rows])
    return tuple(
        Waits(
            row.user_id,
            position,
            people[row.user_id].name,
            people[row.user_id].email,
            row.joined_at,
        )
        for position, row in enumerate(rows, start=1)
    )
