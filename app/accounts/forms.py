"""The forms of accounts. Passwords are read as typed; spaces at their ends are kept."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from app.accounts.contact_rules import LONGEST_RELATION, ContactDetails, contact_from
from app.accounts.correction_rules import PersonDetails
from app.accounts.domain import (
    LONGEST_NAME,
    LONGEST_TAG,
    LONGEST_TOKEN_NAME,
    AccountState,
    Profile,
    clean_name,
)
from app.accounts.mailed_links import LONGEST_TOKEN
from app.accounts.password_rules import LONGEST_PASSWORD
from app.kit.actor import Role
from app.kit.email_addresses import normal_email
from app.kit.messages import msg
from app.kit.opened import Opened
from app.kit.phone_numbers import LONGEST_TYPED
from app.web.access import FreshProof
from app.web.dates import Day
from app.web.forms import EditForm, Form, label

AS_MY_BROWSER = "auto"
"""What the field of the language holds if a person reads what their browser asks for."""
ADDRESS_HELP = msg("Enter an e-mail address in the form name@example.com.")


def _email(typed: str) -> str:
    address = normal_email(typed)
    if address is None:
        raise ValueError(ADDRESS_HELP)
    return address


def a_name(typed: str) -> str:
    name = clean_name(typed)
    if not name:
        raise ValueError(msg("Enter a name with letters in it."))
    return name


Email = Annotated[str, StringConstraints(max_length=320), AfterValidator(_email)]
Name = Annotated[str, StringConstraints(max_length=LONGEST_NAME), AfterValidator(a_name)]
TypedPassword = Annotated[
    str, StringConstraints(strip_whitespace=False, max_length=4 * LONGEST_PASSWORD)
]
Reason = Annotated[str, StringConstraints(min_length=3, max_length=500)]
Token = Annotated[str, StringConstraints(max_length=LONGEST_TOKEN)]
LanguageTag = Annotated[str, StringConstraints(max_length=LONGEST_TAG)]
TypedPhone = Annotated[str, StringConstraints(max_length=LONGEST_TYPED)]
Relation = Annotated[str, StringConstraints(max_length=LONGEST_RELATION)]
Wanted = Annotated[str, StringConstraints(max_length=2000)]


class SignInForm(Form):
    email: Email = Field(title=label("your e-mail address"))
    password: TypedPassword = Field(title=label("your password"))
    next: Wanted = ""
    ended: Annotated[str, StringConstraints(max_length=20)] = ""
    kept: Annotated[str, StringConstraints(max_length=20)] = ""


class ProveForm(Form):
    password: TypedPassword = Field(title=label("your password"))
    act: Annotated[str, StringConstraints(max_length=100)] = ""
    next: Wanted = ""
    back: Wanted = ""
    kept: Annotated[str, StringConstraints(max_length=20)] = ""


class RegisterForm(Form):
    name: Name = Field(title=label("your full name"))
    email: Email = Field(title=label("your e-mail address"))
    password: TypedPassword = Field(title=label("a password"))
    next: Wanted = ""


class ConfirmForm(Form):
    token: Token = ""
    password: TypedPassword = Field(title=label("your password"))
    next: Wanted = ""


class ForgotForm(Form):
    email: Email = Field(title=label("your e-mail address"))


class SetPasswordForm(Form):
    token: Token = ""
    password: TypedPassword = Field(title=label("your new password"))


class ConfirmAddressForm(Form):
    token: Token = ""


class ChangePasswordForm(Form):
    current_password: TypedPassword = Field(title=label("your current password"))
    password: TypedPassword = Field(title=label("your new password"))


class ChangeAddressForm(Form):
    email: Email = Field(title=label("your new e-mail address"))
    current_password: TypedPassword = Field(title=label("your current password"))


PERSONAL_DETAILS = FreshProof(msg("change your details"), by_use_case=True)
"""The fresh proof that page and API require before a profile is changed; changing only the theme
or the language needs none."""


class ProfileForm(EditForm):
    """The form of the profile. Everything but the name may be left empty; booking requires what is
    missing."""

    name: Name = Field(title=label("your name"))
    certificate_name: Name | None = Field(None, title=label("the name for your certificate"))
    is_medical: Literal["yes", "no"] | None = Field(None, title=label("your background"))
    profession: Annotated[str, StringConstraints(max_length=120)] | None = None
    registration_number: Annotated[str, StringConstraints(max_length=60)] | None = None
    access_needs: Annotated[str, StringConstraints(max_length=2000)] | None = Field(
        None, title=label("access needs"), repr=False
    )
    theme: Literal["auto", "light", "dark"] = Field("auto", title=label("the colours"))
    language: LanguageTag = Field(AS_MY_BROWSER, title=label("the language"))

    def profile(self) -> Profile:
        return Profile(
            name=self.name,
            certificate_name=self.certificate_name,
            is_medical=None if self.is_medical is None else self.is_medical == "yes",
            profession=self.profession,
            registration_number=self.registration_number,
            access_needs=Opened(self.access_needs) if self.access_needs else None,
            theme=self.theme,
            language=None if self.language == AS_MY_BROWSER else self.language,
        )


class ContactForm(EditForm):
    """A phone number and an emergency contact. Everything may be left empty."""

    phone: TypedPhone | None = Field(None, title=label("the phone number"), repr=False)
    emergency_name: Name | None = Field(None, title=label("the name"), repr=False)
    emergency_phone: TypedPhone | None = Field(None, title=label("the phone number"), repr=False)
    emergency_relation: Relation | None = Field(None, title=label("the relation"), repr=False)

    def contact(self, region: str | None) -> ContactDetails:
        """Return what was typed as it is stored, or raise Invalid. `region`: the academy's country."""
        return contact_from(self.model_dump(include=set(ContactForm.model_fields)), region)


