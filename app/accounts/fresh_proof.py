"""A fresh proof of who asks, within a sign-in that stands: by the password.

What needs one is said by each route (`app.web.access.FreshProof`). An API token has no sign-in, so it
proves nothing.
"""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.accounts import rate_limits
from app.accounts.audit_log import record_account_act
from app.accounts.errors import WrongPassword
from app.accounts.identity import hash_of
from app.accounts.locks import locked_user
from app.accounts.models import SignIn
from app.accounts.sign_ins import SignInCandidate, StartedSignIn
from app.kit.actor import Actor, without_permission_check
from app.kit.errors import Unauthenticated
from app.kit.ids import random_token


@without_permission_check
def prove(
    db: Session,
    actor: Actor,
    candidate: SignInCandidate,
    *,
    new_hash: str | None = None,
    now: datetime,
) -> StartedSignIn:
    """Keep that the actor typed the right password, and return the new token of the same sign-in (R-012).

    `candidate` is from `begin_proof`, and its password was found right. Refused with WrongPassword when
    the password was changed since it was checked. `new_hash` replaces an outdated one.
    """
    user = locked_user(db, actor.user_id)
    if (
        user is None
        or candidate.user_id != user.id
        or user.password_hash != candidate.password_hash
    ):
        raise WrongPassword("password")
    rate_limits.reset_attempts(db, candidate.tries)
    if new_hash is not None:
        user.password_hash = new_hash
    return renew_proof(db, actor, now=now)


@without_permission_check
def renew_proof(db: Session, actor: Actor, *, now: datetime) -> StartedSignIn:
    """Write that the actor has just proved who they are. The use-case that calls this saw the proof."""
    token = random_token()
    ends_at = db.scalar(
        update(SignIn)
        .where(SignIn.id == actor.sign_in_id, SignIn.ended_at.is_(None))
        .values(proved_at=now, token_hash=hash_of(token))
        .returning(SignIn.ends_at)
    )
    if ends_at is None:  # signed out elsewhere while the password was checked
        raise Unauthenticated("Sign in to go on.")
    record_account_act(db, actor.user_id, actor.user_id, "accounts.proved", now=now)
    return StartedSignIn(token, int((ends_at - now).total_seconds()))
