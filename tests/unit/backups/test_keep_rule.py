"""Which copies a rule keeps."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.backups.keep_rule import KeepRule, moments_to_keep

START = datetime(2026, 1, 1, 2, tzinfo=UTC)
DAY = timedelta(days=1)
NIGHTS = [START + DAY * number for number in range(365)]
LAST = NIGHTS[-1]
FAR = datetime(9999, 1, 1, tzinfo=UTC)

any_moment = st.integers(0, 10 * 365 * 24 * 60).map(
    lambda minutes: START + timedelta(minutes=minutes)
)
moments_of = st.sets(any_moment, min_size=1)
rules = st.builds(KeepRule, st.integers(0, 5), st.integers(0, 5), st.integers(0, 5))


def test_a_year_of_nights_leaves_days_weeks_and_months():
    keep = moments_to_keep(NIGHTS, KeepRule(daily=7, weekly=5, monthly=12), now=LAST)
    assert {LAST - DAY * number for number in range(7)} <= keep
    assert {moment.month for moment in keep} == set(range(1, 13))
    assert len({moment.isocalendar()[:2] for moment in keep if moment > LAST - 32 * DAY}) == 5
    assert len(keep) <= 7 + 5 + 12


def test_of_several_copies_of_a_day_the_newest_is_kept():
    evening = START + timedelta(hours=12)
    assert moments_to_keep([START, evening], KeepRule(1, 0, 0), now=evening) == {evening}


def test_the_newest_is_kept_by_every_rule():
    assert moments_to_keep(NIGHTS, KeepRule(0, 0, 0), now=LAST) == {LAST}
    assert moments_to_keep([], KeepRule(), now=LAST) == frozenset()


@given(moments_of, rules)
def test_no_more_is_kept_than_the_rule_says_and_only_what_is_there(moments, rule):
    keep = moments_to_keep(moments, rule, now=FAR)
    assert keep <= moments
    assert max(moments) in keep
    assert len(keep) <= max(1, rule.daily + rule.weekly + rule.monthly)
    assert len(keep) >= min(rule.daily, len({moment.date() for moment in moments}))


@given(moments_of, rules)
def test_what_was_kept_once_is_kept_by_the_same_rule_again(moments, rule):
    once = moments_to_keep(moments, rule, now=FAR)
    assert moments_to_keep(once, rule, now=FAR) == once


@given(moments_of, rules, st.sampled_from(["Asia/Tokyo", "America/New_York", "Europe/London"]))
def test_the_zone_in_which_somebody_reads_a_moment_changes_nothing(moments, rule, zone):
    elsewhere = {moment.astimezone(ZoneInfo(zone)) for moment in moments}
    # Python finds a moment of a repeated hour equal to no moment of another zone, so both are read in UTC.
    keep = {moment.astimezone(UTC) for moment in moments_to_keep(elsewhere, rule, now=FAR)}
    assert keep == moments_to_keep(moments, rule, now=FAR)


def test_an_hour_that_the_clocks_repeat_is_two_copies_of_one_day():
    zone = ZoneInfo("Europe/London")
    first = datetime(2026, 10, 25, 1, 30, tzinfo=zone)
    again = first.replace(fold=1)
    day = [moment.astimezone(UTC) for moment in (first, again)]
    assert moments_to_keep(day, KeepRule(2, 0, 0), now=FAR) == {day[1]}


def test_a_copy_of_a_wrong_clock_takes_no_place_of_a_right_one():
    """The clock stood in 2099 for one night. By the old rule every later copy was removed at once."""
    wrong = datetime(2099, 1, 1, tzinfo=UTC)
    assert moments_to_keep([*NIGHTS, wrong], KeepRule(1, 0, 0), now=LAST) == {LAST, wrong}


@given(moments_of, rules, any_moment)
def test_whatever_the_clock_says_now_the_newest_that_is_past_is_kept_and_no_later_one_goes(
    moments, rule, now
):
    keep = moments_to_keep(moments, rule, now=now)
    past = {moment for moment in moments if moment <= now}
    assert moments - past <= keep
    assert not past or max(past) in keep
    assert keep & past == moments_to_keep(past, rule, now=now)


@given(
    st.lists(st.sampled_from([1, 1, 1, 1, 1, 1, 400, -400, 40_000, -40_000]), max_size=60), rules
)
@pytest.mark.filterwarnings("error")
def test_over_many_nights_with_a_clock_that_jumps_the_last_copy_is_always_there(steps, rule):
    now, there = START, set[datetime]()
    for days in steps:
        try:
            now += DAY * days
        except OverflowError:
            continue
        there.add(now)
        there = set(moments_to_keep(there, rule, now=now))
        assert now in there
        past = [moment for moment in there if moment <= now]
        assert len(past) <= max(1, rule.daily + rule.weekly + rule.monthly)
