"""The phone number of a person, and whom to call in an emergency."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Final

from app.kit.errors import Invalid
from app.kit.messages import Message, msg
from app.kit.phone_numbers import normal_phone, spaced_phone
from app.kit.versions import version_of

CONTACT_READ: Final = "accounts.contact_read"
LONGEST_RELATION: Final = 60
NOT_A_PHONE: Final = msg(
    "Enter a phone number with its digits, such as 020 7946 0000 or +44 20 7946 0000."
)
NAME_MISSING: Final = msg("Enter the name of the emergency contact, or leave the number empty too.")
PHONE_MISSING: Final = msg(
    "Enter the phone number of the emergency contact, or leave the name empty too."
)
OWN_NUMBER: Final = msg(
    "This is the number of the person themselves. Enter that of somebody else who can be called."
)
WRONG: Final = msg("There is a problem with what you entered.")


@dataclass(frozen=True, slots=True)
class ContactDetails:
    """How a person is reached, and whom to call in an emergency. An emergency contact has a name and a
    number, or there is none; `emergency_relation` says who that is to the person."""

    phone: str | None = field(default=None, repr=False)
    emergency_name: str | None = field(default=None, repr=False)
    emergency_phone: str | None = field(default=None, repr=False)
    emergency_relation: str | None = field(default=None, repr=False)

    @property
    def record(self) -> dict[str, object]:
        """What the form writes, by field."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @property
    def version(self) -> str:
        return version_of(self.record)

    @property
    def typed(self) -> dict[str, str]:
        """The values for the fields of a form."""
        return {
            "phone": spaced_phone(self.phone or ""),
            "emergency_name": self.emergency_name or "",
            "emergency_phone": spaced_phone(self.emergency_phone or ""),
            "emergency_relation": self.emergency_relation or "",
        }

    def differences(self, other: "ContactDetails") -> frozenset[str]:
        """Return the names of the fields in which other details differ."""
        return frozenset(name for name, value in other.record.items() if value != self.record[name])


def contact_from(typed: Mapping[str, str | None], region: str | None) -> ContactDetails:
    """Return the details that were typed, by the fields of `ContactDetails`. Raise Invalid with one message
    per field. `region` is the country of numbers without a calling code."""
    phone, emergency_phone = typed.get("phone"), typed.get("emergency_phone")
    contact = ContactDetails(
        normal_phone(phone, region) if phone else None,
        typed.get("emergency_name") or None,
        normal_phone(emergency_phone, region) if emergency_phone else None,
        typed.get("emergency_relation") or None,
    )
    problems: dict[str, Message] = {}
    if phone and contact.phone is None:
        problems["phone"] = NOT_A_PHONE
    if emergency_phone and contact.emergency_phone is None:
        problems["emergency_phone"] = NOT_A_PHONE
    problems = _incomplete(contact) | problems
    if problems:
        raise Invalid(WRONG, fields=problems, reason="contact_not_usable")
    return contact


def contact_to_prove(before: ContactDetails, after: ContactDetails) -> bool:
    """Return whether a change needs a fresh proof of identity: one that replaces or removes what was there.
    To fill in what is empty takes nothing away from anybody."""
    return any(before.record[name] is not None for name in before.differences(after))


def _incomplete(contact: ContactDetails) -> dict[str, Message]:
    problems = {}
    if contact.emergency_name is None and (contact.emergency_phone or contact.emergency_relation):
        problems["emergency_name"] = NAME_MISSING
    if contact.emergency_name is not None and contact.emergency_phone is None:
        problems["emergency_phone"] = PHONE_MISSING
    if contact.phone is not None and contact.phone == contact.emergency_phone:
        problems["emergency_phone"] = OWN_NUMBER
    return problems
