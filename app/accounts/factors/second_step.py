"""The second step of signing in: a code of the authenticator app, or a recovery code.

A code is tried in a block of its own: the block keeps that a try was wrong, and the caller refuses after it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.accounts import rate_limits, sign_ins
from app.accounts.audit_log import record_account_act
from app.accounts.factors.domain import FEW_LEFT, recovery_code_hash, step_of_code
from app.accounts.factors.errors import PendingEnded
from app.accounts.factors.models import PendingSignIn, RecoveryCode, TotpFactor
from app.accounts.factors.person_factors import lock_person
from app.accounts.factors.queries import is_waiting
from app.accounts.factors.secrets import opened, sealed
from app.accounts.models import User
from app.accounts.sign_ins import Browser, StartedSignIn
from app.db.database import Database
from app.kit.actor import without_permission_check
from app.kit.ids import EventId, UserId
from app.kit.keys import NotOpened, SealingKeys, sealing_key_id
from app.outbox.service import send_mail

log = structlog.get_logger("preceptor.factors")
Check = Callable[[Session, User], bool]
"""Tell whether a code is right, and use it up."""


@dataclass(frozen=True, slots=True)
class SecondStepTry:
    """One try at the second step, which the door has counted."""

    pending_id: EventId
    user_id: UserId
    browser: Browser
    tries: rate_limits.CountedTries


@without_permission_check
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
        caller = sign_ins.caller_of(db, user_id, password_hash, browser, account=account, now=now)
        tries = rate_limits.count_attempt_within(db, rate_limits.SECOND_FACTOR, caller, now=now)
    return SecondStepTry(pending_id, user_id, browser, tries)


@without_permission_check
def finish_with_app(
    db: Session, sealing: SealingKeys, attempt: SecondStepTry, *, code: str, now: datetime
) -> StartedSignIn | None:
    """Start the sign-in that waited, with a code of the app; None: the code is wrong."""

    def check(db: Session, user: User) -> bool:
        return use_app_code(db, sealing, user.id, code, now=now)

    return finish(db, attempt, check, now=now)


@without_permission_check
def finish_with_recovery_code(
    db: Session, attempt: SecondStepTry, *, code: str, now: datetime
) -> StartedSignIn | None:
    """Start the sign-in that waited, with a recovery code; None: the code is wrong or was used."""

    def check(db: Session, user: User) -> bool:
        return use_recovery_code(db, user, code, now=now)

    return finish(db, attempt, check, now=now)


@without_permission_check
def finish(
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
    return sign_ins.start(db, user, attempt.browser, second_factor_at=now, now=now)


@without_permission_check
def use_app_code(
    db: Session, sealing: SealingKeys, user_id: UserId, code: str, *, now: datetime
) -> bool:
    """Tell whether this is a code of the person's app, and use it up: the step of an accepted code must rise,
    so that none works twice and of two at the same moment one does (R-026)."""
    factor = db.execute(
        select(TotpFactor.id, TotpFactor.sealed).where(
            TotpFactor.user_id == user_id, TotpFactor.confirmed_at.is_not(None)
        )
    ).one_or_none()
    if factor is None:
        return False
    try:
        secret = opened(sealing, factor.sealed, user_id)
    except NotOpened:  # its sealing key is not in the ring: the person's recovery codes still work
        log.error("second factor not opened", factor_id=str(factor.id))
        return False
    step = step_of_code(secret, code, now=now)
    if step is None:
        return False
    values = {"last_step": step, "used_at": now}
    if sealing_key_id(factor.sealed) != sealing.newest_id:
        values["sealed"] = sealed(sealing, secret, user_id)
    accepted = db.execute(
        update(TotpFactor)
        .where(TotpFactor.id == factor.id, TotpFactor.last_step < step)
        .values(**values)
        .returning(TotpFactor.id)
    )
    return accepted.one_or_none() is not None


@without_permission_check
def use_recovery_code(db: Session, user: User, code: str, *, now: datetime) -> bool:
    """Tell whether this is an unused recovery code of the person, use it up, and mail them (R-027)."""
    used = db.scalar(
        update(RecoveryCode)
        .where(
            RecoveryCode.user_id == user.id,
            RecoveryCode.code_hash == recovery_code_hash(code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCode.id)
    )
    if used is None:
        return False
    unused = RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None)
    left = db.scalar(select(func.count(RecoveryCode.id)).where(*unused)) or 0
    record_account_act(
        db, user.id, user.id, "accounts.recovery_code_used", now=now, details={"left": left}
    )
    values = {"left": left, "are_few": left <= FEW_LEFT}
    send_mail(db, user.email, "accounts/recovery-code-used", values, now=now)
    return True
