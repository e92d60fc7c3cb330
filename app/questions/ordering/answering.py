"""Putting items in order: how it is shown and answered.

An answer gives items their places. It may be half done: an item without a place has not been placed yet.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from app.kit.messages import msg
from app.kit.stored_documents import Document
from app.questions.contract import (
    Answering,
    DrawnQuestion,
    Response,
    ResponseShape,
    Shown,
    ShownOption,
    Shuffle,
    UnreadableResponse,
    shown_options,
)
from app.questions.delivery import Question

LONGEST_TOKEN = 64
MOST_ITEMS = 10
_TYPED = re.compile(r"(?P<token>\S+) (?P<place>[1-9][0-9]?)")


class OrderingQuestion(Question):
    """Its items are its `options`. They are stored in the order of their keys, which says nothing."""

    type: Literal["ordering"]


@dataclass(frozen=True, slots=True)
class OrderingResponse(Response):
    """The keys of the items that have a place, each with its place from 1, sorted by key."""

    places: tuple[tuple[str, int], ...] = ()

    @property
    def is_blank(self) -> bool:
        return not self.places


class Places(ResponseShape):
    """The place of each item by its token, from 1 for the first. An item that has none yet is left out;
    without any the answer is removed."""

    places: dict[
        Annotated[str, Field(max_length=LONGEST_TOKEN)], Annotated[int, Field(ge=1, le=MOST_ITEMS)]
    ] = Field(max_length=MOST_ITEMS)

    def typed(self) -> list[str]:
        return [f"{token} {place}" for token, place in self.places.items()]


@dataclass(frozen=True, slots=True)
class PlacedItem:
    """An item with its place; None: it has none yet. `texts` are what its field sends for each place."""

    option: ShownOption
    place: int | None
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownOrder(Shown):
    def items(self, typed: Sequence[str]) -> tuple[PlacedItem, ...]:
        """Return the items with their places in an answer: those with a place first, in its order, and then
        the others as they are shown."""
        places = {
            token: place
            for token, place in map(_split, typed)
            if place and place <= len(self.options)
        }
        items = [
            PlacedItem(
                option,
                places.get(option.token),
                tuple(f"{option.token} {place}" for place in range(1, len(self.options) + 1)),
            )
            for option in self.options
        ]
        return tuple(sorted(items, key=lambda item: item.place or len(items) + 1))

    def answers(self, typed: Sequence[str]) -> tuple[str, ...]:
        return tuple(item.option.html for item in self.items(typed) if item.place)


class OrderingAnswering(Answering[OrderingQuestion, OrderingResponse]):
    question = OrderingQuestion
    response = OrderingResponse
    shape = Places

    def order(self, question: OrderingQuestion, shuffle: Shuffle) -> Iterable[str]:
        return shuffle([option.key for option in question.options])

    def shown(self, question: OrderingQuestion, drawn: DrawnQuestion) -> ShownOrder:
        return ShownOrder(options=shown_options(question.options, drawn))

    def read(
        self, question: OrderingQuestion, drawn: DrawnQuestion, typed: Sequence[str]
    ) -> OrderingResponse | UnreadableResponse:
        """Read a text “token place” for each item that has a place. The field of another one sends nothing
        but an empty text."""
        pairs = [_split(text) for text in typed if text]
        placed = [(drawn.key_of(token), place) for token, place in pairs]
        places = {key: place for key, place in placed if key and 1 <= place <= len(drawn.options)}
        if len(places) < len(pairs):
            return UnreadableResponse(
                msg(
                    "These items do not belong to this question. Open the question again and place them."
                )
            )
        place, times = Counter(places.values()).most_common(1)[0] if places else (0, 0)
        if times > 1:
            return UnreadableResponse(
                msg(
                    "More than one has the place {place}. Give each a place of its own.",
                    place=place,
                )
            )
        return OrderingResponse(tuple(sorted(places.items())))

    def typed(self, response: OrderingResponse, drawn: DrawnQuestion) -> tuple[str, ...]:
        places = dict(response.places)
        return tuple(
            f"{option.token} {places[option.key]}"
            for option in drawn.options
            if option.key in places
        )

    def shaped(self, typed: Sequence[str]) -> Places:
        return Places(places=dict(map(_split, typed)))

    def stored(self, response: OrderingResponse) -> dict[str, Any]:
        return {"places": dict(response.places)}

    def restored(self, document: Document) -> OrderingResponse:
        places = document["places"]
        if not isinstance(places, Mapping):
            raise TypeError(places)
        for place in places.values():
            if type(place) is not int:
                raise TypeError(place)
        if len(set(places.values())) < len(places) or min(places.values(), default=1) < 1:
            raise ValueError(places)
        return OrderingResponse(tuple(sorted(places.items())))


def _split(text: str) -> tuple[str, int]:
    """Return the token and the place in a text; the place is 0 if it is no such text."""
    parts = _TYPED.fullmatch(text)
    return (parts["token"], int(parts["place"])) if parts else ("", 0)


ANSWERING = OrderingAnswering()
