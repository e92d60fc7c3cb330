"""Checks a code of an authenticator app, or a recovery code, and marks it as used."""

from datetime import datetime

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.accounts.factors.domain import FEW_LEFT, recovery_code_hash, step_of_code
from app.accounts.factors.models import RecoveryCode, TotpFactor
from app.accounts.factors.secrets import opened, sealed
from app.accounts.mails import RecoveryCodeUsedMail
from app.accounts.models import User
from app.accounts.steps.audit_log import record_account_act
from app.kit.ids import UserId
from app.kit.keys import NotOpened, SealingKeys, sealing_key_id
from app.outbox.service import send_to_address

log = structlog.get_logger("preceptor.factors")


def use_app_code(
    db: Session, sealing: SealingKeys, user_id: UserId, code: str, *, now: datetime
) -> bool:
    """Return whether this is a code of the person's app, and mark it as used. The time step of an
    accepted code must increase, so that no code works twice, even in two requests at the same time
    (R-026)."""
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


def use_recovery_code(db: Session, user: User, code: str, *, now: datetime) -> bool:
    """Return whether this is an unused recovery code of the person; mark it as used and tell them
    by mail (R-027)."""
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
    mail = RecoveryCodeUsedMail(left=left, are_few=left <= FEW_LEFT)
    send_to_address(db, user.email, mail, now=now, language=user.language)
    return True
