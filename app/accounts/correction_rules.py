"""Rules about what the office may correct of a person."""

from collections.abc import Set
from dataclasses import dataclass, field
from typing import Final

from app.accounts.contact_rules import ContactDetails
from app.kit.errors import Refusal
from app.kit.ids import UserId
from app.kit.messages import msg
from app.kit.versions import version_of

OWN_DETAILS: Final = Refusal(
    "own_details",
    msg("Your own details are on your own page."),
    msg("Change them there: it asks for your password."),
)
ADDRESS_OF_AN_ADMIN: Final = Refusal(
    "address_of_an_admin",
    msg("An admin changes their own address, with their password."),
    msg("If they cannot sign in any more, take the role of an admin from them first."),
)
ACCOUNT_CLOSED: Final = Refusal(
    "account_closed", msg("This account is closed."), msg("Open it first.")
)


@dataclass(frozen=True, slots=True)
class PersonDetails:
    """What the office may correct."""

    name: str
    certificate_name: str | None
    email: str
    registration_number: str | None
    contact: ContactDetails = field(default_factory=ContactDetails)

    @property
    def record(self) -> dict[str, object]:
        """The columns of a person that the office may correct."""
        return {
            "name": self.name,
            "certificate_name": self.certificate_name,
            "email": self.email,
            "registration_number": self.registration_number,
            **self.contact.record,
        }

    def differences(self, other: "PersonDetails") -> frozenset[str]:
        """Return the names of the fields in which other details differ."""
        return frozenset(name for name, value in other.record.items() if value != self.record[name])

    @property
    def version(self) -> str:
        return version_of(self.record)


def correction_refusal(
    actor_id: UserId, user_id: UserId, changed: Set[str], *, is_closed: bool, is_admin: bool
) -> Refusal | None:
    """Return why the office may not correct these fields, or None. Somebody who could give an admin another
    address could take over their account."""
    if actor_id == user_id:
        return OWN_DETAILS
    if is_closed:
        return ACCOUNT_CLOSED
    if is_admin and "email" in changed:
        return ADDRESS_OF_AN_ADMIN
    return None
