"""The office corrects what a person cannot correct themselves, or has asked it to: names, the address, the
registration number."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts import mail_rate_limits, policy
from app.accounts.correction_rules import PersonDetails, correction_refusal
from app.accounts.domain import LinkPurpose
from app.accounts.errors import PersonRefused
from app.accounts.facts import NameSaved
from app.accounts.mails import (
    AddressCorrectedMail,
    ConfirmAddressMail,
    DetailsCorrectedMail,
    InvitationMail,
)
from app.accounts.models import User
from app.accounts.steps.audit_log import contact_changes, record_account_act
from app.accounts.steps.known_networks import forget_networks
from app.accounts.steps.links import end_links, make_link
from app.accounts.steps.locks import locked_user
from app.accounts.steps.sign_in_end import end_access
from app.audit.changed_fields import ChangedField
from app.audit.changes import FieldChange
from app.db import rate_limits
from app.kit.actor import Actor, require
from app.kit.errors import Invalid, NotFound
from app.kit.ids import UserId
from app.kit.messages import Message, msg
from app.kit.versions import demand_current
from app.outbox.service import announce, send_to_address

FIELD_WORDS: Final = {
    "name": msg("name"),
    "certificate_name": msg("name on the certificate"),
    "email": msg("e-mail address"),
    "registration_number": msg("registration number"),
    "phone": msg("phone number"),
    "emergency_name": msg("name of the emergency contact"),
    "emergency_phone": msg("phone of the emergency contact"),
    "emergency_relation": msg("relation of the emergency contact"),
}
ADDRESS_TAKEN: Final = msg(
    "Another account has this address. Find it in the list of people: it may be the same person."
)


def details_of(db: Session, actor: Actor, person_id: UserId) -> PersonDetails:
    """Return the details of a person, for the form; raise NotFound."""
    require(policy.may_manage_people(actor))
    user = db.scalars(select(User).where(User.id == person_id)).one_or_none()
    if user is None:
        raise NotFound
    return _details(user)


def correct_person(
    db: Session,
    actor: Actor,
    person_id: UserId,
    details: PersonDetails,
    *,
    reason: str,
    expected_version: str,
    now: datetime,
) -> frozenset[str]:
    """Save the details of a person, tell the person, and return which fields changed.

    A new address is not confirmed until its owner opens the link that is mailed to it; sign-ins, tokens and
    links of the old one end, and both addresses are told. Raise Stale if somebody changed the details since
    the form was opened, and Invalid if another account has the address.
    """
    require(policy.may_manage_people(actor))
    user = locked_user(db, person_id)
    if user is None:
        raise NotFound
    recorded = _details(user)
    demand_current(expected_version, recorded=recorded.record, sent=details.record)
    changed = recorded.differences(details)
    _demand_correctable(actor, user, changed)
    if not changed:
        return changed
    _write(db, user, details)
    if "email" in changed:
        _start_with_new_address(db, actor, user, recorded.email, now=now)
    _tell(db, user, changed, now=now)
    record_account_act(
        db,
        actor.user_id,
        user.id,
        "accounts.details_corrected",
        now=now,
        reason=reason,
        changes=_changes(recorded, details),
    )
    if changed & {"name", "certificate_name"}:
        announce(db, NameSaved(user_id=user.id), now=now)
    return changed


def _changes(before: PersonDetails, after: PersonDetails) -> tuple[FieldChange, ...]:
    """Return what the audit trail holds of a correction: the names, and of the other details only that they
    changed."""
    names = (
        FieldChange(ChangedField.person_name, before.name, after.name),
        FieldChange(ChangedField.certificate_name, before.certificate_name, after.certificate_name),
    )
    hidden = (ChangedField.email, ChangedField.registration_number)
    changed = before.differences(after)
    return (
        *names,
        *(FieldChange.hidden(field) for field in hidden if field.value in changed),
        *contact_changes(changed),
    )


def _details(user: User) -> PersonDetails:
    return PersonDetails(
        user.name,
        user.certificate_name,
        user.email,
        user.registration_number,
        user.contact,
    )


def _demand_correctable(actor: Actor, user: User, changed: frozenset[str]) -> None:
    is_closed = user.disabled_at is not None
    if refusal := correction_refusal(
        actor.user_id, user.id, changed, is_closed=is_closed, is_admin=user.is_admin
    ):
        raise PersonRefused(refusal)


def _write(db: Session, user: User, details: PersonDetails) -> None:
    try:
        with db.begin_nested():
            for name, value in details.record.items():
                setattr(user, name, value)
    except IntegrityError:
        raise Invalid(ADDRESS_TAKEN, fields={"email": ADDRESS_TAKEN}) from None


def _start_with_new_address(
    db: Session, actor: Actor, user: User, old: str, *, now: datetime
) -> None:
    """End what belonged to the old address, and mail a link to the new one: the invitation, if the person has
    no password yet, and otherwise the confirmation, which asks for the password."""
    rate_limits.take(db, mail_rate_limits.INVITATION, f"{actor.user_id} {user.email}", now=now)
    rate_limits.take(db, mail_rate_limits.INVITATION_SENDER, str(actor.user_id), now=now)
    user.confirmed_at = None
    end_access(db, user.id, now=now)
    end_links(db, user.id, now=now)
    forget_networks(db, user.id)
    send_to_address(db, old, AddressCorrectedMail(), now=now, language=user.language)
    mail: InvitationMail | ConfirmAddressMail
    if user.password_hash is None:
        link_id = make_link(db, LinkPurpose.invitation, user.id, user.email, now=now)
        mail = InvitationMail(link_id=link_id, name=user.name, inviter=actor.name)
    else:
        link_id = make_link(db, LinkPurpose.confirm, user.id, user.email, now=now)
        mail = ConfirmAddressMail(link_id=link_id, wanted="")
    send_to_address(db, user.email, mail, now=now, language=user.language)


def _tell(db: Session, user: User, changed: frozenset[str], *, now: datetime) -> None:
    """Tell the person which details were corrected. The mail repeats no value: the new address may still be
    somebody else's."""
    words: tuple[Message, ...] = tuple(FIELD_WORDS[name] for name in FIELD_WORDS if name in changed)
    mail = DetailsCorrectedMail(changed=msg("{fields}", fields=words))
    send_to_address(db, user.email, mail, now=now, language=user.language)
