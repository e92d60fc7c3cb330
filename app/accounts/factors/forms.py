"""The forms of second factors."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from app.accounts.factors.ceremony import LONGEST_ANSWER
from app.accounts.forms import TypedPassword, Wanted, a_name
from app.web.forms import Form, label

Code = Annotated[str, StringConstraints(max_length=40)]
TypedRecoveryCode = Annotated[str, StringConstraints(max_length=80)]


class CodeForm(Form):
    code: Code = Field(title=label("the code from your app"))
    next: Wanted = ""


class RecoveryCodeForm(Form):
    recovery_code: TypedRecoveryCode = Field(title=label("a recovery code"))
    next: Wanted = ""


class RemoveAppForm(Form):
    """Removes an app. The password is required for the last factor."""

    current_password: TypedPassword | None = Field(None, title=label("your current password"))


Answer = Annotated[str, StringConstraints(max_length=LONGEST_ANSWER)]


class PasskeyForm(Form):
    """The answer of a passkey as JSON, filled in by a script."""

    answer: Answer = Field(title=label("the answer of your passkey"))
    next: Wanted = ""


class ProveByPasskeyForm(PasskeyForm):
    act: Annotated[str, StringConstraints(max_length=100)] = ""
    back: Wanted = ""
    kept: Annotated[str, StringConstraints(max_length=20)] = ""


class AddPasskeyForm(Form):
    name: Annotated[str, StringConstraints(max_length=80), AfterValidator(a_name)] = Field(
        title=label("a name for the passkey")
    )
    answer: Answer = Field(title=label("the answer of your device"))


class RemovePasskeyForm(RemoveAppForm):
    """Removes a passkey. The password is required for the last factor."""
