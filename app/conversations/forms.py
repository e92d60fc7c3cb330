"""The forms of conversations."""

from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints

from app.conversations.domain import (
    LONGEST_ANCHOR,
    LONGEST_MESSAGE,
    LONGEST_REASON,
    MOST_MESSAGES,
    shows_something,
)
from app.conversations.staff_queries import InboxFilter
from app.kit.messages import msg
from app.web.forms import Form, filter_value, label

LONGEST_SEARCH: Final = 100


def _visible(words: str) -> str:
    if not shows_something(words):
        raise ValueError(
            msg("Write something that can be seen; this holds only invisible characters.")
        )
    return words


MessageWords = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_MESSAGE),
    AfterValidator(_visible),
]
Reason = Annotated[str, StringConstraints(min_length=3, max_length=LONGEST_REASON)]


@dataclass(frozen=True, slots=True)
class InboxChoice:
    """Which questions of the inbox somebody wants to see."""

    which: InboxFilter
    text: str

    @classmethod
    def of(cls, which: str | None, text: str | None) -> "InboxChoice":
        """Read the choice from an address. Raise Invalid for a view that does not exist."""
        refusal = msg("Choose all questions, or one of the views.")
        return cls(
            filter_value(which, InboxFilter, refusal) or InboxFilter.all,
            " ".join((text or "").split())[:LONGEST_SEARCH],
        )


class AskForm(Form):
    """A question. `section` is the anchor of a section; empty: it is about the whole lesson."""

    section: Annotated[str, StringConstraints(max_length=LONGEST_ANCHOR)] | None = None
    question: MessageWords = Field(title=label("your question"))


class ReplyForm(Form):
    """What a student writes on. `seen` is the number of messages that the page showed."""

    seen: Annotated[int, Field(ge=0, le=MOST_MESSAGES)] | None = None
    reply: MessageWords = Field(title=label("your message"))


class QuestionAnswerForm(Form):
    """An answer. A form without `seen` counts as older than every message."""

    seen: Annotated[int, Field(ge=0, le=MOST_MESSAGES)] = 0
    answer: MessageWords = Field(title=label("your answer"))


class RemovalForm(Form):
    reason: Reason = Field(title=label("reason for removing it"))


class ClosingForm(Form):
    reason: Reason = Field(title=label("reason for closing it"))
