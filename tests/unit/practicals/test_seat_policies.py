"""The terms of a seat: what is agreed when it is taken, and how it is stored."""

import json
from datetime import timedelta

import pytest

from app.kit.stored_documents import DamagedDocument, LaterVersionNeeded
from app.practicals.domain.seat_policies import (
    CancelStep,
    SeatPolicy,
    policy_now,
    policy_of,
    read_policy,
    stored_policy,
)
from tests.make import NOW
from tests.make.practicals import STARTS, a_practical_value

TWO_STEPS = SeatPolicy(
    cancel_steps=(CancelStep(2880, 0), CancelStep(1440, 50)),
    transfer_minutes_before=60,
    naming_minutes_before=120,
    moves=1,
)


def test_the_terms_of_a_seat_taken_now_are_those_of_its_practical():
    terms = policy_now(a_practical_value())
    assert terms.cancel_steps == (CancelStep(48 * 60, 0),)
    assert terms.transfer_until(STARTS) == STARTS - timedelta(hours=24)
    assert terms.naming_until(STARTS) == STARTS - timedelta(hours=72)
    assert terms.moves == 2
    at_start = policy_now(a_practical_value(cancel_until=STARTS + timedelta(hours=1)))
    assert at_start.cancel_steps == (CancelStep(0, 0),)


@pytest.mark.parametrize(
    ("before_start", "expected"),
    [
        (timedelta(days=3), 0),
        (timedelta(days=2, microseconds=1), 0),
        (timedelta(days=2), 50),
        (timedelta(days=1, microseconds=1), 50),
        (timedelta(days=1), None),
        (timedelta(0), None),
    ],
)
def test_giving_back_costs_what_its_step_says(
    before_start: timedelta, expected: int | None
) -> None:
    assert TWO_STEPS.fee_percent(STARTS, STARTS - before_start) == expected


def test_the_terms_follow_a_practical_that_is_moved():
    later = STARTS + timedelta(days=7)
    assert TWO_STEPS.transfer_until(later) - TWO_STEPS.transfer_until(STARTS) == timedelta(days=7)


def test_terms_are_stored_in_whole_minutes_with_their_version():
    assert json.dumps(stored_policy(policy_now(a_practical_value()))) == (
        '{"version": 1, "cancel_steps": [{"minutes_before": 2880, "fee_percent": 0}], '
        '"transfer_minutes_before": 1440, "naming_minutes_before": 4320, "moves": 2}'
    )


def test_terms_are_read_as_they_were_stored():
    assert read_policy(stored_policy(TWO_STEPS)) == TWO_STEPS
    practical = a_practical_value(cancel_until=NOW)
    assert policy_of(stored_policy(TWO_STEPS), practical) == TWO_STEPS
    assert policy_of(None, practical) == policy_now(practical)


def test_terms_of_a_later_version_and_damaged_ones_are_refused():
    with pytest.raises(LaterVersionNeeded):
        read_policy({**stored_policy(TWO_STEPS), "version": 2})
    for name in ("cancel_steps", "moves"):
        whole = stored_policy(TWO_STEPS)
        del whole[name]
        with pytest.raises(DamagedDocument):
            read_policy(whole)
    with pytest.raises(DamagedDocument):
        read_policy({**stored_policy(TWO_STEPS), "cancel_steps": ["early"]})
