"""The end of an attempt, to the second."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.quizzes.domain.deadlines import deadline, time_limit
from app.quizzes.domain.exceptions import NO_EXCEPTIONS, AttemptExceptions
from tests.make import NOW
from tests.make.quizzes import a_quiz

LONDON = ZoneInfo("Europe/London")
TEN = timedelta(minutes=10)
CLOCK_CHANGES = [
    datetime(2026, 10, 25, 0, 55, tzinfo=UTC),
    datetime(2026, 3, 29, 0, 55, tzinfo=UTC),
    datetime(2028, 2, 28, 23, 55, tzinfo=UTC),
]
FACTORS = [Fraction(1), Fraction(5, 4), Fraction(3, 2), Fraction(2)]


def test_the_end_is_the_limit_after_the_start():
    assert deadline(a_quiz(minutes=10), NOW, NO_EXCEPTIONS) == NOW + TEN
    assert deadline(a_quiz(minutes=None), NOW, NO_EXCEPTIONS) is None


@pytest.mark.parametrize(
    ("closes_in", "minutes", "ends_in"),
    [
        (timedelta(minutes=9), 10, timedelta(minutes=9)),
        (timedelta(minutes=10), 10, TEN),
        (timedelta(minutes=11), 10, TEN),
        (timedelta(hours=5), None, timedelta(hours=5)),
    ],
)
def test_the_earlier_of_limit_and_window_ends_it(closes_in, minutes, ends_in):
    window = AttemptExceptions(closes_at=NOW + closes_in)
    assert deadline(a_quiz(minutes=minutes), NOW, window) == NOW + ends_in


@pytest.mark.parametrize(
    ("factor", "extra_minutes", "seconds"),
    [
        (Fraction(5, 4), 0, 750),
        (Fraction(3, 2), 0, 900),
        (Fraction(2), 0, 1200),
        (Fraction(1), 15, 1500),
        (Fraction(5, 4), 5, 1050),
        (Fraction(1000, 999), 0, 601),
    ],
)
def test_exceptions_lengthen_the_limit(factor, extra_minutes, seconds):
    more = AttemptExceptions(factor=factor, extra_minutes=extra_minutes)
    assert time_limit(a_quiz(minutes=10), more) == timedelta(seconds=seconds)
    assert time_limit(a_quiz(minutes=None), more) is None


@given(
    st.sampled_from(CLOCK_CHANGES),
    st.integers(-7200, 7200),
    st.integers(1, 600),
    st.sampled_from(FACTORS),
    st.integers(0, 120),
)
def test_clock_changes_take_and_give_no_second(change, shift, minutes, factor, extra):
    """R-060: around both changes of the London clock and a leap day, read in London and in UTC."""
    started_at = change + timedelta(seconds=shift)
    more = AttemptExceptions(factor=factor, extra_minutes=extra)
    in_utc = deadline(a_quiz(minutes=minutes), started_at, more)
    in_london = deadline(a_quiz(minutes=minutes), started_at.astimezone(LONDON), more)
    elapsed = timedelta(minutes=minutes * factor.numerator / factor.denominator + extra)
    assert in_utc == in_london == started_at + elapsed


@given(st.sampled_from(CLOCK_CHANGES), st.integers(-7200, 7200), st.integers(1, 600))
def test_a_window_that_closes_around_a_clock_change_is_exact(change, shift, minutes):
    closes_at = (change + timedelta(seconds=shift)).astimezone(LONDON)
    window = AttemptExceptions(closes_at=closes_at)
    expected = min(change + timedelta(minutes=minutes), closes_at.astimezone(UTC))
    assert deadline(a_quiz(minutes=minutes), change, window) == expected
