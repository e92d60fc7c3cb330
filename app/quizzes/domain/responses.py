"""Reads answers: tokens become options, typed text becomes a number.

An unreadable answer is not saved or marked; `UnreadableResponse` says what to change.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, assert_never

from app.courses.domain.delivery import Question, QuestionType
from app.kit.decimals import decimals_of
from app.quizzes.domain.sampling import DrawnQuestion

LONGEST_TEXT: Final = 60
MOST_DIGITS: Final = 18

_TYPED = re.compile(
    r"(?P<number>[+\-−]?[0-9.,\s’']*[0-9][0-9.,\s’']*)(?P<unit>(?:[^0-9.,\s’'].*)?)"
)
_PLAIN = re.compile(r"[+\-−]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)")
_MAYBE_THOUSANDS = re.compile(r"[+\-−]?[1-9][0-9]{0,2},[0-9]{3}")
_SAME_UNIT: Final = {"°": "degrees", "degree": "degrees", "percent": "%", "per cent": "%"}


@dataclass(frozen=True, slots=True)
class Response:
    """A readable answer: the chosen options, or a number with the text it was typed as."""

    options: frozenset[str] = frozenset()
    text: str = ""
    number: Decimal | None = None

    @property
    def is_blank(self) -> bool:
        """Whether nothing is chosen or typed; this removes an earlier answer."""
        return not self.options and self.number is None


@dataclass(frozen=True, slots=True)
class UnreadableResponse:
    """An answer cannot be read; the message says what to do."""

    message: str


def read_response(
    question: Question, drawn: DrawnQuestion, typed: Sequence[str]
) -> Response | UnreadableResponse:
    """Return the response to what the browser sent: tokens or, for numeric questions, at most one
    text."""
    match question.type:
        case QuestionType.numeric:
            if len(typed) > 1:
                return UnreadableResponse("Give one number.")
            return read_number(typed[0] if typed else "", question.unit, places=question.places)
        case QuestionType.single | QuestionType.true_false:
            if len(typed) > 1:
                return UnreadableResponse("Choose one answer only.")
            return _read_choice(drawn, typed)
        case QuestionType.multiple:
            return _read_choice(drawn, typed)
        case _:
            assert_never(question.type)


def _read_choice(drawn: DrawnQuestion, tokens: Sequence[str]) -> Response | UnreadableResponse:
    keys = {drawn.key_of(token) for token in tokens}
    chosen = frozenset(key for key in keys if key is not None)
    if len(chosen) != len(tokens):
        return UnreadableResponse(
            "This answer does not belong to this question. Open the question again and choose."
        )
    return Response(options=chosen)


def read_number(
    typed: str, unit: str | None, *, places: int | None = None
) -> Response | UnreadableResponse:
    """Return a decimal number, typed with a point or a comma, with or without its unit.

    `places` is the most decimals that the question asks for; zeros at the end are not counted. Separators
    for thousands are refused, because 1,000 is a thousand to some people and one to others.
    """
    text = unicodedata.normalize("NFKC", typed).strip()
    if not text:
        return Response()
    parts = _TYPED.fullmatch(text) if len(text) <= LONGEST_TEXT else None
    if parts is None:
        return UnreadableResponse(f"Enter a number{_in_unit(unit)}, such as 2.5.")
    number = parts["number"].strip()
    if not _PLAIN.fullmatch(number) or _MAYBE_THOUSANDS.fullmatch(number):
        return UnreadableResponse(
            "Write the number without spaces or separators for thousands, and use one point for "
            "decimals: 1000 or 1.5."
        )
    if sum(character.isdigit() for character in number) > MOST_DIGITS:
        return UnreadableResponse(f"Use at most {MOST_DIGITS} digits.")
    if not _is_unit(parts["unit"], unit):
        return UnreadableResponse(f"Give a number{_in_unit(unit)}. You need not type the unit.")
    value = Decimal(number.replace(",", ".").replace("−", "-"))
    if places is not None and decimals_of(value) > places:
        return UnreadableResponse(_too_exact(places))
    return Response(text=typed.strip(), number=value)


def _too_exact(places: int) -> str:
    if places == 0:
        return "Give a whole number, without decimals."
    return f"Round the number to {places} decimal place{'' if places == 1 else 's'}."


def _in_unit(unit: str | None) -> str:
    return f" in {unit}" if unit else ""


def _is_unit(typed: str, unit: str | None) -> bool:
    typed_unit = typed.strip().rstrip(".").casefold()
    wanted = unicodedata.normalize("NFKC", unit or "").casefold()
    return typed_unit in ("", wanted) or _SAME_UNIT.get(typed_unit) == wanted
