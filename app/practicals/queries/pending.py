"""Reads practicals that need an admin's attention, one statement for each kind of problem. Callers
check permissions."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from app.accounts.person_columns import PEOPLE, PERSON
from app.kit.ids import PracticalId
from app.practicals.domain.seats import PracticalStatus, WaitingState
from app.practicals.models import PracticalInstructor, PracticalRow, Seat, WaitingEntry
from app.practicals.queries.lost_rights import is_no_instructor
from app.practicals.queries.summaries import SUMMARY, PracticalSummary
from app.practicals.seat_conditions import is_expected

CLOSING_SOON = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class PracticalCount:
    """A practical, and the number of people concerned."""

    practical: PracticalSummary
    people: int


def without_instructor(db: Session, *, now: datetime) -> tuple[PracticalSummary, ...]:
    """Return the published future practicals without an instructor who has an open account, the
    next first."""
    teaches = (
        select(PracticalInstructor.user_id)
        .join(PEOPLE, PERSON.id == PracticalInstructor.user_id)
        .where(PracticalInstructor.practical_id == PracticalRow.id, ~is_no_instructor())
        .exists()
    )
    return _briefs(db, select(*SUMMARY).where(_is_coming(now), ~teaches))


def half_empty(db: Session, *, now: datetime) -> tuple[PracticalSummary, ...]:
    """Return the published practicals whose booking closes within a week and that have fewer than
    half of their places taken."""
    closes = PracticalRow.booking_closes_at
    return _briefs(
        db,
        select(*SUMMARY).where(
            PracticalRow.status == PracticalStatus.published,
            closes > now,
            closes <= now + CLOSING_SOON,
            PracticalRow.taken * 2 < PracticalRow.capacity,
        ),
    )


def unmarked_attendance(db: Session, *, before: datetime) -> tuple[PracticalCount, ...]:
    """Return the practicals that ended before a given time and have unmarked attendance, with the
    number of people."""
    unmarked = _count_of(
        select(func.count()).where(
            Seat.practical_id == PracticalRow.id,
            is_expected(Seat.state),
            Seat.attendance.is_(None),
        )
    )
    return _counted(
        db,
        select(*SUMMARY, unmarked).where(
            PracticalRow.status == PracticalStatus.published,
            PracticalRow.ends_at < before,
            unmarked > 0,
        ),
    )


def waiting_beside_places(db: Session, *, now: datetime) -> tuple[PracticalCount, ...]:
    """Return the published practicals on which people wait although places are free, with their
    number: none of them meets the requirements, or booking has not opened. Lists that are over are
    left out."""
    waiting = _count_of(
        select(func.count()).where(
            WaitingEntry.practical_id == PracticalRow.id, WaitingEntry.state == WaitingState.waiting
        )
    )
    return _counted(
        db,
        select(*SUMMARY, waiting).where(
            _is_coming(now),
            PracticalRow.booking_closes_at > now,
            PracticalRow.taken < PracticalRow.capacity,
            waiting > 0,
        ),
    )


def lists_to_close(db: Session, *, now: datetime) -> tuple[PracticalId, ...]:
    """Return the published practicals whose booking has closed and for which people still wait."""
    waits = select(WaitingEntry.id).where(
        WaitingEntry.practical_id == PracticalRow.id, WaitingEntry.state == WaitingState.waiting
    )
    return tuple(
        db.scalars(
            select(PracticalRow.id)
            .where(
                PracticalRow.status == PracticalStatus.published,
                or_(PracticalRow.booking_closes_at <= now, PracticalRow.starts_at <= now),
                waits.exists(),
            )
            .order_by(PracticalRow.id)
        )
    )


def _is_coming(now: datetime) -> ColumnElement[bool]:
    return (PracticalRow.status == PracticalStatus.published) & (PracticalRow.starts_at > now)


def _count_of(query: Select[*tuple[Any, ...]]) -> Any:
    return query.correlate(PracticalRow).scalar_subquery()


def _briefs(db: Session, query: Select[*tuple[Any, ...]]) -> tuple[PracticalSummary, ...]:
    rows = db.execute(query.order_by(PracticalRow.starts_at, PracticalRow.id))
    return tuple(PracticalSummary(*row) for row in rows)


def _counted(db: Session, query: Select[*tuple[Any, ...]]) -> tuple[PracticalCount, ...]:
    rows = db.execute(query.order_by(PracticalRow.starts_at, PracticalRow.id))
    return tuple(PracticalCount(PracticalSummary(*brief), people) for *brief, people in rows)
