"""The table of seats: what leads from each state to the next, who brings it about, when it is refused, and
what follows.

The engine (`steps/engine.py`) applies this table; pages and the API take from `possible` what may be done and
why not. Rows are numbered as in decision 31. Rows of card money, swaps and check-in (6, 7, 9, 10, 20, 24,
25) are left out, so that nothing leads to `awaiting_payment`. Attendance is a table of its own
(`domain/attendance.py`, rows 26 to 29).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.kit.errors import Refusal
from app.practicals.domain import seat_guards as guards
from app.practicals.domain.seat_guards import Guard, SeatFacts
from app.practicals.domain.seat_refusals import STATE_REFUSALS
from app.practicals.domain.states import HOLDING, LIVE, SeatState


class SeatEvent(StrEnum):
    """`lapse`: the deadline of a hold or an offer passes. `offer` and `promote`: a place becomes free for
    the next of the waiting list. `naming_ends`: the deadline for the name of a seat without one passes.
    `move_away` and `move_in` are the two halves of one move. `call_off`: the whole practical is cancelled.
    `right_ended`: its holder lost the account, the role or the place on the course."""

    book = "book"
    hold = "hold"
    wait = "wait"
    reserve = "reserve"
    reserve_group = "reserve_group"
    confirm = "confirm"
    extend = "extend"
    let_go = "let_go"
    lapse = "lapse"
    offer = "offer"
    promote = "promote"
    accept = "accept"
    decline = "decline"
    name = "name"
    naming_ends = "naming_ends"
    transfer = "transfer"
    move_away = "move_away"
    move_in = "move_in"
    cancel = "cancel"
    take_away = "take_away"
    right_ended = "right_ended"
    call_off = "call_off"
    reinstate = "reinstate"


class Initiator(StrEnum):
    """Who brings an event about. `clock`: a deadline, a free place, or a right that ended."""

    student = "student"
    office = "office"
    clock = "clock"


class SeatEffect(StrEnum):
    """What follows from a row, beside the new state, the counter and the audit trail. `deadline`: the seat
    gets one. `no_deadline`: it has none any more. `join_list` to `close_entry`: what becomes of the entry on
    the waiting list; `close_entry` ends one whose offer is taken back. `holder`: the seat gets another
    holder. `tell`: its holder gets a mail. `promote_next`: free places go to the people who wait."""

    deadline = "deadline"
    no_deadline = "no_deadline"
    join_list = "join_list"
    offer_entry = "offer_entry"
    fulfil_entry = "fulfil_entry"
    decline_entry = "decline_entry"
    lapse_entry = "lapse_entry"
    close_entry = "close_entry"
    holder = "holder"
    tell = "tell"
    promote_next = "promote_next"


@dataclass(frozen=True, slots=True)
class SeatTransition:
    """A row of the table. `state` None: there is no seat yet; `to` None: there is none afterwards either.
    `act` names it in the audit trail; None: another row of the same act is recorded."""

    number: int
    state: SeatState | None
    event: SeatEvent
    to: SeatState | None
    by: Initiator
    guards: tuple[Guard, ...]
    effects: tuple[SeatEffect, ...]
    act: str | None

    @property
    def counter(self) -> int:
        """By how much it changes the number of places that are taken on the practical."""
        before, after = self.state in HOLDING, self.to in HOLDING
        return int(after) - int(before)

    @property
    def makes_seat(self) -> bool:
        """Whether it writes a new seat. A seat that has ended is never changed: who gets the place back gets
        a seat of its own."""
        return self.to in LIVE and self.state not in LIVE


@dataclass(frozen=True, slots=True)
class SeatRefused:
    """Why the table has no row for an event now. `reasons` has all of them, the most important first."""

    reasons: tuple[Refusal, ...]


_S, _E, _F, _BY = SeatState, SeatEvent, SeatEffect, Initiator
_TAKEN: Final = (_F.fulfil_entry, _F.tell, _F.promote_next)
_GIVEN: Final = (_F.fulfil_entry, _F.tell)
_ENDED: Final = (_F.tell, _F.promote_next)
_TAKEN_AWAY: Final = (_F.close_entry, _F.promote_next)


def _each(
    number: int,
    states: Iterable[SeatState],
    event: SeatEvent,
    to: SeatState,
    by: Initiator,
    guards_: tuple[Guard, ...],
    effects: tuple[SeatEffect, ...],
    act: str,
) -> tuple[SeatTransition, ...]:
    """Return the same row for each of several states."""
    return tuple(
        SeatTransition(number, state, event, to, by, guards_, effects, act)
        for state in sorted(states)
    )


# fmt: off
TABLE: Final = (
    SeatTransition(1, None, _E.book, _S.confirmed, _BY.student,
        (guards.may_book,), _TAKEN, "practicals.booked"),
    SeatTransition(1, None, _E.hold, _S.hold, _BY.student,
        (guards.may_book, guards.waits_for_nothing, guards.has_a_hold_left),
        (_F.deadline, _F.promote_next), "practicals.held"),
    SeatTransition(1, _S.hold, _E.extend, _S.hold, _BY.student,
        (guards.in_time, guards.not_extended), (_F.deadline,), "practicals.hold_extended"),
    SeatTransition(2, None, _E.wait, None, _BY.student,
        (guards.may_wait,), (_F.join_list, _F.promote_next), "practicals.joined_waiting_list"),
    SeatTransition(3, None, _E.reserve, _S.confirmed, _BY.office,
        (guards.may_be_reserved,), _TAKEN, "practicals.reserved"),
    SeatTransition(4, None, _E.reserve_group, _S.confirmed, _BY.office,
        (guards.group_may_be_reserved,), (), "practicals.reserved_for_group"),
    SeatTransition(5, _S.hold, _E.confirm, _S.confirmed, _BY.student,
        (guards.in_time, guards.may_come), (_F.no_deadline, *_GIVEN), "practicals.booked"),
    SeatTransition(8, _S.hold, _E.let_go, _S.declined, _BY.student,
        (), (_F.no_deadline, _F.promote_next), "practicals.let_go"),
    SeatTransition(8, _S.hold, _E.lapse, _S.expired, _BY.clock,
        (guards.has_run_out,), (_F.no_deadline, _F.promote_next), "practicals.hold_lapsed"),
    SeatTransition(11, None, _E.offer, _S.offered, _BY.clock,
        (guards.may_be_promoted,), (_F.deadline, _F.offer_entry, _F.tell), "practicals.offered"),
    SeatTransition(11, None, _E.promote, _S.confirmed, _BY.clock,
        (guards.may_be_promoted,), _GIVEN, "practicals.promoted"),
    SeatTransition(12, _S.offered, _E.accept, _S.confirmed, _BY.student,
        (guards.in_time, guards.may_come), (_F.no_deadline, *_GIVEN), "practicals.accepted"),
    SeatTransition(13, _S.offered, _E.decline, _S.declined, _BY.student,
        (), (_F.no_deadline, _F.decline_entry, _F.promote_next), "practicals.declined"),
    SeatTransition(14, _S.offered, _E.lapse, _S.expired, _BY.clock,
        (guards.has_run_out,), (_F.no_deadline, _F.lapse_entry, _F.promote_next),
        "practicals.offer_lapsed"),
    SeatTransition(15, _S.expired, _E.accept, _S.confirmed, _BY.student,
        (guards.may_book,), _TAKEN, "practicals.accepted_late"),
    SeatTransition(16, _S.confirmed, _E.name, _S.confirmed, _BY.office,
        (guards.has_no_name, guards.may_still_be_named, guards.holds_none_here, guards.may_come),
        (_F.holder, *_GIVEN), "practicals.named"),
    SeatTransition(17, _S.confirmed, _E.naming_ends, _S.cancelled_by_admin, _BY.clock,
        (guards.has_no_name, guards.may_no_longer_be_named), (_F.promote_next,),
        "practicals.unnamed_released"),
    SeatTransition(18, _S.confirmed, _E.transfer, _S.confirmed, _BY.student,
        (guards.has_a_name, guards.not_present, guards.may_be_passed_on, guards.holds_none_here,
         guards.may_come), (_F.holder, *_GIVEN), "practicals.transferred"),
    SeatTransition(19, _S.confirmed, _E.move_away, _S.moved, _BY.student,
        (guards.has_a_name, guards.not_present, guards.may_move), (_F.promote_next,),
        "practicals.moved"),
    SeatTransition(19, None, _E.move_in, _S.confirmed, _BY.student,
        (guards.may_take_the_other,), _TAKEN, "practicals.moved_in"),
    SeatTransition(21, _S.confirmed, _E.cancel, _S.cancelled_by_student, _BY.student,
        (guards.may_leave, guards.not_present), _ENDED, "practicals.cancelled_seat"),
    *_each(22, HOLDING, _E.take_away, _S.cancelled_by_admin, _BY.office,
        (guards.not_begun, guards.not_present), (_F.tell, *_TAKEN_AWAY), "practicals.took_seat_away"),
    *_each(22, HOLDING, _E.right_ended, _S.cancelled_by_admin, _BY.clock,
        (guards.not_begun, guards.not_present, guards.has_lost_the_right), _TAKEN_AWAY,
        "practicals.seat_ended"),
    *_each(23, HOLDING, _E.call_off, _S.cancelled_by_admin, _BY.office,
        (guards.not_begun,), (_F.tell,), "practicals.took_seat_away"),
    *_each(30, frozenset(SeatState) - LIVE, _E.reinstate, _S.confirmed, _BY.office,
        (guards.may_be_reserved,), _TAKEN, "practicals.reinstated"),
)
# fmt: on
"""Every transition there is. What is not here is refused, with the reason of its state."""
_ROWS: Final = {(row.state, row.event): row for row in TABLE}


def decide(
    state: SeatState | None, event: SeatEvent, facts: SeatFacts
) -> SeatTransition | SeatRefused:
    """Return the row of the table for an event, or every reason why it is refused."""
    row = _ROWS.get((state, event))
    if row is None:
        return SeatRefused((STATE_REFUSALS[state],))
    reasons = tuple(unmet for guard in row.guards for unmet in guard(facts))
    return SeatRefused(tuple(dict.fromkeys(reasons))) if reasons else row


def reasons_against(
    state: SeatState | None, event: SeatEvent, facts: SeatFacts
) -> tuple[Refusal, ...]:
    """Return every reason why an event is refused; empty if it is possible."""
    decided = decide(state, event, facts)
    return decided.reasons if isinstance(decided, SeatRefused) else ()


def possible(
    state: SeatState | None, by: Initiator, facts: SeatFacts
) -> dict[SeatEvent, SeatTransition | SeatRefused]:
    """Return what somebody may do with a seat in this state: a page shows the rows as buttons and the
    refusals as reasons."""
    events = [row.event for row in TABLE if row.state is state and row.by is by]
    return {event: decide(state, event, facts) for event in events}


def source_states(event: SeatEvent) -> frozenset[SeatState]:
    """Return the states of seats that an event changes."""
    return frozenset(row.state for row in TABLE if row.event is event and row.state is not None)


def outcome_of(event: SeatEvent) -> SeatTransition:
    """Return a row for an event that leads to one state from all its sources, whatever the state before."""
    return next(row for row in TABLE if row.event is event)
