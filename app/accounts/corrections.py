"""The office corrects what a person cannot correct themselves, or has asked it to: names, the address, the
registration number."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import policy
from app.accounts.correction_rules import (
    NO_ADDRESS_WAITS,
    PersonDetails,
    correction_refusal,
    undo_refusal,
)
from app.accounts.errors import PersonRefused
from app.accounts.facts import NameSaved
from app.accounts.mails import DetailsCorrectedMail
from app.accounts.models import User
from app.accounts.steps.address_correction import (
    return_to_address_before,
    start_with_new_address,
    write_details,
)
from app.accounts.steps.audit_log import contact_changes, person_changes, record_account_act
from app.accounts.steps.locks import locked_user
from app.audit.changed_fields import ChangedField
from app.audit.changes import FieldChange
from app.kit.actor import Actor, require
from app.kit.errors import NotFound
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


def details_of(db: Session, actor: Actor, person_id: UserId) -> PersonDetails:
    """Return the details of a person, for the form; raise NotFound."""
    require(policy.may_manage_people(actor))
    user = db.scalars(select(User).where(User.id == person_id)).one_or_none()
    if user is None:
        raise NotFound
    return _details(user)


def address_before(db: Session, actor: Actor, person_id: UserId) -> str | None:
    """Return the address that a person had before a correction that nobody has confirmed yet, or None."""
    require(policy.may_manage_people(actor))
    user = db.scalars(select(User).where(User.id == person_id)).one_or_none()
    return None if user is None else _waiting_for(user)


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
    the form was opened, and Invalid if another account has the address. The address of before a correction
    that nobody has confirmed is confirmed again as it was.
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
    write_details(db, user, details.record)
    if "email" in changed and details.email == _waiting_for(user):
        return_to_address_before(db, actor, user, recorded.email, now=now)
    elif "email" in changed:
        start_with_new_address(db, actor, user, recorded.email, now=now)
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


def take_address_back(
    db: Session,
    actor: Actor,
    person_id: UserId,
    *,
    reason: str,
    expected_version: str,
    now: datetime,
) -> None:
    """Give a person back the address that the office replaced, while nobody has confirmed the new one. Both
    addresses are told. Raise PersonRefused if none waits, Stale if the details were changed since the form
    was opened, and Invalid if another account has the address by now."""
    require(policy.may_manage_people(actor))
    user = locked_user(db, person_id)
    if user is None:
        raise NotFound
    address = _waiting_for(user)
    is_closed = user.disabled_at is not None
    refusal = undo_refusal(
        actor.user_id, user.id, is_closed=is_closed, has_address_before=address is not None
    )
    if refusal or address is None:
        raise PersonRefused(refusal or NO_ADDRESS_WAITS)
    recorded = _details(user)
    before = replace(recorded, email=address)
    demand_current(expected_version, recorded=recorded.record, sent=before.record)
    write_details(db, user, {"email": address})
    return_to_address_before(db, actor, user, recorded.email, now=now)
    record_account_act(
        db,
        actor.user_id,
        user.id,
        "accounts.address_restored",
        now=now,
        reason=reason,
        changes=(FieldChange.hidden(ChangedField.email),),
    )


def _waiting_for(user: User) -> str | None:
    """Return the address of before while the new one is not confirmed. A version before this column confirms
    without forgetting it."""
    return None if user.confirmed_at else user.address_before


def _changes(before: PersonDetails, after: PersonDetails) -> tuple[FieldChange, ...]:
    """Return what the audit trail holds of a correction."""
    changed = before.differences(after)
    return (*person_changes(before.record, after.record), *contact_changes(changed))


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


def _tell(db: Session, user: User, changed: frozenset[str], *, now: datetime) -> None:
    """Tell the person which details were corrected. The mail repeats no value: the new address may still be
    somebody else's."""
    words: tuple[Message, ...] = tuple(FIELD_WORDS[name] for name in FIELD_WORDS if name in changed)
    mail = DetailsCorrectedMail(changed=msg("{fields}", fields=words))
    send_to_address(db, user.email, mail, now=now, language=user.language)
