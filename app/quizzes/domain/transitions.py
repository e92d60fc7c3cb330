"""The states of an attempt, and what leads from each to the next.

Use-cases apply this table, and pages and the API take from it what a student may do. What the clock brings
about is an event like any other: `due_event` says which one is due, so that an attempt is in the right state
at every read, whether or not the worker has stored it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from app.kit.errors import Refusal
from app.kit.messages import msg

TOLERANCE = timedelta(seconds=10)
"""How long after an end something may still arrive, because sending takes time."""


class AttemptState(StrEnum):
    """`overdue`: the time is over, and the attempt may only be submitted. `submitted`: it waits for its
    marks; with marks it is `graded`. `abandoned`: never submitted; it counts as a try and has no result.
    `ended`: closed because the right to it ended; it never counts as a try."""

    in_progress = "in_progress"
    overdue = "overdue"
    submitted = "submitted"
    graded = "graded"
    abandoned = "abandoned"
    ended = "ended"


class AttemptEvent(StrEnum):
    """`extend`: its end was moved. `reopen`: staff let it run again. `right_ended`: its student lost the
    place, the role or the account."""

    save = "save"
    submit = "submit"
    extend = "extend"
    reopen = "reopen"
    time_ends = "time_ends"
    grace_ends = "grace_ends"
    mark = "mark"
    right_ended = "right_ended"


class AtTimeOut(StrEnum):
    """What happens to an attempt that is not submitted when its time is over: it is submitted, it may still
    be submitted for some minutes, or it is abandoned."""

    submit = "submit"
    grace = "grace"
    abandon = "abandon"


class Effect(StrEnum):
    """`finish`: the time of the end is stored. `mark`: it is marked in the same transaction. `move_end`: its
    new end is stored. `unmark`: its marks are removed, until it ends again."""

    finish = "finish"
    mark = "mark"
    move_end = "move_end"
    unmark = "unmark"


@dataclass(frozen=True, slots=True)
class Transition:
    """A row of the table. `at_time_out` restricts it to attempts with this rule. `act` names it in the audit
    trail; None: it is not recorded."""

    state: AttemptState
    event: AttemptEvent
    to: AttemptState
    effects: tuple[Effect, ...] = ()
    act: str | None = None
    at_time_out: AtTimeOut | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptClock:
    """The end of an attempt. `due_at` None: it has none. `grace_minutes` is None unless the rule is grace."""

    due_at: datetime | None
    at_time_out: AtTimeOut = AtTimeOut.submit
    grace_minutes: int | None = None

    @property
    def grace_ends_at(self) -> datetime | None:
        """When an overdue attempt can no longer be submitted; None without a period of grace."""
        if self.due_at is None or self.grace_minutes is None:
            return None
        return self.due_at + timedelta(minutes=self.grace_minutes)


_State, _Event = AttemptState, AttemptEvent
_FINISHED: Final = (Effect.finish, Effect.mark)
_REOPENED: Final = (Effect.move_end, Effect.unmark)
TABLE: Final = (
    Transition(_State.in_progress, _Event.save, _State.in_progress),
    Transition(_State.in_progress, _Event.submit, _State.submitted, _FINISHED, "quizzes.submit"),
    Transition(_State.in_progress, _Event.extend, _State.in_progress, (Effect.move_end,)),
    Transition(
        _State.in_progress,
        _Event.time_ends,
        _State.submitted,
        _FINISHED,
        "quizzes.submit",
        AtTimeOut.submit,
    ),
    Transition(
        _State.in_progress,
        _Event.time_ends,
        _State.overdue,
        act="quizzes.overdue",
        at_time_out=AtTimeOut.grace,
    ),
    Transition(
        _State.in_progress,
        _Event.time_ends,
        _State.abandoned,
        act="quizzes.abandoned",
        at_time_out=AtTimeOut.abandon,
    ),
    Transition(
        _State.in_progress, _Event.right_ended, _State.ended, act="quizzes.ended_with_place"
    ),
    Transition(_State.overdue, _Event.submit, _State.submitted, _FINISHED, "quizzes.submit"),
    Transition(_State.overdue, _Event.extend, _State.in_progress, (Effect.move_end,)),
    Transition(_State.overdue, _Event.grace_ends, _State.abandoned, act="quizzes.abandoned"),
    Transition(_State.overdue, _Event.right_ended, _State.ended, act="quizzes.ended_with_place"),
    Transition(_State.submitted, _Event.mark, _State.graded),
    Transition(_State.submitted, _Event.reopen, _State.in_progress, _REOPENED),
    Transition(_State.graded, _Event.reopen, _State.in_progress, _REOPENED),
    Transition(_State.abandoned, _Event.reopen, _State.in_progress, _REOPENED),
)
"""Every transition there is. What is not here is refused, with the reason that `refusal_of` names."""

RUNNING: Final = frozenset({AttemptState.in_progress, AttemptState.overdue})
"""States in which the student still has something to do."""
COUNTED: Final = frozenset(AttemptState) - {AttemptState.ended}
"""States of attempts that count as a try."""
MARKED: Final = frozenset({AttemptState.submitted, AttemptState.graded})
"""States with a result; one that is only submitted gets its marks when it is read."""


class AttemptReason(StrEnum):
    running = "running"
    overdue = "overdue"
    ended = "ended"
    abandoned = "abandoned"
    closed = "attempt_closed"


STILL_RUNNING: Final = Refusal(
    AttemptReason.running,
    msg("This attempt has not ended."),
    msg("Send your answers first."),
)
OVERDUE: Final = Refusal(
    AttemptReason.overdue,
    msg("The time of this attempt is over, so the answer does not count. We have kept it."),
    msg("Send your attempt now: what you answered in time counts."),
)
ENDED: Final = Refusal(
    AttemptReason.ended,
    msg(
        "This attempt has ended, so the answer does not count. We have kept it; write to the "
        "academy if something went wrong."
    ),
    msg("Your result is on the page of the attempt."),
)
ABANDONED: Final = Refusal(
    AttemptReason.abandoned,
    msg(
        "The time for this attempt ended before it was sent, so it has no result. Your answers are kept."
    ),
    msg("Write to the academy if something went wrong."),
)
CLOSED: Final = Refusal(
    AttemptReason.closed,
    msg(
        "This attempt was closed when your place on the course ended. Your answers are kept, and it "
        "does not count as one of your attempts."
    ),
    msg("Open the quiz again to start a new one."),
)
_REFUSALS: Final = {
    AttemptState.in_progress: STILL_RUNNING,
    AttemptState.overdue: STILL_RUNNING,
    AttemptState.submitted: ENDED,
    AttemptState.graded: ENDED,
    AttemptState.abandoned: ABANDONED,
    AttemptState.ended: CLOSED,
}


def refusal_of(state: AttemptState, event: AttemptEvent) -> Refusal:
    """Return why an attempt in this state does not take this event."""
    if state is AttemptState.overdue and event is AttemptEvent.save:
        return OVERDUE
    return _REFUSALS[state]


def decide(
    state: AttemptState, event: AttemptEvent, at_time_out: AtTimeOut
) -> Transition | Refusal:
    """Return the row of the table for an event, or why there is none."""
    for row in TABLE:
        if (row.state, row.event) == (state, event) and row.at_time_out in (None, at_time_out):
            return row
    return refusal_of(state, event)


def next_deadline(state: AttemptState, clock: AttemptClock) -> datetime | None:
    """Return the next moment at which the clock changes an attempt in this state, or None."""
    if state is AttemptState.in_progress:
        return clock.due_at
    return clock.grace_ends_at if state is AttemptState.overdue else None


def due_event(state: AttemptState, clock: AttemptClock, now: datetime) -> AttemptEvent | None:
    """Return the event that the clock has brought about and that is not recorded yet, or None."""
    if not is_past(next_deadline(state, clock), now):
        return None
    return AttemptEvent.grace_ends if state is AttemptState.overdue else AttemptEvent.time_ends


def state_at(state: AttemptState, clock: AttemptClock, now: datetime) -> AttemptState:
    """Return the state at `now` of an attempt that was stored in `state`."""
    while event := due_event(state, clock, now):
        row = decide(state, event, clock.at_time_out)
        if isinstance(row, Refusal):
            return state
        state = row.to
    return state


def possible_events(state: AttemptState) -> frozenset[AttemptEvent]:
    """Return what a student may do with an attempt in this state."""
    own = (AttemptEvent.save, AttemptEvent.submit)
    return frozenset(row.event for row in TABLE if row.state is state and row.event in own)


def is_past(moment: datetime | None, received_at: datetime) -> bool:
    """Return whether something received at this time is too late: more than 10 s after the moment."""
    return moment is not None and received_at > moment + TOLERANCE
