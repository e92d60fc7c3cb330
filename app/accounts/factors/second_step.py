"""The second step of signing in: a code of the authenticator app, or a recovery code.

A code is checked in a separate block. The block records a wrong try, and the caller refuses
afterwards.
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
"""Returns whether a code is right, and marks it as used."""


@dataclass(frozen=True, slots=True)
class SecondStepTry:
    """One counted try at the second step."""

    pending_id: EventId
    user_id: UserId
    browser: Browser
    tries: rate_limits.CountedTries


@public_use_case
def begin_step(
    database: Database, token: str | None, browser: Browser, *, of: str, now: datetime
) -> SecondStepTry:
    """Count a try of the waiting sign-in of this token, or raise TooMany. Raise PendingEnded if
    there is none. Codes and recovery codes (`of`) are counted separately, so that somebody who
    guesses six digits does not use up the tries of recovery codes."""
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
    """Complete the waiting sign-in with a code of the app. Return None if the code is wrong."""

    def check(db: Session, user: User) -> bool:
        return use_app_code(db, sealing, user.id, code, now=now)

    return _finish(db, attempt, check, now=now)


@public_use_case
def finish_with_recovery_code(
    db: Session, attempt: SecondStepTry, *, code: str, now: datetime
) -> StartedSignIn | None:
    """Complete the waiting sign-in with a recovery code. Return None if the code is wrong or was
    used."""

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
    """Complete the waiting sign-in with a passkey. Return None if the answer is refused."""

    def check(db: Session, user: User) -> bool:
        return use_passkey(db, user.id, site, challenge, answer=answer, now=now)

    return _finish(db, attempt, check, now=now)


def _finish(
    db: Session, attempt: SecondStepTry, check: Check, *, now: datetime
) -> StartedSignIn | None:
    """Complete the waiting sign-in if the factor is right; otherwise count a wrong try. Raise
    PendingEnded if it was ended or completed meanwhile."""
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
