"""An item that needs an admin’s attention, and how urgent it is."""

from collections.abc import Callable
from dataclasses import dataclass

from app.kit.labelled_enum import LabelledEnum
from app.kit.messages import Message, Text, msg

MOST_OF_A_KIND = 3
"""Further items of one kind become a single line, so that they do not hide the items below."""


class Urgency(LabelledEnum):
    """How urgent an item is."""

    now = "now", msg("Urgent")
    soon = "soon", msg("Waits for you")
    later = "later", msg("Keep in mind")

    @property
    def kind(self) -> str:
        """The style of its entries, in the terms of the design system."""
        return {Urgency.now: "danger", Urgency.soon: "warning"}.get(self, "info")


@dataclass(frozen=True, slots=True)
class AttentionItem:
    """One item that needs attention. `href` is the page where it is done."""

    urgency: Urgency
    title: Message
    detail: Text
    href: str
    action: Message


def few(
    items: list[AttentionItem], title_of_rest: Callable[[int], Message], href: str
) -> list[AttentionItem]:
    """Return the first items of one kind, and one line for the others."""
    more = len(items) - MOST_OF_A_KIND
    if more < 1:
        return items
    line = AttentionItem(items[0].urgency, title_of_rest(more), "", href, msg("See them all"))
    return [*items[:MOST_OF_A_KIND], line]
