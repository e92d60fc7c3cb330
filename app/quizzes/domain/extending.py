"""Giving an attempt more time: time back while it runs, and a new end after it has ended. No clock, no
database.

A reopened attempt keeps its questions and answers, and its result stops counting until it ends again. It ends
so many minutes from now as staff say, but not before the end that it had: whoever sent it in too early keeps
the time that was left.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from app.kit.errors import Refusal
from app.kit.ids import EventId, UserId
from app.kit.messages import Message, msg, msgs
from app.quizzes.domain.attempt import AttemptFacts
from app.quizzes.domain.transitions import AttemptEvent, AtTimeOut, decide

LONGEST_MINUTES: Final = 1440
"""How many minutes staff may add in one act: a day."""


class ExtensionKind(StrEnum):
    """`given_back`: time for an attempt that was running. `reopened`: it had ended and runs again.
    `outage`: what an outage took from everyone who was sitting the quiz."""

    given_back = "given_back"
    reopened = "reopened"
    outage = "outage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """What was done once for an attempt. `reason` is None after the account of the student has ended."""

    id: EventId
    kind: ExtensionKind
    seconds: int
    reason: str | None
    reason_is_told: bool
    given_at: datetime
    given_by: UserId


class ExtensionReason(StrEnum):
    """Why an attempt gets no time back, or is not reopened."""

    closed = "closed"
    place_ended = "place_ended"
    certified = "certified"
    running = "running"
    ended = "ended"
    untimed = "untimed"
    too_short = "too_short"
    other_running = "other_running"
    led_on = "led_on"


class LedTo(StrEnum):
    """What a pass has led to that cannot be taken back by reopening its attempt."""

    practical = "practical"
    quiz = "quiz"


ACCOUNT_CLOSED: Final = Refusal(
    ExtensionReason.closed,
    msg("The account of this person is closed, so they cannot go on."),
    msg("Open the account first if they come back."),
)
WITHOUT_PLACE: Final = Refusal(
    ExtensionReason.place_ended,
    msg("This person has no place on the course any more, so they cannot go on."),
    msg("Reserve a place for them first."),
)
HAS_CERTIFICATE: Final = Refusal(
    ExtensionReason.certified,
    msg("The certificate of this course is issued, so its quizzes are settled."),
    msg("If the certificate is wrong, revoke it first."),
)
STILL_RUNS: Final = Refusal(
    ExtensionReason.running,
    msg("This attempt is running."),
    msg("Give it time back instead."),
)
HAS_ENDED: Final = Refusal(
    ExtensionReason.ended,
    msg("This attempt has ended."),
    msg("Open it again instead."),
)
UNTIMED: Final = Refusal(
    ExtensionReason.untimed,
    msg("This attempt has no end, so it needs no time."),
    msg("The student can go on at any time."),
)
OTHER_RUNS: Final = Refusal(
    ExtensionReason.other_running,
    msg("Another attempt of this student at this quiz is running."),
    msg("Wait until it has ended, or give that one time back."),
)
_LED_TO: Final[dict[LedTo, Message]] = {
    LedTo.practical: msg(
        "The student has a place on a practical of this course, which rests on this pass."
    ),
    LedTo.quiz: msg("The student has gone on to another quiz since they passed."),
}


def led_on(to: LedTo) -> Refusal:
    """Return why a pass that led to something is not taken back."""
    return Refusal(
        ExtensionReason.led_on,
        _LED_TO[to],
        msg("The pass stays. If an answer was marked wrongly, correct the course instead."),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionCase:
    """An attempt, and what decides whether it gets more time. `other_runs`: another attempt of the student at
    this quiz is running. `led_to` is what its pass has led to, if no other attempt is passed."""

    attempt: AttemptFacts
    is_closed: bool
    has_place: bool
    is_certified: bool
    other_runs: bool = False
    led_to: LedTo | None = None


def person_obstacle(case: ExtensionCase) -> Refusal | None:
    """Return why this student's attempts get no more time, or None if they do."""
    if case.is_closed:
        return ACCOUNT_CLOSED
    if not case.has_place:
        return WITHOUT_PLACE
    return HAS_CERTIFICATE if case.is_certified else None


def giving_obstacle(case: ExtensionCase, minutes: int, *, now: datetime) -> Refusal | None:
    """Return why a running attempt does not get these minutes back, or None if it does. One that may only be
    submitted gets so many that it runs again."""
    attempt = case.attempt
    if (obstacle := person_obstacle(case)) is not None:
        return obstacle
    if attempt.has_ended(now):
        return HAS_ENDED
    if attempt.due_at is None:
        return UNTIMED
    if attempt.due_at + timedelta(minutes=minutes) <= now:
        needed = (now - attempt.due_at) // timedelta(minutes=1) + 1
        return Refusal(
            ExtensionReason.too_short,
            msg("The attempt would end in the past."),
            msgs("Give at least {n} minute.", "Give at least {n} minutes.", needed),
        )
    return None


def reopening_obstacle(case: ExtensionCase, *, now: datetime) -> Refusal | None:
    """Return why an attempt is not opened again, or None if it is."""
    if (obstacle := person_obstacle(case)) is not None:
        return obstacle
    if not case.attempt.has_ended(now):
        return STILL_RUNS
    transition = decide(case.attempt.state_at(now), AttemptEvent.reopen, AtTimeOut.submit)
    if isinstance(transition, Refusal):
        return transition
    if case.other_runs:
        return OTHER_RUNS
    return None if case.led_to is None else led_on(case.led_to)


def reopened_end(attempt: AttemptFacts, minutes: int, *, now: datetime) -> datetime | None:
    """Return when a reopened attempt ends: so many minutes from now, but not before the end that it had.
    None if nothing limits it."""
    if attempt.due_at is None:
        return None
    return max(attempt.due_at, now + timedelta(minutes=minutes))


def seconds_given(attempt: AttemptFacts, end: datetime | None) -> int:
    """Return how much later than now an attempt ends at `end`, in whole seconds; a part counts as a second.
    Only the end that it has counts: its student may have left the group whose exception it began with."""
    if attempt.due_at is None or end is None:
        return 0
    return math.ceil((end - attempt.due_at).total_seconds())


def minutes_left(attempt: AttemptFacts, *, now: datetime) -> int:
    """Return how many whole minutes an attempt had left when it ended, for the form that reopens it."""
    if attempt.due_at is None:
        return 0
    return max(0, (attempt.due_at - attempt.ended_at(now)) // timedelta(minutes=1))
