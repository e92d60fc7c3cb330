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
from app.kit.characters import without_ignorable
from app.kit.decimals import decimals_of
from app.kit.messages import Message, msg, msgs
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

    message: Message


def read_response(
    question: Question, drawn: DrawnQuestion, typed: Sequence[str]
) -> Response | UnreadableResponse:
    """Return the response to what the browser sent: tokens or, for numeric questions, at most one
    text."""
    match question.type:
        case QuestionType.numeric:
            if len(typed) > 1:
                return UnreadableResponse(msg("Give one number."))
            return read_number(typed[0] if typed else "", question.unit, places=question.places)
        case QuestionType.single | QuestionType.true_false:
            if len(typed) > 1:
                return UnreadableResponse(msg("Choose one answer only."))
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
            msg("This answer does not belong to this question. Open the question again and choose.")
        )
    return Response(options=chosen)


def read_number(
    typed: str, unit: str | None, *, places: int | None = None
) -> Response | UnreadableResponse:
    """Return a decimal number, typed with a point or a comma, with or without its unit.

    `places` is the most decimals that the question asks for; zeros at the end are not counted. Separators
    for thousands are refused, because 1,000 is a thousand to some people and one to others.
    """
    text = unicodedata.normalize("NFKC", without_ignorable(typed)).strip()
    if not text:
        return Response()
    parts = _TYPED.fullmatch(text) if len(text) <= LONGEST_TEXT else None
    if parts is None:
        return UnreadableResponse(_enter(unit))
    number = parts["number"].strip()
    if not _PLAIN.fullmatch(number) or _MAYBE_THOUSANDS.fullmatch(number):
        return UnreadableResponse(
            msg(
                "Write the number without spaces or separators for thousands, and use one point for "
                "decimals: 1000 or 1.5."
            )
        )
    if sum(character.isdigit() for character in number) > MOST_DIGITS:
        return UnreadableResponse(
            msgs("Use at most {n} digit.", "Use at most {n} digits.", MOST_DIGITS)
        )
    if not _is_unit(parts["unit"], unit):
        return UnreadableResponse(_give(unit))
    value = Decimal(number.replace(",", ".").replace("−", "-"))
    if places is not None and decimals_of(value) > places:
        return UnreadableResponse(_too_exact(places))
    return Response(text=typed.strip(), number=value)


def _enter(unit: str | None) -> Message:
    if unit is None:
        return msg("Enter a number, such as 2.5.")
    return msg("Enter a number in {unit}, such as 2.5.", unit=unit)


def _give(unit: str | None) -> Message:
    if unit is None:
        return msg("Give a number. You need not type the unit.")
    return msg("Give a number in {unit}. You need not type the unit.", unit=unit)


def _too_exact(places: int) -> Message:
    if places == 0:
        return msg("Give a whole number, without decimals.")
    return msgs(
        "Round the number to {n} decimal place.", "Round the number to {n} decimal places.", places
    )


def _is_unit(typed: str, unit: str | None) -> bool:
    typed_unit = typed.strip().rstrip(".").casefold()
    wanted = unicodedata.normalize("NFKC", unit or "").casefold()
    return typed_unit in ("", wanted) or _SAME_UNIT.get(typed_unit) == wanted
