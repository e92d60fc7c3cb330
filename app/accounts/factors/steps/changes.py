"""The consequences of every change of second factors: recovery codes, audit, mail, sign-ins."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import rate_limits
from app.accounts.errors import WrongPassword
from app.accounts.factors.domain import (
    FactorKind,
    new_recovery_codes,
    recovery_code_hash,
)
from app.accounts.factors.errors import PasswordNeeded
from app.accounts.factors.factor_change import FactorChange, OwnPassword
from app.accounts.factors.models import RecoveryCode
from app.accounts.factors.steps.person_factors import count_factors, forget_factors
from app.accounts.factors.steps.reset_stop import stop_open_reset
from app.accounts.mails import SecondFactorAddedMail, SecondFactorRemovedMail
from app.accounts.models import User
from app.accounts.sign_in_values import Browser
from app.accounts.steps.audit_log import record_account_act
from app.accounts.steps.sign_in_start import start_anew
from app.kit.actor import Actor, require
from app.kit.errors import ProofNeeded
from app.kit.ids import EventId, UserId, new_uuid
from app.kit.messages import msg
from app.outbox.service import send_to_address

LAST_OF_STAFF = msg(
    "Your role needs a second factor. Set up another one first, then remove this one."
)


def factor_added(
    db: Session, user: User, actor: Actor, browser: Browser, kind: FactorKind, *, now: datetime
) -> FactorChange:
    """Finish the change that added a factor: recovery codes for a person who has none, audit, mail, sign-ins.
    The calling use-case has locked the person and checked that the factor is theirs."""
    db.flush()
    user.second_factor_since = user.second_factor_since or now
    stop_open_reset(db, user, by=user.id, now=now)
    codes = () if _has_codes(db, user.id) else make_codes(db, user.id, now=now)
    record_account_act(
        db, user.id, user.id, "accounts.second_factor_added", now=now, details={"kind": kind}
    )
    send_to_address(
        db, user.email, SecondFactorAddedMail(kind=kind.label), now=now, language=user.language
    )
    started = start_anew(db, user, actor, browser, second_factor_at=now, now=now)
    return FactorChange(started, codes)


def factor_removed(
    db: Session,
    user: User,
    actor: Actor,
    browser: Browser,
    kind: FactorKind,
    *,
    password: OwnPassword | None,
    staff_need_factor: bool,
    now: datetime,
) -> FactorChange:
    """Finish the change that removed a factor. With the last factor the recovery codes are deleted too. The
    calling use-case has locked the person and deleted the factor; a refusal here undoes that.

    Whether it was the last factor is decided here, under the lock: if two are removed at the same moment, the
    second one is. Staff who must have a factor keep their last one. Other people remove it with their
    password, which must be long enough to stay alone (R-001), or PasswordNeeded is raised. A factor that is
    not the last one is removed with the password or with a fresh proof, or ProofNeeded is raised.
    """
    is_last = count_factors(db, user.id) == 0
    if is_last:
        require(not (staff_need_factor and actor.is_staff), LAST_OF_STAFF)
    if password is not None:
        if password.candidate.password_hash != user.password_hash:  # changed since it was typed
            raise WrongPassword("current_password")
        rate_limits.reset_attempts(db, password.candidate.tries)
    if is_last:
        if password is None or password.is_too_short_alone:
            raise PasswordNeeded(is_typed=password is not None)
        forget_factors(db, user)
    elif password is None and not actor.has_fresh_proof(now):
        raise ProofNeeded
    record_account_act(
        db, user.id, user.id, "accounts.second_factor_removed", now=now, details={"kind": kind}
    )
    mail = SecondFactorRemovedMail(kind=kind.label, is_last=user.second_factor_since is None)
    send_to_address(db, user.email, mail, now=now, language=user.language)
    return FactorChange(start_anew(db, user, actor, browser, now=now))


def _has_codes(db: Session, user_id: UserId) -> bool:
    mine = select(RecoveryCode.id).where(
        RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None)
    )
    return db.scalar(mine.limit(1)) is not None


def make_codes(db: Session, user_id: UserId, *, now: datetime) -> tuple[str, ...]:
    """Add ten recovery codes for a person and return them. Only their hashes are stored."""
    codes = new_recovery_codes()
    for code in codes:
        db.add(
            RecoveryCode(
                id=EventId(new_uuid()),
                user_id=user_id,
                code_hash=recovery_code_hash(code),
                created_at=now,
            )
        )
    return codes
