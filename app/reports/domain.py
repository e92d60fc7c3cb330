"""The state of a student at a quiz, from the counts of their attempts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.kit.labelled_enum import LabelledEnum
from app.kit.messages import msg
from app.quizzes.domain.allowing import attempts_allowed, attempts_left


class QuizState(LabelledEnum):
    """The state of one student at one quiz."""

    passed = "passed", msg("Passed")
    used_up = "used_up", msg("No attempt left")
    not_passed = "not_passed", msg("Not passed yet")
    in_progress = "in_progress", msg("In progress")
    not_begun = "not_begun", msg("Not begun")


@dataclass(frozen=True, slots=True)
class AttemptCounts:
    """One student's attempts at one quiz. `best` is the best result in per cent, rounded down; None
    while nothing is marked. `running` says that one of them has not been sent yet. `allowances` is how many
    more the academy allowed than the quiz does."""

    attempts: int = 0
    is_passed: bool = False
    running: bool = False
    best: int | None = None
    last_at: datetime | None = None
    allowances: int = 0


NO_ATTEMPTS = AttemptCounts()


def state_of(tries: AttemptCounts, *, allowed: int | None) -> QuizState:
    """Return the state of a student. `allowed` is the number of attempts that the quiz itself allows,
    or None for no limit.

    A pass counts whatever came after it. The last attempt counts as used only once it is submitted.
    """
    if tries.is_passed:
        return QuizState.passed
    if tries.running:
        return QuizState.in_progress
    if not tries.attempts:
        return QuizState.not_begun
    if attempts_left(attempts_allowed(allowed, tries.allowances), tries.attempts) == 0:
        return QuizState.used_up
    return QuizState.not_passed


def course_in_use(
    course_keys: Sequence[str], starts: Iterable[tuple[str, date]], *, today: date
) -> str | None:
    """Return the course whose intake began last, or the first one where none has begun; None without any
    course. `starts` are the intakes, each with its course and the day it begins."""
    begun = [(day, key) for key, day in starts if day <= today and key in course_keys]
    return max(begun)[1] if begun else next(iter(course_keys), None)
