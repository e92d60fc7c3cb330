"""A typed number: how it is shown and answered."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Literal

from pydantic import Field

from app.kit.characters import without_ignorable
from app.kit.decimals import decimals_of
from app.kit.messages import Message, msg, msgs
from app.kit.stored_documents import Document
from app.questions.contract import (
    Answering,
    DrawnQuestion,
    Response,
    ResponseShape,
    Shown,
    UnreadableResponse,
)
from app.questions.delivery import Question

LONGEST_TEXT: Final = 60
MOST_DIGITS: Final = 18

_TYPED = re.compile(
    r"(?P<number>[+\-−]?[0-9.,\s’']*[0-9][0-9.,\s’']*)(?P<unit>(?:[^0-9.,\s’'].*)?)"
)
_PLAIN = re.compile(r"[+\-−]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)")
_MAYBE_THOUSANDS = re.compile(r"[+\-−]?[1-9][0-9]{0,2},[0-9]{3}")
_SAME_UNIT: Final = {"°": "degrees", "degree": "degrees", "percent": "%", "per cent": "%"}


class NumericQuestion(Question):
    """A question for a number in a `unit`."""

    type: Literal["numeric"]


@dataclass(frozen=True, slots=True)
class NumericResponse(Response):
    """A number with the text it was typed as; `number` None: nothing was typed."""

    text: str = ""
    number: Decimal | None = None

    @property
    def is_blank(self) -> bool:
        return self.number is None


class TypedNumber(ResponseShape):
    """A number as it was typed, with a point or a comma; empty text removes the answer."""

    text: str = Field(max_length=LONGEST_TEXT)

    def typed(self) -> list[str]:
        return [self.text]


@dataclass(frozen=True, slots=True)
class ShownNumber(Shown):
    def lacks_unit(self, text: str) -> bool:
        """Whether a number was typed without its unit."""
        return self.unit is not None and text[-1:].isdigit()


class NumericAnswering(Answering[NumericQuestion, NumericResponse]):
    question = NumericQuestion
    response = NumericResponse
    shape = TypedNumber

    def shown(self, question: NumericQuestion, drawn: DrawnQuestion) -> ShownNumber:
        return ShownNumber(unit=question.unit, places=question.places)

    def read(
        self, question: NumericQuestion, drawn: DrawnQuestion, typed: Sequence[str]
    ) -> NumericResponse | UnreadableResponse:
        if len(typed) > 1:
            return UnreadableResponse(msg("Give one number."))
        return read_number(typed[0] if typed else "", question.unit, places=question.places)

    def typed(self, response: NumericResponse, drawn: DrawnQuestion) -> tuple[str, ...]:
        return () if response.is_blank else (response.text,)

    def shaped(self, typed: Sequence[str]) -> TypedNumber:
        return TypedNumber(text="".join(typed))

    def stored(self, response: NumericResponse) -> dict[str, Any]:
        """A blank response is stored as a list of no options, as it was before types had folders."""
        if response.number is None:
            return {"options": []}
        return {"text": response.text, "number": str(response.number)}

    def restored(self, document: Document) -> NumericResponse:
        if "number" not in document:
            return NumericResponse()
        text, written = document["text"], document["number"]
        if not isinstance(text, str) or not isinstance(written, str):
            raise TypeError(written)
        try:
            number = Decimal(written)
        except InvalidOperation:
            raise ValueError(written) from None
        if not number.is_finite():
            raise ValueError(written)
        return NumericResponse(text, number)


ANSWERING = NumericAnswering()


def read_number(
    typed: str, unit: str | None, *, places: int | None = None
) -> NumericResponse | UnreadableResponse:
    """Return a decimal number, typed with a point or a comma, with or without its unit.

    `places` is the most decimals that the question asks for; zeros at the end are not counted. Separators
    for thousands are refused, because 1,000 is a thousand to some people and one to others.
    """
    text = unicodedata.normalize("NFKC", without_ignorable(typed)).strip()
    if not text:
        return NumericResponse()
    # What was typed is kept with its invisible characters, and the API sends no longer text.
    is_short = max(len(text), len(typed.strip())) <= LONGEST_TEXT
    parts = _TYPED.fullmatch(text) if is_short else None
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
    return NumericResponse(text=typed.strip(), number=value)


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
