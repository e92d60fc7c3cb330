"""The table of seats: each row, its guards, and every pair of state and event outside it."""

from datetime import timedelta
from typing import Any

import pytest

from app.practicals.domain.refusals import NO_SEAT, PracticalsReason
from app.practicals.domain.seat_guards import GRACE, SeatFacts, SeatStanding, has_lapsed
from app.practicals.domain.seat_policies import policy_now
from app.practicals.domain.seat_refusals import STATE_REFUSALS
from app.practicals.domain.seats import Attendance, PracticalStatus
from app.practicals.domain.states import EXPECTED, HOLDING, LIVE, SeatState
from app.practicals.domain.transitions import (
    TABLE,
    Initiator,
    SeatEffect,
    SeatEvent,
    SeatRefused,
    SeatTransition,
    decide,
    outcome_of,
    possible,
    reasons_against,
    source_states,
)
from tests.make import NOW
from tests.make.practicals import STARTS, a_practical_value, some_facts

S, E = SeatState, SeatEvent
TICK = timedelta(microseconds=1)
FULL = {"taken": 4}
LEFT_OUT = {S.awaiting_payment}


def facts(
    practical: dict[str, Any] | None = None,
    person: dict[str, Any] | None = None,
    seat: dict[str, Any] | None = None,
    **changes: Any,
) -> SeatFacts:
    """Facts by which every row without a deadline that has passed applies."""
    on = a_practical_value(**(practical or {}))
    standing = {"until": on.cancel_until, "policy": policy_now(on)} | (seat or {})
    return SeatFacts(
        practical=on,
        now=changes.pop("now", NOW),
        person=some_facts(**(person or {})),
        seat=SeatStanding(**standing),
        **changes,
    )


def answer(state: SeatState | None, event: SeatEvent, **values: Any) -> list[str] | int:
    """The number of the row that applies, or the reasons why none does."""
    decided = decide(state, event, facts(**values))
    if isinstance(decided, SeatTransition):
        return decided.number
    return [str(each.reason) for each in decided.reasons]


