"""Reading the further attempts that the academy allowed, one by one or by an exception. Callers check
permissions."""

from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.orm import Session

from app.db.base import table_of
from app.db.prepared import Prepared
from app.kit.ids import AllowanceId, UserId
from app.quizzes import models
from app.quizzes.domain.allowing import Allowance
from app.quizzes.exception_queries import extra_attempts

ATTEMPT = table_of(models.AttemptRow).c
ALLOWANCE = table_of(models.AllowanceRow).c
ADDED = func.coalesce(func.sum(ALLOWANCE.attempts), 0, type_=ALLOWANCE.attempts.type)


def live_allowances(
    user_id: ColumnElement[UserId], course_key: ColumnElement[str], quiz_key: ColumnElement[str]
) -> ColumnElement[int]:
    """Return SQL for how many attempts a person has at a quiz beyond its own number: those that were allowed
    one by one, and those of exceptions."""
    allowed = (
        select(ADDED)
        .where(
            ALLOWANCE.user_id == user_id,
            ALLOWANCE.course_key == course_key,
            ALLOWANCE.quiz_key == quiz_key,
            ALLOWANCE.taken_back_at.is_(None),
        )
        .correlate_except(table_of(models.AllowanceRow))
        .scalar_subquery()
    )
    return allowed + extra_attempts(user_id, course_key, quiz_key)


ALLOWANCES = live_allowances(ATTEMPT.user_id, ATTEMPT.course_key, ATTEMPT.quiz_key)
"""How many attempts the student of an attempt has in addition at its quiz."""


# Built once: every result asks for it.
ADDED_AT = Prepared(
    select(
        live_allowances(
            bindparam("user_id", type_=ALLOWANCE.user_id.type),
            bindparam("course_key", type_=ALLOWANCE.course_key.type),
            bindparam("quiz_key", type_=ALLOWANCE.quiz_key.type),
        ).label("added")
    )
)


def allowances_at(db: Session, user_id: UserId, course_key: str, quiz_key: str) -> int:
    """Return how many attempts a person has at a quiz beyond its own number."""
    row = ADDED_AT.one_or_none(db, user_id=user_id, course_key=course_key, quiz_key=quiz_key)
    added: int = row.added
    return added


def live_allowances_of(db: Session, user_id: UserId) -> dict[tuple[str, str], int]:
    """Return how many attempts a person has in addition, by course and quiz, where they tried one."""
    rows = db.execute(
        select(ATTEMPT.course_key, ATTEMPT.quiz_key, ALLOWANCES)
        .where(ATTEMPT.user_id == user_id)
        .distinct()
    )
    return {(course_key, quiz_key): count for course_key, quiz_key, count in rows}


def allowance_of(db: Session, allowance_id: AllowanceId) -> Allowance | None:
    """Return one allowance, also one that was taken back."""
    row = db.get(models.AllowanceRow, allowance_id, populate_existing=True)
    return None if row is None else models.allowance_from(row)


def allowances_on(db: Session, user_id: UserId, course_key: str) -> tuple[Allowance, ...]:
    """Return every allowance of a person on a course, in the order in which they were given."""
    rows = db.scalars(
        select(models.AllowanceRow)
        .where(models.AllowanceRow.user_id == user_id, models.AllowanceRow.course_key == course_key)
        .order_by(models.AllowanceRow.given_at, models.AllowanceRow.number)
        .execution_options(populate_existing=True)
    )
    return tuple(models.allowance_from(row) for row in rows)
