"""Passkeys: adding, removing, and using one as second step, instead of the password, and as a fresh proof.

An answer is checked against a challenge that the caller took in a block of its own (`challenges.take`), so
that it is gone whatever becomes of the answer. What was wrong with an answer is logged and told to nobody.
"""

import secrets
from datetime import datetime

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts import fresh_proof, sign_ins
from app.accounts.audit_log import record_account_act
from app.accounts.factors import ceremony, service
from app.accounts.factors.ceremony import NotVerified, RegisteredPasskey, Site
from app.accounts.factors.challenges import HANDLE_BYTES, Challenge
from app.accounts.factors.domain import FactorKind
from app.accounts.factors.errors import PasskeyRefused, TooManyPasskeys
from app.accounts.factors.models import Passkey
from app.accounts.factors.person_factors import lock_person
from app.accounts.factors.service import FactorChange, OwnPassword
from app.accounts.models import User
from app.accounts.sign_ins import Browser, StartedSignIn
from app.kit.actor import Actor, without_permission_check
from app.kit.errors import NotFound
from app.kit.ids import FactorId, UserId, new_uuid

log = structlog.get_logger("preceptor.factors")
MOST_PASSKEYS = 20


def known_of(db: Session, user_id: UserId) -> tuple[RegisteredPasskey, ...]:
    """Return the passkeys of a person, for their browser."""
    rows = db.execute(
        select(Passkey.credential_id, Passkey.transports)
        .where(Passkey.user_id == user_id)
        .order_by(Passkey.created_at, Passkey.id)
    )
    return tuple(
        RegisteredPasskey(row.credential_id, tuple(row.transports.split(","))) for row in rows
    )


def handle_for(db: Session, user_id: UserId) -> bytes:
    """Return what a person's devices know them by: random, and the same for all their passkeys."""
    handle = db.scalar(select(Passkey.user_handle).where(Passkey.user_id == user_id).limit(1))
    return handle or secrets.token_bytes(HANDLE_BYTES)


@without_permission_check
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
    """Add the passkey that the actor's device has made. Raises PasskeyRefused, and TooManyPasskeys."""
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
    return service.factor_added(db, user, actor, browser, FactorKind.passkey, now=now)


@without_permission_check
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
    """Remove one of the actor's passkeys; anybody else's is NotFound. What `factor_removed` demands, this
    demands."""
    user = lock_person(db, actor.user_id)
    gone = db.scalar(
        delete(Passkey)
        .where(Passkey.id == passkey_id, Passkey.user_id == user.id)
        .returning(Passkey.id)
    )
    if gone is None:
        raise NotFound("You have no such passkey. Nothing was changed.")
    return service.factor_removed(
        db,
        user,
        actor,
        browser,
        FactorKind.passkey,
        password=password,
        staff_need_factor=staff_need_factor,
        now=now,
    )


@without_permission_check
def use_passkey(
    db: Session,
    user_id: UserId,
    site: Site,
    challenge: Challenge | None,
    *,
    answer: str,
    now: datetime,
) -> bool:
    """Tell whether a passkey of this person signed the challenge, and keep that it was used."""
    try:
        _owner_of(db, site, challenge, answer, only=user_id, now=now)
    except NotVerified as error:
        log.info("passkey refused", why=error.why, user_id=str(user_id))
        return False
    return True


@without_permission_check
def sign_in_with_passkey(
    db: Session,
    site: Site,
    challenge: Challenge | None,
    browser: Browser,
    *,
    answer: str,
    now: datetime,
) -> StartedSignIn:
    """Sign in whoever's passkey signed the challenge. It stands for password and second factor: the device
    asked its owner for a finger, a face or a PIN. Raises PasskeyRefused."""
    try:
        user = _owner_of(db, site, challenge, answer, now=now)
    except NotVerified as error:
        raise _refused(error.why, None) from None
    if user.confirmed_at is None:
        raise _refused("unconfirmed", user.id)
    return sign_ins.start(db, user, browser, second_factor_at=now, now=now)


@without_permission_check
def prove_with_passkey(
    db: Session,
    actor: Actor,
    site: Site,
    challenge: Challenge | None,
    *,
    answer: str,
    now: datetime,
) -> StartedSignIn:
    """Keep that the actor proved by a passkey who they are. Raises PasskeyRefused."""
    if not use_passkey(db, actor.user_id, site, challenge, answer=answer, now=now):
        raise PasskeyRefused
    return fresh_proof.renew_proof(db, actor, now=now)


@without_permission_check
def note_refusal(db: Session, user_id: UserId | None, *, now: datetime) -> None:
    """Keep that a passkey was refused; in a block of its own, because the refusal undoes its block.

    Call it for the answer to a challenge only: challenges are limited, so nobody fills the trail.
    """
    record_account_act(db, None, user_id, "accounts.passkey_refused", now=now)


def _owner_of(
    db: Session,
    site: Site,
    challenge: Challenge | None,
    text: str,
    *,
    only: UserId | None = None,
    now: datetime,
) -> User:
    """Return whose passkey signed the challenge, or raise NotVerified; `only`: anybody else's is refused. Of
    two answers at the same moment one is kept: the count of the passkey must rise, where it counts.

    The person is locked before the passkey is written, as by a removal: in the other order one who signs in
    with a passkey, and one who removes it, would wait for each other.
    """
    answer = ceremony.read_signed(text)
    if challenge is None:
        raise NotVerified("no challenge")
    signer = Passkey.credential_id == answer.credential_id
    owner_id = db.scalar(select(Passkey.user_id).where(signer))
    if owner_id is None:
        raise NotVerified("unknown passkey")
    if only is not None and owner_id != only:
        raise NotVerified("somebody else's")
    owner = lock_person(db, owner_id)
    if owner.disabled_at is not None:
        raise NotVerified("closed account")
    key = db.scalars(select(Passkey).where(signer)).one_or_none()
    if key is None:
        raise NotVerified("removed meanwhile")
    if answer.user_handle is not None and answer.user_handle != key.user_handle:
        raise NotVerified("another person's handle")
    used = ceremony.verified_use(
        site, challenge.value, answer, public_key=key.public_key, sign_count=key.sign_count
    )
    _record_use(db, key, used, now=now)
    return owner


def _record_use(db: Session, key: Passkey, used: ceremony.UsedPasskey, *, now: datetime) -> None:
    """Keep the use of a passkey, or raise NotVerified if its count did not rise."""
    counts_up = Passkey.sign_count < used.sign_count
    if used.sign_count == 0:  # a passkey that does not count, as most that several devices share
        counts_up = Passkey.sign_count == 0
    updated_id = db.scalar(
        update(Passkey)
        .where(Passkey.id == key.id, counts_up)
        .values(sign_count=used.sign_count, is_backed_up=used.is_backed_up, used_at=now)
        .returning(Passkey.id)
    )
    if updated_id is None:
        raise NotVerified("count did not rise")


def _refused(why: str, user_id: UserId | None) -> PasskeyRefused:
    log.info("passkey refused", why=why, user_id=str(user_id) if user_id else None)
    return PasskeyRefused()
