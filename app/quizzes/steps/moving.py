"""Moving the end of an attempt: the only function that computes it again after the start."""

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
    given_back_seconds: int | None = None,
    event: AttemptEvent = AttemptEvent.extend,
    now: datetime,
) -> Attempt:
    """Store when an attempt ends that is locked and settled (`ending.settle_attempt`), and return it.

    The end is its deadline with these exceptions, and the time given back on top; `given_back_seconds` None
    leaves that time as it is. `event` is `extend` for a running attempt, and `reopen` for one that has
    ended. Raise AttemptRefused if its state does not take the event.
    """
    seconds = attempt.given_back_seconds if given_back_seconds is None else given_back_seconds
    quiz = queries.quiz_of(db, attempt)
    moved = replace(
        attempt,
        due_at=end_with_time_back(quiz, attempt.started_at, exceptions, seconds),
        given_back_seconds=seconds,
    )
    return apply_event(db, moved, event, by, now=now)
