"""Use-cases of admins: recording a proof of basic life support that they have seen, and withdrawing
it.

The newest proof that was not withdrawn counts. `User.life_support_until` repeats its last day, so
that rules and lists of other features need no further statement. Both are written only here.
"""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import policy
from app.accounts.errors import PersonRefused
from app.accounts.facts import LifeSupportSeen
from app.accounts.life_support_rules import REPLACED_WITHOUT_REASON, proof_problems, proof_record
from app.accounts.models import LifeSupportProof, User
from app.accounts.steps.audit_log import record_account_act
from app.audit.changed_fields import ChangedField
from app.audit.changes import FieldChange
from app.kit.actor import Actor, require
from app.kit.errors import Invalid, NotFound
from app.kit.ids import EventId, UserId, new_uuid
from app.kit.messages import msg
from app.kit.versions import demand_current
from app.outbox import service as outbox

OWN_PROOF = msg("You cannot record your own proof. Show it to another admin.")


def record_proof(
    db: Session,
    actor: Actor,
    person_id: UserId,
    *,
    passed_on: date,
    expires_on: date,
    issuer: str,
    reason: str | None,
    expected_version: str,
    today: date,
    now: datetime,
) -> None:
    """Record a proof that the admin has seen. Replacing an earlier proof needs a reason.

    Raise Invalid with a message per field, NotFound for an unknown person, or Stale if the recorded
    proof was changed since the form was opened. A person who waits for a practical and lacked only
    this may now move up.
    """
    require(policy.may_manage_people(actor))
    require(policy.may_record_proof(actor, person_id), OWN_PROOF)
    user, before = _lock(db, person_id)
    sent = proof_record(passed_on, expires_on, issuer)
    if problems := proof_problems(passed_on, expires_on, today=today):
        raise Invalid(msg("There is a problem with the proof."), fields=problems)
    demand_current(expected_version, recorded=_recorded(before), sent=sent)
    if before is not None and not _replaced(db, before, actor, sent, reason, now=now):
        return
    db.add(_new_proof(user, actor, sent, now=now))
    user.life_support_until = expires_on
    db.flush()
    record_account_act(
        db,
        actor.user_id,
        person_id,
        "accounts.life_support_proof_seen",
        now=now,
        reason=reason if before is not None else None,
        changes=[
            FieldChange(ChangedField.valid_until, before.expires_on if before else None, expires_on)
        ],
        details={"passed_on": passed_on.isoformat(), "expires_on": expires_on.isoformat()},
    )
    outbox.announce(db, LifeSupportSeen(user_id=person_id), now=now)


def _replaced(
    db: Session,
    before: LifeSupportProof,
    actor: Actor,
    sent: dict[str, object],
    reason: str | None,
    *,
    now: datetime,
) -> bool:
    """End the proof that another one replaces. Return False if the other one says the same. Raise Invalid
    without a reason."""
    if sent == _recorded(before):
        return False
    if not reason:
        raise Invalid(REPLACED_WITHOUT_REASON, fields={"reason": REPLACED_WITHOUT_REASON})
    _end(db, before, actor, reason, now=now)
    return True


def withdraw_proof(
    db: Session,
    actor: Actor,
    person_id: UserId,
    *,
    reason: str,
    expected_version: str,
    now: datetime,
) -> None:
    """Withdraw the recorded proof, with a reason. Places on practicals stay; the office's list of
    missing proofs shows them. Refused if there is no proof, or another one than was shown."""
    require(policy.may_manage_people(actor))
    user, proof = _lock(db, person_id)
    if proof is None:
        raise PersonRefused(msg("There is no proof on record. Nothing was changed."))
    nothing = proof_record(None, None, None)
    demand_current(expected_version, recorded=_recorded(proof), sent=nothing)
    _end(db, proof, actor, reason, now=now)
    user.life_support_until = None
    db.flush()
    record_account_act(
        db,
        actor.user_id,
        person_id,
        "accounts.life_support_proof_withdrawn",
        now=now,
        reason=reason,
        changes=[FieldChange(ChangedField.valid_until, proof.expires_on, None)],
        details={"expires_on": proof.expires_on.isoformat()},
    )


def _new_proof(
    user: User, actor: Actor, sent: dict[str, object], *, now: datetime
) -> LifeSupportProof:
    return LifeSupportProof(
        id=EventId(new_uuid()), user_id=user.id, seen_at=now, seen_by=actor.user_id, **sent
    )


def _lock(db: Session, person_id: UserId) -> tuple[User, LifeSupportProof | None]:
    """Lock a person's row, so that two admins take turns; return it with the proof that counts."""
    user = db.scalars(
        select(User)
        .where(User.id == person_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if user is None:
        raise NotFound
    proof = db.scalars(
        select(LifeSupportProof).where(
            LifeSupportProof.user_id == person_id, LifeSupportProof.ended_at.is_(None)
        )
    ).one_or_none()
    return user, proof


def _recorded(proof: LifeSupportProof | None) -> dict[str, object]:
    if proof is None:
        return proof_record(None, None, None)
    return proof_record(proof.passed_on, proof.expires_on, proof.issuer)


def _end(db: Session, proof: LifeSupportProof, actor: Actor, reason: str, *, now: datetime) -> None:
    proof.ended_at = now
    proof.ended_by = actor.user_id
    proof.end_reason = reason
    db.flush()