class InviteForm(Form):
    name: Name = Field(title=label("the person’s full name"))
    email: Email = Field(title=label("the person’s e-mail address"))
    roles: tuple[Role, ...] = Field((), title=label("roles"), min_length=1, validate_default=True)


class RolesForm(EditForm):
    roles: tuple[Role, ...] = Field((), title=label("roles"))
    reason: Reason = Field(title=label("the reason"))


class CorrectionForm(ContactForm):
    """What the office corrects of another person's account."""

    name: Name = Field(title=label("the person’s full name"))
    certificate_name: Name | None = Field(None, title=label("the name for the certificate"))
    email: Email = Field(title=label("the person’s e-mail address"))
    registration_number: Annotated[str, StringConstraints(max_length=60)] | None = Field(
        None, title=label("the registration number")
    )
    reason: Reason = Field(title=label("the reason"))

    def details(self, region: str | None) -> PersonDetails:
        """Return what was typed as it is stored, or raise Invalid. `region`: the academy's country."""
        return PersonDetails(
            self.name,
            self.certificate_name,
            self.email,
            self.registration_number,
            self.contact(region),
        )


class AddressBackForm(EditForm):
    """Takes back a new address that nobody has confirmed yet."""

    back_reason: Reason = Field(title=label("the reason"))


class AccountReasonForm(Form):
    reason: Reason = Field(title=label("the reason"))


class ProofForm(EditForm):
    """A proof of basic life support that was seen. A reason is required if it replaces another."""

    passed_on: Day = Field(title=label("the day of the training"))
    expires_on: Day = Field(title=label("the last day on which it is valid"))
    issuer: Annotated[str, StringConstraints(min_length=2, max_length=200)] = Field(
        title=label("the name of the issuer")
    )
    reason: Reason | None = Field(None, title=label("the reason"))


class WithdrawProofForm(EditForm):
    withdraw_reason: Reason = Field(title=label("the reason"))


class CloseForm(AccountReasonForm):
    """`keeps_places`: "yes" when the box is ticked, None when it is not."""

    keeps_places: Literal["yes"] | None = None


class ExportForm(Form):
    q: Annotated[str, StringConstraints(max_length=100)] = ""
    role: Role | None = None
    state: AccountState | None = None


class GroupForm(Form):
    name: Annotated[str, StringConstraints(max_length=120), AfterValidator(a_name)] = Field(
        title=label("the name of the group")
    )


class RenameGroupForm(EditForm, GroupForm):
    """The name of a group that has one already."""


class MemberForm(Form):
    email: Email = Field(title=label("the person’s e-mail address"))
    role: Literal[Role.student, Role.instructor] = Field(title=label("the role in the group"))


class TokenForm(Form):
    name: Annotated[
        str, StringConstraints(max_length=LONGEST_TOKEN_NAME), AfterValidator(a_name)
    ] = Field(title=label("purpose of the token"))


class HideBannerForm(Form):
    next: Wanted = ""


class DemoForm(Form):
    email: Email = Field(title=label("person"))
