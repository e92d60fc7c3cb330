"""The form of one question."""

from typing import Literal

from pydantic import Field

from app.web.forms import Form, label


class AnswerForm(Form):
    """`answer` holds tokens of options, or one typed number; it is missing when nothing is chosen.
    `go` is where the student wants to be next."""

    answer: tuple[str, ...] = Field(default=(), title=label("answer"))
    go: Literal["next", "previous", "check"] = Field(default="next", title=label("next page"))