LATE = {"seat": {"deadline_at": NOW - GRACE}}
IN_TIME = {"seat": {"deadline_at": NOW - GRACE + TICK}}
UNNAMED = {"is_named": False}
NAMING = STARTS - timedelta(hours=72)
PASSING_ON = STARTS - timedelta(hours=24)
RULES: list[tuple[SeatState | None, SeatEvent, dict[str, Any], int | list[str]]] = [
    (None, E.book, {}, 1),
    (None, E.book, {"practical": FULL}, ["full"]),
    (None, E.book, {"practical": FULL, "person": {"has_place": False}}, ["full", "no_place"]),
    (None, E.hold, {}, 1),
    (None, E.hold, {"person": {"has_seat": True}}, ["already_booked"]),
    (None, E.hold, {"practical": FULL}, ["full"]),
    (None, E.hold, {"person": {"is_waiting": True}}, ["already_waiting"]),
    (None, E.hold, {"held": 1}, 1),
    (None, E.hold, {"held": 2}, ["holds_used"]),
    (S.hold, E.extend, IN_TIME, 1),
    (S.hold, E.extend, LATE, ["lapsed"]),
    (S.hold, E.extend, {"seat": IN_TIME["seat"] | {"is_extended": True}}, ["extended"]),
    (S.hold, E.let_go, {}, 8),
    (None, E.wait, {"practical": FULL}, 2),
    (None, E.wait, {}, ["place_free"]),
    (None, E.reserve, {}, 3),
    (None, E.reserve, {"practical": FULL}, ["full"]),
    (None, E.reserve, {"practical": FULL, "override": True}, 3),
    (None, E.reserve, {"person": {"has_seat": True}, "override": True}, ["already_booked"]),
    (None, E.reserve_group, {"places": 4}, 4),
    (None, E.reserve_group, {"places": 5}, ["full"]),
    (None, E.reserve_group, {"places": 5, "override": True}, 4),
    (None, E.reserve_group, {"places": 3, "ahead": 1}, 4),
    (None, E.reserve_group, {"places": 4, "ahead": 1}, ["queue_ahead"]),
    (
        None,
        E.reserve_group,
        {"practical": {"status": PracticalStatus.cancelled}, "override": True},
        ["cancelled"],
    ),
    (S.hold, E.confirm, IN_TIME, 5),
    (S.hold, E.confirm, LATE, ["lapsed"]),
    (S.hold, E.confirm, IN_TIME | {"person": {"has_place": False}}, ["no_place"]),
    (S.hold, E.confirm, IN_TIME | {"person": {"has_seat": True}}, 5),
    (S.hold, E.lapse, LATE, 8),
    (S.hold, E.lapse, IN_TIME, ["not_lapsed"]),
    (None, E.offer, {}, 11),
    (None, E.promote, {}, 11),
    (None, E.promote, {"practical": FULL}, ["full"]),
    (None, E.promote, {"practical": {"booking_closes_at": NOW}}, ["closed"]),
    (None, E.promote, {"practical": {"starts_at": NOW}}, ["started"]),
    (None, E.promote, {"person": {"modules_missing": ("Skin",)}}, ["modules"]),
    (S.offered, E.accept, IN_TIME, 12),
    (S.offered, E.accept, LATE, ["lapsed"]),
    (S.offered, E.accept, IN_TIME | {"practical": {"starts_at": NOW}}, ["started"]),
    (S.offered, E.decline, LATE, 13),
    (S.offered, E.lapse, LATE, 14),
    (S.offered, E.lapse, {}, ["not_lapsed"]),
    (S.expired, E.accept, {}, 15),
    (S.expired, E.accept, {"practical": FULL}, ["full"]),
    (S.expired, E.accept, {"practical": {"taken": 3}, "person": {"eligible_ahead": 1}}, ["queue_ahead"]),
    (S.confirmed, E.name, {"seat": UNNAMED}, 16),
    (S.confirmed, E.name, {}, ["has_a_name"]),
    (S.confirmed, E.name, {"seat": UNNAMED, "now": NAMING - TICK}, 16),
    (S.confirmed, E.name, {"seat": UNNAMED, "now": NAMING}, ["naming_over"]),
    (S.confirmed, E.name, {"seat": UNNAMED, "now": NAMING, "override": True}, 16),
    (S.confirmed, E.name, {"seat": UNNAMED, "person": {"has_seat": True}}, ["already_booked"]),
    (S.confirmed, E.name, {"seat": UNNAMED, "person": {"is_active": False}}, ["account"]),
    (S.confirmed, E.naming_ends, {"seat": UNNAMED, "now": NAMING}, 17),
    (S.confirmed, E.naming_ends, {"seat": UNNAMED, "now": NAMING - TICK}, ["naming_open"]),
    (S.confirmed, E.naming_ends, {"now": NAMING}, ["has_a_name"]),
    (S.confirmed, E.transfer, {"is_agreed": True}, 18),
    (S.confirmed, E.transfer, {}, ["not_agreed"]),
    (S.confirmed, E.transfer, {"is_agreed": True, "now": PASSING_ON}, ["transfer_over"]),
    (S.confirmed, E.transfer, {"is_agreed": True, "now": PASSING_ON, "override": True}, 18),
    (S.confirmed, E.transfer, {"is_agreed": True, "seat": UNNAMED}, ["has_no_name"]),
    (S.confirmed, E.transfer, {"is_agreed": True, "person": {"has_seat": True}}, ["already_booked"]),
    (S.confirmed, E.move_away, {}, 19),
    (S.confirmed, E.move_away, {"seat": {"moves": 1}}, 19),
    (S.confirmed, E.move_away, {"seat": {"moves": 2}}, ["moves_used"]),
    (S.confirmed, E.move_away, {"seat": {"moves": 2}, "by_office": True}, 19),
    (S.confirmed, E.move_away, {"seat": {"until": NOW}}, ["closed"]),
    (S.confirmed, E.move_away, {"practical": {"starts_at": NOW}, "by_office": True}, ["started"]),
    (S.confirmed, E.move_away, {"seat": {"attendance": Attendance.attended}}, ["attended"]),
    (None, E.move_in, {}, 19),
    (None, E.move_in, {"practical": FULL}, ["full"]),
    (None, E.move_in, {"practical": {"booking_closes_at": NOW}}, ["closed"]),
    (None, E.move_in, {"practical": {"booking_closes_at": NOW}, "by_office": True}, 19),
    (None, E.move_in, {"practical": FULL, "by_office": True}, ["full"]),
    (None, E.move_in, {"practical": FULL, "by_office": True, "override": True}, 19),
    (S.confirmed, E.cancel, {}, 21),
    (S.confirmed, E.cancel, {"seat": {"until": NOW}}, ["closed"]),
    (S.confirmed, E.cancel, {"seat": {"attendance": Attendance.attended}}, ["attended"]),
    (S.confirmed, E.take_away, {"now": STARTS - TICK}, 22),
    (S.confirmed, E.take_away, {"now": STARTS}, ["started"]),
    (S.confirmed, E.take_away, {"seat": {"attendance": Attendance.attended}}, ["attended"]),
    (S.confirmed, E.right_ended, {"person": {"has_place": False}}, 22),
    (S.confirmed, E.right_ended, {}, ["has_the_right"]),
    (
        S.confirmed,
        E.right_ended,
        {"person": {"has_place": False}, "seat": {"waived": frozenset({PracticalsReason.no_place})}},
        ["has_the_right"],
    ),
    (S.confirmed, E.call_off, {}, 23),
    (S.confirmed, E.call_off, {"now": STARTS}, ["started"]),
    (S.declined, E.reinstate, {}, 30),
    (S.declined, E.reinstate, {"practical": FULL}, ["full"]),
    (S.declined, E.reinstate, {"practical": FULL, "override": True}, 30),
]  # fmt: skip


