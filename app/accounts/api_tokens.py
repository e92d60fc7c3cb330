"""Tokens of the API: making one, and ending them."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.actor import open_to_all
from app.accounts.domain import API_TOKEN_LASTS
from app.accounts.identity import hash_of
from app.accounts.models import ApiToken, User
from app.accounts.trail import note
from app.kit.errors import NotFound
from app.kit.ids import EventId, UserId, new_uuid, random_token


@open_to_all
def make_for_address(db: Session, *, email: str, now: datetime) -> str:
    """Return a new bearer token of the API, to be shown once, for whoever holds this machine's command
    line. Refused for an unknown or a closed account."""
    user = db.scalars(
        select(User).where(User.email == email, User.disabled_at.is_(None))
    ).one_or_none()
    if user is None:
        raise NotFound("No open account has this e-mail address.")
    token = random_token()
    db.add(
        ApiToken(
            id=EventId(new_uuid()),
            token_hash=hash_of(token),
            user_id=user.id,
            created_at=now,
            ends_at=now + API_TOKEN_LASTS,
        )
    )
    note(db, None, user.id, "accounts.api_token_made", now=now)
    return token


@open_to_all
def revoke_all_of(db: Session, person_id: UserId, *, now: datetime) -> None:
    """Revoke a person's tokens of the API; the use-case that calls this asked the permission."""
    db.execute(
        update(ApiToken)
        .where(ApiToken.user_id == person_id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=now)
    )
