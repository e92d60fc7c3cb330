"""Accepting answers that came after the end of an attempt."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from app.kit.errors import Refusal
from app.kit.messages import msg
from app.quizzes.domain.attempt import AnswerStanding, Attempt, SavedAnswer, Score
from app.quizzes.domain.transitions import AttemptEvent, refusal_of

PUT_ASIDE: Final = frozenset({AnswerStanding.set_aside, AnswerStanding.unreadable})


class AcceptingReason(StrEnum):
    """Why late answers are not accepted."""

    nothing_late = "nothing_late"
    worse = "worse"


NOTHING_LATE: Final = Refusal(
    AcceptingReason.nothing_late,
    msg("No answer of this attempt came late, or those that did are accepted already."),
    msg("Look at the attempt as it is now."),
)
WORSE: Final = Refusal(
    AcceptingReason.worse,
    msg("With the late answers this attempt would have a worse result than it has now."),
    msg("Leave it as it is: late answers never take anything away."),
)


def late_answers(answers: Iterable[SavedAnswer]) -> tuple[SavedAnswer, ...]:
    """Return the late answers that could be accepted: of each question the newest answer, if it came late
    and nobody has accepted it. One after which the student has answered in time is not among them."""
    newest: dict[str, SavedAnswer] = {}
    for answer in answers:
        current = newest.get(answer.question_key)
        is_newer = current is None or answer.sequence > current.sequence
        if answer.standing not in PUT_ASIDE and is_newer:
            newest[answer.question_key] = answer
    return tuple(answer for answer in newest.values() if answer.is_late and answer.standing is None)


def accepting_obstacle(attempt: Attempt, late: Iterable[SavedAnswer]) -> Refusal | None:
    """Return why the late answers of an attempt cannot be accepted now: it runs, it has no result that could
    become better, or there are none."""
    if attempt.score is None:
        return refusal_of(attempt.state, AttemptEvent.mark)
    return None if any(True for _ in late) else NOTHING_LATE


def is_worse(before: Score, after: Score) -> bool:
    """Return whether a result takes away from another: points, or that it is passed."""
    return after.earned < before.earned or (before.passed and not after.passed)
