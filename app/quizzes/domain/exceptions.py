"""What the academy gave students at a quiz beyond what the quiz gives everyone.

An exception is for one person or for all students of a group or an intake, at one quiz or at every quiz of a
course. Where several apply to a student, each of the three matters is decided alone: the time, the window and
the further attempts. What was given to the person counts before what was given to groups and intakes, even if
it is less; among several of the same rank the most generous counts. No clock, no database.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final

from app.kit.ids import ExceptionId, GroupId, IntakeId, UserId
from app.kit.messages import Message, msg

EVERY_QUIZ: Final = ""
"""In place of the key of a quiz: the exception holds for every quiz of its course."""
FACTORS: Final = {
    Fraction(5, 4): msg("Time: a quarter more"),
    Fraction(3, 2): msg("Time: half as much again"),
    Fraction(2): msg("Time: twice as much"),
}
"""By how much a time limit may be multiplied, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptExceptions:
    """The exceptions that apply to one student at one quiz, put together.

    The time limit is multiplied by `factor`, then `extra_minutes` are added. No attempt starts before
    `opens_at`, and none runs beyond `closes_at`. `extra_attempts` are added to those of the quiz.
    """

    extra_minutes: int = 0
    factor: Fraction = Fraction(1)
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    extra_attempts: int = 0


NO_EXCEPTIONS: Final = AttemptExceptions()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionTerms:
    """What one exception gives. None: it says nothing about that. With only one end of a window the other
    side is open."""

    extra_minutes: int | None = None
    factor: Fraction | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    extra_attempts: int | None = None

    @property
    def gives_time(self) -> bool:
        return self.extra_minutes is not None or self.factor is not None

    @property
    def has_window(self) -> bool:
        return self.opens_at is not None or self.closes_at is not None

    @property
    def gives_attempts(self) -> bool:
        return self.extra_attempts is not None

    def minutes(self, by_quiz: int) -> Fraction:
        """Return how many minutes a quiz with this limit takes."""
        return by_quiz * (self.factor or Fraction(1)) + (self.extra_minutes or 0)


NO_TERMS: Final = ExceptionTerms()


def terms_words(terms: ExceptionTerms) -> tuple[Message, ...]:
    """Return what an exception gives in words, one message for each matter."""
    parts: list[Message] = []
    if terms.factor is not None:
        parts.append(FACTORS.get(terms.factor, msg("Time: a multiple of the limit")))
    if terms.extra_minutes is not None:
        more = timedelta(minutes=terms.extra_minutes)
        parts.append(msg("Time: {more} more", more=more))
    opens_at, closes_at = terms.opens_at, terms.closes_at
    if opens_at is not None and closes_at is not None:
        parts.append(msg("Window: {opens} to {closes}", opens=opens_at, closes=closes_at))
    elif opens_at is not None:
        parts.append(msg("Window: from {opens}", opens=opens_at))
    elif closes_at is not None:
        parts.append(msg("Window: until {closes}", closes=closes_at))
    if terms.extra_attempts is not None:
        parts.append(msg("Attempts: {n} more", n=terms.extra_attempts))
    return tuple(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionAudience:
    """For whom an exception is: exactly one of the three is given."""

    user_id: UserId | None = None
    group_id: GroupId | None = None
    intake_id: IntakeId | None = None

    @property
    def is_person(self) -> bool:
        return self.user_id is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizException:
    """An exception as it is stored. `quiz_key` is `EVERY_QUIZ` for all quizzes of the course. `reason` is
    None after the account of its person has ended."""

    id: ExceptionId
    audience: ExceptionAudience
    course_key: str
    quiz_key: str
    terms: ExceptionTerms
    reason: str | None
    reason_is_told: bool
    given_at: datetime
    given_by: UserId
    ended_at: datetime | None = None
    ended_by: UserId | None = None

    @property
    def is_live(self) -> bool:
        return self.ended_at is None


def at_quiz_of(exceptions: Iterable[QuizException], quiz_key: str) -> tuple[QuizException, ...]:
    """Return those of the exceptions on a course that are about one of its quizzes."""
    return tuple(each for each in exceptions if each.quiz_key in (EVERY_QUIZ, quiz_key))


def combined(exceptions: Collection[QuizException], minutes: int | None) -> AttemptExceptions:
    """Put together the exceptions that apply to one student at a quiz with this time limit. Those that were
    ended are left out."""
    time = _counting(exceptions, lambda terms: terms.gives_time)
    longest = max(time, key=lambda terms: terms.minutes(minutes or 0), default=NO_TERMS)
    windows = _counting(exceptions, lambda terms: terms.has_window)
    attempts = _counting(exceptions, lambda terms: terms.gives_attempts)
    return AttemptExceptions(
        extra_minutes=longest.extra_minutes or 0,
        factor=longest.factor or Fraction(1),
        opens_at=_widest(min, [terms.opens_at for terms in windows]),
        closes_at=_widest(max, [terms.closes_at for terms in windows]),
        extra_attempts=max((terms.extra_attempts or 0 for terms in attempts), default=0),
    )


def _counting(
    exceptions: Collection[QuizException], says: Callable[[ExceptionTerms], bool]
) -> list[ExceptionTerms]:
    """Return the terms that count in one matter: the person's own, or without any those of groups."""
    live = [each for each in exceptions if each.is_live and says(each.terms)]
    own = [each.terms for each in live if each.audience.is_person]
    return own or [each.terms for each in live]


def _widest(
    choose: Callable[[Iterable[datetime]], datetime], ends: Collection[datetime | None]
) -> datetime | None:
    """Return the most generous of these ends of windows. A window that is open on this side is the widest."""
    limits = [end for end in ends if end is not None]
    return choose(limits) if limits and len(limits) == len(ends) else None


def told_reasons(exceptions: Iterable[QuizException]) -> tuple[str, ...]:
    """Return the reasons that the student may read, each once."""
    told = [each.reason for each in exceptions if each.reason_is_told and each.reason]
    return tuple(dict.fromkeys(told))


@dataclass(frozen=True, slots=True)
class TimeGiven:
    """How long an attempt may take, and how long everybody has."""

    total: timedelta
    by_quiz: timedelta

    @property
    def more(self) -> timedelta:
        return self.total - self.by_quiz

    @property
    def more_seconds(self) -> int:
        return int(self.more.total_seconds())


def time_given(total: timedelta | None, minutes: int | None) -> TimeGiven | None:
    """Return the time of an attempt beside that of its quiz, or None if it has no more than that."""
    if total is None or minutes is None or total <= timedelta(minutes=minutes):
        return None
    return TimeGiven(total, timedelta(minutes=minutes))
