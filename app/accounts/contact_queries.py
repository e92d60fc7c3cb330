"""Reads phone numbers and emergency contacts. Callers check permissions."""

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.contact_rules import ContactDetails
from app.accounts.domain import Profile
from app.accounts.models import User
from app.accounts.queries import profile_from
from app.db.base import table_of
from app.kit.errors import NotFound
from app.kit.ids import UserId
from app.kit.keys import SealingKeys

_USER = table_of(User).c
CONTACT = (
    _USER.phone,
    _USER.emergency_name,
    _USER.emergency_phone,
    _USER.emergency_relation,
)


def contact_of(db: Session, user_id: UserId) -> ContactDetails:
    """Return how one person is reached, and their emergency contact; raise NotFound."""
    row = db.execute(select(*CONTACT).where(_USER.id == user_id)).one_or_none()
    if row is None:
        raise NotFound
    return ContactDetails(*row)


def phones_of(db: Session, user_ids: Collection[UserId]) -> Mapping[UserId, str]:
    """Return the phone numbers of those of several people who gave one."""
    has_phone = select(_USER.id, _USER.phone).where(
        _USER.id.in_(user_ids), _USER.phone.is_not(None)
    )
    return {row.id: row.phone for row in db.execute(has_phone)}


def own_details(
    db: Session, user_id: UserId, sealing: SealingKeys
) -> tuple[Profile, ContactDetails]:
    """Return a person's profile and contact details in one statement, for that person alone."""
    user = db.scalars(select(User).where(User.id == user_id)).one_or_none()
    if user is None:
        raise NotFound
    return profile_from(user, sealing), user.contact
