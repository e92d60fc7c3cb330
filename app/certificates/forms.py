"""Forms of certificates."""

from uuid import UUID

from pydantic import Field, field_validator

from app.certificates import serials
from app.web.forms import Form, label


class VerifyForm(Form):
    """The number as it was typed or pasted; `serial` is the number that was found in it."""

    serial: str = Field(title=label("the certificate number"), max_length=serials.LONGEST_TEXT)

    @field_validator("serial")
    @classmethod
    def _meant(cls, value: str) -> str:
        serial = serials.read_serial(value)
        if serial is None:
            raise ValueError(serials.serial_problem(value))
        return serial


class RevokeForm(Form):
    reason: str = Field(title=label("the reason"), min_length=5, max_length=1000)


class ReplaceForm(Form):
    replace_reason: str = Field(title=label("the reason"), min_length=5, max_length=1000)


class BlockedForm(Form):
    user_id: UUID = Field(title=label("user id"))
    course_key: str = Field(title=label("course key"), max_length=64)
