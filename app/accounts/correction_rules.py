"""Rules about what the office may correct of a person."""

from collections.abc import Set
from dataclasses import dataclass, field
from typing import Final

from app.accounts.contact_rules import ContactDetails
from app.kit.errors import Link, Refusal
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

NO_ADDRESS_WAITS: Final = Refusal(
    "no_address_waits",
    msg("No new address waits to be confirmed. Its owner may have confirmed it in the meantime."),
    msg("To give the person another address, correct the details."),
)


@dataclass(frozen=True, slots=True)
class AddressOwner:
    """The account that has an address already. `is_invited`: the person has not chosen a password yet."""

    user_id: UserId
    name: str
    is_closed: bool
    is_invited: bool


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


def address_taken(owner: AddressOwner) -> Refusal:
    """Return the refusal of an address that another account has, with what is possible instead."""
    link = Link(f"/admin/people/{owner.user_id}", msg("Open that account"))
    if owner.is_closed:
        return Refusal(
            "address_of_closed",
            msg("The closed account of {name} has this address.", name=owner.name),
            msg(
                "If it is the same person, open that account again instead of correcting this one."
            ),
            link,
        )
    if owner.is_invited:
        return Refusal(
            "address_of_invited",
            msg("{name} was invited with this address.", name=owner.name),
            msg("If that was a slip, correct the address of the invitation first."),
            link,
        )
    return Refusal(
        "address_taken",
        msg("The account of {name} has this address.", name=owner.name),
        msg(
            "If it is the same person, they can use that account. Otherwise ask for another address."
        ),
        link,
    )


def undo_refusal(
    actor_id: UserId, user_id: UserId, *, is_closed: bool, has_address_before: bool
) -> Refusal | None:
    """Return why the office may not take a new address back, or None."""
    if actor_id == user_id:
        return OWN_DETAILS
    if is_closed:
        return ACCOUNT_CLOSED
    return None if has_address_before else NO_ADDRESS_WAITS


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
