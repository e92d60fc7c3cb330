"""When a student may see keys and explanations (R-050)."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction

from app.courses.domain.delivery import Quiz
from app.quizzes.domain.allowing import attempts_allowed, attempts_left
from app.quizzes.domain.attempt import AttemptFacts, Score


def is_released(
    quiz: Quiz,
    attempts: Sequence[AttemptFacts],
    scores: Sequence[Score],
    *,
    allowances: int,
    now: datetime,
) -> bool:
    """Return whether keys and explanations of ended attempts may be shown to their student.

    A module's quiz is for learning: each attempt is released when it ends. The final test is for
    judging: its score is shown at once, but its answers only after it is passed or no attempt is
    left, so that one attempt does not give away the next. One more attempt that the academy allowed
    hides them again until it has ended. `attempts` are all attempts of this student at this quiz,
    `scores` those of the ended ones, and `allowances` counts the attempts that were allowed in addition.
    """
    if quiz.kind == "module":
        return True
    if any(score.passed for score in scores):
        return True
    used = sum(attempt.has_ended(now) for attempt in attempts)
    return attempts_left(attempts_allowed(quiz.attempts, allowances), used) == 0


def best(scores: Sequence[Score]) -> Score | None:
    """Return the best score. Scores are compared exactly, because the possible points may differ."""
    return max(
        scores,
        key=lambda score: (score.passed, Fraction(score.earned, score.possible)),
        default=None,
    )
