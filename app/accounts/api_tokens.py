"""Tokens of the API: making one, listing one's own, and ending them."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.domain import API_TOKEN_LASTS, MOST_API_TOKENS
from app.accounts.errors import TooManyTokens
from app.accounts.identity import hash_of
from app.accounts.mails import TokenMadeMail
from app.accounts.models import ApiToken, SignIn, User
from app.accounts.steps.audit_log import record_account_act
from app.accounts.steps.locks import lock_people
from app.accounts.token_queries import count_of, works
from app.kit.actor import Actor, SystemActor, own_use_case, require
from app.kit.errors import NotFound, Unauthenticated
from app.kit.ids import EventId, UserId, new_uuid, random_token
from app.kit.messages import msg
from app.outbox.service import send_to_address

MADE_BY_COMMAND = "Made by command"


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that was just made. `secret` is told once and not stored."""

    id: EventId
    name: str
    ends_at: datetime
    secret: str = field(repr=False)


@own_use_case
def make_own(db: Session, actor: Actor, *, name: str, now: datetime) -> NewToken:
    """Make a token for the actor and tell them by mail. Refused if they have the most that a person
    may have, or if their sign-in has ended meanwhile, because all tokens ended with it."""
    lock_people(db, [actor.user_id])  # two requests at the same time would both count one too few
    _demand_sign_in(db, actor)
    if count_of(db, actor.user_id, now=now) >= MOST_API_TOKENS:
        raise TooManyTokens
    return _make(
        db, actor.user_id, actor.user_id, actor.email, name, language=actor.language, now=now
    )


def _demand_sign_in(db: Session, actor: Actor) -> None:
    """Raise Unauthenticated unless the actor is still signed in."""
    mine = select(SignIn.id).where(SignIn.id == actor.sign_in_id, SignIn.ended_at.is_(None))
    if db.scalar(mine) is None:
        raise Unauthenticated(msg("Sign in to go on."))


def make_for_address(
    db: Session, system: SystemActor, *, email: str, name: str = MADE_BY_COMMAND, now: datetime
) -> str:
    """Return a new bearer token of the API, to be shown once, for whoever holds this machine's command
    line; its owner is told by mail. Refused for an unknown or a closed account."""
    require(system is SystemActor.command_line)
    user = db.scalar(select(User).where(User.email == email, User.disabled_at.is_(None)))
    if user is None:
        raise NotFound(msg("No open account has this e-mail address."))
    return _make(db, None, user.id, email, name, language=user.language, now=now).secret


def _make(
    db: Session,
    by: UserId | None,
    owner: UserId,
    email: str,
    name: str,
    *,
    language: str | None,
    now: datetime,
) -> NewToken:
    token = NewToken(EventId(new_uuid()), name, now + API_TOKEN_LASTS, random_token())
    db.add(
        ApiToken(
            id=token.id,
            name=name,
            token_hash=hash_of(token.secret),
            user_id=owner,
            created_at=now,
            ends_at=token.ends_at,
        )
    )
    record_account_act(db, by, owner, "accounts.api_token_made", now=now)
    send_to_address(db, email, TokenMadeMail(name=name), now=now, language=language)
    return token


@own_use_case
def revoke_own(db: Session, actor: Actor, token_id: EventId, *, now: datetime) -> None:
    """End one of the actor's own tokens. Raise NotFound for a token of another person or one that
    has ended."""
    ended = db.scalar(
        update(ApiToken)
        .where(ApiToken.id == token_id, *works(actor.user_id, now))
        .values(revoked_at=now)
        .returning(ApiToken.id)
    )
    if ended is None:
        raise NotFound
    record_account_act(db, actor.user_id, actor.user_id, "accounts.api_token_ended", now=now)
