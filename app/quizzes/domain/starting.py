"""Whether a new attempt may start, and why not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from app.courses.domain.delivery import Course, Quiz
from app.kit.actor import Role
from app.kit.errors import Refusal
from app.kit.messages import msg
from app.learning.domain import Done, ModuleState, is_final_open, missing_modules, module_progress
from app.quizzes.domain.allowing import attempts_allowed, attempts_left
from app.quizzes.domain.attempt import AttemptFacts, TimedAttempt
from app.quizzes.domain.exceptions import NO_EXCEPTIONS, AttemptExceptions


class StartReason(StrEnum):
    locked = "locked"
    used_up = "used_up"
    already_open = "already_open"
    too_soon = "too_soon"
    not_open_yet = "not_open_yet"
    window_over = "window_over"
    code_missing = "code_missing"
    code_wrong = "code_wrong"


ALREADY_OPEN: Final = Refusal(
    StartReason.already_open,
    msg("You have started this quiz."),
    msg("Go on with your open attempt."),
)
USED_UP: Final = Refusal(
    StartReason.used_up,
    msg("You have used all your attempts at this quiz."),
    msg("Write to the academy if you need another."),
)


READ_AGAIN: Final = msg("Until then, read again what you missed.")


@dataclass(frozen=True, slots=True)
class StartObstacle:
    """Why no new attempt can start. `missing` has the modules to complete first; `open_attempt` is
    the attempt to continue instead, and `ready_at` is when the student can start: the wait between two
    attempts is over then, or their window opens."""

    refusal: Refusal
    missing: tuple[str, ...] = ()
    open_attempt: AttemptFacts | None = None
    ready_at: datetime | None = None


def may_go_on(roles: frozenset[Role], *, is_closed: bool, has_place: bool) -> bool:
    """Return whether a person may continue an open attempt: they need an open account, the student
    role and a confirmed place on the course."""
    return not is_closed and Role.student in roles and has_place


def start_obstacle(
    course: Course,
    quiz: Quiz,
    done: Done,
    attempts: Sequence[AttemptFacts],
    *,
    allowances: int,
    exceptions: AttemptExceptions = NO_EXCEPTIONS,
    now: datetime,
) -> StartObstacle | None:
    """Return why a student may not start a new attempt at this quiz, or None if they may.

    `attempts` are all their attempts at this quiz, `allowances` how many more the academy allowed one by one,
    and `exceptions` what it gave them beside. An open attempt must be continued in any case.
    """
    open_attempt = next((attempt for attempt in attempts if not attempt.has_ended(now)), None)
    if open_attempt is not None:
        return StartObstacle(ALREADY_OPEN, open_attempt=open_attempt)
    missing = missing_before(course, quiz, done)
    if missing:
        complete = msg("Complete first: {modules:plain}.", modules=missing)
        return StartObstacle(Refusal(StartReason.locked, complete), missing=missing)
    allowed = attempts_allowed(quiz.attempts, allowances + exceptions.extra_attempts)
    if attempts_left(allowed, len(attempts)) == 0:
        return StartObstacle(USED_UP)
    outside = window_obstacle(exceptions, now=now)
    if outside is not None:
        return outside
    ready_at = wait_until(quiz, attempts, now=now)
    if ready_at is not None:
        again = msg("You can try again on {when}.", when=ready_at)
        return StartObstacle(Refusal(StartReason.too_soon, again, READ_AGAIN), ready_at=ready_at)
    return None


def window_obstacle(exceptions: AttemptExceptions, *, now: datetime) -> StartObstacle | None:
    """Return why the window that the academy gave a student lets no attempt start now, or None."""
    opens_at, closes_at = exceptions.opens_at, exceptions.closes_at
    if opens_at is not None and now < opens_at:
        later = msg("The academy opens this quiz for you on {when}.", when=opens_at)
        return StartObstacle(Refusal(StartReason.not_open_yet, later), ready_at=opens_at)
    if closes_at is not None and closes_at <= now:
        over = msg("Your time for this quiz was over on {when}.", when=closes_at)
        ask = msg("Write to the academy if you still need to take it.")
        return StartObstacle(Refusal(StartReason.window_over, over, ask))
    return None


def wait_until(quiz: Quiz, attempts: Sequence[TimedAttempt], *, now: datetime) -> datetime | None:
    """Return when the wait after the last attempt is over, or None if the next attempt may start now."""
    if quiz.delay_minutes is None or not attempts:
        return None
    last = max(attempt.ended_at(now) for attempt in attempts)
    ready_at = last + timedelta(minutes=quiz.delay_minutes)
    return ready_at if now < ready_at else None


def missing_before(course: Course, quiz: Quiz, done: Done) -> tuple[str, ...]:
    """Return the titles of the modules to complete before this quiz opens.

    The final test requires all modules. A module's quiz opens together with its module, and stays
    open once the module is complete.
    """
    if quiz.key == course.final_test:
        if is_final_open(course, done):
            return ()
        keys = [module.key for module in course.modules]
        return tuple(module.title for module in missing_modules(course, keys, done))
    return tuple(
        module.title
        for progress in module_progress(course, done)
        if progress.module.quiz == quiz.key and progress.state is ModuleState.locked
        for module in progress.missing
    )
