"""Until when a place is offered: by the time that is left, never at night, and never too late."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.kit.ids import UserId, WaitingId, new_uuid
from app.practicals.domain.offers import (
    TO_BE_PHONED,
    in_time_to_answer,
    offer_deadline,
    out_of_the_night,
    time_to_answer,
)
from app.practicals.domain.states import WaitingPolicy
from app.practicals.domain.waiting import Waiter
from tests.make import NOW
from tests.make.practicals import a_practical_value

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LONDON = ZoneInfo("Europe/London")


def there(*moment: int, zone: str = "Europe/London") -> datetime:
    return datetime(*moment, tzinfo=ZoneInfo(zone)).astimezone(UTC)  # type: ignore[misc]


def a_day(starts_at: datetime, zone: str = "Europe/London", **changes):
    values = {"ends_at": starts_at + 7 * HOUR, "booking_closes_at": starts_at} | changes
    return a_practical_value(starts_at=starts_at, zone=zone, **values)


@pytest.mark.parametrize(
    ("lead", "answer"),
    [
        (7 * DAY + SECOND, 24 * HOUR),
        (7 * DAY, 8 * HOUR),
        (2 * DAY, 8 * HOUR),
        (2 * DAY - SECOND, 2 * HOUR),
    ],
)
def test_the_time_to_answer_follows_the_time_that_is_left(lead, answer):
    assert time_to_answer(lead) == answer


@pytest.mark.parametrize(
    ("moment", "deadline"),
    [
        (there(2026, 12, 1, 20, 59, 59), there(2026, 12, 1, 20, 59, 59)),
        (there(2026, 12, 1, 21), there(2026, 12, 2, 8)),
        (there(2026, 12, 2, 7, 59, 59), there(2026, 12, 2, 8)),
        (there(2026, 12, 2, 8), there(2026, 12, 2, 8)),
        (there(2026, 3, 28, 22), there(2026, 3, 29, 8)),
        (there(2026, 10, 24, 22), there(2026, 10, 25, 8)),
        (there(2028, 2, 28, 23), there(2028, 2, 29, 8)),
        (there(2028, 2, 29, 23), there(2028, 3, 1, 8)),
    ],
    ids=["evening", "21", "morning", "8", "spring", "autumn", "leap-day", "after-leap-day"],
)
def test_a_deadline_at_night_moves_to_the_morning(moment, deadline):
    assert out_of_the_night(moment, "Europe/London") == deadline


def test_the_nights_of_clock_changes_have_their_own_length():
    spring = out_of_the_night(there(2026, 3, 28, 21), "Europe/London")
    autumn = out_of_the_night(there(2026, 10, 24, 21), "Europe/London")
    assert spring - there(2026, 3, 28, 21) == 10 * HOUR
    assert autumn - there(2026, 10, 24, 21) == 12 * HOUR


@pytest.mark.parametrize(
    ("now", "deadline"),
    [
        (there(2026, 12, 8, 4), there(2026, 12, 8, 8)),
        (there(2026, 12, 8, 12), there(2026, 12, 8, 14)),
        (there(2026, 12, 9, 6), there(2026, 12, 9, 8)),
        (there(2026, 12, 9, 6, 0, 1), there(2026, 12, 9, 8, 0, 1)),
        (there(2026, 12, 9, 7), there(2026, 12, 9, 9)),
        (there(2026, 12, 9, 7, 0, 1), None),
    ],
)
def test_six_hours_before_the_start_is_the_last_answer(now, deadline):
    assert offer_deadline(a_day(there(2026, 12, 9, 15)), now) == deadline


def test_no_offer_outlasts_booking():
    day = a_day(NOW + 14 * DAY, booking_closes_at=NOW + 24 * HOUR)
    assert offer_deadline(day, NOW) == NOW + 24 * HOUR
    assert offer_deadline(day, NOW + SECOND) is None


ZONES = ("Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")


@given(
    now=st.timedeltas(timedelta(), timedelta(days=1100)).map(NOW.__add__),
    lead=st.timedeltas(timedelta(), timedelta(days=30)),
    zone=st.sampled_from(ZONES),
)
@example(now=there(2026, 3, 28, 13), lead=5 * DAY, zone="Europe/London")
@example(now=there(2026, 10, 24, 13), lead=5 * DAY, zone="Europe/London")
@example(now=there(2028, 2, 28, 23), lead=9 * DAY, zone="Europe/London")
def test_an_offer_never_ends_at_night_nor_too_early_nor_too_late(now, lead, zone):
    deadline = offer_deadline(a_day(now + lead, zone), now)
    if deadline is None:
        assert lead < 8 * HOUR + 12 * HOUR, "only shortly before the start"
        return
    assert time(8) <= deadline.astimezone(ZoneInfo(zone)).time() < time(21)
    assert deadline - now >= time_to_answer(lead)
    assert deadline - now < time_to_answer(lead) + 13 * HOUR
    assert deadline <= now + lead - 6 * HOUR


@pytest.mark.parametrize(
    ("policy", "deadline", "unmet"),
    [
        (WaitingPolicy.offer, None, (TO_BE_PHONED,)),
        (WaitingPolicy.offer, NOW, ()),
        (WaitingPolicy.auto, None, ()),
    ],
)
def test_without_time_to_answer_only_who_chose_it_gets_a_place(policy, deadline, unmet):
    waiter = Waiter(WaitingId(new_uuid()), UserId(new_uuid()), 1, policy=policy)
    (judged,) = in_time_to_answer([waiter], deadline)
    assert judged.unmet == unmet
