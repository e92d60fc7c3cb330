"""Challenges for passkeys: 32 random bytes, stored on the server for five minutes. A challenge can
be answered once, by the browser that got it, and for the purpose it was made for."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.accounts.factors.ceremony import Challenge
from app.accounts.factors.models import PasskeyChallenge
from app.db import rate_limits
from app.db.rate_limits import Limit
from app.kit.actor import public_use_case
from app.kit.ids import EventId, new_uuid

CHALLENGE_BYTES = 32
LASTS = timedelta(minutes=5)
OF_ONE = Limit("passkey challenge", 20, timedelta(minutes=5))
OF_A_NETWORK = Limit("passkey challenge network", 300, timedelta(minutes=5))
"""Limits challenges for visitors behind one address, which a whole class may share. An answer needs
a challenge, so answers are limited too."""


class PasskeyPurpose(StrEnum):
    """The purpose of a challenge."""

    adding = "add a passkey"
    step = "second step"
    sign_in = "sign in"
    proof = "fresh proof"


@dataclass(frozen=True, slots=True)
class ChallengeHolder:
    """The browser that gets a challenge. `secret` is known only to this browser: the id of its
    sign-in, or the token of a cookie. `limit` and `counted_at` say under which limit its challenges
    are counted."""

    what: PasskeyPurpose
    secret: str = field(repr=False)
    limit: Limit = OF_ONE
    network: str = ""

    @property
    def hash(self) -> bytes:
        return sha256(f"{self.what}\n{self.secret}".encode()).digest()

    @property
    def counted_at(self) -> str:
        return self.network or self.hash.hex()


@public_use_case
def make(
    db: Session, holder: ChallengeHolder, *, user_handle: bytes | None = None, now: datetime
) -> Challenge:
    """Return a new challenge for a browser. It replaces an earlier one for the same purpose. Raise
    TooMany. Getting a challenge proves nothing."""
    rate_limits.take(db, holder.limit, holder.counted_at, now=now)
    db.execute(delete(PasskeyChallenge).where(PasskeyChallenge.ends_at <= now))
    db.execute(delete(PasskeyChallenge).where(PasskeyChallenge.holder_hash == holder.hash))
    challenge = Challenge(secrets.token_bytes(CHALLENGE_BYTES), user_handle)
    db.add(
        PasskeyChallenge(
            id=EventId(new_uuid()),
            holder_hash=holder.hash,
            challenge=challenge.value,
            user_handle=user_handle,
            ends_at=now + LASTS,
        )
    )
    return challenge


@public_use_case
def take(db: Session, holder: ChallengeHolder, *, now: datetime) -> Challenge | None:
    """Return the challenge of this browser, and delete it in the same statement, so that no answer
    is accepted twice. Return None if there is none or it is too old.

    Call this in a separate write block: refusing the answer must not bring the challenge back.
    """
    rows = db.execute(
        delete(PasskeyChallenge)
        .where(PasskeyChallenge.holder_hash == holder.hash)
        .returning(
            PasskeyChallenge.id,
            PasskeyChallenge.challenge,
            PasskeyChallenge.user_handle,
            PasskeyChallenge.ends_at,
        )
    ).all()
    if not rows:
        return None
    newest = max(rows, key=lambda row: row.id)
    if newest.ends_at <= now:
        return None
    return Challenge(newest.challenge, newest.user_handle)
