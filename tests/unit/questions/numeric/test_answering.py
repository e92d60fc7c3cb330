"""Reading answers: what is typed on an English or a continental keyboard, and what is refused."""

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.questions.contract import DrawnQuestion, UnreadableResponse
from app.questions.numeric.answering import ANSWERING, NumericResponse, TypedNumber, read_number
from app.quizzes.domain.stored import StoredResponse, write_response
from app.quizzes.domain.stored import read_response as stored_response
from tests.make.quizzes import a_question


@pytest.mark.parametrize(
    ("typed", "unit", "expected"),
    [
        ("2.5", "mL", "2.5"),
        ("2,5", "mL", "2.5"),
        (" 2.5 ", None, "2.5"),
        ("2.5mL", "mL", "2.5"),
        ("2.5 ML", "mL", "2.5"),
        ("2.5 ml.", "mL", "2.5"),
        (".5", "mL", "0.5"),
        (",5", "mL", "0.5"),
        ("5.", "mL", "5"),
        ("-3", "degrees", "-3"),
        ("−3", "degrees", "-3"),
        ("+3", "degrees", "3"),
        ("45°", "degrees", "45"),
        ("45 degree", "degrees", "45"),
        ("12 per cent", "%", "12"),
        ("0,125", "mg", "0.125"),
        ("1.250", "mg", "1.250"),
        ("1250,500", "mg", "1250.500"),
        ("1000", "mg", "1000"),
        ("２.５", "mL", "2.5"),
        ("\u200e2.5", "mL", "2.5"),
        ("2.5\u200b", "mL", "2.5"),
        ("\u061c2.5", "mL", "2.5"),
        ("3 cm²", "cm²", "3"),
        ("250 μg", "µg", "250"),
        ("0", "mL", "0"),
    ],
)
def test_readable_numbers(typed, unit, expected):
    read = read_number(typed, unit)
    assert isinstance(read, NumericResponse), read
    assert read.number == Decimal(expected)
    assert read.text == typed.strip()
    assert not read.is_blank


@pytest.mark.parametrize("filler", ["\u00ad", "\u200e"])
def test_an_answer_is_never_longer_than_the_api_sends(filler):
    """Invisible characters are kept as they were typed, so they count."""
    longest = read_number(f"2{filler * 57}.5", None)
    assert isinstance(longest, NumericResponse)
    assert ANSWERING.shaped([longest.text]) == TypedNumber(text=f"2{filler * 57}.5")
    assert isinstance(read_number(f"2{filler * 58}.5", None), UnreadableResponse)


@pytest.mark.parametrize(
    "typed",
    [
        "1,000",
        "12,500",
        "1,000.5",
        "1.000,5",
        "1,000,000",
        "1 000",
        "1’000",
        "1.2.3",
        "1'000",
        "2, 5",
    ],
)
def test_separators_for_thousands_are_refused(typed):
    """1,000 mL is a litre to one person and a millilitre to another."""
    read = read_number(typed, "mL")
    assert isinstance(read, UnreadableResponse)
    assert "thousands" in str(read.message)


@pytest.mark.parametrize(
    "typed", ["abc", "mL", "two", "1e5", "5 mg", "2.5 mL 3", "--5", "∞", "½", "NaN"]
)
def test_other_things_are_refused_with_what_to_do(typed):
    read = read_number(typed, "mL")
    assert isinstance(read, UnreadableResponse)
    assert "number" in str(read.message)


def test_endless_numbers_are_refused():
    assert isinstance(read_number("1" * 61, None), UnreadableResponse)
    read = read_number("1" * 19, None)
    assert isinstance(read, UnreadableResponse)
    assert "18 digits" in str(read.message)
    longest = read_number("1" * 18, None)
    assert isinstance(longest, NumericResponse)
    assert longest.number == Decimal("1" * 18)


def test_endless_texts_are_refused():
    assert isinstance(read_number("1" + " " * 57 + "mL", "mL"), NumericResponse)
    assert isinstance(read_number("1" + " " * 58 + "mL", "mL"), UnreadableResponse)


