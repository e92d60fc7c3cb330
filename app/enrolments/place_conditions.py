"""SQL conditions on holding a place, for statements of higher features."""

from sqlalchemy import ColumnElement, FromClause, SQLColumnExpression, select

from app.db.base import table_of
from app.enrolments.domain import EnrolmentState
from app.enrolments.models import Enrolment
from app.kit.ids import IntakeId, UserId


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


def _is_confirmed(
    held: FromClause, user_id: SQLColumnExpression[UserId], where: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Return the condition that the person has a confirmed enrolment in `held` of which `where` is true."""
    return (
        select(held.c.id)
        .where(held.c.user_id == user_id, where, held.c.state == EnrolmentState.confirmed)
        .exists()
    )
