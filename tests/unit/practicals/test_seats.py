"""Who may take a place: every reason, alone and together."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.errors import Refusal
from app.kit.ids import IntakeId, PracticalId, UserId, WaitingId, new_uuid
from app.practicals import policy
from app.practicals.domain import seats
from app.practicals.domain.seats import (
    Overlap,
    PracticalsReason,
    PracticalStatus,
    booking_refusal,
    cancel_refusal,
    eligibility,
    is_takeable,
    reservation_refusal,
    waiting_refusal,
)
from app.practicals.domain.terms import booking_window, cancel_deadline, cancel_terms
from app.practicals.domain.waiting import Waiter, choose, eligible_ahead
from tests.make import NOW
from tests.make.people import an_actor
from tests.make.practicals import STARTS, a_practical_value, some_facts

INTAKE = IntakeId(new_uuid())
OVERLAP = Overlap(PracticalId(new_uuid()), "Scalp day", STARTS, "Europe/London")
TICK = timedelta(microseconds=1)


def reasons(unmet: tuple[Refusal, ...]) -> list[str]:
    return [str(each.reason) for each in unmet]


@pytest.mark.parametrize(
    ("practical", "facts", "expected"),
    [
        ({}, {}, []),
        ({"status": PracticalStatus.draft}, {"has_place": False}, ["draft"]),
        ({"status": PracticalStatus.cancelled}, {"has_place": False}, ["cancelled"]),
        ({"starts_at": NOW}, {}, ["started"]),
        ({"starts_at": NOW + TICK}, {}, []),
        ({"booking_opens_at": NOW + TICK}, {}, ["not_open_yet"]),
        ({"booking_opens_at": NOW}, {}, []),
        ({"booking_closes_at": NOW}, {}, ["closed"]),
        ({"booking_closes_at": NOW + TICK}, {}, []),
        ({}, {"has_seat": True}, ["already_booked"]),
        ({"taken": 4}, {}, ["full"]),
        ({"taken": 3}, {}, []),
        ({"taken": 5, "override": 1}, {}, ["full"]),
        ({"taken": 3}, {"eligible_ahead": 1}, ["queue_ahead"]),
        ({"taken": 2}, {"eligible_ahead": 1}, []),
        ({}, {"is_active": False}, ["account"]),
        ({}, {"is_confirmed": False}, ["address"]),
        ({}, {"has_place": False}, ["no_place"]),
        ({"intake_id": INTAKE}, {}, ["other_intake"]),
        ({"intake_id": INTAKE}, {"is_in_intake": True}, []),
        ({}, {"modules_missing": ("Skin",)}, ["modules"]),
        ({}, {"has_certificate_name": False}, ["profile"]),
        ({}, {"overlap": OVERLAP}, ["overlap"]),
        (
            {"taken": 4, "booking_closes_at": NOW},
            {"modules_missing": ("Skin",), "has_certificate_name": False, "is_confirmed": False},
            ["closed", "full", "address", "modules", "profile"],
        ),
    ],
)
def test_booking_names_every_reason_at_once(practical, facts, expected):
    assert (
        reasons(booking_refusal(a_practical_value(**practical), some_facts(**facts), NOW))
        == expected
    )


def test_reasons_name_what_is_missing_and_lead_to_the_remedy():
    facts = some_facts(modules_missing=("Skin", "Needles", "Aftercare"), overlap=OVERLAP)
    modules, overlap = eligibility(a_practical_value(), facts)
    assert modules.message.values == (("modules", ("Skin", "Needles", "Aftercare")),)
    assert "Skin, Needles and Aftercare" in str(modules.message)
    assert link_of(modules) == "/learn/small-course"
    assert "Scalp day, Tue 15 Dec 2026, 09:00, London time" in str(overlap.message)
    assert link_of(overlap) == f"/practicals/{OVERLAP.practical_id}"
    (single,) = eligibility(a_practical_value(), some_facts(modules_missing=("Skin",)))
    assert str(single.message).endswith(": Skin.")


def link_of(refusal: Refusal) -> str | None:
    return refusal.link.path if refusal.link else None


@pytest.mark.parametrize(
    ("practical", "facts", "expected"),
    [
        ({"taken": 4}, {}, []),
        ({"taken": 4}, {"modules_missing": ("Skin",), "has_certificate_name": False}, []),
        ({"taken": 3}, {"eligible_ahead": 1}, []),
        ({}, {}, ["place_free"]),
        ({"taken": 4}, {"has_seat": True}, ["already_booked"]),
        ({"taken": 4}, {"is_waiting": True}, ["already_waiting"]),
        ({"taken": 4}, {"has_place": False}, ["no_place"]),
        ({"taken": 4}, {"is_confirmed": False}, ["address"]),
        ({"taken": 4, "intake_id": INTAKE}, {}, ["other_intake"]),
        ({"taken": 4, "booking_closes_at": NOW}, {}, ["closed"]),
        ({"taken": 4, "starts_at": NOW}, {}, ["started"]),
    ],
)
def test_waiting(practical, facts, expected):
    assert (
        reasons(waiting_refusal(a_practical_value(**practical), some_facts(**facts), NOW))
        == expected
    )


@pytest.mark.parametrize(
    ("practical", "facts", "plain", "overridden"),
    [
        ({}, {}, [], []),
        ({"booking_closes_at": NOW}, {}, [], []),
        ({"taken": 4}, {}, ["full"], []),
        ({"taken": 3}, {"eligible_ahead": 1}, ["queue_ahead"], []),
        ({}, {"modules_missing": ("Skin",), "has_place": False}, ["no_place", "modules"], []),
        ({}, {"has_seat": True}, ["already_booked"], ["already_booked"]),
        ({"status": PracticalStatus.cancelled}, {}, ["cancelled"], ["cancelled"]),
        ({"status": PracticalStatus.draft}, {}, ["draft"], ["draft"]),
        ({"starts_at": NOW}, {}, ["started"], ["started"]),
    ],
)
def test_reserving(practical, facts, plain, overridden):
    practical, facts = a_practical_value(**practical), some_facts(**facts)
    assert reasons(reservation_refusal(practical, facts, NOW, override=False)) == plain
    assert reasons(reservation_refusal(practical, facts, NOW, override=True)) == overridden


@pytest.mark.parametrize(
    ("practical", "expected"),
    [
        ({}, None),
        ({"cancel_until": NOW}, "closed"),
        ({"cancel_until": NOW + TICK}, None),
        ({"cancel_until": NOW + TICK, "starts_at": NOW}, "started"),
        ({"status": PracticalStatus.cancelled}, "cancelled"),
    ],
)
def test_giving_back_until_the_deadline_to_the_instant(practical, expected):
    practical = a_practical_value(**practical)
    unmet = cancel_refusal(practical, practical.cancel_until, NOW)
    assert (unmet and str(unmet.reason)) == expected


@pytest.mark.parametrize(
    ("now", "allowed"),
    [
        ("2026-12-14T23:59:59+00:00", False),
        ("2026-12-15T00:00:00+00:00", True),
        ("2026-12-20T00:00:00+00:00", True),
    ],
)
def test_attendance_from_the_midnight_that_begins_the_day(now, allowed):
    unmet = seats.attendance_refusal(a_practical_value(), datetime.fromisoformat(now))
    assert (unmet is None) is allowed
    if unmet is not None:
        assert str(unmet.remedy) == "Come back on Tue 15 Dec 2026."


def test_no_attendance_where_nothing_takes_place():
    for status in (PracticalStatus.draft, PracticalStatus.cancelled):
        unmet = seats.attendance_refusal(a_practical_value(status=status), STARTS)
        assert unmet is not None
        assert str(unmet.reason) == str(status)


def a_line(eligible: list[bool]) -> list[Waiter]:
    return [
        Waiter(
            WaitingId(new_uuid()),
            UserId(new_uuid()),
            number,
            () if can else (PracticalsReason.modules,),
        )
        for number, can in enumerate(eligible, start=1)
    ]


@pytest.mark.parametrize(
    ("free", "line", "promoted", "passed_over"),
    [
        (0, [True], [], []),
        (1, [], [], []),
        (1, [True, True], [1], []),
        (1, [False, True, False], [2], [1]),
        (2, [False, True, False, True, False], [2, 4], [1, 3]),
        (3, [False, True, False], [2], [1]),
        (2, [False, False], [], []),
    ],
)
def test_freed_places_go_in_order_to_those_who_can_come(free, line, promoted, passed_over):
    chosen = choose(free, reversed(a_line(line)))
    assert [waiter.number for waiter in chosen.promoted] == promoted
    assert [waiter.number for waiter in chosen.passed_over] == passed_over


@given(free=st.integers(0, 6), line=st.lists(st.booleans(), max_size=12))
def test_no_place_stays_free_beside_somebody_who_can_come(free, line):
    waiters = a_line(line)
    chosen = choose(free, waiters)
    able = [waiter for waiter in waiters if not waiter.unmet]
    assert list(chosen.promoted) == able[:free]
    assert {waiter.number for waiter in chosen.passed_over} == {
        waiter.number
        for waiter in waiters
        if waiter.unmet and any(waiter.number < other.number for other in chosen.promoted)
    }


def test_who_comes_first():
    waiters = a_line([True, False, True, True])
    assert eligible_ahead(waiters, UserId(new_uuid())) == 3
    assert eligible_ahead(waiters, waiters[2].user_id) == 1
    assert eligible_ahead(waiters, waiters[0].user_id) == 0


@given(capacity=st.integers(0, 5), arrivals=st.lists(st.integers(0, 9), max_size=25))
def test_places_are_never_oversold_and_never_wasted(capacity, arrivals):
    practical, holders = a_practical_value(capacity=capacity), set()
    for person in arrivals:
        facts = some_facts(has_seat=person in holders)
        if not booking_refusal(practical, facts, NOW):
            holders.add(person)
            taken, override = practical.with_taken(practical.taken + 1)
            practical = a_practical_value(capacity=capacity, taken=taken, override=override)
            assert override == 0
    assert len(holders) == practical.taken == min(capacity, len(set(arrivals)))


def test_the_window():
    assert is_takeable(a_practical_value(), NOW)
    assert not is_takeable(a_practical_value(booking_closes_at=NOW), NOW)
    assert not is_takeable(a_practical_value(status=PracticalStatus.draft), NOW)


@pytest.mark.parametrize(
    ("roles", "book", "manage", "teach", "roster_of_own", "roster_of_others"),
    [
        (("student",), True, False, False, False, False),
        (("instructor",), False, False, True, True, False),
        (("admin",), False, True, True, True, True),
    ],
)
def test_policy(roles, book, manage, teach, roster_of_own, roster_of_others):
    actor = an_actor(*roles)
    assert policy.may_book(actor) is book
    assert policy.may_manage(actor) is manage
    assert policy.may_teach(actor) is teach
    assert policy.may_see_roster(actor, is_instructor_of=True) is roster_of_own
    assert policy.may_see_roster(actor, is_instructor_of=False) is roster_of_others


HOURS = st.integers(-4, 4).map(lambda hours: NOW + timedelta(hours=hours))


@given(
    opens=HOURS,
    closes=HOURS,
    cancel=HOURS,
    own=HOURS,
    starts=HOURS,
    now=HOURS,
    tick=st.sampled_from((-TICK, timedelta(), TICK)),
    is_published=st.booleans(),
    taken=st.integers(0, 4),
)
def test_the_last_moment_that_passed_stands_for_now(
    opens, closes, cancel, own, starts, now, tick, is_published, taken
):
    """Lists keep what the rules said by this moment: a rule that compared with any other would be kept
    for too long."""
    practical = a_practical_value(
        booking_opens_at=opens,
        booking_closes_at=closes,
        cancel_until=cancel,
        starts_at=starts,
        ends_at=starts + timedelta(hours=8),
        status=PracticalStatus.published if is_published else PracticalStatus.cancelled,
        taken=taken,
    )
    now, facts = now + tick, some_facts(modules_missing=("Skin",))
    moment = practical.moment(now, own)
    assert moment <= now
    for rule in (booking_refusal, waiting_refusal):
        assert rule(practical, facts, moment) == rule(practical, facts, now)
    until = cancel_deadline(practical, own)
    assert cancel_refusal(practical, until, moment) == cancel_refusal(practical, until, now)
    assert cancel_terms(practical, own, moment) == cancel_terms(practical, own, now)
    assert booking_window(practical, moment) == booking_window(practical, now)
