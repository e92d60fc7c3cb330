"""Forms of assessing."""

from uuid import UUID

from pydantic import Field, field_validator

from app.assessments.domain import Mark
from app.kit.messages import msg
from app.web.forms import Form, label

LONGEST_NOTE = 2000
LONGEST_COMMENT = 4000


class StartForm(Form):
    """Confirms that the right person is at the bed; there is no other field."""


class MarkForm(Form):
    mark: Mark = Field(title=label("the mark"))
    note: str = Field(default="", title=label("the note"), max_length=LONGEST_NOTE)
    expected_revision: int = Field(title=label("the revision"), ge=0)


class CommentForm(Form):
    comment: str = Field(default="", title=label("the comment"), max_length=LONGEST_COMMENT)
    expected_revision: int = Field(title=label("the revision"), ge=0)


class StopForm(Form):
    step: str = Field(default="", title=label("the step"), max_length=64)
    note: str = Field(default="", title=label("the note"), max_length=LONGEST_NOTE)


class DiscardForm(Form):
    reason: str = Field(default="", title=label("the reason"), max_length=LONGEST_NOTE)


class ResumeForm(Form):
    """Resumes after a stop; there is no other field."""


class SignForm(Form):
    confirmed: str = Field(default="", validate_default=True)
    expected_version: int = Field(title=label("the version"), ge=0)

    @field_validator("confirmed")
    @classmethod
    def _ticked(cls, value: str) -> str:
        if value != "yes":
            raise ValueError(msg("Tick the box to sign."))
        return value


class CorrectChecklistForm(Form):
    """`revision` is the revision whose changes were shown on the page."""

    revision: UUID = Field(title=label("the revision"))
