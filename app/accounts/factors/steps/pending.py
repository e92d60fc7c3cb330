"""Sign-ins that wait for the second factor: the state between a right password and the code."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.accounts.domain import network_block
from app.accounts.factors.domain import PENDING_LASTS, PendingStep
from app.accounts.factors.models import PendingSignIn
from app.accounts.identity import hash_of
from app.kit.ids import EventId, UserId, new_uuid, random_token


def begin(db: Session, user_id: UserId, *, network: str, now: datetime) -> PendingStep:
    """Record that this person's password was right; the calling use-case has checked it."""
    db.execute(delete(PendingSignIn).where(PendingSignIn.ends_at <= now))
    token = random_token()
    db.add(
        PendingSignIn(
            id=EventId(new_uuid()),
            token_hash=hash_of(token),
            user_id=user_id,
            network=network_block(network),
            created_at=now,
            ends_at=now + PENDING_LASTS,
            wrong_tries=0,
        )
    )
    return PendingStep(token)


def drop_all_of(db: Session, person_id: UserId) -> None:
    """Delete the sign-ins of a person that wait for the second factor."""
    db.execute(delete(PendingSignIn).where(PendingSignIn.user_id == person_id))
