"""Choosing options: tokens become options, and tokens of elsewhere are refused."""

import pytest

from app.questions.answering import TYPES
from app.questions.choices.answering import Choice, ChoiceResponse
from app.questions.contract import DrawnOption, DrawnQuestion, UnreadableResponse
from app.quizzes.domain.stored import StoredResponse, read_response, write_response
from tests.make.quizzes import a_question

DRAWN = DrawnQuestion("layers", (DrawnOption("o1", "bb"), DrawnOption("o0", "aa")))
ELSEWHERE = "This answer does not belong to this question. Open the question again and choose."


@pytest.mark.parametrize(
    ("type_", "typed", "expected"),
    [
        ("single", ["aa"], {"o0"}),
        ("single", [], set()),
        ("true-false", ["bb"], {"o1"}),
        ("multiple", ["aa", "bb"], {"o0", "o1"}),
        ("multiple", [], set()),
    ],
)
def test_tokens_become_options(type_, typed, expected):
    read = TYPES[type_].read(a_question(type_=type_, options=2), DRAWN, typed)
    assert isinstance(read, ChoiceResponse)
    assert read.options == expected
    assert read_response(write_response(read, type_)) == StoredResponse(type_, read)


@pytest.mark.parametrize(
    ("type_", "typed", "words"),
    [
        ("single", ["aa", "bb"], "Choose one answer only."),
        ("true-false", ["aa", "bb"], "Choose one answer only."),
        ("single", ["cc"], ELSEWHERE),
        ("single", ["o0"], ELSEWHERE),
        ("multiple", ["aa", "aa"], ELSEWHERE),
        ("multiple", ["aa", "cc"], ELSEWHERE),
    ],
)
def test_tokens_of_elsewhere_are_refused(type_, typed, words):
    """R-054: a token of another attempt or question, or a key, is no answer."""
    read = TYPES[type_].read(a_question(type_=type_, options=2), DRAWN, typed)
    assert isinstance(read, UnreadableResponse)
    assert str(read.message) == words


def test_options_are_sent_and_shown_in_the_order_of_the_attempt():
    of_type, question = TYPES["multiple"], a_question(type_="multiple", options=2)
    typed = of_type.typed(ChoiceResponse(frozenset({"o0", "o1"})), DRAWN)
    assert typed == ("bb", "aa")
    assert of_type.shaped(typed) == Choice(options=["bb", "aa"])
    assert of_type.shaped(typed).typed() == ["bb", "aa"]
    shown = of_type.shown(question, DRAWN)
    assert [(option.token, option.html) for option in shown.options] == [
        ("bb", "Option 1"),
        ("aa", "Option 0"),
    ]
    assert (shown.unit, shown.places) == (None, None)
    assert shown.answers(["aa"]) == ("Option 0",)
