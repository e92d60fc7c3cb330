"""Reading the further attempts that the academy allowed. Callers check permissions."""

from sqlalchemy import ColumnElement, ScalarSelect, func, select
from sqlalchemy.orm import Session

from app.db.base import table_of
from app.kit.ids import AllowanceId, UserId
from app.quizzes import models
from app.quizzes.domain.allowing import Allowance

ATTEMPT = table_of(models.AttemptRow).c
ALLOWANCE = table_of(models.AllowanceRow).c
ADDED = func.coalesce(func.sum(ALLOWANCE.attempts), 0, type_=ALLOWANCE.attempts.type)


def live_allowances(
    user_id: ColumnElement[UserId], course_key: ColumnElement[str], quiz_key: ColumnElement[str]
) -> ScalarSelect[int]:
    """Return SQL for how many attempts the academy allowed a person at a quiz beyond its own number."""
    return (
        select(ADDED)
        .where(
            ALLOWANCE.user_id == user_id,
            ALLOWANCE.course_key == course_key,
            ALLOWANCE.quiz_key == quiz_key,
            ALLOWANCE.taken_back_at.is_(None),
        )
        .correlate(table_of(models.AttemptRow))
        .scalar_subquery()
    )


ALLOWANCES = live_allowances(ATTEMPT.user_id, ATTEMPT.course_key, ATTEMPT.quiz_key)
"""How many attempts were allowed in addition to the student of an attempt at its quiz."""


def allowances_at(db: Session, user_id: UserId, course_key: str, quiz_key: str) -> int:
    """Return how many attempts the academy allowed a person at a quiz beyond its own number."""
    added: int = db.execute(
        select(ADDED).where(
            ALLOWANCE.user_id == user_id,
            ALLOWANCE.course_key == course_key,
            ALLOWANCE.quiz_key == quiz_key,
            ALLOWANCE.taken_back_at.is_(None),
        )
    ).scalar_one()
    return added


def live_allowances_of(db: Session, user_id: UserId) -> dict[tuple[str, str], int]:
    """Return how many attempts were allowed a person in addition, by course and quiz; 0 is left out."""
    rows = db.execute(
        select(ALLOWANCE.course_key, ALLOWANCE.quiz_key, ADDED)
        .where(ALLOWANCE.user_id == user_id, ALLOWANCE.taken_back_at.is_(None))
        .group_by(ALLOWANCE.course_key, ALLOWANCE.quiz_key)
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
