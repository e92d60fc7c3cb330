"""The forms of second factors."""

from typing import Annotated

from pydantic import Field, StringConstraints

from app.accounts.forms import TypedPassword, Wanted
from app.web.forms import Form

Code = Annotated[str, StringConstraints(max_length=40)]
TypedRecoveryCode = Annotated[str, StringConstraints(max_length=80)]


class CodeForm(Form):
    code: Code = Field(title="The code from your app")
    next: Wanted = ""


class RecoveryCodeForm(Form):
    recovery_code: TypedRecoveryCode = Field(title="A recovery code")
    next: Wanted = ""


class RemoveAppForm(Form):
    """The password is asked for when the last factor goes."""

    current_password: TypedPassword | None = Field(None, title="Your current password")
