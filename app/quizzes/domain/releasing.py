"""What a student may see of the answers, and when (R-050)."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction

from app.courses.domain.delivery import Quiz
from app.quizzes.domain.attempt import AttemptFacts, Score


def is_released(
    quiz: Quiz, attempts: Sequence[AttemptFacts], scores: Sequence[Score], *, now: datetime
) -> bool:
    """Return whether keys and explanations of ended attempts may be shown to their student.

    A module's quiz teaches: it is released attempt by attempt, as each one ends. The final test
    judges: its score is told at once, but its answers only after it is passed or no attempt is left,
    so that one attempt never gives away the next. `attempts` are all of this student at this quiz and
    `scores` those of the ended ones.
    """
    if quiz.kind == "module":
        return True
    if any(score.passed for score in scores):
        return True
    used = sum(attempt.has_ended(now) for attempt in attempts)
    return quiz.attempts is not None and used >= quiz.attempts


def best(scores: Sequence[Score]) -> Score | None:
    """Return the score that counts: the best, compared exactly, as possible points may differ."""
    return max(
        scores,
        key=lambda score: (score.passed, Fraction(score.earned, score.possible)),
        default=None,
    )
