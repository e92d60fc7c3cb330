"""Reads students who have no practical to choose yet. The list of dates promises them a mail."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from app.accounts.person_columns import PEOPLE, PERSON
from app.enrolments.place_conditions import INTAKE, INTAKES, PLACE, PLACES
from app.kit.ids import IntakeId, UserId
from app.practicals.models import PracticalRow, Seat
from app.practicals.seat_conditions import is_holding


def intakes_without_a_day(db: Session, user_id: UserId) -> tuple[str, ...]:
    """Return the titles of a person's intakes on courses on which they have no practical. Call this
    only if there is no practical that they could choose."""
    rows = db.scalars(
        select(INTAKE.title)
        .join_from(INTAKES, PLACES, PLACE.intake_id == INTAKE.id)
        .where(PLACE.user_id == user_id, PLACE.is_confirmed, ~_has_a_seat())
        .order_by(INTAKE.starts_on, INTAKE.id)
    )
    return tuple(dict.fromkeys(rows))


def who_has_no_day(
    db: Session,
    course_key: str,
    intake_id: IntakeId | None,
    *,
    without: Collection[IntakeId | None],
) -> list[UserId]:
    """Return the people with a confirmed place on a course but on none of its practicals, in one
    intake or all, except those whose intake, in `without`, has other practicals already."""
    query: Select[UserId] = select(PLACE.user_id).where(
        PLACE.course_key == course_key, PLACE.is_confirmed, ~_has_a_seat()
    )
    if intake_id is not None:
        query = query.where(PLACE.intake_id == intake_id)
    others = select(PLACE.user_id).where(PLACE.is_confirmed, PLACE.intake_id.in_(list(without)))
    return sorted(set(db.scalars(query.where(PLACE.user_id.not_in(others)))))


def students_without_a_day(
    db: Session, course_key: str, intake_id: IntakeId | None, *, most: int
) -> list[UserId]:
    """Return the first people, by name, with an open account and a confirmed place on a course, in one intake
    or all, but on none of its practicals."""
    query: Select[UserId] = (
        select(PLACE.user_id)
        .join_from(PLACES, PEOPLE, PERSON.id == PLACE.user_id)
        .where(
            PLACE.course_key == course_key,
            PLACE.is_confirmed,
            ~PERSON.is_closed,
            ~_has_a_seat(),
        )
        .order_by(PERSON.sort_key, PERSON.id)
        .limit(most)
    )
    if intake_id is not None:
        query = query.where(PLACE.intake_id == intake_id)
    return list(db.scalars(query))


def _has_a_seat() -> ColumnElement[bool]:
    return (
        select(Seat.id)
        .join(PracticalRow, PracticalRow.id == Seat.practical_id)
        .where(
            Seat.user_id == PLACE.user_id,
            is_holding(Seat.state),
            PracticalRow.course_key == PLACE.course_key,
        )
        .correlate(PLACES)
        .exists()
    )
