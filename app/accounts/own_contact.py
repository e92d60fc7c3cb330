"""A person's own phone number and emergency contact."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.contact_rules import ContactDetails, contact_to_prove
from app.accounts.steps.audit_log import contact_changes, record_account_act
from app.accounts.steps.locks import locked_user
from app.kit.actor import Actor, own_use_case
from app.kit.errors import NotFound, ProofNeeded
from app.kit.versions import demand_current


@own_use_case
def change_contact(
    db: Session,
    actor: Actor,
    contact: ContactDetails,
    *,
    expected_version: str,
    now: datetime,
) -> None:
    """Save the actor's own phone number and emergency contact. Raise Stale if they were changed since the
    form was opened, and ProofNeeded if something that was there is replaced without a fresh proof. The audit
    trail says which fields changed, and no value."""
    user = locked_user(db, actor.user_id)
    if user is None:
        raise NotFound
    recorded = user.contact
    demand_current(expected_version, recorded=recorded.record, sent=contact.record)
    changed = recorded.differences(contact)
    if not changed:
        return
    if contact_to_prove(recorded, contact) and not actor.has_fresh_proof(now):
        raise ProofNeeded
    for name, value in contact.record.items():
        setattr(user, name, value)
    record_account_act(
        db,
        actor.user_id,
        user.id,
        "accounts.contact_changed",
        now=now,
        changes=contact_changes(changed),
    )
