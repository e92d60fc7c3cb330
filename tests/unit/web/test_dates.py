"""Days, times and moments as people type them."""

from datetime import UTC, date, datetime, time

import pytest

from app.web.dates import (
    answered_day,
    local_day,
    moment,
    read_day,
    read_time,
    typed_day,
    typed_moment,
    weekday_question,
)

LONDON = "Europe/London"


@pytest.mark.parametrize(
    "typed",
    [
        "8 December 2026",
        " 8  dec 2026 ",
        "Tue 8 Dec 2026",
        "Tuesday, 8 December 2026",
        "08/12/2026",
        "8.12.2026",
        "8 12 2026",
        "8/12/26",
        "8 Dec 26",
        "8th December 2026",
        "8th of December, 2026",
        "December 8, 2026",
        "dec 8 2026",
        "Tues, 8 December 2026",
        "2026-12-08",
    ],
)
def test_a_day_is_read_as_people_write_it(typed):
    assert read_day(typed) == date(2026, 12, 8)


@pytest.mark.parametrize("typed", ["31 February 2027", "2026-13-01", "31/4/2027", "0 May 2027"])
def test_a_day_that_does_not_exist_is_refused(typed):
    with pytest.raises(ValueError, match="no such day"):
        read_day(typed)


@pytest.mark.parametrize("typed", ["soon", "8 D 2026", "8 ju 2026", "8 foo 2026", "12/2026", ""])
def test_what_is_no_day_is_refused(typed):
    with pytest.raises(ValueError, match="Enter a date"):
        read_day(typed)


@pytest.mark.parametrize(
    "typed", ["Monday 6 March 2027", "Sun, 6 March 2027", "mon 6/3/27", "Monday, 2027-03-06"]
)
def test_a_weekday_that_does_not_fit_is_asked_about(typed):
    with pytest.raises(ValueError, match="That day is Saturday 6 March 2027"):
        read_day(typed)


def test_what_may_be_meant_by_a_wrong_weekday():
    question = weekday_question("Monday 6 March 2027")
    assert question is not None
    assert question.days == (date(2027, 3, 6), date(2027, 3, 1), date(2027, 3, 8))
    assert [day.weekday() for day in question.days] == [5, 0, 0]


@pytest.mark.parametrize(
    "typed",
    [
        "Saturday 6 March 2027",
        "6 March 2027",
        "Monday",
        "Monday 31 April 2027",
        "Monday 6 March",
        None,
    ],
)
def test_nothing_is_asked_of_a_day_that_fits_or_cannot_be_read(typed):
    assert weekday_question(typed) is None


@pytest.mark.parametrize(
    ("typed", "answer", "day"),
    [
        ("Monday 6 March 2027", "2027-03-06", "2027-03-06"),
        ("Monday 6 March 2027", "2027-03-08", "2027-03-08"),
        ("Monday 6 March 2027", "2027-03-09", "Monday 6 March 2027"),
        ("Monday 6 March 2027", None, "Monday 6 March 2027"),
        ("7 March 2027", "2027-03-06", "7 March 2027"),
        ("Monday 13 March 2027", "2027-03-06", "Monday 13 March 2027"),
    ],
)
def test_an_answer_counts_for_the_day_that_was_asked_about(typed, answer, day):
    assert answered_day(typed, answer) == day


@pytest.mark.parametrize(
    "typed", ["1/1/0001", "1 March 0206", "31/12/9999", "1 May 1999", "1/1/2100"]
)
def test_a_year_out_of_reach_is_refused(typed):
    with pytest.raises(ValueError, match="it lies between 2000 and 2099"):
        read_day(typed)


@pytest.mark.parametrize("typed", ["6 March", "Saturday 6 March", "March 6"])
def test_a_day_without_a_year_asks_for_it(typed):
    with pytest.raises(ValueError, match="Enter the year, too"):
        read_day(typed)


def test_a_read_value_passes_through():
    assert read_day(date(2026, 12, 8)) == date(2026, 12, 8)
    assert read_time(time(9)) == time(9)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("9:05", time(9, 5)),
        ("17.30", time(17, 30)),
        ("10", time(10)),
        ("1000", time(10)),
        ("900", time(9)),
        ("10am", time(10)),
        ("2.30 PM", time(14, 30)),
        ("12 a.m.", time(0)),
        ("12pm", time(12)),
        ("9h15", time(9, 15)),
    ],
)
def test_a_time_is_read(typed, expected):
    assert read_time(typed) == expected


@pytest.mark.parametrize(
    "typed", ["24:00", "9:60", "nine", "13pm", "0am", "10000", "9:5", "10 pmx", ""]
)
def test_what_is_no_time_is_refused(typed):
    with pytest.raises(ValueError, match="Enter a time"):
        read_time(typed)


def test_a_moment_is_local_time():
    assert moment(date(2026, 7, 1), time(10), LONDON) == datetime(2026, 7, 1, 9, tzinfo=UTC)
    assert moment(date(2026, 12, 1), time(10), LONDON) == datetime(2026, 12, 1, 10, tzinfo=UTC)


def test_an_hour_that_the_clocks_skip_is_refused():
    with pytest.raises(ValueError, match="clocks go forward"):
        moment(date(2027, 3, 28), time(1, 30), LONDON)


def test_an_hour_that_comes_twice_means_its_first():
    assert moment(date(2026, 10, 25), time(1, 30), LONDON) == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )


def test_values_are_shown_as_they_are_typed():
    late = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    assert local_day(late, LONDON) == date(2026, 7, 2)
    assert typed_moment(late, LONDON) == {"day": "2 July 2026", "time": "00:30"}
    assert read_day(typed_day(date(2026, 12, 8))) == date(2026, 12, 8)
