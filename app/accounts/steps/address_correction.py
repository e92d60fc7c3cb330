"""Gives an account another address for the office: what ends, who is told, and what stands against it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts import mail_rate_limits
from app.accounts.correction_rules import AddressOwner, address_taken
from app.accounts.domain import LinkPurpose
from app.accounts.mails import (
    AddressCorrectedMail,
    AddressRestoredMail,
    ConfirmAddressMail,
    InvitationMail,
)
from app.accounts.models import User
from app.accounts.steps.known_networks import forget_networks
from app.accounts.steps.links import end_links, make_link
from app.accounts.steps.sign_in_end import end_access
from app.db import rate_limits
from app.kit.actor import Actor
from app.kit.errors import Invalid
from app.outbox.service import send_to_address


def write_details(db: Session, user: User, details: dict[str, object]) -> None:
    """Write columns of a person. Raise Invalid if another account has the address, and say which."""
    try:
        with db.begin_nested():
            for name, value in details.items():
                setattr(user, name, value)
    except IntegrityError:
        owner = db.scalars(select(User).where(User.email == details["email"])).one()
        refusal = address_taken(
            AddressOwner(
                owner.id,
                owner.name,
                is_closed=owner.disabled_at is not None,
                is_invited=owner.password_hash is None,
            )
        )
        raise Invalid(refusal, fields={"email": refusal.words}) from None


def start_with_new_address(
    db: Session, actor: Actor, user: User, old: str, *, now: datetime
) -> None:
    """End what belonged to the old address, and mail a link to the new one: the invitation, if the person has
    no password yet, and otherwise the confirmation, which asks for the password.

    The old address is noted until the new one is confirmed. If that corrects an address that nobody has
    confirmed, the one before stays noted, and is told again.
    """
    rate_limits.take(db, mail_rate_limits.INVITATION, f"{actor.user_id} {user.email}", now=now)
    rate_limits.take(db, mail_rate_limits.INVITATION_SENDER, str(actor.user_id), now=now)
    if user.address_before is None or user.confirmed_at is not None:
        user.address_before, user.address_before_confirmed_at = old, user.confirmed_at
    user.confirmed_at = None
    _end_what_was_proved(db, user, now=now)
    for address in {old, user.address_before} - {user.email}:
        send_to_address(db, address, AddressCorrectedMail(), now=now, language=user.language)
    _mail_link(db, actor, user, now=now)


def return_to_address_before(
    db: Session, actor: Actor, user: User, new: str, *, now: datetime
) -> None:
    """Make an account that has its address of before again as confirmed as it was, and tell both addresses.
    Links to the new address end, and so does what was signed in meanwhile."""
    user.confirmed_at = user.address_before_confirmed_at
    user.address_before = user.address_before_confirmed_at = None
    _end_what_was_proved(db, user, now=now)
    send_to_address(db, new, AddressCorrectedMail(), now=now, language=user.language)
    if user.confirmed_at is not None:
        send_to_address(db, user.email, AddressRestoredMail(), now=now, language=user.language)
    else:
        _mail_link(db, actor, user, now=now)


def _end_what_was_proved(db: Session, user: User, *, now: datetime) -> None:
    end_access(db, user.id, now=now)
    end_links(db, user.id, now=now)
    forget_networks(db, user.id)


def _mail_link(db: Session, actor: Actor, user: User, *, now: datetime) -> None:
    mail: InvitationMail | ConfirmAddressMail
    if user.password_hash is None:
        link_id = make_link(db, LinkPurpose.invitation, user.id, user.email, now=now)
        mail = InvitationMail(link_id=link_id, name=user.name, inviter=actor.name)
    else:
        link_id = make_link(db, LinkPurpose.confirm, user.id, user.email, now=now)
        mail = ConfirmAddressMail(link_id=link_id, wanted="")
    send_to_address(db, user.email, mail, now=now, language=user.language)
