"""Records that a signed-in person has just proved their identity."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.accounts.identity import hash_of
from app.accounts.models import SignIn
from app.accounts.sign_in_values import StartedSignIn
from app.accounts.steps.audit_log import record_account_act
from app.kit.actor import Actor
from app.kit.errors import Unauthenticated
from app.kit.ids import random_token
from app.kit.messages import msg


def renew_proof(db: Session, actor: Actor, *, now: datetime) -> StartedSignIn:
    """Record that the actor has just proved their identity, and give their sign-in a new token. The
    calling use-case has checked the proof. Raise Unauthenticated if the sign-in has ended."""
    token = random_token()
    ends_at = db.scalar(
        update(SignIn)
        .where(SignIn.id == actor.sign_in_id, SignIn.ended_at.is_(None))
        .values(proved_at=now, token_hash=hash_of(token))
        .returning(SignIn.ends_at)
    )
    if ends_at is None:  # signed out elsewhere while the password was checked
        raise Unauthenticated(msg("Sign in to go on."))
    record_account_act(db, actor.user_id, actor.user_id, "accounts.proved", now=now)
    return StartedSignIn(token, int((ends_at - now).total_seconds()))
