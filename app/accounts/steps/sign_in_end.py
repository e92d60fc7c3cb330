"""Ends a person's access: sign-ins, waiting second steps, API tokens."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from app.accounts.factors.steps import pending
from app.accounts.models import ApiToken, SignIn
from app.kit.ids import UserId


def end_access(db: Session, person_id: UserId, *, now: datetime) -> int:
    """End a person's access: delete their sign-ins, including those that wait for the second
    factor, and revoke their API tokens. Return the number of sign-ins."""
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
