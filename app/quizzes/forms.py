"""The form of one question, and that of the number keys."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from app.web.forms import Form, label


class AnswerForm(Form):
    """`answer` holds what the form of the question's type sends; it is missing when nothing is chosen.
    `go` is where the student wants to be next."""

    answer: tuple[str, ...] = Field(default=(), title=label("answer"))
    go: Literal["next", "previous", "check"] = Field(default="next", title=label("next page"))


class AccessCodeForm(Form):
    """`access_code` is empty where the quiz asks for none."""

    access_code: Annotated[str, StringConstraints(max_length=100)] = Field(
        default="", title=label("access code")
    )


class NumberKeysForm(Form):
    keys: Literal["on", "off"] = Field(title=label("whether keys choose an option"))
    next: Annotated[str, StringConstraints(max_length=2000)] = ""
