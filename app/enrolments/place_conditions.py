"""Columns of places and intakes, and conditions on holding a place: for statements of higher features, which
import no models. Callers check permissions."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, SQLColumnExpression, select

from app.db.base import table_of
from app.enrolments.domain import EnrolmentState
from app.enrolments.models import Enrolment, IntakeRow
from app.kit.ids import IntakeId, UserId

PLACES: FromClause = table_of(Enrolment)
INTAKES: FromClause = table_of(IntakeRow)


@dataclass(frozen=True, slots=True, eq=False)
class PlaceColumns:
    """`is_confirmed`: the person holds the place now; otherwise they asked, wait, or held it before."""

    user_id: ColumnElement[Any]
    course_key: ColumnElement[Any]
    intake_id: ColumnElement[Any]
    is_confirmed: ColumnElement[bool]


@dataclass(frozen=True, slots=True, eq=False)
class IntakeColumns:
    id: ColumnElement[Any]
    title: ColumnElement[Any]
    starts_on: ColumnElement[Any]


PLACE = PlaceColumns(
    PLACES.c.user_id,
    PLACES.c.course_key,
    PLACES.c.intake_id,
    is_confirmed=PLACES.c.state == EnrolmentState.confirmed,
)
INTAKE = IntakeColumns(INTAKES.c.id, INTAKES.c.title, INTAKES.c.starts_on)


def holds_place(
    user_id: SQLColumnExpression[UserId], course_key: SQLColumnExpression[str]
) -> ColumnElement[bool]:
    """Return the SQL condition that a person holds a confirmed place on a course now."""
    held = table_of(Enrolment).alias("held")
    return _is_confirmed(held, user_id, held.c.course_key == course_key)


def holds_place_in(
    user_id: SQLColumnExpression[UserId], intake_id: SQLColumnExpression[IntakeId | None]
) -> ColumnElement[bool]:
    """Return the SQL condition that a person holds a confirmed place in an intake now."""
    held = table_of(Enrolment).alias("held_in")
    return _is_confirmed(held, user_id, held.c.intake_id == intake_id)


def intakes_of_student(user_id: SQLColumnExpression[UserId]) -> Select[tuple[IntakeId]]:
    """Return SQL for the intakes in which a person holds a confirmed place now."""
    held = table_of(Enrolment).alias("held_places")
    return (
        select(held.c.intake_id)
        .where(held.c.user_id == user_id, held.c.state == EnrolmentState.confirmed)
        .correlate_except(held)
    )


def _is_confirmed(
    held: FromClause, user_id: SQLColumnExpression[UserId], where: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Return the condition that the person has a confirmed enrolment in `held` of which `where` is true."""
    return (
        select(held.c.id)
        .where(held.c.user_id == user_id, where, held.c.state == EnrolmentState.confirmed)
        .exists()
    )
