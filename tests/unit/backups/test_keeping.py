"""Which copies a rule keeps."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.backups.keeping import KeepRule, kept

START = datetime(2026, 1, 1, 2, tzinfo=UTC)
DAY = timedelta(days=1)
NIGHTS = [START + DAY * number for number in range(365)]


def test_a_year_of_nights_leaves_days_weeks_and_months():
    keep = kept(NIGHTS, KeepRule(daily=7, weekly=5, monthly=12))
    newest = NIGHTS[-1]
    assert {newest - DAY * number for number in range(7)} <= keep
    assert {moment.month for moment in keep} == set(range(1, 13))
    assert len({moment.isocalendar()[:2] for moment in keep if moment > newest - 32 * DAY}) == 5
    assert len(keep) <= 7 + 5 + 12


def test_of_several_copies_of_a_day_the_newest_is_kept():
    evening = START + timedelta(hours=12)
    assert kept([START, evening], KeepRule(1, 0, 0)) == {evening}


def test_the_newest_is_kept_by_every_rule():
    assert kept(NIGHTS, KeepRule(0, 0, 0)) == {NIGHTS[-1]}
    assert kept([], KeepRule()) == frozenset()


@given(
    st.sets(st.datetimes(timezones=st.just(UTC)), min_size=1),
    *[st.integers(0, 5)] * 3,
)
def test_no_more_is_kept_than_the_rule_says_and_only_what_is_there(moments, days, weeks, months):
    keep = kept(moments, KeepRule(days, weeks, months))
    assert keep <= moments
    assert max(moments) in keep
    assert len(keep) <= max(1, days + weeks + months)
    assert len(keep) >= min(days, len({moment.date() for moment in moments}))


@given(st.sets(st.datetimes(timezones=st.just(UTC)), min_size=1))
def test_what_was_kept_once_is_kept_by_the_same_rule_again(moments):
    rule = KeepRule(2, 2, 2)
    once = kept(moments, rule)
    assert kept(once, rule) == once
