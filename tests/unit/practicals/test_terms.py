"""What is said of deadlines: true at the moment it is said, to the instant."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.practicals.domain.seats import PracticalStatus, cancel_refusal
from app.practicals.domain.terms import (
    TIME_TO_GIVE_BACK,
    booking_window,
    cancel_deadline,
    cancel_terms,
    time_to_give_back,
)
from app.practicals.domain.waiting import freed
from tests.make import NOW
from tests.make.practicals import a_practical_value

TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
LATE = a_practical_value(
    cancel_until=NOW - HOUR, booking_closes_at=NOW + HOUR, starts_at=NOW + 30 * HOUR
)
"""A day whose own deadline has passed an hour ago while it can still be booked."""


@pytest.mark.parametrize(
    ("own", "starts", "until"),
    [
        (None, NOW + 30 * HOUR, NOW - HOUR),
        (NOW + 24 * HOUR, NOW + 30 * HOUR, NOW + 24 * HOUR),
        (NOW + 24 * HOUR, NOW + 20 * HOUR, NOW + 20 * HOUR),
        (NOW - 2 * HOUR, NOW + 30 * HOUR, NOW - HOUR),
    ],
)
def test_a_place_has_the_later_deadline_and_at_most_the_start(own, starts, until):
    practical = a_practical_value(cancel_until=NOW - HOUR, starts_at=starts)
    assert cancel_deadline(practical, own) == until


def test_who_is_given_a_place_has_a_day():
    assert time_to_give_back(NOW) == NOW + timedelta(hours=24) == NOW + TIME_TO_GIVE_BACK


@given(
    cancel=st.integers(-100, 100),
    starts=st.integers(1, 100),
)
def test_who_is_given_a_place_can_always_give_it_back(cancel, starts):
    """Whatever the deadline of the practical, also when it has passed."""
    practical = a_practical_value(cancel_until=NOW + cancel * HOUR, starts_at=NOW + starts * HOUR)
    until = cancel_deadline(practical, time_to_give_back(NOW))
    terms = cancel_terms(practical, time_to_give_back(NOW), NOW)
    assert terms is not None
    assert terms.is_open
    assert cancel_refusal(practical, until, NOW) is None
    assert until >= min(practical.starts_at, NOW + timedelta(hours=24))


def test_terms_turn_at_the_deadline():
    practical = a_practical_value(cancel_until=NOW, zone="Europe/London")
    before, at = cancel_terms(practical, None, NOW - TICK), cancel_terms(practical, None, NOW)
    assert before is not None
    assert at is not None
    assert (before.is_open, str(before.message), str(before.short)) == (
        True,
        "You can give the place back until Tue 1 Dec 2026, 09:00, London time.",
        "Cancel free until Tue 1 Dec 2026, 09:00, London time",
    )
    assert (at.is_open, str(at.message), str(at.short)) == (
        False,
        "Free cancelling ended on Tue 1 Dec 2026, 09:00, London time. "
        "If you cannot come, write to the academy.",
        "Free cancelling has ended: write to the academy if you cannot come",
    )


@pytest.mark.parametrize(
    "changes", [{"starts_at": NOW}, {"status": PracticalStatus.cancelled}], ids=["begun", "off"]
)
def test_there_is_nothing_to_give_back(changes):
    assert cancel_terms(a_practical_value(**changes), None, NOW) is None


@pytest.mark.parametrize(
    ("opens", "closes", "starts", "sentence", "is_open", "is_over"),
    [
        (TICK, HOUR, 2 * HOUR, "Booking opens on Tue 1 Dec 2026, 09:00", False, False),
        (0 * HOUR, HOUR, 2 * HOUR, "Booking is open until Tue 1 Dec 2026, 10:00", True, False),
        (-HOUR, 0 * HOUR, HOUR, "Booking closed on Tue 1 Dec 2026, 09:00", False, True),
        (-HOUR, HOUR, 0 * HOUR, "Booking closed on Tue 1 Dec 2026, 09:00", False, True),
    ],
)
def test_booking_is_said_as_it_is_now(opens, closes, starts, sentence, is_open, is_over):
    practical = a_practical_value(
        booking_opens_at=NOW + opens, booking_closes_at=NOW + closes, starts_at=NOW + starts
    )
    window = booking_window(practical, NOW)
    assert str(window.message) == f"{sentence}, London time."
    assert (window.is_open, window.is_over) == (is_open, is_over)


def test_a_card_says_when_booking_opens():
    window = booking_window(a_practical_value(booking_opens_at=NOW + TICK), NOW)
    assert str(window.opening) == "Booking opens on Tue 1 Dec 2026, 09:00, London time"


@pytest.mark.parametrize(
    ("changes", "places"),
    [
        ({"capacity": 4, "taken": 4}, 1),
        ({"capacity": 4, "taken": 2}, 3),
        ({"capacity": 4, "taken": 5, "override": 1}, 0),
        ({"capacity": 4, "taken": 6, "override": 2}, 0),
        ({"capacity": 4, "taken": 4, "booking_closes_at": NOW}, 0),
        ({"capacity": 4, "taken": 4, "booking_opens_at": NOW + TICK}, 0),
        ({"capacity": 4, "taken": 4, "status": PracticalStatus.cancelled}, 0),
    ],
)
def test_a_place_that_is_given_back_moves_the_list_only_when_it_becomes_free(changes, places):
    assert freed(a_practical_value(**changes), NOW) == places
