"""What is said of a wrong value, whatever pydantic calls its problem."""

from decimal import Decimal
from typing import Any

import pytest
from pydantic_core import ErrorDetails
from pydantic_core._pydantic_core import list_all_errors  # it has no public name

from app.kit.messages import Message, msg
from app.web.field_messages import UNREADABLE, message_of


def detail(kind: str, **context: Any) -> ErrorDetails:
    return {"type": kind, "loc": ("x",), "msg": "Said by pydantic", "input": None, "ctx": context}


@pytest.mark.parametrize("problem", list_all_errors(), ids=lambda problem: problem["type"])
def test_no_words_of_pydantic_are_shown(problem: Any):
    said = message_of(detail(problem["type"], **(problem["example_context"] or {})))
    assert isinstance(said, Message)
    assert str(said) != problem["example_message_python"]


@pytest.mark.parametrize(
    ("kind", "context", "words"),
    [
        ("string_too_short", {"min_length": 1}, "Use at least 1 character."),
        ("string_too_long", {"max_length": 20_000}, "Use at most 20000 characters."),
        ("too_short", {"min_length": 1}, "Choose at least 1."),
        ("greater_than_equal", {"ge": Decimal("0.5")}, "Enter 0.5 or more."),
        ("less_than_equal", {"le": 1.5}, "Enter 1.5 or less."),
        ("decimal_parsing", {}, "Enter a number."),
        ("int_from_float", {}, "Enter a whole number."),
        ("date_from_datetime_parsing", {"error": "x"}, "Enter a real date or time."),
        ("literal_error", {"expected": "'a'"}, "Choose one of the given answers."),
        ("value_error", {"error": ValueError(msg("Tick the box."))}, "Tick the box."),
    ],
)
def test_a_problem_is_told_in_our_words(kind: str, context: dict[str, Any], words: str):
    assert str(message_of(detail(kind, **context))) == words


def test_an_error_without_words_is_still_told():
    assert message_of(detail("value_error", error=ValueError())) == UNREADABLE
