"""Reads what people hold of future practicals: seats, waiting-list entries, and assignments to
teach."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session

from app.accounts.person_columns import PEOPLE, PERSON
from app.enrolments.place_conditions import holds_place, holds_place_in
from app.kit.ids import PracticalId, UserId
from app.practicals.domain.seats import (
    Attendance,
    PracticalsReason,
    PracticalStatus,
    WaitingState,
)
from app.practicals.models import PracticalInstructor, PracticalRow, Seat, WaitingEntry
from app.practicals.seat_conditions import is_holding

Rows = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class LostRight:
    """A seat on a future practical, a waiting-list entry or an assignment of a person who no longer
    has a right to it. `row_id` is the id of the seat or entry, or of the practical for an
    assignment."""

    what: Literal["seat", "wait", "assignment"]
    row_id: UUID
    practical_id: PracticalId
    user_id: UserId
    name: str
    title: str
    starts_at: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class HeldOnDay:
    """Seats that can end, as pairs of holder and waived reasons, and the people who wait."""

    seats: tuple[tuple[UserId, str | None], ...]
    waits: tuple[UserId, ...]


def seat_can_end(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a seat, joined with its practical, can still end; see
    `domain.lost_rights`."""
    return (
        is_holding(Seat.state),
        or_(Seat.attendance.is_(None), Seat.attendance != Attendance.attended),
        PracticalRow.status == PracticalStatus.published,
        PracticalRow.starts_at > now,
    )


def days_held(db: Session, user_ids: Iterable[UserId], *, now: datetime) -> tuple[PracticalId, ...]:
    """Return the practicals on which these people hold a seat that can end, or wait, in the order
    of the ids."""
    wanted = list(user_ids)
    held = (
        select(PracticalRow.id)
        .join(Seat, Seat.practical_id == PracticalRow.id)
        .where(Seat.user_id.in_(wanted), *seat_can_end(now))
    )
    waits = select(WaitingEntry.practical_id).where(
        WaitingEntry.user_id.in_(wanted), WaitingEntry.state == WaitingState.waiting
    )
    return tuple(sorted(db.scalars(held.union(waits))))


def days_taught(
    db: Session, user_ids: Iterable[UserId], *, now: datetime
) -> tuple[PracticalId, ...]:
    """Return the future practicals that these people are assigned to teach, in the order of the
    ids."""
    rows = db.scalars(
        select(PracticalInstructor.practical_id)
        .join(PracticalRow, PracticalRow.id == PracticalInstructor.practical_id)
        .where(
            PracticalInstructor.user_id.in_(list(user_ids)),
            PracticalRow.status != PracticalStatus.cancelled,
            PracticalRow.starts_at > now,
        )
        .distinct()
    )
    return tuple(sorted(rows))


def is_no_instructor() -> ColumnElement[bool]:
    """Return the condition that a person is no longer an instructor: the account is closed or lacks
    the role."""
    return or_(PERSON.is_closed, PERSON.is_instructor.is_(False))


def teaches_no_more(db: Session, user_id: UserId) -> bool:
    """Return whether a person's account is closed or lacks the instructor role."""
    return db.scalar(select(PERSON.id).where(PERSON.id == user_id, is_no_instructor())) is not None


def held_on(
    db: Session, practical_id: PracticalId, user_ids: Iterable[UserId], *, now: datetime
) -> HeldOnDay:
    """Return what these people hold on one future practical, in two statements."""
    wanted = list(user_ids)
    seats = db.execute(
        select(Seat.user_id, Seat.waived)
        .join(PracticalRow, PracticalRow.id == Seat.practical_id)
        .where(Seat.practical_id == practical_id, Seat.user_id.in_(wanted), *seat_can_end(now))
    )
    waits = db.scalars(
        select(WaitingEntry.user_id).where(
            WaitingEntry.practical_id == practical_id,
            WaitingEntry.user_id.in_(wanted),
            WaitingEntry.state == WaitingState.waiting,
        )
    )
    held = ((user_id, waived) for user_id, waived in seats if user_id is not None)
    return HeldOnDay(tuple(held), tuple(waits))


