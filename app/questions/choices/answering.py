"""Questions with options to choose from, as they are shown and answered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import Field

from app.kit.messages import msg
from app.kit.stored_documents import Document
from app.questions.contract import (
    Answering,
    DrawnQuestion,
    Response,
    ResponseShape,
    Shown,
    Shuffle,
    UnreadableResponse,
    shown_options,
)
from app.questions.delivery import Question

LONGEST_TOKEN = 64
MOST_TOKENS = 20


class ChoiceQuestion(Question):
    """A question with `options` to choose from."""


@dataclass(frozen=True, slots=True)
class ChoiceResponse(Response):
    """The keys of the chosen options."""

    options: frozenset[str] = frozenset()

    @property
    def is_blank(self) -> bool:
        return not self.options


class Choice(ResponseShape):
    """The tokens of the chosen options; an empty list removes the answer."""

    options: list[Annotated[str, Field(max_length=LONGEST_TOKEN)]] = Field(max_length=MOST_TOKENS)

    def typed(self) -> list[str]:
        return self.options


AChoiceQuestion = TypeVar("AChoiceQuestion", bound=ChoiceQuestion)


class ChoiceAnswering(Answering[AChoiceQuestion, ChoiceResponse]):
    """`takes_several`: more than one option may be chosen."""

    response = ChoiceResponse
    shape = Choice

    def __init__(self, question: type[AChoiceQuestion], *, takes_several: bool = False) -> None:
        self.question = question
        self.takes_several = takes_several

    def order(self, question: AChoiceQuestion, shuffle: Shuffle) -> Iterable[str]:
        keys = [option.key for option in question.options]
        return shuffle(keys) if question.shuffle_options else keys

    def shown(self, question: AChoiceQuestion, drawn: DrawnQuestion) -> Shown:
        return Shown(options=shown_options(question.options, drawn))

    def read(
        self, question: AChoiceQuestion, drawn: DrawnQuestion, typed: Sequence[str]
    ) -> ChoiceResponse | UnreadableResponse:
        if len(typed) > 1 and not self.takes_several:
            return UnreadableResponse(msg("Choose one answer only."))
        keys = {drawn.key_of(token) for token in typed}
        chosen = frozenset(key for key in keys if key is not None)
        if len(chosen) != len(typed):
            return UnreadableResponse(
                msg(
                    "This answer does not belong to this question. Open the question again and choose."
                )
            )
        return ChoiceResponse(chosen)

    def typed(self, response: ChoiceResponse, drawn: DrawnQuestion) -> tuple[str, ...]:
        return drawn.tokens_of(response.options)

    def shaped(self, typed: Sequence[str]) -> Choice:
        return Choice(options=list(typed))

    def stored(self, response: ChoiceResponse) -> dict[str, Any]:
        """The options stand in the order of their keys, whatever order they were chosen or shown in."""
        return {"options": sorted(response.options)}

    def restored(self, document: Document) -> ChoiceResponse:
        return ChoiceResponse(frozenset(_texts(document["options"])))


def _texts(stored: object) -> list[str]:
    if not isinstance(stored, list) or not all(isinstance(key, str) for key in stored):
        raise TypeError(stored)
    return stored
