"""The attempts at which the worker must look."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app.kit.ids import AttemptId
from app.quizzes.attempt_conditions import ATTEMPT, IS_RUNNING
from app.quizzes.domain.transitions import TOLERANCE


def due_attempts(db: Session, *, now: datetime, most: int = 20) -> tuple[AttemptId, ...]:
    """Return attempts whose next deadline is over, the earliest first. One that the version before started
    has no stored deadline: its end counts."""
    rows = db.scalars(
        select(ATTEMPT.id)
        .where(IS_RUNNING, _is_due(now))
        .order_by(func.coalesce(ATTEMPT.next_deadline_at, ATTEMPT.due_at), ATTEMPT.id)
        .limit(most)
    )
    return tuple(rows)


def due_attempts_at(
    db: Session, course_key: str, quiz_key: str, *, now: datetime
) -> tuple[AttemptId, ...]:
    """Return the attempts at one quiz whose next deadline is over."""
    rows = db.scalars(
        select(ATTEMPT.id)
        .where(
            ATTEMPT.course_key == course_key,
            ATTEMPT.quiz_key == quiz_key,
            IS_RUNNING,
            _is_due(now),
        )
        .order_by(ATTEMPT.id)
    )
    return tuple(rows)


def _is_due(now: datetime) -> ColumnElement[bool]:
    past = now - TOLERANCE
    no_deadline = and_(ATTEMPT.next_deadline_at.is_(None), ATTEMPT.due_at < past)
    return or_(ATTEMPT.next_deadline_at < past, no_deadline)
