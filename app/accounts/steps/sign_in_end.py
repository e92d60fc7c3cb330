"""Ending everything that lets a person in: sign-ins, waiting second steps, tokens of the API."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from app.accounts.factors.steps import pending
from app.accounts.models import ApiToken, SignIn
from app.kit.ids import UserId


def end_access(db: Session, person_id: UserId, *, now: datetime) -> int:
    """End everything that lets a person in without a password: delete their sign-ins, those too that wait for
    the second factor, and revoke their tokens of the API. Return how many sign-ins there were."""
    gone = db.scalars(delete(SignIn).where(SignIn.user_id == person_id).returning(SignIn.id)).all()
    pending.drop_all_of(db, person_id)
    revoke_tokens(db, person_id, now=now)
    return len(gone)


def revoke_tokens(db: Session, person_id: UserId, *, now: datetime) -> None:
    """Revoke a person's tokens of the API."""
    db.execute(
        update(ApiToken)
        .where(ApiToken.user_id == person_id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=now)
    )
