"""Reads the valid API tokens."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.accounts.models import ApiToken
from app.kit.actor import Actor
from app.kit.ids import EventId, UserId


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A valid token. `name` is None for tokens made before they had names."""

    id: EventId
    name: str | None
    created_at: datetime
    last_used_at: datetime | None
    ends_at: datetime


def own_tokens(db: Session, actor: Actor, *, now: datetime) -> tuple[TokenRow, ...]:
    """Return the actor's tokens that work, the newest first."""
    rows = db.execute(
        select(
            ApiToken.id,
            ApiToken.name,
            ApiToken.created_at,
            ApiToken.last_used_at,
            ApiToken.ends_at,
        )
        .where(*works(actor.user_id, now))
        .order_by(ApiToken.created_at.desc(), ApiToken.id.desc())
    )
    return tuple(TokenRow(*row) for row in rows)


def count_of(db: Session, person_id: UserId, *, now: datetime) -> int:
    """Return how many tokens of a person work."""
    return db.scalar(select(func.count()).select_from(ApiToken).where(*works(person_id, now))) or 0


def works(person_id: UserId, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        ApiToken.user_id == person_id,
        ApiToken.revoked_at.is_(None),
        ApiToken.ends_at > now,
    )
