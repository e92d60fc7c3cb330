"""Times at the venue, and what a plan must keep to."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from app.kit.ids import UserId, new_uuid
from app.kit.messages import Message
from app.practicals.domain.plan import (
    PlanReason,
    capacity_of,
    is_over_ratio,
    plan_problems,
    ratio_capacity,
    ratio_warning,
    somebody_attended,
    teaching_warning,
)
from app.practicals.domain.states import PracticalStatus
from app.practicals.domain.times import (
    moment_message,
    month_option,
    span_message,
    start_of_day,
    whole_hours,
)
from app.web.dates import moment
from tests.make import NOW
from tests.make.practicals import STARTS, a_plan

LONDON = "Europe/London"
IRA, JO = UserId(new_uuid()), UserId(new_uuid())


def test_deadlines_count_real_hours_across_the_change_of_the_clocks():
    starts = moment(date(2026, 3, 29), time(10), LONDON)
    until = starts - timedelta(hours=24)
    assert str(moment_message(until, LONDON)) == "Sat 28 Mar 2026, 09:00, London time"
    assert whole_hours(until, starts) == 24


def test_the_day_begins_at_local_midnight():
    starts = moment(date(2026, 7, 8), time(10), LONDON)
    assert start_of_day(starts, LONDON) == datetime(2026, 7, 7, 23, 0, tzinfo=UTC)
    changing = moment(date(2026, 10, 25), time(10), LONDON)
    assert start_of_day(changing, LONDON) == datetime(2026, 10, 24, 23, 0, tzinfo=UTC)


def test_words():
    same_day = span_message(STARTS, STARTS + timedelta(hours=7), "America/New_York")
    assert str(same_day) == "Tue 15 Dec 2026, 04:00 to 11:00, New York time"
    longer = span_message(STARTS, STARTS + timedelta(days=1), LONDON)
    assert str(longer) == "Tue 15 Dec 2026, 09:00 to Wed 16 Dec 2026, 09:00, London time"


def test_a_month_to_choose():
    key, label = month_option(date(2026, 12, 1))
    assert (key, str(label)) == ("2026-12", "December 2026")


def problems(*, floor: int = 0, taken: int = 0, **changes: object) -> dict[str, Message]:
    plan = a_plan(**{"instructors": frozenset({IRA}), **changes})
    return plan_problems(plan, students_per_instructor=4, floor=floor, taken=taken, now=NOW)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, []),
        ({"starts_at": NOW}, ["day"]),
        ({"ends_at": STARTS}, ["ends"]),
        ({"booking_opens_at": STARTS}, ["opens_day"]),
        ({"instructors": frozenset()}, ["capacity"]),
        ({"capacity": 4}, []),
        ({"capacity": 5}, ["capacity"]),
        ({"capacity": 5, "over_ratio_reason": "Two assistants"}, []),
        ({"capacity": 8, "instructors": frozenset({IRA, JO})}, []),
        ({"capacity": 9, "instructors": frozenset({IRA, JO})}, ["capacity"]),
        ({"capacity": 1, "instructors": frozenset()}, []),
        ({"capacity": 8, "instructors": frozenset()}, []),
        ({"floor": 4, "taken": 4}, []),
        ({"floor": 3, "taken": 3, "capacity": 2}, ["capacity"]),
        ({"floor": 4, "taken": 5, "capacity": 4}, []),
    ],
)
def test_problems_of_a_plan(changes, fields):
    assert list(problems(**changes)) == fields


def test_the_messages_say_the_numbers():
    assert str(problems(floor=3, taken=3, capacity=2)["capacity"]).startswith("3 places are taken.")
    assert str(problems(floor=1, taken=1, capacity=0)["capacity"]).startswith("1 place is taken.")
    assert "1 × 4 students" in str(problems(capacity=5)["capacity"])


@pytest.mark.parametrize(
    ("people", "words"), [(1, "1 person is marked"), (2, "2 people are marked")]
)
def test_a_day_with_people_marked_as_present_says_how_many(people, words):
    refusal = somebody_attended(people)
    assert refusal.reason == PlanReason.attended
    assert str(refusal.message).startswith(words)


def test_capacity_is_the_ratio_unless_said_otherwise():
    plan = a_plan(instructors=frozenset({IRA, JO}))
    assert capacity_of(plan, 4) == ratio_capacity(4, 2) == 8
    assert capacity_of(a_plan(capacity=3), 4) == 3
    assert not is_over_ratio(plan, 4)


@pytest.mark.parametrize(
    ("day", "at", "zone"),
    [
        (date(1, 1, 1), time(0), "Asia/Tokyo"),
        (date(9999, 12, 31), time(22), "America/New_York"),
        (date.max, time(23, 59), "Pacific/Pago_Pago"),
    ],
)
def test_a_day_at_the_end_of_the_calendar_is_refused_in_words(day, at, zone):
    """It overflowed, and was answered as a fault of ours."""
    with pytest.raises(ValueError, match="Check the year"):
        moment(day, at, zone)


@pytest.mark.parametrize(
    ("status", "instructors", "reason"),
    [
        (PracticalStatus.published, 0, PlanReason.no_instructor),
        (PracticalStatus.published, 1, None),
        (PracticalStatus.draft, 0, None),
    ],
)
def test_a_published_day_without_an_instructor_is_warned_of(status, instructors, reason):
    """T26: taking the last instructor off had asked for a reason for more places."""
    warning = teaching_warning(status, instructors)
    assert (warning.reason if warning else None) == reason


def test_a_day_that_nobody_teaches_is_not_over_the_ratio():
    assert not is_over_ratio(a_plan(capacity=9), 4)
    assert is_over_ratio(a_plan(capacity=9, instructors=frozenset({IRA, JO})), 4)


@pytest.mark.parametrize(
    ("capacity", "instructors", "said"),
    [
        (4, 1, None),
        (5, 1, "1 instructor can teach 4: 1 more than the ratio allows."),
        (11, 2, "2 instructors can teach 8: 3 more than the ratio allows."),
        (5, 0, None),
    ],
)
def test_places_over_the_ratio_are_counted(capacity, instructors, said):
    warning = ratio_warning(capacity, 4, instructors)
    assert (warning and str(warning)) == said
