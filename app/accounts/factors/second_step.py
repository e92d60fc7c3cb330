"""The second step of signing in: a code of the authenticator app, or a recovery code.

A code is tried in a block of its own: the block keeps that a try was wrong, and the caller refuses after it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.accounts import rate_limits
from app.accounts.factors.ceremony import Challenge, Site
from app.accounts.factors.errors import PendingEnded
from app.accounts.factors.models import PendingSignIn
from app.accounts.factors.queries import is_waiting
from app.accounts.factors.steps.codes import use_app_code, use_recovery_code
from app.accounts.factors.steps.passkey_use import use_passkey
from app.accounts.factors.steps.person_factors import lock_person
from app.accounts.models import User
from app.accounts.sign_in_values import Browser, StartedSignIn
from app.accounts.steps.audit_log import record_account_act
from app.accounts.steps.known_networks import caller_of
from app.accounts.steps.sign_in_start import start_sign_in
from app.db.database import Database
from app.kit.actor import public_use_case
from app.kit.ids import EventId, UserId
from app.kit.keys import SealingKeys

Check = Callable[[Session, User], bool]
"""Tell whether a code is right, and use it up."""


@dataclass(frozen=True, slots=True)
class SecondStepTry:
    """One try at the second step, which the door has counted."""

    pending_id: EventId
    user_id: UserId
    browser: Browser
    tries: rate_limits.CountedTries


@public_use_case
def begin_step(
    database: Database, token: str | None, browser: Browser, *, of: str, now: datetime
) -> SecondStepTry:
    """Count a try of the sign-in that waits under this token, or raise TooMany; PendingEnded when nothing
    waits (any more). Codes and recovery codes (`of`) are counted apart: who guesses at six digits takes no
    try of the person's recovery codes."""
    with database.write() as db:
        row = db.execute(
            select(PendingSignIn.id, User.id, User.password_hash)
            .join(User, User.id == PendingSignIn.user_id)
            .where(
                *is_waiting(token, now=now),
                User.disabled_at.is_(None),
                User.second_factor_since.is_not(None),
            )
        ).one_or_none()
        if row is None:
            raise PendingEnded
        pending_id, user_id, password_hash = row
        account = f"{of} of {user_id}"
        caller = caller_of(db, user_id, password_hash, browser, account=account, now=now)
        tries = rate_limits.count_attempt_within(db, rate_limits.SECOND_FACTOR, caller, now=now)
    return SecondStepTry(pending_id, user_id, browser, tries)


@public_use_case
def finish_with_app(
    db: Session, sealing: SealingKeys, attempt: SecondStepTry, *, code: str, now: datetime
) -> StartedSignIn | None:
    """Start the sign-in that waited, with a code of the app; None: the code is wrong."""

    def check(db: Session, user: User) -> bool:
        return use_app_code(db, sealing, user.id, code, now=now)

    return _finish(db, attempt, check, now=now)


@public_use_case
def finish_with_recovery_code(
    db: Session, attempt: SecondStepTry, *, code: str, now: datetime
) -> StartedSignIn | None:
    """Start the sign-in that waited, with a recovery code; None: the code is wrong or was used."""

    def check(db: Session, user: User) -> bool:
        return use_recovery_code(db, user, code, now=now)

    return _finish(db, attempt, check, now=now)


@public_use_case
def finish_with_passkey(
    db: Session,
    attempt: SecondStepTry,
    site: Site,
    challenge: Challenge | None,
    *,
    answer: str,
    now: datetime,
) -> StartedSignIn | None:
    """Start the sign-in that waited, with a passkey; None: the answer is refused."""

    def check(db: Session, user: User) -> bool:
        return use_passkey(db, user.id, site, challenge, answer=answer, now=now)

    return _finish(db, attempt, check, now=now)


def _finish(
    db: Session, attempt: SecondStepTry, check: Check, *, now: datetime
) -> StartedSignIn | None:
    """Start the sign-in that waited if the factor is right, and count a wrong try. Raises PendingEnded when
    it was ended or completed meanwhile."""
    user = lock_person(db, attempt.user_id)
    mine = PendingSignIn.id == attempt.pending_id
    if not check(db, user):
        counted = update(PendingSignIn).where(mine)
        db.execute(counted.values(wrong_tries=PendingSignIn.wrong_tries + 1))
        record_account_act(db, None, user.id, "accounts.second_factor_refused", now=now)
        return None
    if db.scalar(delete(PendingSignIn).where(mine).returning(PendingSignIn.id)) is None:
        raise PendingEnded
    rate_limits.reset_attempts(db, attempt.tries)
    return start_sign_in(db, user, attempt.browser, second_factor_at=now, now=now)
