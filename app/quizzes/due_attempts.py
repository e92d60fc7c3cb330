"""The attempts at which the worker must look."""

from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from app.kit.ids import AttemptId
from app.quizzes.attempt_conditions import ATTEMPT, IS_RUNNING
from app.quizzes.domain.transitions import TOLERANCE


def due_attempts(db: Session, *, now: datetime, most: int = 20) -> tuple[AttemptId, ...]:
    """Return attempts whose next deadline is over, the earliest first. One that the version before started
    has no stored deadline: its end counts."""
    past = now - TOLERANCE
    no_deadline = and_(ATTEMPT.next_deadline_at.is_(None), ATTEMPT.due_at < past)
    rows = db.scalars(
        select(ATTEMPT.id)
        .where(IS_RUNNING, or_(ATTEMPT.next_deadline_at < past, no_deadline))
        .order_by(func.coalesce(ATTEMPT.next_deadline_at, ATTEMPT.due_at), ATTEMPT.id)
        .limit(most)
    )
    return tuple(rows)
