"""How days and lists are written."""

from datetime import date, timedelta

import pytest

from app.kit.formats import ENGLISH, DayForm, ListForm

A_YEAR = [date(2026, 1, 1) + timedelta(days) for days in range(365)]


@pytest.mark.parametrize(
    ("form", "pattern"),
    [("", "%a {} %b %Y"), ("plain", "{} %B %Y"), ("long", "%A {} %B %Y"), ("month", "%B %Y")],
)
def test_every_day_of_a_year_is_written_with_names_of_three_letters(form: DayForm, pattern: str):
    """CLDR writes "Sept" in British English."""
    for day in A_YEAR:
        assert ENGLISH.day(day, form) == day.strftime(pattern.format(day.day))


@pytest.mark.parametrize(
    ("form", "words"), [("and", "A, B and C"), ("or", "A, B or C"), ("plain", "A, B, C")]
)
def test_a_list_is_written(form: ListForm, words: str):
    assert ENGLISH.listed(["A", "B", "C"], form) == words