@pytest.mark.parametrize(("state", "event", "values", "expected"), RULES)
def test_the_rules_of_each_row(
    state: SeatState | None, event: SeatEvent, values: dict[str, Any], expected: object
) -> None:
    assert answer(state, event, **values) == expected


def test_every_row_is_reached_by_a_rule_above():
    states = {(state, event) for state, event, _, expected in RULES if isinstance(expected, int)}
    same_in_all = {E.take_away, E.right_ended, E.call_off, E.reinstate}
    rows = {(row.state, row.event) for row in TABLE if row.event not in same_in_all}
    assert rows <= states
    assert same_in_all <= {event for _, event in states}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.number}-{row.state}-{row.event}")
def test_each_row_is_the_only_answer_to_its_event(row: SeatTransition) -> None:
    """Rows of one event from several states have the same guards and effects."""
    like = outcome_of(row.event) if row.event in (E.take_away, E.right_ended, E.call_off) else row
    assert (row.to, row.guards, row.effects, row.act) == (
        like.to,
        like.guards,
        like.effects,
        like.act,
    )
    assert [other for other in TABLE if (other.state, other.event) == (row.state, row.event)] == [
        row
    ]


@pytest.mark.parametrize("state", [None, *S])
def test_every_pair_outside_the_table_is_refused_with_the_reason_of_its_state(
    state: SeatState | None,
) -> None:
    inside = {row.event for row in TABLE if row.state is state}
    outside = set(E) - inside
    assert outside
    for event in outside:
        assert decide(state, event, facts()) == SeatRefused((STATE_REFUSALS[state],))
    assert all(unmet.reason and unmet.remedy for unmet in STATE_REFUSALS.values())


