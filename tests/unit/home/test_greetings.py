"""The greeting follows the time of day."""

from datetime import UTC, datetime

import pytest

from app.home.greetings import greeting


@pytest.mark.parametrize(
    ("hour", "minute", "words"),
    [
        (0, 0, "Good evening, Priya"),
        (3, 59, "Good evening, Priya"),
        (4, 0, "Good morning, Priya"),
        (11, 59, "Good morning, Priya"),
        (12, 0, "Good afternoon, Priya"),
        (17, 59, "Good afternoon, Priya"),
        (18, 0, "Good evening, Priya"),
    ],
)
def test_the_time_of_day(hour, minute, words):
    assert str(greeting("Priya Sandhu", datetime(2026, 11, 30, hour, minute, tzinfo=UTC))) == words