@pytest.mark.parametrize(
    ("typed", "unit", "message"),
    [
        ("two", "mL", "Enter a number in mL, such as 2.5."),
        ("two", None, "Enter a number, such as 2.5."),
        ("5 mg", "mL", "Give a number in mL. You need not type the unit."),
        ("5 mg", None, "Give a number. You need not type the unit."),
        (
            "1,000",
            "mL",
            "Write the number without spaces or separators for thousands, and use one point for "
            "decimals: 1000 or 1.5.",
        ),
    ],
)
def test_a_number_that_cannot_be_read_says_how_to_write_it(typed, unit, message):
    assert str(read_number(typed, unit).message) == message


@pytest.mark.parametrize(("typed", "unit"), [("5 mLX", "mL"), ("5 xmL", "mL"), ("5 xxxx", None)])
def test_something_like_the_unit_is_another_unit(typed, unit):
    assert isinstance(read_number(typed, unit), UnreadableResponse)


def test_reading_is_linear():
    """R-156."""
    began = time.perf_counter()
    assert isinstance(read_number("1" * 50_000 + "," * 50_000, "mL"), UnreadableResponse)
    assert time.perf_counter() - began < 0.5


@pytest.mark.parametrize("typed", ["", "   "])
def test_nothing_typed_takes_an_answer_back(typed):
    read = read_number(typed, "mL")
    assert isinstance(read, NumericResponse)
    assert read.is_blank


@given(st.text(max_size=80), st.sampled_from([None, "mL", "degrees", "%"]))
def test_any_text_is_read_or_refused(typed, unit):
    read = read_number(typed, unit)
    assert isinstance(read, NumericResponse | UnreadableResponse)
    if isinstance(read, NumericResponse):
        assert read.number is None or read.number.is_finite()


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-999, max_value=999))
def test_what_is_stored_is_what_was_read(number):
    text = f"{number:f}"
    read = read_number(text, "mL")
    assert isinstance(read, NumericResponse)
    assert read.number == number
    stored = write_response(read, "numeric")
    assert stored_response(stored) == StoredResponse("numeric", read)


def test_a_number_is_read_for_a_numeric_question():
    question = a_question(type_="numeric", options=0, unit="mL")
    drawn = DrawnQuestion("layers")
    assert ANSWERING.read(question, drawn, ["0,5"]) == NumericResponse(
        text="0,5", number=Decimal("0.5")
    )
    assert ANSWERING.read(question, drawn, ["0,5 mL"]) == NumericResponse(
        text="0,5 mL", number=Decimal("0.5")
    )
    assert ANSWERING.read(question, drawn, []) == NumericResponse()


@pytest.mark.parametrize(
    ("typed", "places", "message"),
    [
        ("100.55", 0, "Give a whole number, without decimals."),
        ("0,5 mL", 0, "Give a whole number, without decimals."),
        ("1.25", 1, "Round the number to 1 decimal place."),
        ("-0.1234567", 6, "Round the number to 6 decimal places."),
        ("100", 0, None),
        ("100.00", 0, None),
        ("0", 0, None),
        ("1.20", 1, None),
        ("1000", 1, None),
        ("1.23456789", None, None),
    ],
)
def test_no_more_decimals_than_the_question_asks_for(typed, places, message):
    read = read_number(typed, "mL", places=places)
    told = getattr(read, "message", None)
    assert (told and str(told)) == message


def test_only_one_number_is_read():
    read = ANSWERING.read(a_question(type_="numeric"), DrawnQuestion("layers"), ["1", "2"])
    assert str(read.message) == "Give one number."


def test_a_number_is_sent_as_it_was_typed():
    drawn = DrawnQuestion("layers")
    assert ANSWERING.typed(NumericResponse("0,5 mL", Decimal("0.5")), drawn) == ("0,5 mL",)
    assert ANSWERING.typed(NumericResponse(), drawn) == ()
    assert ANSWERING.shaped(("0,5 mL",)) == TypedNumber(text="0,5 mL")
    assert ANSWERING.shaped(()) == TypedNumber(text="")
    assert TypedNumber(text="0,5 mL").typed() == ["0,5 mL"]


@pytest.mark.parametrize(
    ("unit", "text", "lacks"), [("mL", "2.5", True), ("mL", "2.5 mL", False), (None, "2.5", False)]
)
def test_a_number_without_its_unit_is_shown_with_it(unit, text, lacks):
    shown = ANSWERING.shown(a_question(type_="numeric", unit=unit), DrawnQuestion("layers"))
    assert (shown.unit, shown.places, shown.options) == (unit, None, ())
    assert shown.lacks_unit(text) is lacks
