"""Which days a repetition means, and what speaks against each."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, strategies

from app.kit.ids import PracticalId, UserId, new_uuid
from app.kit.messages import msg
from app.practicals.domain.clashes import Clash, ClashKind, OtherDay
from app.practicals.domain.series import MOST_DAYS, SeriesDay, weekly_days
from tests.make.practicals import STARTS, a_plan

TUESDAY = date(2026, 12, 15)
TODAY = date(2026, 12, 1)


@pytest.mark.parametrize(
    ("weekday", "every", "number", "until", "expected"),
    [
        (1, 1, 2, None, [date(2026, 12, 22), date(2026, 12, 29)]),
        (1, 2, 2, None, [date(2026, 12, 29), date(2027, 1, 12)]),
        (2, 1, 2, None, [date(2026, 12, 16), date(2026, 12, 23)]),
        (0, 2, 2, None, [date(2026, 12, 21), date(2027, 1, 4)]),
        (1, 1, None, date(2027, 1, 5), [date(2026, 12, 22), date(2026, 12, 29), date(2027, 1, 5)]),
        (1, 1, 1, date(2027, 1, 5), [date(2026, 12, 22)]),
        (1, 1, None, date(2026, 12, 21), []),
    ],
)
def test_the_days_of_a_repetition(weekday, every, number, until, expected):
    days = weekly_days(TUESDAY, TODAY, weekday=weekday, every=every, number=number, until=until)
    assert list(days) == expected


def test_the_days_of_a_past_day_begin_after_today_in_its_rhythm():
    days = weekly_days(TUESDAY, date(2026, 12, 29), weekday=1, every=2, number=2)
    assert days == (date(2027, 1, 12), date(2027, 1, 26))


def test_too_many_days_can_be_told_from_enough():
    assert len(weekly_days(TUESDAY, TODAY, weekday=1, every=1)) == MOST_DAYS + 1
    assert len(weekly_days(TUESDAY, TODAY, weekday=1, every=1, number=MOST_DAYS)) == MOST_DAYS


@given(
    strategies.dates(date(2020, 1, 1), date(2035, 1, 1)),
    strategies.integers(0, 6),
    strategies.integers(1, 26),
    strategies.integers(1, MOST_DAYS),
)
def test_every_day_has_the_weekday_and_the_distance(source, weekday, every, number):
    days = weekly_days(source, TODAY, weekday=weekday, every=every, number=number)
    assert len(days) == number
    assert {day.weekday() for day in days} == {weekday}
    assert all(day > max(source, TODAY) for day in days)
    gaps = {after - before for before, after in pairwise(days)}
    assert gaps <= {timedelta(weeks=every)}


OTHER = OtherDay(
    PracticalId(new_uuid()), "Day", STARTS, STARTS + timedelta(hours=1), "Europe/London", "Room 1"
)
FREE = SeriesDay(TUESDAY, a_plan(instructors=frozenset({UserId(new_uuid())})))
IN_ROOM = Clash(ClashKind.room, "Room 1", OTHER)


@pytest.mark.parametrize(
    "against",
    [
        {"problem": msg("There is no such day.")},
        {"holiday": "Boxing Day"},
        {"is_planned": True},
        {"clashes": (IN_ROOM,)},
    ],
)
def test_a_day_is_proposed_if_nothing_speaks_against_it(against):
    assert FREE.is_proposed
    assert not replace(FREE, **against).is_proposed


def test_what_was_seen_is_what_is_accepted():
    elsewhere = replace(IN_ROOM, day=replace(OTHER, practical_id=PracticalId(new_uuid())))
    seen = [
        FREE,
        replace(FREE, is_planned=True),
        replace(FREE, clashes=(IN_ROOM,)),
        replace(FREE, clashes=(elsewhere,)),
        replace(FREE, clashes=(IN_ROOM, elsewhere)),
    ]
    assert FREE.objections == ""
    assert len({day.objections for day in seen}) == len(seen)
    turned = replace(FREE, clashes=(elsewhere, IN_ROOM))
    assert turned.objections == seen[-1].objections
