"""Marking choices: all or nothing."""

import pytest

from app.questions.choices.answering import ChoiceResponse
from app.questions.choices.scoring import ChoiceKey
from app.questions.contract import DrawnOption, DrawnQuestion, Readers
from app.questions.scoring import TYPES
from tests.make.quizzes import a_question


def chosen(*keys: str) -> ChoiceResponse:
    return ChoiceResponse(frozenset(keys))


@pytest.mark.parametrize(
    ("type_", "correct", "response", "points"),
    [
        ("single", ["o1"], chosen("o1"), 2),
        ("single", ["o1"], chosen("o0"), 0),
        ("single", ["o1"], chosen("o0", "o1"), 0),
        ("true-false", ["true"], chosen("true"), 2),
        ("true-false", ["true"], chosen("false"), 0),
        ("multiple", ["o0", "o2"], chosen("o2", "o0"), 2),
        ("multiple", ["o0", "o2"], chosen("o0"), 0),
        ("multiple", ["o0", "o2"], chosen("o0", "o1", "o2"), 0),
        ("multiple", ["o0", "o2"], chosen("o1"), 0),
    ],
)
def test_choices_are_all_or_nothing(type_, correct, response, points):
    question = a_question(type_=type_, points=2)
    mark = TYPES[type_].mark(question, ChoiceKey(correct=frozenset(correct)), response)
    assert (mark.earned, mark.critical) == (points, ())


@pytest.mark.parametrize(
    ("options", "earned", "reasons"),
    [
        (["o1"], 2, []),
        (["o0"], 0, ["It burns."]),
        (["o0", "o1", "o2"], 0, ["It burns.", "It clots."]),
        (["o3"], 0, []),
    ],
)
def test_a_critical_option_that_is_chosen_is_a_critical_error(options, earned, reasons):
    key = ChoiceKey(
        correct=frozenset({"o1"}),
        critical=("o0", "o2"),
        option_explanations={"o0": "It burns.", "o2": "It clots."},
    )
    mark = TYPES["multiple"].mark(a_question(type_="multiple", points=2), key, chosen(*options))
    assert (mark.earned, [error.reason_html for error in mark.critical]) == (earned, reasons)
    readers = Readers(shown=str, explained=str)
    keyed = TYPES["multiple"].keyed(a_question(type_="multiple"), key, readers)
    assert [option.is_critical for option in keyed.options] == [True, False, True, False]


KEY = ChoiceKey(correct=frozenset({"o1"}), option_explanations={"o1": "right", "o2": "wrong"})
DRAWN = DrawnQuestion("layers", tuple(DrawnOption(f"o{n}", f"t{n}") for n in (2, 1, 0)))


def test_the_review_shows_what_was_chosen_and_what_was_right():
    reviewed = TYPES["single"].review(
        a_question(options=3), KEY, DRAWN, chosen("o2"), Readers(shown=str, explained=str.upper)
    )
    assert [
        (option.html, option.is_chosen, option.is_correct, option.explanation_html, option.matters)
        for option in reviewed.options
    ] == [
        ("Option 2", True, False, "WRONG", True),
        ("Option 1", False, True, "RIGHT", True),
        ("Option 0", False, False, "", False),
    ]


def test_without_an_answer_nothing_is_chosen():
    readers = Readers(shown=str, explained=str)
    reviewed = TYPES["single"].review(a_question(options=3), KEY, DRAWN, None, readers)
    assert [option.is_chosen for option in reviewed.options] == [False] * 3


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (KEY, [(False, ""), (True, "RIGHT"), (False, "WRONG")]),
        (None, [(None, ""), (None, ""), (None, "")]),
    ],
)
def test_staff_read_the_options_in_the_order_of_the_author(key, expected):
    readers = Readers(shown=str, explained=str.upper)
    keyed = TYPES["single"].keyed(a_question(options=3), key, readers)
    assert [option.html for option in keyed.options] == ["Option 0", "Option 1", "Option 2"]
    assert [(option.is_correct, option.explanation_html) for option in keyed.options] == expected
