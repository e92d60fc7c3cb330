"""Passkeys: adding, removing, and using one as second step, instead of the password, and as a fresh proof.

An answer is checked against a challenge that the caller took in a separate block
(`challenges.take`), so that the challenge is gone in any case. What was wrong with an answer is
logged but not told.
"""

from datetime import datetime

import structlog
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.factors import ceremony
from app.accounts.factors.ceremony import Challenge, NotVerified, Site
from app.accounts.factors.domain import FactorKind
from app.accounts.factors.errors import PasskeyRefused, TooManyPasskeys
from app.accounts.factors.factor_change import FactorChange, OwnPassword
from app.accounts.factors.models import Passkey
from app.accounts.factors.queries import known_of
from app.accounts.factors.steps.changes import factor_added, factor_removed
from app.accounts.factors.steps.passkey_use import owner_of, use_passkey
from app.accounts.factors.steps.person_factors import lock_person
from app.accounts.sign_in_values import Browser, StartedSignIn
from app.accounts.steps.audit_log import record_account_act
from app.accounts.steps.proof import renew_proof
from app.accounts.steps.sign_in_start import start_sign_in
from app.kit.actor import Actor, own_use_case, public_use_case
from app.kit.errors import NotFound
from app.kit.ids import FactorId, UserId, new_uuid
from app.kit.messages import msg

log = structlog.get_logger("preceptor.factors")
MOST_PASSKEYS = 20


@own_use_case
def add_passkey(
    db: Session,
    actor: Actor,
    site: Site,
    challenge: Challenge | None,
    browser: Browser,
    *,
    name: str,
    answer: str,
    now: datetime,
) -> FactorChange:
    """Add the passkey that the actor's device has made. Raise PasskeyRefused or TooManyPasskeys."""
    user = lock_person(db, actor.user_id)
    try:
        if challenge is None or challenge.user_handle is None:
            raise NotVerified("no challenge")
        new_passkey = ceremony.verified_new(site, challenge.value, ceremony.read_made(answer))
    except NotVerified as error:
        raise _refused(error.why, actor.user_id) from None
    if len(known_of(db, user.id)) >= MOST_PASSKEYS:
        raise TooManyPasskeys(MOST_PASSKEYS)
    key = Passkey(
        id=FactorId(new_uuid()),
        user_id=user.id,
        credential_id=new_passkey.credential_id,
        public_key=new_passkey.public_key,
        user_handle=challenge.user_handle,
        sign_count=new_passkey.sign_count,
        transports=",".join(new_passkey.transports),
        name=name,
        is_backed_up=new_passkey.is_backed_up,
        created_at=now,
    )
    try:
        with db.begin_nested():
            db.add(key)
    except IntegrityError:
        raise _refused("known already", actor.user_id) from None
    return factor_added(db, user, actor, browser, FactorKind.passkey, now=now)


@own_use_case
def remove_passkey(
    db: Session,
    actor: Actor,
    passkey_id: FactorId,
    browser: Browser,
    *,
    password: OwnPassword | None,
    staff_need_factor: bool,
    now: datetime,
) -> FactorChange:
    """Remove one of the actor's passkeys. Raise NotFound for another person's. The conditions are
    those of `factor_removed`."""
    user = lock_person(db, actor.user_id)
    gone = db.scalar(
        delete(Passkey)
        .where(Passkey.id == passkey_id, Passkey.user_id == user.id)
        .returning(Passkey.id)
    )
    if gone is None:
        raise NotFound(msg("You have no such passkey. Nothing was changed."))
    return factor_removed(
        db,
        user,
        actor,
        browser,
        FactorKind.passkey,
        password=password,
        staff_need_factor=staff_need_factor,
        now=now,
    )


@public_use_case
def sign_in_with_passkey(
    db: Session,
    site: Site,
    challenge: Challenge | None,
    browser: Browser,
    *,
    answer: str,
    now: datetime,
) -> StartedSignIn:
    """Sign in the owner of the passkey that signed the challenge. It replaces password and second
    factor, because the device asked its owner for a fingerprint, a face or a PIN. Raise
    PasskeyRefused."""
    try:
        user = owner_of(db, site, challenge, answer, now=now)
    except NotVerified as error:
        raise _refused(error.why, None) from None
    if user.confirmed_at is None:
        raise _refused("unconfirmed", user.id)
    return start_sign_in(db, user, browser, second_factor_at=now, now=now)


@own_use_case
def prove_with_passkey(
    db: Session,
    actor: Actor,
    site: Site,
    challenge: Challenge | None,
    *,
    answer: str,
    now: datetime,
) -> StartedSignIn:
    """Record that the actor proved their identity with a passkey. Raise PasskeyRefused."""
    if not use_passkey(db, actor.user_id, site, challenge, answer=answer, now=now):
        raise PasskeyRefused
    return renew_proof(db, actor, now=now)


@public_use_case
def note_refusal(db: Session, user_id: UserId | None, *, now: datetime) -> None:
    """Record that a passkey was refused. Call this in a separate block, because the refusal rolls
    back its own.

    Call it only for the answer to a challenge: challenges are rate-limited, so nobody can fill the
    audit trail.
    """
    record_account_act(db, None, user_id, "accounts.passkey_refused", now=now)


def _refused(why: str, user_id: UserId | None) -> PasskeyRefused:
    log.info("passkey refused", why=why, user_id=str(user_id) if user_id else None)
    return PasskeyRefused()
