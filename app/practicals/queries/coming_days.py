"""Who meets whom on a practical that is not over: for rules about the students whom an instructor looks
after. Callers check permissions."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, SQLColumnExpression, select
from sqlalchemy.orm import Session

from app.accounts.person_columns import PERSON
from app.db.base import table_of
from app.kit.ids import UserId
from app.practicals.domain.seats import PracticalStatus
from app.practicals.models import PracticalInstructor, PracticalRow, Seat
from app.practicals.seat_conditions import is_expected

SEATS: FromClause = table_of(Seat)
SEAT, PRACTICAL = SEATS.c, table_of(PracticalRow).c
TEACHES = table_of(PracticalInstructor).c


def is_on_day_of(
    student_id: SQLColumnExpression[Any],
    instructor_id: SQLColumnExpression[Any],
    now: SQLColumnExpression[Any] | datetime,
) -> ColumnElement[bool]:
    """Return the condition that a student has a place on a practical of this instructor that is not over."""
    return (
        _taught_seats(now)
        .where(SEAT.user_id == student_id, TEACHES.user_id == instructor_id)
        .exists()
    )


def is_on_a_taught_day(
    student_id: SQLColumnExpression[Any], now: SQLColumnExpression[Any] | datetime
) -> ColumnElement[bool]:
    """Return the condition that a student has a place on a practical that is not over and that an
    instructor with an open account teaches."""
    teachers = select(PERSON.id).where(PERSON.is_instructor, ~PERSON.is_closed)
    return (
        _taught_seats(now).where(SEAT.user_id == student_id, TEACHES.user_id.in_(teachers)).exists()
    )


def day_instructors_of(db: Session, student_id: UserId, *, now: datetime) -> frozenset[UserId]:
    """Return the instructors of the practicals that are not over and on which a student has a place."""
    rows = _taught_seats(now).where(SEAT.user_id == student_id)
    return frozenset(db.scalars(rows.with_only_columns(TEACHES.user_id)))


def _taught_seats(now: SQLColumnExpression[Any] | datetime) -> Select[Any]:
    return (
        select(SEAT.id)
        .join_from(SEATS, table_of(PracticalRow), PRACTICAL.id == SEAT.practical_id)
        .join(table_of(PracticalInstructor), TEACHES.practical_id == SEAT.practical_id)
        .where(
            is_expected(SEAT.state),
            PRACTICAL.status == PracticalStatus.published,
            PRACTICAL.ends_at > now,
        )
    )