def count_waiting(db: Session, practical_id: PracticalId) -> int:
    """Return how many people wait for a place on a practical."""
    waiting = select(func.count()).where(
        WaitingEntry.practical_id == practical_id, WaitingEntry.state == WaitingState.waiting
    )
    return db.scalars(waiting).one()


def without_right(db: Session, *, now: datetime) -> tuple[LostRight, ...]:
    """Return everything that is held without a right, in three statements. The conditions are those
    of `domain.lost_rights.lost_right`, written in SQL; a test compares the two."""
    seats, waits, taught = statements_of_lost(now)
    return (
        *(LostRight("seat", *row) for row in db.execute(seats)),
        *(LostRight("wait", *row) for row in db.execute(waits)),
        *(LostRight("assignment", *row) for row in db.execute(taught)),
    )


def lost_on(db: Session, practical_id: PracticalId, *, now: datetime) -> tuple[LostRight, ...]:
    """Return the seats and waiting-list entries of one future practical that are held without a
    right."""
    seats, waits, _ = statements_of_lost(now)
    of_day = PracticalRow.id == practical_id
    return (
        *(LostRight("seat", *row) for row in db.execute(seats.where(of_day))),
        *(LostRight("wait", *row) for row in db.execute(waits.where(of_day))),
    )


def statements_of_lost(now: datetime) -> tuple[Rows, Rows, Rows]:
    """Return the statements that find seats, waiting-list entries and assignments held without a
    right."""
    seats = (
        _who(Seat.id, Seat.practical_id)
        .join(Seat, Seat.practical_id == PracticalRow.id)
        .join(PEOPLE, PERSON.id == Seat.user_id)
        .where(*seat_can_end(now), _right_is_lost(Seat.waived))
    )
    waits = (
        _who(WaitingEntry.id, WaitingEntry.practical_id)
        .join(WaitingEntry, WaitingEntry.practical_id == PracticalRow.id)
        .join(PEOPLE, PERSON.id == WaitingEntry.user_id)
        .where(WaitingEntry.state == WaitingState.waiting, _right_is_lost(None))
    )
    taught = (
        _who(PracticalRow.id, PracticalRow.id)
        .join(PracticalInstructor, PracticalInstructor.practical_id == PracticalRow.id)
        .join(PEOPLE, PERSON.id == PracticalInstructor.user_id)
        .where(
            PracticalRow.status != PracticalStatus.cancelled,
            PracticalRow.starts_at > now,
            is_no_instructor(),
        )
    )
    return seats, waits, taught


def _who(row_id: Any, practical_id: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(
            row_id,
            practical_id,
            PERSON.id,
            PERSON.name,
            PracticalRow.title,
            PracticalRow.starts_at,
            PracticalRow.zone,
        )
        .select_from(PracticalRow)
        .order_by(PracticalRow.starts_at, row_id)
    )


def _right_is_lost(waived: Any) -> ColumnElement[bool]:
    has_place = holds_place(PERSON.id, PracticalRow.course_key)
    is_elsewhere = and_(
        PracticalRow.intake_id.is_not(None), ~holds_place_in(PERSON.id, PracticalRow.intake_id)
    )
    return or_(
        PERSON.is_closed,
        and_(PERSON.is_student.is_(False), _not_waived(waived, PracticalsReason.role)),
        and_(~has_place, _not_waived(waived, PracticalsReason.no_place)),
        and_(has_place, is_elsewhere, _not_waived(waived, PracticalsReason.other_intake)),
    )


def _not_waived(waived: Any, reason: PracticalsReason) -> ColumnElement[bool]:
    if waived is None:
        return true()
    return ~func.coalesce(waived, "").contains(reason.value)
