"""Whether something may be given to students at a quiz, and whether it may be ended: pure rules."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from app.kit.errors import Refusal
from app.kit.ids import AttemptId, UserId
from app.kit.messages import msg
from app.quizzes.domain.allowing import CERTIFIED, CLOSED, PLACE_ENDED
from app.quizzes.domain.exceptions import ExceptionTerms, QuizException


class ExceptionReason(StrEnum):
    """Why an exception cannot be given or ended. For one person it may also be a reason of
    `allowing.AllowanceReason`: closed, certified or place_ended."""

    nothing = "nothing"
    two_kinds_of_time = "two_kinds_of_time"
    window_backwards = "window_backwards"
    past = "past"
    no_limit = "no_limit"
    overlaps = "overlaps"
    shrinks = "shrinks"
    nobody = "nobody"
    ended = "ended"
    replaces_other = "replaces_other"


NOTHING: Final = Refusal(
    ExceptionReason.nothing,
    msg("This exception gives nothing."),
    msg("Choose more time, a window or further attempts."),
)
TWO_KINDS_OF_TIME: Final = Refusal(
    ExceptionReason.two_kinds_of_time,
    msg("More time is either a multiple of the limit or a number of minutes."),
    msg("Leave one of them empty."),
)
WINDOW_BACKWARDS: Final = Refusal(
    ExceptionReason.window_backwards,
    msg("The window closes before it opens."),
    msg("Choose an end after its start."),
)
NO_LIMIT: Final = Refusal(
    ExceptionReason.no_limit,
    msg("This quiz has no time limit, so more time changes nothing."),
    msg("Give a window or further attempts, or choose another quiz."),
)
OVERLAPS: Final = Refusal(
    ExceptionReason.overlaps,
    msg("There is an exception for them at this quiz already."),
    msg("Change that one, or end it first."),
)
NOBODY: Final = Refusal(
    ExceptionReason.nobody,
    msg("Nobody in this group can take quizzes of this course."),
    msg("Choose another group or course, or reserve places first."),
)
ENDED: Final = Refusal(
    ExceptionReason.ended,
    msg("This exception was ended before."),
    msg("Nothing needs to be done."),
)


REPLACES_OTHER: Final = Refusal(
    ExceptionReason.replaces_other,
    msg("The exception that would end by this one is for others, or at another quiz."),
    msg("Give a new one. The other has a page of its own, where you can end it."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedEnd:
    """When a running attempt ends now, and when it would end afterwards. None: nothing limits it."""

    attempt_id: AttemptId
    ends_at: datetime | None
    would_end_at: datetime | None

    @property
    def is_earlier(self) -> bool:
        return self.would_end_at is not None and (
            self.ends_at is None or self.would_end_at < self.ends_at
        )

    @property
    def is_later(self) -> bool:
        return self.ends_at is not None and (
            self.would_end_at is None or self.would_end_at > self.ends_at
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernedStudent:
    """A student whom an exception is about. `is_changed`: what they have in all would change. `running` are
    their running attempts at the quizzes that it is about."""

    user_id: UserId
    name: str
    is_closed: bool = False
    is_certified: bool = False
    has_place: bool = True
    is_changed: bool = True
    running: tuple[MovedEnd, ...] = ()

    @property
    def obstacle(self) -> Refusal | None:
        """Why they can make no use of an exception, or None if they can."""
        if self.is_closed:
            return CLOSED
        if self.is_certified:
            return CERTIFIED
        return None if self.has_place else PLACE_ENDED

    @property
    def gains(self) -> bool:
        return self.is_changed and self.obstacle is None


def terms_obstacle(terms: ExceptionTerms, *, has_limit: bool, now: datetime) -> Refusal | None:
    """Return why nobody can be given this, or None. `has_limit`: a quiz that it is about has a time limit."""
    if not (terms.gives_time or terms.has_window or terms.gives_attempts):
        return NOTHING
    if terms.extra_minutes is not None and terms.factor is not None:
        return TWO_KINDS_OF_TIME
    opens_at, closes_at = terms.opens_at, terms.closes_at
    if opens_at is not None and closes_at is not None and closes_at <= opens_at:
        return WINDOW_BACKWARDS
    if closes_at is not None and closes_at <= now:
        over = msg("This window was over on {when}.", when=closes_at)
        later = msg("Choose an end after {now}.", now=now)
        return Refusal(ExceptionReason.past, over, later)
    only_time = terms.gives_time and not terms.has_window and not terms.gives_attempts
    return NO_LIMIT if only_time and not has_limit else None


def exception_obstacle(
    terms: ExceptionTerms,
    recipients: Sequence[ConcernedStudent],
    *,
    is_for_person: bool,
    is_taken: bool,
    has_limit: bool,
    now: datetime,
) -> Refusal | None:
    """Return why this may not be given to these students, or None if it may.

    `is_taken`: they have a live exception at the same quiz that this one does not replace. What is given to a
    group is refused only if it helps nobody there, or makes a running attempt shorter.
    """
    if (refusal := terms_obstacle(terms, has_limit=has_limit, now=now)) is not None:
        return refusal
    if is_taken:
        return OVERLAPS
    obstacles = [recipient.obstacle for recipient in recipients]
    if all(obstacles):
        return obstacles[0] if is_for_person and obstacles else NOBODY
    return shrinking_obstacle(recipients)


def replacing_obstacle(replaced: QuizException, following: QuizException) -> Refusal | None:
    """Return why an exception may not end by this other one, or None if it may. It is decided for the
    students and the quiz of the new one only, so the old one must be for the same."""
    if not replaced.is_live:
        return ENDED
    is_same = (
        replaced.audience == following.audience
        and replaced.course_key == following.course_key
        and replaced.quiz_key == following.quiz_key
    )
    return None if is_same else REPLACES_OTHER


def ending_obstacle(recipients: Collection[ConcernedStudent], *, is_live: bool) -> Refusal | None:
    """Return why an exception may not be ended, or None if it may."""
    return shrinking_obstacle(recipients) if is_live else ENDED


def shrinking_obstacle(recipients: Collection[ConcernedStudent]) -> Refusal | None:
    """Return why the first running attempt that would become shorter forbids it, or None."""
    for recipient in recipients:
        for attempt in recipient.running:
            if attempt.would_end_at is not None and attempt.is_earlier:
                return _shrinks(recipient.name, attempt.ends_at, attempt.would_end_at)
    return None


def _shrinks(name: str, ends_at: datetime | None, would_end_at: datetime) -> Refusal:
    if ends_at is None:
        message = msg(
            "The running attempt of {name} has no end, and would end on {would_end}.",
            name=name,
            would_end=would_end_at,
        )
        return Refusal(ExceptionReason.shrinks, message, msg("Wait until it is sent."))
    message = msg(
        "The running attempt of {name} would end on {would_end} instead of {ends}.",
        name=name,
        would_end=would_end_at,
        ends=ends_at,
    )
    remedy = msg("Wait until it has ended, or give at least as much as it has.")
    return Refusal(ExceptionReason.shrinks, message, remedy)
