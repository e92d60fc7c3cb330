"""Moving the end of a running attempt to what its student's exceptions say."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.kit.ids import UserId
from app.quizzes import queries
from app.quizzes.domain.attempt import Attempt
from app.quizzes.domain.deadlines import end_with_time_back
from app.quizzes.domain.exceptions import AttemptExceptions
from app.quizzes.domain.transitions import AttemptEvent
from app.quizzes.steps.ending import apply_event


def recompute_end(
    db: Session,
    attempt: Attempt,
    exceptions: AttemptExceptions,
    by: UserId | None,
    *,
    now: datetime,
) -> Attempt:
    """Store when a running attempt ends that is locked and settled (`ending.settle_attempt`), and return it:
    at its deadline with these exceptions, and the time given back on top. Raise AttemptRefused if it has
    ended."""
    quiz = queries.quiz_of(db, attempt)
    moved = replace(
        attempt,
        due_at=end_with_time_back(quiz, attempt.started_at, exceptions, attempt.given_back_seconds),
    )
    return apply_event(db, moved, AttemptEvent.extend, by, now=now)
