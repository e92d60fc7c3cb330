"""Open attempts without a right to them, for `preceptor audit` and for admins."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from app.accounts.person_columns import PEOPLE, PERSON
from app.db.base import table_of
from app.kit.ids import AttemptId, UserId
from app.quizzes import models
from app.quizzes.attempt_conditions import IS_RUNNING
from app.quizzes.domain.transitions import TOLERANCE
from app.quizzes.queries import ATTEMPT, HOLDS_PLACE

_DEADLINE = func.coalesce(ATTEMPT.next_deadline_at, ATTEMPT.due_at)


@dataclass(frozen=True, slots=True)
class LostAttempt:
    """An open attempt whose student has no right to it any more."""

    attempt_id: AttemptId
    user_id: UserId
    name: str
    course_key: str


def attempts_without_right(db: Session, *, now: datetime) -> tuple[LostAttempt, ...]:
    """Return the open attempts whose students may not go on (see `domain.starting.may_go_on`). One whose
    time is over is left out: the worker closes it."""
    rows = db.execute(statement_of_lost(now))
    return tuple(LostAttempt(*row) for row in rows)


def statement_of_lost(now: datetime) -> Select[*tuple[Any, ...]]:
    """Return the statement that finds open attempts without a right to them."""
    return (
        select(ATTEMPT.id, ATTEMPT.user_id, PERSON.name, ATTEMPT.course_key)
        .join_from(table_of(models.AttemptRow), PEOPLE, PERSON.id == ATTEMPT.user_id)
        .where(
            IS_RUNNING,
            or_(_DEADLINE.is_(None), now - TOLERANCE <= _DEADLINE),
            or_(PERSON.is_closed, PERSON.is_student.is_(False), ~HOLDS_PLACE),
        )
        .order_by(ATTEMPT.id)
    )
