"""When an attempt ends. Only the server's clock counts, and only elapsed time: a change of the clocks
in spring or autumn makes no attempt shorter or longer."""

import math
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from app.courses.domain.delivery import Quiz
from app.quizzes.domain.exceptions import AttemptExceptions


def time_limit(quiz: Quiz, exceptions: AttemptExceptions) -> timedelta | None:
    """Return how long an attempt of this student may take, or None without a limit. A part of a second is
    rounded up, in the student's favour."""
    if quiz.minutes is None:
        return None
    minutes = quiz.minutes * exceptions.factor + exceptions.extra_minutes
    return timedelta(seconds=math.ceil(minutes * Fraction(60)))


def deadline(quiz: Quiz, started_at: datetime, exceptions: AttemptExceptions) -> datetime | None:
    """Return when an attempt that started at `started_at` ends: at the end of its time limit or when the
    student's window closes, whichever is earlier. Return None if neither limits it."""
    limit = time_limit(quiz, exceptions)
    ends = [] if limit is None else [started_at.astimezone(UTC) + limit]
    if exceptions.closes_at is not None:
        ends.append(exceptions.closes_at.astimezone(UTC))
    return min(ends, default=None)


def end_with_time_back(
    quiz: Quiz, started_at: datetime, exceptions: AttemptExceptions, given_back_seconds: int
) -> datetime | None:
    """Return when an attempt ends to which the academy gave time back: that much after its deadline. Return
    None if nothing limits it."""
    end = deadline(quiz, started_at, exceptions)
    return None if end is None else end + timedelta(seconds=given_back_seconds)
