"""How many attempts a student has at a quiz, and whether the academy may allow one more.

A student has the number of the quiz and what each live allowance adds: one, or as many as leave one where
they had used more than their course allows now. An allowance is live until it is taken back; it is used by
the attempt for which nothing else is left. No clock, no database.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from app.kit.errors import Refusal
from app.kit.ids import AllowanceId, UserId
from app.kit.messages import msg, msgs
from app.quizzes.domain.attempt import AttemptFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """One more attempt that was allowed. It adds `attempts` to those of the quiz. `reason` is None after the
    account of the student has ended."""

    id: AllowanceId
    user_id: UserId
    course_key: str
    quiz_key: str
    number: int
    attempts: int
    reason: str | None
    reason_is_told: bool
    given_at: datetime
    given_by: UserId
    taken_back_at: datetime | None = None
    taken_back_by: UserId | None = None

    @property
    def is_live(self) -> bool:
        return self.taken_back_at is None


class AllowanceReason(StrEnum):
    """Why no further attempt can be allowed, or why one cannot be taken back."""

    closed = "closed"
    certified = "certified"
    passed = "passed"
    place_ended = "place_ended"
    unlimited = "unlimited"
    running = "running"
    unused = "unused"
    attempts_left = "attempts_left"
    used = "used"
    taken_back = "taken_back"


CLOSED: Final = Refusal(
    AllowanceReason.closed,
    msg("The account of this person is closed, so they can start no attempt."),
    msg("Open the account first if they come back."),
)
CERTIFIED: Final = Refusal(
    AllowanceReason.certified,
    msg("The certificate of this course is issued, so its quizzes are settled."),
    msg("Nothing needs to be done."),
)
PASSED: Final = Refusal(
    AllowanceReason.passed,
    msg("This quiz is passed already."),
    msg("Nothing needs to be done: the best attempt counts."),
)
PLACE_ENDED: Final = Refusal(
    AllowanceReason.place_ended,
    msg("This person has no place on the course any more."),
    msg("Reserve a place for them first."),
)
UNLIMITED: Final = Refusal(
    AllowanceReason.unlimited,
    msg("This quiz may be tried as often as people like."),
    msg("Nothing needs to be done."),
)
RUNNING: Final = Refusal(
    AllowanceReason.running,
    msg("An attempt is running."),
    msg("Wait until it has ended."),
)
UNUSED: Final = Refusal(
    AllowanceReason.unused,
    msg("One more attempt is allowed already, and not used yet."),
    msg("Take it back if it was a mistake."),
)
USED: Final = Refusal(
    AllowanceReason.used,
    msg("The attempt that was allowed has been started, so it cannot be taken back."),
    msg("Its result counts like every other."),
)
TAKEN_BACK: Final = Refusal(
    AllowanceReason.taken_back,
    msg("This attempt was taken back before."),
    msg("Nothing needs to be done."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizStanding:
    """Where a student stands at one quiz. `by_quiz` is the number of attempts that the quiz itself allows,
    None for no limit; `attempts` are all theirs, `allowances` is what their live allowances add, and
    `extra_attempts` what exceptions add. `is_closed`: their account is closed."""

    by_quiz: int | None
    attempts: Sequence[AttemptFacts]
    allowances: int
    has_place: bool
    is_certified: bool
    is_closed: bool
    extra_attempts: int = 0

    @property
    def allowed(self) -> int | None:
        return attempts_allowed(self.by_quiz, self.allowances + self.extra_attempts)

    @property
    def left(self) -> int | None:
        return attempts_left(self.allowed, len(self.attempts))

    @property
    def one_more(self) -> int:
        """How many attempts an allowance must add so that one is left."""
        return max(0, len(self.attempts) - (self.allowed or 0)) + 1

    @property
    def is_passed(self) -> bool:
        return any(attempt.score and attempt.score.passed for attempt in self.attempts)


def attempts_allowed(by_quiz: int | None, allowances: int) -> int | None:
    """Return how many attempts a student has at a quiz in all; None for no limit."""
    return None if by_quiz is None else by_quiz + allowances


def attempts_left(allowed: int | None, used: int) -> int | None:
    """Return how many attempts a student may still start; None for no limit."""
    return None if allowed is None else max(0, allowed - used)


def added_after(allowance: Allowance, allowances: Iterable[Allowance]) -> int:
    """Return what the live allowances add that were given to the same student at the same quiz later."""
    return sum(
        other.attempts
        for other in allowances
        if other.is_live
        and other.quiz_key == allowance.quiz_key
        and other.number > allowance.number
    )


def allowing_obstacle(standing: QuizStanding, *, now: datetime) -> Refusal | None:
    """Return why one more attempt may not be allowed, or None if it may. It may be allowed only where no
    attempt is left, so there is never more than one that is not used."""
    left = standing.left
    if standing.is_closed:
        return CLOSED
    if standing.is_certified:
        return CERTIFIED
    if standing.is_passed:
        return PASSED
    if not standing.has_place:
        return PLACE_ENDED
    if left is None:
        return UNLIMITED
    if any(not attempt.has_ended(now) for attempt in standing.attempts):
        return RUNNING
    if left and standing.allowances:
        return UNUSED
    if left:
        return Refusal(
            AllowanceReason.attempts_left,
            msgs("{n} attempt is left.", "{n} attempts are left.", left),
            msg("Allow one more when none is left."),
        )
    return None


def taking_back_obstacle(
    allowance: Allowance, standing: QuizStanding, *, later: int
) -> Refusal | None:
    """Return why an allowance may not be taken back, or None if it may. The oldest are used first; `later`
    is what the live ones add that came after this."""
    if not allowance.is_live:
        return TAKEN_BACK
    if standing.is_closed:
        return CLOSED
    if standing.left is not None and standing.left <= later:
        return CERTIFIED if standing.is_certified else USED
    return None
