"""Marking numbers: within the tolerance, borders included."""

from decimal import Decimal

import pytest

from app.kit.decimals import decimals_of
from app.questions.contract import CriticalError, DrawnQuestion, Readers
from app.questions.numeric.answering import NumericResponse
from app.questions.numeric.scoring import SCORING, KeyedNumber, NumericKey, ReviewedNumber
from tests.make.quizzes import a_question


def typed(number: str) -> NumericResponse:
    return NumericResponse(text=number, number=Decimal(number))


def number_key(answer: str, tolerance: str = "0") -> NumericKey:
    return NumericKey(answer=Decimal(answer), tolerance=Decimal(tolerance))


@pytest.mark.parametrize(
    ("key", "response", "points"),
    [
        (number_key("2.5"), typed("2.5"), 3),
        (number_key("2.5"), typed("2.50"), 3),
        (number_key("2.5"), typed("2.51"), 0),
        (number_key("2.5"), typed("25"), 0),
        (number_key("1", "0.01"), typed("0.99"), 3),
        (number_key("1", "0.01"), typed("1.01"), 3),
        (number_key("1", "0.01"), typed("0.9899999"), 0),
        (number_key("1", "0.01"), typed("1.0100001"), 0),
        (number_key("0.3", "0.1"), typed("0.4"), 3),
        (number_key("-3", "1"), typed("-4"), 3),
    ],
)
def test_numbers_are_compared_exactly(key, response, points):
    """The borders of the tolerance belong to it; 0.4 lies within 0.1 of 0.3, unlike in binary floats."""
    question = a_question(type_="numeric", options=0, points=3)
    mark = SCORING.mark(question, key, response)
    assert (mark.earned, mark.critical) == (points, ())


def test_a_response_without_a_number_is_not_near():
    question = a_question(type_="numeric", points=3)
    assert SCORING.mark(question, number_key("0", "9"), NumericResponse()).earned == 0


@pytest.mark.parametrize(
    ("below", "above", "number", "is_critical"),
    [
        ("1", "9", "0.99", True),
        ("1", "9", "1", False),
        ("1", "9", "9", False),
        ("1", "9", "9.01", True),
        (None, "9", "-5", False),
        ("1", None, "99", False),
        (None, None, "99", False),
        ("0", None, "-0.1", True),
    ],
)
def test_a_number_beyond_the_critical_ones_is_a_critical_error(below, above, number, is_critical):
    key = NumericKey(
        answer=Decimal(2),
        tolerance=Decimal(0),
        critical_below=below and Decimal(below),
        critical_above=above and Decimal(above),
        explanation_html="Ten times the dose",
    )
    mark = SCORING.mark(a_question(type_="numeric"), key, typed(number))
    assert mark.critical == ((CriticalError("Ten times the dose"),) if is_critical else ())
    keyed = SCORING.keyed(a_question(type_="numeric"), key, Readers(shown=str, explained=str))
    assert (keyed.critical_below, keyed.critical_above) == (below or "", above or "")


@pytest.mark.parametrize(("answer", "tolerance"), [("2.5", "0.05"), ("0.25", "1500.5"), ("3", "0")])
def test_a_wrong_answer_is_wrong_and_can_be_typed(answer, tolerance):
    """The demo types it: a question that asks for one decimal place takes no more."""
    key, question = number_key(answer, tolerance), a_question(type_="numeric", points=3)
    wrong = SCORING.wrong_answer(question, key, DrawnQuestion("layers"))
    assert SCORING.mark(question, key, wrong).earned == 0
    assert decimals_of(wrong.number) <= decimals_of(key.answer)
    assert wrong.text == str(wrong.number)


@pytest.mark.parametrize(
    ("unit", "tolerance", "answer", "within"),
    [("mL", "0.10", "2.5 mL", "0.10 mL"), (None, "0.1", "2.5", "0.1"), ("mL", "0", "2.5 mL", "")],
)
def test_the_right_number_is_shown_with_its_unit(unit, tolerance, answer, within):
    question, key = a_question(type_="numeric", unit=unit), number_key("2.5", tolerance)
    drawn, readers = DrawnQuestion("layers"), Readers(shown=str, explained=str)
    assert SCORING.review(question, key, drawn, typed("3"), readers) == ReviewedNumber(
        "3", answer, within
    )
    assert SCORING.review(question, key, drawn, None, readers).text == ""
    assert SCORING.keyed(question, key, readers) == KeyedNumber(answer, within)
    assert SCORING.keyed(question, None, readers) == KeyedNumber("", "")


@pytest.mark.parametrize(("answer", "tolerance"), [("1.5", "0.05"), ("0.4", "2"), ("-3", "0.5")])
def test_a_wrong_number_is_no_more_exact_than_the_answer(answer, tolerance):
    """It can be saved: a question refuses more decimals than it asks for."""
    key, question = number_key(answer, tolerance), a_question(type_="numeric", options=0)
    wrong = SCORING.wrong_answer(question, key, DrawnQuestion(question.key))
    assert wrong.number is not None
    assert wrong.number.as_tuple().exponent == key.answer.as_tuple().exponent
    assert SCORING.mark(question, key, wrong).earned == 0
