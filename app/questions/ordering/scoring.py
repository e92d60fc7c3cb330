"""Putting items in order: how it is marked and reviewed.

Each two items that stand the right way round earn the same share of the points, and only the whole order
earns them all. A pair that must not be the wrong way round is a critical error if it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from pydantic import Field

from app.authoring.published import Frozen, is_unused
from app.questions.contract import AnswerMark, CriticalError, DrawnQuestion, Readers, Scoring
from app.questions.keys import QuestionKey
from app.questions.ordering.answering import OrderingQuestion, OrderingResponse


class MustBefore(Frozen):
    """Two items of which one must come before the other, and why."""

    first: str
    then: str
    reason_html: str


class OrderingKey(QuestionKey):
    """The keys of the items in their right order."""

    order: tuple[str, ...] = Field(default=(), exclude_if=is_unused)
    must_before: tuple[MustBefore, ...] = Field(default=(), exclude_if=is_unused)

    @property
    def explanations(self) -> tuple[str, ...]:
        return *super().explanations, *(pair.reason_html for pair in self.must_before)


@dataclass(frozen=True, slots=True)
class ReviewedItem:
    """An item in its right place; `place` is the one that the answer gave it, None for none."""

    html: str
    place: int | None
    is_right: bool


@dataclass(frozen=True, slots=True)
class ReviewedOrder:
    """The items in their right order, and how many of all pairs stood the right way round."""

    items: tuple[ReviewedItem, ...]
    right_pairs: int
    pairs: int


@dataclass(frozen=True, slots=True)
class KeyedPair:
    """A pair whose order is critical, with the words of its items and the reason."""

    first_html: str
    then_html: str
    reason_html: str


@dataclass(frozen=True, slots=True)
class KeyedOrder:
    """The items, in their right order for readers who may see it, and the pairs whose order is critical."""

    items: tuple[str, ...]
    is_right_order: bool
    must_before: tuple[KeyedPair, ...]


class OrderingScoring(Scoring[OrderingQuestion, OrderingResponse, OrderingKey]):
    key = OrderingKey

    def mark(
        self, question: OrderingQuestion, key: OrderingKey, response: OrderingResponse
    ) -> AnswerMark:
        """Points are whole, so a share is rounded down. An item without a place stands right with none."""
        places = dict(response.places)
        return AnswerMark(
            question.points * _right_pairs(key, places) // _pairs(key),
            tuple(
                CriticalError(pair.reason_html)
                for pair in key.must_before
                if _is_before(places, pair.then, pair.first)
            ),
        )

    def right_answer(self, question: OrderingQuestion, key: OrderingKey) -> OrderingResponse:
        return _placed(key.order)

    def wrong_answer(
        self, question: OrderingQuestion, key: OrderingKey, drawn: DrawnQuestion
    ) -> OrderingResponse:
        return _placed(key.order[::-1])

    def review(
        self,
        question: OrderingQuestion,
        key: OrderingKey,
        drawn: DrawnQuestion,
        response: OrderingResponse | None,
        readers: Readers,
    ) -> ReviewedOrder:
        html = {option.key: option.html for option in question.options}
        places = dict(response.places) if response else {}
        return ReviewedOrder(
            tuple(
                ReviewedItem(readers.shown(html[item]), places.get(item), places.get(item) == right)
                for right, item in enumerate(key.order, start=1)
            ),
            _right_pairs(key, places),
            _pairs(key),
        )

    def keyed(
        self, question: OrderingQuestion, key: OrderingKey | None, readers: Readers
    ) -> KeyedOrder:
        html = {option.key: readers.shown(option.html) for option in question.options}
        if key is None:
            # Not in the order of the keys: authors number them.
            return KeyedOrder(tuple(sorted(html.values())), False, ())
        return KeyedOrder(
            tuple(html[item] for item in key.order),
            True,
            tuple(
                KeyedPair(html[pair.first], html[pair.then], readers.explained(pair.reason_html))
                for pair in key.must_before
            ),
        )


def _placed(order: tuple[str, ...]) -> OrderingResponse:
    return OrderingResponse(
        tuple(sorted((item, place) for place, item in enumerate(order, start=1)))
    )


def _is_before(places: Mapping[str, int], first: str, then: str) -> bool:
    """Return whether both items have a place, and the first comes before the other."""
    return first in places and then in places and places[first] < places[then]


def _right_pairs(key: OrderingKey, places: Mapping[str, int]) -> int:
    return sum(_is_before(places, first, then) for first, then in combinations(key.order, 2))


def _pairs(key: OrderingKey) -> int:
    return len(key.order) * (len(key.order) - 1) // 2


SCORING = OrderingScoring()
