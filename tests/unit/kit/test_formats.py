"""How days and lists are written."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import get_args

import pytest
from babel.localedata import locale_identifiers

from app.kit.currency import Currency
from app.kit.formats import ENGLISH, DayForm, Formats, ListForm, usual_tag

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


EVENING = datetime(2026, 12, 8, 23, 5, tzinfo=UTC)
NBSP, NARROW, RTL = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}", "\N{RIGHT-TO-LEFT MARK}"


def formats_of(tag: str, currency: str = "GBP") -> Formats:
    """Those of an academy in Paris, where it is already the next day."""
    return Formats(tag, "Europe/Paris", Currency(currency))


@pytest.mark.parametrize(
    ("tag", "short", "plain", "long", "month", "moment"),
    [
        (
            "de",
            "Mi., 9. Dez. 2026",
            "9. Dezember 2026",
            "Mittwoch, 9. Dezember 2026",
            "Dezember 2026",
            "Mi., 9. Dez. 2026, 00:05",
        ),
        (
            "fr",
            "mer. 9 déc. 2026",
            "9 décembre 2026",
            "mercredi 9 décembre 2026",
            "décembre 2026",
            "mer. 9 déc. 2026, 00:05",
        ),
        (
            "ar-EG",
            "الأربعاء، 9 ديسمبر 2026",
            "9 ديسمبر 2026",
            "الأربعاء، 9 ديسمبر 2026",
            "ديسمبر 2026",
            "الأربعاء، 9 ديسمبر 2026، 00:05",
        ),
    ],
)
def test_days_and_moments_of_real_languages(tag, short, plain, long, month, moment):
    formats = formats_of(tag)
    forms: tuple[DayForm, ...] = ("", "plain", "long", "month")
    assert [formats.day(EVENING, form) for form in forms] == [short, plain, long, month]
    assert formats.moment(EVENING) == moment
    assert formats.time(time(9, 5)) == "09:05"


@pytest.mark.parametrize(
    ("tag", "numbers"),
    [
        ("de", ["1.250", "0,05", "1250", f"1.250{NBSP}£", f"1.250,50{NBSP}£"]),
        (
            "fr",
            [
                f"1{NARROW}250",
                "0,05",
                "1250",
                f"1{NARROW}250{NBSP}£GB",
                f"1{NARROW}250,50{NBSP}£GB",
            ],
        ),
        ("ar-EG", ["1,250", "0.05", "1250", f"{RTL}1,250{NBSP}UK£", f"{RTL}1,250.50{NBSP}UK£"]),
    ],
)
def test_numbers_and_amounts_of_real_languages(tag, numbers):
    formats = formats_of(tag)
    assert [
        formats.number(1250),
        formats.number(Decimal("0.05")),
        formats.plain_number(1250),
        formats.money(125_000),
        formats.money(125_050),
    ] == numbers


@pytest.mark.parametrize(
    ("currency", "amount"),
    [("EUR", f"1.250,50{NBSP}€"), ("JPY", f"125.050{NBSP}¥"), ("KWD", f"125,050{NBSP}KWD")],
)
def test_an_amount_has_the_decimal_places_of_its_currency(currency, amount):
    assert formats_of("de", currency).money(125_050) == amount


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("de", ["1 Stunde 30 Minuten", "3 Tage", "1 Sekunde"]),
        ("fr", [f"1{NBSP}heure 30 minutes", f"3{NBSP}jours", f"1{NBSP}seconde"]),
        ("ar-EG", ["ساعة 30 دقيقة", "3 أيام", "ثانية"]),
    ],
)
def test_durations_of_real_languages(tag, words):
    formats = formats_of(tag)
    assert [
        formats.duration(90),
        formats.largest_unit(timedelta(days=3)),
        formats.largest_unit(timedelta(seconds=1)),
    ] == words


@pytest.mark.parametrize(
    ("tag", "lists"),
    [
        ("de", ["A, B und C", "A, B oder C", "A, B, C", "A; B; C"]),
        ("fr", ["A, B et C", "A, B ou C", "A, B, C", "A; B; C"]),
        ("ar-EG", ["A وB وC", "A أو B أو C", "A وB وC", "A; B; C"]),
        ("ja", ["A、B、C", "A、B、またはC", "A、B、C", "A; B; C"]),
    ],
)
def test_lists_of_real_languages(tag, lists):
    forms: tuple[ListForm, ...] = ("and", "or", "plain", "clauses")
    assert [formats_of(tag).listed(["A", "B", "C"], form) for form in forms] == lists


@pytest.mark.parametrize(
    ("tag", "usual"),
    [
        ("de", "de"),
        ("DE", "de"),
        ("pt_br", "pt-BR"),
        ("zh-hant", "zh-Hant"),
        ("xx", None),
        ("", None),
        ("../de", None),
    ],
)
def test_a_tag_has_one_usual_form(tag, usual):
    assert usual_tag(tag) == usual
