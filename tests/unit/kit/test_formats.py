"""How days and lists are written."""

from datetime import UTC, date, datetime, timedelta
from typing import get_args

import pytest
from babel.localedata import locale_identifiers

from app.kit.currency import Currency
from app.kit.formats import ENGLISH, DayForm, Formats, ListForm

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


@pytest.mark.parametrize("count", range(4))
def test_every_language_can_write_every_list(count: int):
    names = ["A", "B", "C"][:count]
    for identifier in locale_identifiers():
        language = Formats(identifier.replace("_", "-"), "UTC", Currency("GBP"))
        for form in get_args(ListForm):
            words = language.listed(names, form)
            assert all(words.count(name) == 1 for name in names), (identifier, form)


@pytest.mark.parametrize(
    ("tag", "words"),
    [("de", "A, B, C"), ("ja", "A、B、C"), ("ar", "A وB وC"), ("en-GB", "A, B, C")],
)
def test_a_plain_list_has_the_commas_of_its_language(tag: str, words: str):
    assert Formats(tag, "UTC", Currency("GBP")).listed(["A", "B", "C"], "plain") == words


@pytest.mark.parametrize(
    ("tag", "parts"),
    [
        ("en-GB", ("Sep", "1", "Tue")),
        ("de-DE", ("Sep", "1", "Di")),
        ("fr-FR", ("sept.", "1", "mar.")),
        ("ar-EG", ("سبتمبر", "1", "الثلاثاء")),
    ],
)
def test_a_leaf_of_a_calendar_has_no_sign_between_its_parts(tag: str, parts: tuple[str, str, str]):
    formats = Formats(tag, "Europe/London", Currency("GBP"))
    assert formats.day_parts(date(2026, 9, 1)) == parts
    evening = datetime(2026, 8, 31, 23, 30, tzinfo=UTC)  # an hour later in London
    assert formats.day_parts(evening) == parts
