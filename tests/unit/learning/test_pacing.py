"""The weekly plan: by when the theory is done, who is behind, what a week holds, and when mails leave."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume
from hypothesis import given as each
from hypothesis import strategies as st

from app.courses.domain.study_time import quiz_minutes
from app.enrolments.study_plans import StudyPlan
from app.learning import pacing
from app.learning.domain import Done, everything_done
from app.learning.pacing import (
    DAYS_BETWEEN_MAILS,
    LONGEST_PAUSE,
    MailDay,
    NoMail,
    Pace,
    mail_day_begun,
    mail_day_of,
    minutes_behind,
    minutes_in,
    minutes_left,
    next_mail_day,
    no_mail_reason,
    parts_left,
    pause_refusal,
    plan_standing,
    ready_on,
    week_ahead,
)
from tests.make.learning import a_course, a_module

MONDAY = date(2026, 11, 30)
MODULES = (a_module("skin"), a_module("needle", requires=("skin",)))
COURSE = a_course(*MODULES)
COURSE = COURSE.model_copy(
    update={"quizzes": tuple(quiz.model_copy(update={"draw": 10}) for quiz in COURSE.quizzes)}
)
QUIZ = quiz_minutes(COURSE.quizzes[0])
WHOLE = 4 * 10 + 3 * QUIZ
"""Four lessons of ten minutes, a quiz for each module, and the final test."""
DAYS = st.dates(date(2020, 1, 1), date(2080, 1, 1))
MINUTES = st.integers(1, 20_000)
A_WEEK = st.integers(1, 80).map(lambda half_hours: half_hours * 30)


def a_plan(minutes=60, since=MONDAY, then=WHOLE, paused_until=None, weekday=0) -> StudyPlan:
    return StudyPlan(minutes, since, then, paused_until, weekday)


@pytest.mark.parametrize(
    ("hours", "minutes"),
    [("0.5", 30), ("1.50", 90), ("2", 120), ("40", 2400)]
    + [(wrong, None) for wrong in ("0", "0.25", "1.2", "40.5", "41", "-1")],
)
def test_hours_come_in_steps_of_half_an_hour(hours, minutes):
    assert minutes_in(Decimal(hours)) == minutes


@pytest.mark.parametrize(
    ("days", "reason"),
    [(-1, "pause_in_past"), (0, "pause_in_past"), (1, None), (366, None), (367, "pause_too_long")],
)
def test_a_pause_ends_after_today_and_within_a_year(days, reason):
    refusal = pause_refusal(MONDAY + timedelta(days=days), MONDAY)
    assert (refusal and refusal.reason) == reason
    assert LONGEST_PAUSE.days == 366


@pytest.mark.parametrize(
    ("done", "left"),
    [
        (Done(), WHOLE),
        (Done(lessons=frozenset({"skin-a"})), WHOLE - 10),
        (Done(quizzes=frozenset({"skin-quiz"})), WHOLE - QUIZ),
        (Done(lessons=frozenset({"of an older revision"})), WHOLE),
        (everything_done(COURSE), 0),
    ],
)
def test_what_is_left_is_counted_as_the_course_counts_its_time(done, left):
    assert minutes_left(COURSE, done) == left


def test_the_last_day_is_the_one_on_which_the_share_of_the_weeks_is_full():
    assert ready_on(120, 120, MONDAY) == MONDAY + timedelta(days=7)
    assert ready_on(121, 120, MONDAY) == MONDAY + timedelta(days=8)
    assert ready_on(0, 120, MONDAY) == MONDAY


@each(left=MINUTES, a_week=A_WEEK, start=DAYS)
def test_by_the_day_the_plan_is_enough_and_a_day_earlier_it_is_not(left, a_week, start):
    days = (ready_on(left, a_week, start) - start).days
    assert (days - 1) * a_week < left * 7 <= days * a_week


@each(left=MINUTES, a_week=A_WEEK, start=DAYS, more=st.integers(0, 600))
def test_more_hours_or_less_to_learn_never_end_later(left, a_week, start, more):
    assert ready_on(left, a_week + more, start) <= ready_on(left, a_week, start)
    assert ready_on(left + more, a_week, start) >= ready_on(left, a_week, start)


@pytest.mark.parametrize(
    ("days", "done", "behind"),
    [
        (6, 0, 0),
        (7, 0, 60),
        (7, 20, 40),
        (7, 60, 0),
        (13, 20, 40),
        (14, 20, 80),
        (700, 20, WHOLE - 20),
        (-7, 0, 0),
    ],
)
def test_only_whole_weeks_are_asked_for(days, done, behind):
    today = MONDAY + timedelta(days=days)
    assert minutes_behind(a_plan(60), WHOLE - done, today) == behind


@each(plan=st.builds(a_plan, A_WEEK, DAYS, MINUTES), today=DAYS, left=MINUTES)
def test_nobody_is_behind_by_more_than_is_left(plan, today, left):
    assume(left <= plan.minutes_then)
    assert 0 <= minutes_behind(plan, left, today) <= left


def test_what_was_done_before_a_plan_or_marked_as_not_done_is_no_reproach():
    """Somebody who takes a mark away has more to do than when the plan began."""
    assert minutes_behind(a_plan(60, then=30), 40, MONDAY + timedelta(days=7)) == 30


@pytest.mark.parametrize(
    ("plan", "days", "pace", "words"),
    [
        (a_plan(60), 3, Pace.on_plan, "On plan"),
        (a_plan(60), 8, Pace.behind, "A little behind: 1 hour"),
        (
            a_plan(60, paused_until=MONDAY + timedelta(days=9)),
            8,
            Pace.paused,
            "Paused until Wed 9 Dec 2026",
        ),
        (a_plan(60, since=MONDAY + timedelta(days=9)), 10, Pace.on_plan, "On plan"),
    ],
)
def test_how_somebody_stands(plan, days, pace, words):
    standing = plan_standing(plan, COURSE, Done(), MONDAY + timedelta(days=days))
    assert standing is not None
    assert (standing.pace, str(standing.pace_words)) == (pace, words)
    start = plan.paused_until or MONDAY + timedelta(days=days)
    assert standing.ready_on == ready_on(WHOLE, 60, start)
    day = standing.ready_on
    assert str(standing.line) == f"At 1 hour a week: theory by {day:%a} {day.day} {day:%b %Y}"
    assert standing.minutes_left == WHOLE
    assert (standing.behind > 0) == (pace is Pace.behind)


def test_a_pause_that_has_ended_is_none():
    rested = a_plan(paused_until=MONDAY + timedelta(days=3))
    before = plan_standing(rested, COURSE, Done(), MONDAY + timedelta(days=2))
    after = plan_standing(rested, COURSE, Done(), MONDAY + timedelta(days=3))
    assert before is not None
    assert after is not None
    assert (before.pace, before.paused_until) == (Pace.paused, rested.paused_until)
    assert (after.pace, after.paused_until) == (Pace.on_plan, None)


def test_a_plan_says_nothing_once_the_theory_is_complete():
    assert plan_standing(a_plan(), COURSE, everything_done(COURSE), MONDAY) is None
    assert week_ahead(COURSE, everything_done(COURSE), 60) is None


@pytest.mark.parametrize(
    ("done", "minutes", "words"),
    [
        (Done(), 30, "2 lessons, 20 minutes"),
        (Done(), 40, "2 lessons and 1 quiz, 40 minutes"),
        (Done(), 10, "1 lesson, 10 minutes"),
        (Done(), 1, "1 lesson, 10 minutes"),
        (Done(lessons=frozenset({"skin-a", "skin-b"})), 1, f"1 quiz, {QUIZ} minutes"),
    ],
)
def test_a_week_holds_what_fits_and_at_least_one_part(done, minutes, words):
    week = week_ahead(COURSE, done, minutes)
    assert week is not None
    assert str(week.words) == words
    assert week.first == next(parts_left(COURSE, done)).title


def test_what_is_left_is_named_in_the_order_of_the_course():
    first, *_, last = parts_left(COURSE, Done())
    assert (first.kind, first.title) == ("lesson", MODULES[0].lessons[0].title)
    assert (last.kind, last.title) == ("test", COURSE.quiz(COURSE.final_test).title)


@each(minutes=A_WEEK)
def test_a_week_is_never_longer_than_planned_but_for_a_single_part(minutes):
    week = week_ahead(COURSE, Done(), minutes)
    assert week is not None
    assert week.minutes <= minutes or week.lessons + week.tests == 1


@each(weekday=st.integers(0, 6), earliest=DAYS, ago=st.none() | st.integers(0, 30))
def test_mails_come_on_the_weekday_and_not_soon_after_each_other(weekday, earliest, ago):
    mailed_on = None if ago is None else earliest - timedelta(days=ago)
    day = next_mail_day(weekday, earliest, mailed_on)
    assert day is not None
    assert day.weekday() == weekday
    assert earliest <= day <= earliest + timedelta(days=10)
    assert mailed_on is None or day - mailed_on >= DAYS_BETWEEN_MAILS


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, None),
        ({"left": 0}, NoMail.theory_done),
        ({"left": 0, "is_closed": True}, NoMail.theory_done),
        ({"is_closed": True}, NoMail.closed),
        ({"plan": a_plan(paused_until=MONDAY + timedelta(days=1))}, NoMail.paused),
        ({"plan": a_plan(paused_until=MONDAY)}, None),
        ({"due_on": MONDAY - timedelta(days=2)}, None),
        ({"due_on": MONDAY - timedelta(days=3)}, NoMail.late),
    ],
)
def test_when_a_mail_is_left_out(changed, reason):
    due = {"plan": a_plan(), "due_on": MONDAY, "today": MONDAY, "left": 10, "is_closed": False}
    due |= changed
    assert no_mail_reason(due.pop("plan"), **due) is reason


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 30, 6, 59, tzinfo=UTC), MONDAY - timedelta(days=1)),
        (datetime(2026, 11, 30, 7, tzinfo=UTC), MONDAY),
        (datetime(2026, 11, 30, 23, 59, tzinfo=UTC), MONDAY),
    ],
)
def test_mails_leave_from_seven_in_the_morning(moment, day):
    assert mail_day_begun(moment) == day


@pytest.mark.parametrize("hours", [-12, 0, 1, 14])
def test_another_zone_or_another_clock_brings_no_second_mail_in_a_week(hours):
    """The mail left on a Monday. However the clock is set then, the next one is not due yet."""
    sent_at = datetime(2026, 11, 30, 7, tzinfo=UTC)
    following = next_mail_day(0, MONDAY + timedelta(days=1), MONDAY)
    assert following is not None
    assert mail_day_begun(sent_at + timedelta(hours=hours)) < following


def test_no_mail_is_a_choice():
    assert next_mail_day(None, MONDAY, MONDAY) is None
    assert mail_day_of(None) is MailDay.never
    assert MailDay.never.weekday is None
    for weekday in range(7):
        assert mail_day_of(weekday).weekday == weekday
    assert str(mail_day_of(MONDAY.weekday()).label) == "Monday"


def test_the_hours_are_shown_as_they_are_typed():
    for minutes, typed in ((30, "0.5"), (90, "1.5"), (120, "2"), (1200, "20"), (2400, "40")):
        standing = pacing.plan_standing(a_plan(minutes), COURSE, Done(), MONDAY)
        assert standing is not None
        assert standing.hours_typed == typed
