"""Verifies the signature of a passkey, and records its use."""

from datetime import datetime

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.factors import ceremony
from app.accounts.factors.ceremony import Challenge, NotVerified, Site
from app.accounts.factors.models import Passkey
from app.accounts.factors.steps.person_factors import lock_person
from app.accounts.models import User
from app.kit.ids import UserId

log = structlog.get_logger("preceptor.factors")


def use_passkey(
    db: Session,
    user_id: UserId,
    site: Site,
    challenge: Challenge | None,
    *,
    answer: str,
    now: datetime,
) -> bool:
    """Return whether a passkey of this person signed the challenge, and record its use."""
    try:
        owner_of(db, site, challenge, answer, only=user_id, now=now)
    except NotVerified as error:
        log.info("passkey refused", why=error.why, user_id=str(user_id))
        return False
    return True


def owner_of(
    db: Session,
    site: Site,
    challenge: Challenge | None,
    text: str,
    *,
    only: UserId | None = None,
    now: datetime,
) -> User:
    """Return the owner of the passkey that signed the challenge, or raise NotVerified. With `only`,
    passkeys of other people are refused. Of two answers at the same time only one is accepted,
    because the passkey's counter must increase, if it has one.

    The person is locked before the passkey is written, in the same order as for a removal;
    otherwise signing in with a passkey and removing it could deadlock.
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
    """Record the use of a passkey, or raise NotVerified if its counter did not increase."""
    counts_up = Passkey.sign_count < used.sign_count
    if used.sign_count == 0:  # a passkey without a counter, like most that are shared by several
        # devices
        counts_up = Passkey.sign_count == 0
    updated_id = db.scalar(
        update(Passkey)
        .where(Passkey.id == key.id, counts_up)
        .values(sign_count=used.sign_count, is_backed_up=used.is_backed_up, used_at=now)
        .returning(Passkey.id)
    )
    if updated_id is None:
        raise NotVerified("count did not rise")
