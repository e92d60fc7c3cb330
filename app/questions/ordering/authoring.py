"""Putting items in order: how it is written in a course file."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from app.authoring.fields import Authored, Key, Markdown, UnfitError
from app.authoring.messages import did_you_mean
from app.authoring.sanitising import unwrapped
from app.questions.choices.authoring import lost_options, reworded_options
from app.questions.contract import Authoring, Common, Html
from app.questions.delivery import Option
from app.questions.fields import QuestionFields
from app.questions.ordering.answering import MOST_ITEMS, OrderingQuestion
from app.questions.ordering.scoring import MustBefore, OrderingKey


class ItemFields(Authored):
    key: Key
    text: Markdown


class MustBeforeFields(Authored):
    """`first` must come before `then`; the wrong way round is a critical error, and `reason` says why."""

    first: Key
    then: Key
    reason: Markdown


class OrderingFields(QuestionFields):
    """The fields of a question whose `items` stand in their right order."""

    type: Literal["ordering"]
    items: Annotated[list[ItemFields], Field(min_length=3, max_length=MOST_ITEMS)]
    must_before: Annotated[list[MustBeforeFields], Field(max_length=10)] = Field(
        default_factory=list
    )

    @model_validator(mode="after")
    def _has_different_items(self) -> "OrderingFields":
        first: dict[str, int] = {}
        for number, item in enumerate(self.items):
            if first.setdefault(item.key, number) != number:
                raise UnfitError.because(
                    f"Two items have the key `{item.key}`.",
                    f"It is the key of entry {first[item.key] + 1} already; give each its own.",
                    trail=("items", number, "key"),
                )
        return self

    @model_validator(mode="after")
    def _has_pairs_that_the_order_keeps(self) -> "OrderingFields":
        place = {item.key: number for number, item in enumerate(self.items)}
        for number, pair in enumerate(self.must_before):
            for name, item in (("first", pair.first), ("then", pair.then)):
                if item not in place:
                    raise UnfitError.because(
                        f"There is no item `{item}`.",
                        did_you_mean(item, place),
                        trail=("must_before", number, name),
                    )
            if circle := self._circle(number):
                raise UnfitError.because(
                    f"These pairs go round in a circle: {' before '.join(circle)}.",
                    "Remove one of these pairs, or turn it round.",
                    trail=("must_before", number),
                )
        for number, pair in enumerate(self.must_before):
            if place[pair.first] > place[pair.then]:
                raise UnfitError.because(
                    f"`{pair.first}` must come before `{pair.then}`, and among the items it comes after it.",
                    "The items stand in their right order: move one of them, or turn the pair round.",
                    trail=("must_before", number),
                )
        return self

    def _circle(self, last: int) -> list[str]:
        """Return the items of a circle that the pair with this number closes, or nothing."""
        pairs = self.must_before[: last + 1]
        ways = [[pairs[last].first, pairs[last].then]]
        seen: set[str] = set()
        while ways:
            way = ways.pop()
            if way[-1] == way[0]:
                return way
            if way[-1] not in seen:
                seen.add(way[-1])
                ways += [[*way, pair.then] for pair in pairs if pair.first == way[-1]]
        return []


class OrderingAuthoring(Authoring[OrderingFields, OrderingQuestion, OrderingKey]):
    fields = OrderingFields

    def delivered(self, fields: OrderingFields, common: Common, html: Html) -> OrderingQuestion:
        items = sorted(fields.items, key=lambda item: item.key)
        return OrderingQuestion(
            options=tuple(Option(key=item.key, html=unwrapped(html(item.text))) for item in items),
            **common,
        )

    def keyed(self, fields: OrderingFields, explanation_html: str, html: Html) -> OrderingKey:
        return OrderingKey(
            type="ordering",
            explanation_html=explanation_html,
            order=tuple(item.key for item in fields.items),
            must_before=tuple(
                MustBefore(
                    first=pair.first, then=pair.then, reason_html=unwrapped(html(pair.reason))
                )
                for pair in fields.must_before
            ),
        )

    def explanations(self, fields: OrderingFields) -> Iterator[str]:
        yield from (pair.reason for pair in fields.must_before)

    def broken(self, old: OrderingQuestion, new: OrderingQuestion) -> Iterator[str]:
        yield from lost_options(old.options, new.options)

    def mended(self, old: OrderingQuestion, new: OrderingQuestion) -> Iterator[tuple[str, str]]:
        yield from reworded_options(old.options, new.options)

    def answer(self, key: OrderingKey) -> object:
        return key.order, [(pair.first, pair.then) for pair in key.must_before]


AUTHORING = OrderingAuthoring()
