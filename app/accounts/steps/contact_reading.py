"""Reading phone numbers and emergency contacts for staff, and recording each reading. Use-cases call it after
they have checked the permission, in a write block."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.accounts.contact_rules import CONTACT_READ, ContactDetails
from app.accounts.domain import network_block
from app.accounts.models import User
from app.accounts.needs_reader import NeedsReader
from app.accounts.steps.audit_log import record_account_act
from app.kit.ids import UserId


@dataclass(frozen=True, slots=True)
class PersonContact:
    """A person with a phone number, an emergency contact, or both."""

    user_id: UserId
    name: str
    contact: ContactDetails


def read_contacts(
    db: Session, reader: NeedsReader, people: Collection[UserId], *, now: datetime
) -> tuple[PersonContact, ...]:
    """Return those of some people who gave a number or an emergency contact, by name, and record one reading
    for each of them."""
    users = db.scalars(
        select(User)
        .where(User.id.in_(people), or_(User.phone.is_not(None), User.emergency_phone.is_not(None)))
        .order_by(User.sort_key, User.id)
    )
    read = tuple(PersonContact(user.id, user.name, user.contact) for user in users)
    details = {"place": reader.place, "network": network_block(reader.network)}
    for person in read:
        record_account_act(
            db,
            reader.actor.user_id,
            person.user_id,
            CONTACT_READ,
            now=now,
            reason=reader.reason,
            details=details,
        )
    return read
