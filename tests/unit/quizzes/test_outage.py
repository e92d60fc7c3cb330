"""Who gets time back after an outage, and how much."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.errors import Refusal
from app.quizzes.domain.attempt import Score
from app.quizzes.domain.extending import ExtensionReason
from app.quizzes.domain.outage import (
    Outage,
    OutageGain,
    OutageReason,
    outage_gain,
    outage_obstacle,
    touched,
)
from app.quizzes.domain.transitions import AttemptState
from tests.make import NOW
from tests.unit.quizzes.test_extending import a_case

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
DUE = NOW + 30 * MINUTE
OUTAGE = Outage(NOW + 10 * MINUTE, NOW + 15 * MINUTE)
RUNNING = {"due_at": DUE}
TIMED_OUT = {"due_at": DUE, "submitted_at": DUE, "score": Score(0, 2, False)}
MISSED, PASSED = Score(0, 2, False), Score(2, 2, True)


def gain(facts, outage=OUTAGE, earlier=(), *, after=20):
    return outage_gain(a_case(**facts), outage, earlier, now=NOW + after * MINUTE)


def test_a_running_attempt_ends_as_much_later_as_it_lost():
    assert gain(RUNNING) == OutageGain(300, DUE + 5 * MINUTE, False)


@pytest.mark.parametrize(
    ("began", "ended", "minutes"),
    [(-5, 5, 5), (25, 45, 5), (-5, 45, 30), (3, 4, 1)],
)
def test_only_the_minutes_of_the_attempt_count(began, ended, minutes):
    outage = Outage(NOW + began * MINUTE, NOW + ended * MINUTE)
    gained = gain(TIMED_OUT, outage, after=60)
    assert gained == OutageGain((30 + minutes) * 60, NOW + (60 + minutes) * MINUTE, True)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (RUNNING | {"closed": True}, ExtensionReason.closed),
        (RUNNING | {"place": False}, ExtensionReason.place_ended),
        (RUNNING | {"certified": True}, ExtensionReason.certified),
        ({"due_at": None}, ExtensionReason.untimed),
        (RUNNING | {"submitted_at": NOW + 12 * MINUTE, "score": MISSED}, OutageReason.sent),
        (TIMED_OUT | {"score": PASSED}, OutageReason.passed),
        (TIMED_OUT | {"other": True}, ExtensionReason.other_running),
    ],
)
def test_who_gets_nothing_and_why(facts, expected):
    refusal = gain(facts, after=40)
    assert isinstance(refusal, Refusal)
    assert refusal.reason == expected


def test_an_attempt_that_was_abandoned_by_the_clock_runs_again():
    gained = gain({"due_at": DUE, "state": AttemptState.abandoned}, after=40)
    assert gained == OutageGain(15 * 60, NOW + 45 * MINUTE, True)


def test_the_time_of_an_outage_is_given_once():
    assert gain(RUNNING, earlier=[OUTAGE]).reason == OutageReason.had_it
    first = Outage(OUTAGE.began_at, OUTAGE.began_at + 2 * MINUTE)
    assert gain(RUNNING, earlier=[first]).seconds == 180
    assert gain(RUNNING, earlier=[first, OUTAGE]).reason == OutageReason.had_it


@given(st.lists(st.tuples(st.integers(-10, 50), st.integers(1, 30)), max_size=4))
def test_overlapping_outages_never_give_a_minute_twice(spans):
    """However an outage is told in parts, all parts together give at most what lies in the attempt."""
    told, total = [], 0
    for began, length in spans:
        outage = Outage(NOW + began * MINUTE, NOW + (began + length) * MINUTE)
        gained = gain(RUNNING, outage, told, after=0)
        total += gained.seconds if isinstance(gained, OutageGain) else 0
        told.append(outage)
    covered = {
        minute
        for began, length in spans
        for minute in range(began, began + length)
        if 0 <= minute < 30
    }
    assert total == 60 * len(covered)


def test_which_attempts_an_outage_touched():
    def ran(after=20, **facts):
        return touched(a_case(**facts), OUTAGE, now=NOW + after * MINUTE)

    assert ran(**RUNNING)
    assert ran(after=60, **TIMED_OUT)
    assert not ran(due_at=NOW + 9 * MINUTE, after=20)
    assert not ran(**RUNNING, submitted_at=NOW + 9 * MINUTE)
    assert ran(**RUNNING, submitted_at=NOW + 11 * MINUTE)
    assert not ran(started_at=NOW + 15 * MINUTE, due_at=NOW + 60 * MINUTE)


@pytest.mark.parametrize(
    ("began", "ended", "expected"),
    [
        (10, 15, None),
        (15, 15, OutageReason.backwards),
        (15, 21, OutageReason.in_future),
        (-12 * 60 + 20 - 1, 20, OutageReason.too_long),
        (-12 * 60 + 20, 20, None),
    ],
)
def test_which_outages_are_refused(began, ended, expected):
    outage = Outage(NOW + began * MINUTE, NOW + ended * MINUTE)
    refusal = outage_obstacle(outage, now=NOW + 20 * MINUTE)
    assert (refusal and refusal.reason) == expected
