"""The worker's watch over its clock."""

from datetime import timedelta

import pytest

from app.workers.clock_watch import CALM_AFTER, ClockWatch, jump_words
from tests.make import NOW

HOUR = timedelta(hours=1)


def looks(*steps: tuple[float, float]) -> list[timedelta | None]:
    """Return what a watch says at each step of (seconds that passed, seconds the clock moved)."""
    watch, now, passed = ClockWatch(), NOW, 0.0
    told = [watch.look(now, passed)]
    for real, shown in steps:
        passed += real
        now += timedelta(seconds=shown)
        told.append(watch.look(now, passed))
    return told


@pytest.mark.parametrize(
    "steps",
    [
        [(1, 1)] * 5,
        [(1, 1), (3600, 3600), (1, 1)],
        [(1, 0)] * 300,  # a clock of tests stands still
        [(1, 121), (1, 1)],
        [(1, -119), (1, 1)],
    ],
)
def test_an_even_clock_is_believed(steps):
    assert set(looks(*steps)) == {None}


@pytest.mark.parametrize("jump", [3600, -3600, 122, -122])
def test_after_a_jump_nothing_is_closed_for_a_minute_of_even_time(jump):
    calm = CALM_AFTER.total_seconds()
    told = looks((1, 1 + jump), (1, 1), (calm - 2, calm - 2), (1, 1), (1, 1))
    span = timedelta(seconds=jump)
    assert told == [None, span, span, span, None, None]


def test_a_clock_that_jumps_back_again_is_watched_for_another_minute():
    told = looks((1, 3601), (3, 3 - 3600), (59, 59), (1, 1))
    assert told == [None, HOUR, -HOUR, -HOUR, None]


def test_a_jump_is_said_in_words():
    assert str(jump_words(HOUR)).startswith("The clock of the server jumped 1 hour ahead.")
    assert str(jump_words(-2 * HOUR)).startswith("The clock of the server jumped 2 hours back.")
