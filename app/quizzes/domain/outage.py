"""Who gets time back after an outage, and how much. No clock, no database.

Everybody who was sitting the quiz gets the time that the outage took from their attempt, once: time that was
given for the same minutes before is not given again. An attempt that runs ends that much later. One that the
clock has ended is opened again and runs that long from now; whoever sent it in themselves had done so.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from app.kit.errors import Refusal
from app.kit.messages import msg
from app.quizzes.domain.extending import OTHER_RUNS, UNTIMED, ExtensionCase, person_obstacle

LONGEST_OUTAGE: Final = timedelta(hours=12)


class OutageReason(StrEnum):
    """Why an attempt gets nothing, or an outage is refused."""

    sent = "sent"
    passed = "passed"
    had_it = "had_it"
    backwards = "backwards"
    in_future = "in_future"
    too_long = "too_long"


SENT: Final = Refusal(OutageReason.sent, msg("The student sent it in themselves."))
PASSED: Final = Refusal(OutageReason.passed, msg("The attempt is passed."))
HAD_IT: Final = Refusal(OutageReason.had_it, msg("The time was given back before."))
BACKWARDS: Final = Refusal(
    OutageReason.backwards,
    msg("The outage ends before it begins."),
    msg("Correct one of the two times."),
)
IN_FUTURE: Final = Refusal(
    OutageReason.in_future,
    msg("The outage has not ended yet."),
    msg("Give the time back when it is over."),
)
TOO_LONG: Final = Refusal(
    OutageReason.too_long,
    msg("An outage can last 12 hours at most."),
    msg("Give attempts time back one by one, or open them again."),
)


@dataclass(frozen=True, slots=True)
class Outage:
    """The minutes in which nobody could work."""

    began_at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class OutageGain:
    """What an attempt gets. `is_reopened`: it had ended, and runs again."""

    seconds: int
    new_end: datetime
    is_reopened: bool


def outage_obstacle(outage: Outage, *, now: datetime) -> Refusal | None:
    """Return why no time is given back for an outage, or None if it is."""
    if outage.ended_at <= outage.began_at:
        return BACKWARDS
    if outage.ended_at > now:
        return IN_FUTURE
    return TOO_LONG if outage.ended_at - outage.began_at > LONGEST_OUTAGE else None


def touched(case: ExtensionCase, outage: Outage, *, now: datetime) -> bool:
    """Return whether an attempt ran during an outage."""
    attempt = case.attempt
    last = attempt.due_at if attempt.due_at and attempt.time_ran_out(now) else attempt.ended_at(now)
    return attempt.started_at < outage.ended_at and last > outage.began_at


def outage_gain(
    case: ExtensionCase, outage: Outage, earlier: Iterable[Outage], *, now: datetime
) -> OutageGain | Refusal:
    """Return what an attempt that ran during an outage gets, or why it gets nothing. `earlier` are the
    outages for which it has got its time."""
    attempt = case.attempt
    if (obstacle := person_obstacle(case)) is not None:
        return obstacle
    if attempt.due_at is None:
        return UNTIMED
    has_ended = attempt.has_ended(now)
    if has_ended and not attempt.time_ran_out(now):
        return SENT
    if attempt.score is not None and attempt.score.passed:
        return PASSED
    if case.other_runs:
        return OTHER_RUNS
    lost = _lost(attempt.started_at, attempt.due_at, outage, earlier)
    if not lost:
        return HAD_IT
    new_end = max(attempt.due_at, now) + lost if now > attempt.due_at else attempt.due_at + lost
    return OutageGain(math.ceil((new_end - attempt.due_at).total_seconds()), new_end, has_ended)


def _lost(
    started_at: datetime, due_at: datetime, outage: Outage, earlier: Iterable[Outage]
) -> timedelta:
    """Return how much of an outage lies in the time of an attempt, without the minutes that were given back
    before."""
    spans = [(max(outage.began_at, started_at), min(outage.ended_at, due_at))]
    for other in earlier:
        parts = [
            part
            for begins, ends in spans
            for part in (
                (begins, min(ends, other.began_at)),
                (max(begins, other.ended_at), ends),
            )
        ]
        spans = [(begins, ends) for begins, ends in parts if begins < ends]
    lost = sum((ends - begins for begins, ends in spans if begins < ends), timedelta())
    return timedelta(seconds=math.ceil(lost.total_seconds()))
