"""A fresh proof of identity by the password, within a valid sign-in.

Each route declares whether it needs one (`app.web.access.FreshProof`). An API token has no sign-in,
so it cannot prove anything.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import rate_limits
from app.accounts.errors import WrongPassword
from app.accounts.sign_in_values import SignInCandidate, StartedSignIn
from app.accounts.steps.locks import locked_user
from app.accounts.steps.proof import renew_proof
from app.kit.actor import Actor, own_use_case


@own_use_case
def prove(
    db: Session,
    actor: Actor,
    candidate: SignInCandidate,
    *,
    new_hash: str | None = None,
    now: datetime,
) -> StartedSignIn:
    """Record that the actor typed the right password, and return the new token of the same sign-in
    (R-012).

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
