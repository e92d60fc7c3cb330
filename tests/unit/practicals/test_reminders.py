"""When a reminder of a practical leaves: in the daytime of the venue, and not to who has just been told."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.practicals.domain.reminders import (
    EVENING,
    MORNING,
    NoReminder,
    ReminderStep,
    no_reminder_reason,
    reminder_due_at,
    steps_of,
)

LONDON = "Europe/London"
STARTS = datetime(2026, 12, 15, 9, tzinfo=UTC)
WEEK, LAST = steps_of((2, 7))
BEFORE = datetime(2026, 11, 1, tzinfo=UTC)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of December; London keeps winter time then."""
    return datetime(2026, 12, day, hour, minute, tzinfo=UTC)


def test_reminders_are_ordered_and_each_day_stands_once():
    assert steps_of((2, 7, 7)) == (ReminderStep(7, 2), ReminderStep(2, 0))
    assert steps_of(()) == ()


@pytest.mark.parametrize(
    ("step", "now", "told_at", "reason"),
    [
        (WEEK, at(8, 7, 59), BEFORE, NoReminder.not_yet),
        (WEEK, at(8, 8), BEFORE, None),
        (WEEK, at(8, 19, 59), BEFORE, None),
        (WEEK, at(8, 20), BEFORE, NoReminder.night),
        (WEEK, at(9, 7, 59), BEFORE, NoReminder.night),
        (WEEK, at(12, 19, 59), BEFORE, None),
        (WEEK, at(13, 8), BEFORE, NoReminder.late),
        (LAST, at(13, 8), BEFORE, None),
        (LAST, at(14, 19, 59), BEFORE, None),
        (LAST, at(15, 8), BEFORE, NoReminder.late),
        (WEEK, at(10, 9), at(8, 8), NoReminder.just_told),
        (WEEK, at(10, 9), at(8, 7, 59), None),
        (WEEK, at(10, 9), at(10, 8), NoReminder.just_told),
        (LAST, at(13, 8), at(10, 8), None),
    ],
)
def test_when_a_reminder_leaves(step, now, told_at, reason):
    assert no_reminder_reason(STARTS, LONDON, step, told_at=told_at, now=now) is reason


ZONES = st.sampled_from([LONDON, "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"])
DAYS = st.dates(date(2026, 1, 1), date(2029, 12, 31))


@given(
    day=DAYS,
    zone=ZONES,
    days_before=st.integers(1, 60),
    hour=st.integers(0, 23),
    minutes=st.integers(-2000, 2000),
)
@example(day=date(2027, 3, 28), zone=LONDON, days_before=1, hour=1, minutes=0)
@example(day=date(2027, 10, 31), zone=LONDON, days_before=7, hour=1, minutes=0)
@example(day=date(2027, 10, 24), zone=LONDON, days_before=7, hour=9, minutes=60)
@example(day=date(2028, 2, 29), zone=LONDON, days_before=2, hour=9, minutes=0)
@example(day=date(2028, 3, 2), zone=LONDON, days_before=2, hour=9, minutes=0)
def test_a_reminder_leaves_by_day_on_the_right_date(day, zone, days_before, hour, minutes):
    """Nights of clock changes and leap days move neither the hour nor the date."""
    venue = ZoneInfo(zone)
    starts = datetime(day.year, day.month, day.day, hour, tzinfo=venue).astimezone(UTC)
    local_day = starts.astimezone(venue).date()
    due = reminder_due_at(starts, zone, days_before).astimezone(venue)
    assert (due.date(), due.hour, due.minute) == (
        local_day - timedelta(days=days_before),
        MORNING,
        0,
    )
    now = due.astimezone(UTC) + timedelta(minutes=minutes)
    step = ReminderStep(days_before, 0)
    told = due.astimezone(UTC) - timedelta(days=100)
    if no_reminder_reason(starts, zone, step, told_at=told, now=now) is None:
        local = now.astimezone(venue)
        assert MORNING <= local.hour < EVENING
        assert local_day - timedelta(days=days_before) <= local.date() < local_day
