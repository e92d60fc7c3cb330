"""The form of a page of questions, and those of a start and of the number keys."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from app.web.forms import Form, Submission, label

Where = Literal["next", "previous", "check"]
_NAMED_ANSWER: Final = re.compile(r"answer-([1-9][0-9]{0,2})")


class PageForm(Form):
    """A page of one question sends `answer`: what the form of its type sends, missing when nothing is chosen.
    A page of several sends `question` for the position of each, and an answer to the third as `answer-3`.
    `go` is where the student wants to be next; instead, `flag` or `unflag` names the question whose flag was
    pressed."""

    answer: tuple[str, ...] = Field(default=(), title=label("answer"))
    question: tuple[Annotated[int, Field(ge=1)], ...] = Field(default=(), title=label("question"))
    go: Where = Field(default="next", title=label("next page"))
    flag: Annotated[int, Field(ge=1)] | None = Field(default=None, title=label("question"))
    unflag: Annotated[int, Field(ge=1)] | None = Field(default=None, title=label("question"))


@dataclass(frozen=True, slots=True)
class SentFlag:
    """The question whose flag was pressed, and whether it has one from now on."""

    position: int
    is_flagged: bool


@dataclass(frozen=True, slots=True)
class SentPage:
    """What the form of a page sent for each question on it, by position."""

    answers: Mapping[int, tuple[str, ...]]
    go: Where
    flag: SentFlag | None


def read_page(submitted: Submission, position: int) -> SentPage:
    """Return what a page sent; `position` is that of its address."""
    named: dict[int, tuple[str, ...]] = {}
    others: dict[str, tuple[str, ...]] = {}
    for name, typed in submitted.fields.items():
        if match := _NAMED_ANSWER.fullmatch(name):
            named[int(match[1])] = tuple(text.strip() for text in typed if text.strip())
        else:
            others[name] = typed
    form = PageForm.read(Submission(others))
    flag = SentFlag(form.unflag, is_flagged=False) if form.unflag else None
    if form.flag:
        flag = SentFlag(form.flag, is_flagged=True)
    if not form.question and not named:
        return SentPage({position: form.answer}, form.go, flag)
    positions = sorted({*form.question, *named})
    return SentPage({each: named.get(each, ()) for each in positions}, form.go, flag)


class AccessCodeForm(Form):
    """`access_code` is empty where the quiz asks for none."""

    access_code: Annotated[str, StringConstraints(max_length=100)] = Field(
        default="", title=label("access code")
    )


class NumberKeysForm(Form):
    keys: Literal["on", "off"] = Field(title=label("whether keys choose an option"))
    next: Annotated[str, StringConstraints(max_length=2000)] = ""