def test_a_place_is_counted_exactly_while_it_is_held():
    counters = {(row.number, row.event): row.counter for row in TABLE}
    up = {key for key, by in counters.items() if by == 1}
    down = {key for key, by in counters.items() if by == -1}
    assert {number for number, _ in up} == {1, 3, 4, 11, 15, 19, 30}
    assert {number for number, _ in down} == {8, 13, 14, 17, 19, 21, 22, 23}
    assert {number for (number, _), by in counters.items() if by == 0} == {1, 2, 5, 12, 16, 18}
    assert all(abs(by) <= 1 for by in counters.values())


def test_a_seat_that_has_ended_never_changes_again():
    for row in TABLE:
        if row.state is not None and row.state not in LIVE:
            assert (row.makes_seat, row.counter) == (True, 1), row
        if row.state in LIVE:
            assert not row.makes_seat, row


def test_what_a_row_must_do_follows_from_its_states():
    for row in TABLE:
        waits = row.to in (S.hold, S.offered)
        assert (SeatEffect.deadline in row.effects) == waits, row
        waited = row.state in (S.hold, S.offered)
        by_deadline = row.event in (E.confirm, E.lapse, E.accept, E.decline, E.let_go)
        assert (SeatEffect.no_deadline in row.effects) == (waited and by_deadline), row
        if row.counter == -1 and row.event is not E.call_off:
            assert SeatEffect.promote_next in row.effects, row
        if row.to in EXPECTED and row.event not in (E.reserve_group,):
            assert SeatEffect.tell in row.effects, row


def test_exactly_the_built_rows_are_there_and_the_others_lead_nowhere():
    assert {row.number for row in TABLE} == {
        *(1, 2, 3, 4, 5, 8),
        *range(11, 20),
        *(21, 22, 23, 30),
    }
    reached = {row.to for row in TABLE if row.to is not None}
    assert set(S) - reached == LEFT_OUT
    assert HOLDING == LIVE


@pytest.mark.parametrize("event", list(E))
def test_the_sources_of_an_event(event: SeatEvent) -> None:
    from_all = {E.take_away, E.right_ended, E.call_off}
    if event in from_all:
        assert source_states(event) == HOLDING
    if event is E.lapse:
        assert source_states(event) == {S.hold, S.offered}
    assert source_states(event) == {row.state for row in TABLE if row.event is event} - {None}


def test_what_is_possible_is_buttons_and_reasons():
    now = STARTS - timedelta(hours=1)
    late = possible(S.confirmed, Initiator.student, facts(now=now, is_agreed=True))
    reasons = {
        event: [str(unmet.reason) for unmet in decided.reasons]
        for event, decided in late.items()
        if isinstance(decided, SeatRefused)
    }
    assert reasons == {
        E.transfer: ["transfer_over"],
        E.move_away: ["closed"],
        E.cancel: ["closed"],
    }
    early = possible(S.confirmed, Initiator.student, facts(is_agreed=True))
    assert {
        decided.number for decided in early.values() if isinstance(decided, SeatTransition)
    } == {*(18, 19, 21)}
    assert possible(S.moved, Initiator.student, facts()) == {}
    assert reasons_against(S.confirmed, E.cancel, facts()) == ()
    assert [unmet.reason for unmet in reasons_against(S.confirmed, E.cancel, facts(now=now))] == [
        "closed"
    ]


def test_a_rule_says_so_when_its_facts_are_missing():
    bare = SeatFacts(practical=a_practical_value(), now=NOW)
    with pytest.raises(ValueError, match="person"):
        decide(None, E.book, bare)
    with pytest.raises(ValueError, match="seat"):
        decide(S.confirmed, E.cancel, bare)
    assert decide(None, E.cancel, bare) == SeatRefused((NO_SEAT,))


def test_a_deadline_has_passed_only_after_the_time_that_sending_takes():
    assert not has_lapsed(None, NOW)
    assert not has_lapsed(NOW, NOW)
    assert not has_lapsed(NOW, NOW + GRACE - TICK)
    assert has_lapsed(NOW, NOW + GRACE)
