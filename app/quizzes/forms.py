"""The form of one question."""

from typing import Literal

from pydantic import Field

from app.web.forms import Form


class AnswerForm(Form):
    """`answer` holds tokens of options, or one typed number; it is missing when nothing is chosen.
    `go` is where the student wants to be next."""

    answer: tuple[str, ...] = Field(default=(), title="Answer")
    go: Literal["next", "previous", "check"] = Field(default="next", title="Next page")
