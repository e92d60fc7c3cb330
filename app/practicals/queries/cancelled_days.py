"""Reads who was on a practical when it was cancelled, and who waited for it then."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from app.accounts.person_columns import PEOPLE, PERSON
from app.audit import queries as audit
from app.db.base import table_of
from app.kit.errors import NotFound
from app.kit.ids import PracticalId, UserId
from app.practicals.domain.seats import PracticalStatus, WaitingState
from app.practicals.models import PracticalRow, Seat, WaitingEntry
from app.practicals.queries.summaries import (
    ENTRY,
    PRACTICAL,
    SEAT,
    SUMMARY,
    PracticalSummary,
    practical_summary,
)
from app.practicals.seat_conditions import is_expected, was_ended_by_office

MOST_DAYS = 50
MOST = 500
"""More people than any day has; the list is not read without a limit."""


@dataclass(frozen=True, slots=True)
class FormerPerson:
    """Somebody who had a place on a day, or waited for one, when the day was cancelled. `has_other` says
    that they have a place on another day of the same kind that has not begun."""

    user_id: UserId
    name: str
    email: str
    has_other: bool


@dataclass(frozen=True, slots=True)
class CancelledList:
    """The list of a day as it was when the day was cancelled: places by name, the waiting list in its
    order. It is empty for a day that had nobody."""

    cancelled_at: datetime
    had_place: tuple[FormerPerson, ...]
    waited: tuple[FormerPerson, ...]

    @property
    def people(self) -> tuple[FormerPerson, ...]:
        """Everybody, first those who had a place."""
        return (*self.had_place, *self.waited)


@dataclass(frozen=True, slots=True)
class RebookingPage:
    """The people of a cancelled day, and the days of the same kind to come with a free place."""

    practical: PracticalSummary
    former: CancelledList
    days: tuple[PracticalSummary, ...]

    @property
    def proposed(self) -> tuple[FormerPerson, ...]:
        """The people who lost their place and have no other."""
        return tuple(person for person in self.former.had_place if not person.has_other)


def cancelled_list(
    db: Session, practical_id: PracticalId, *, now: datetime
) -> CancelledList | None:
    """Return the list of a cancelled day, in three statements; None for any other day. Callers check
    permissions.

    The places ended in the act that cancelled the day, so they ended at its time. Places that were given
    up or taken away before do not count, and neither do people who left the waiting list.
    """
    cancelled_at = db.scalar(
        select(audit.first_recorded_at("practicals.cancelled", "practical", PRACTICAL.id)).where(
            PRACTICAL.id == practical_id, PRACTICAL.status == PracticalStatus.cancelled
        )
    )
    if cancelled_at is None:
        return None
    other = _has_other_day(practical_id, now)
    person = (PERSON.id, PERSON.name, PERSON.email, PERSON.id.in_(other))
    held = select(*person).join_from(table_of(Seat), PEOPLE, PERSON.id == SEAT.user_id)
    held = held.where(
        SEAT.practical_id == practical_id,
        was_ended_by_office(SEAT.state),
        SEAT.ended_at == cancelled_at,
    ).order_by(PERSON.sort_key, SEAT.id)
    waited = (
        select(*person)
        .join_from(table_of(WaitingEntry), PEOPLE, PERSON.id == ENTRY.user_id)
        .join(table_of(PracticalRow), PRACTICAL.id == ENTRY.practical_id)
        .where(
            ENTRY.practical_id == practical_id,
            ENTRY.state == WaitingState.closed,
            or_(
                ENTRY.ended_at == cancelled_at,
                and_(ENTRY.ended_at >= PRACTICAL.booking_closes_at, ENTRY.ended_at < cancelled_at),
            ),
        )
        .order_by(ENTRY.number)
    )
    return CancelledList(
        cancelled_at,
        tuple(FormerPerson(*row) for row in db.execute(held.limit(MOST))),
        tuple(FormerPerson(*row) for row in db.execute(waited.limit(MOST))),
    )


def rebooking_page(db: Session, practical_id: PracticalId, *, now: datetime) -> RebookingPage:
    """Return the people of a cancelled day with the days on which places can be reserved for them. Raise
    NotFound for a day that is not cancelled. Callers check permissions."""
    former = cancelled_list(db, practical_id, now=now)
    day = practical_summary(db, practical_id)
    if former is None or day is None:
        raise NotFound
    return RebookingPage(day, former, other_days(db, day, now=now))


def other_days(
    db: Session, day: PracticalSummary, *, now: datetime
) -> tuple[PracticalSummary, ...]:
    """Return the other days of the same kind to come with a free place, the next first."""
    rows = db.execute(
        select(*SUMMARY)
        .where(
            PracticalRow.id != day.practical_id,
            PracticalRow.course_key == day.course_key,
            PracticalRow.kind_key == day.kind_key,
            PracticalRow.status == PracticalStatus.published,
            PracticalRow.starts_at > now,
            PracticalRow.taken < PracticalRow.capacity,
        )
        .order_by(PracticalRow.starts_at, PracticalRow.id)
        .limit(MOST_DAYS)
    )
    return tuple(PracticalSummary(*row) for row in rows)


def _has_other_day(practical_id: PracticalId, now: datetime) -> Select[UserId]:
    """Return a query for the holders of places on other days of the same kind that have not begun."""
    this = table_of(PracticalRow).alias("this")
    day = table_of(PracticalRow).alias("day")
    seat = table_of(Seat).alias("other_seat")
    return (
        select(seat.c.user_id)
        .join(day, day.c.id == seat.c.practical_id)
        .join(
            this,
            and_(
                this.c.id == practical_id,
                this.c.course_key == day.c.course_key,
                this.c.kind_key == day.c.kind_key,
            ),
        )
        .where(
            is_expected(seat.c.state),
            day.c.status == PracticalStatus.published,
            day.c.starts_at > now,
        )
    )
