"""What people do with their own second factors: set up, replace, remove, make recovery codes anew.

Every change ends the person's other sign-ins and tokens, gives the present sign-in a new secret (R-012), and
is told by mail.
"""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts import rate_limits, sign_ins
from app.accounts.audit_log import record_account_act
from app.accounts.errors import WrongPassword
from app.accounts.factors import resets
from app.accounts.factors.domain import (
    SETTING_UP_LASTS,
    FactorKind,
    new_recovery_codes,
    new_secret,
    recovery_code_hash,
    step_of_code,
)
from app.accounts.factors.errors import NothingToSetUp, PasswordNeeded, WrongCode
from app.accounts.factors.models import RecoveryCode, TotpFactor
from app.accounts.factors.person_factors import count_factors, forget_factors, lock_person
from app.accounts.factors.secrets import opened, sealed
from app.accounts.models import User
from app.accounts.sign_ins import Browser, SignInCandidate, StartedSignIn
from app.kit.actor import Actor, require, without_permission_check
from app.kit.errors import NotFound, ProofNeeded
from app.kit.ids import EventId, FactorId, UserId, new_uuid
from app.kit.keys import NotOpened, SealingKeys
from app.outbox.service import send_mail

LAST_OF_STAFF = "Your role needs a second factor. Set up another one first, then remove this one."


@dataclass(frozen=True, slots=True)
class FactorChange:
    """A change of somebody's second factors: their new sign-in, and the recovery codes that were made."""

    started: StartedSignIn
    codes: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class OwnPassword:
    """The actor's password, which was typed for a removal and was right; see `sign_ins.begin_proof`."""

    candidate: SignInCandidate
    is_too_short_alone: bool


@without_permission_check
def begin_app(db: Session, actor: Actor, sealing: SealingKeys, *, now: datetime) -> None:
    """Make the secret of an authenticator app that the actor sets up. One that was made less than half an
    hour ago stays: it may stand in the app already. One that no sealing key opens is made anew."""
    lock_person(db, actor.user_id)
    begun = (TotpFactor.user_id == actor.user_id, TotpFactor.confirmed_at.is_(None))
    db.execute(delete(TotpFactor).where(*begun, TotpFactor.created_at <= now - SETTING_UP_LASTS))
    stored = db.scalar(select(TotpFactor.sealed).where(*begun))
    if stored is None or _opened(sealing, stored, actor.user_id) is None:
        db.execute(delete(TotpFactor).where(*begun))
        secret = sealed(sealing, new_secret(), actor.user_id)
        db.add(
            TotpFactor(
                id=FactorId(new_uuid()), user_id=actor.user_id, sealed=secret, created_at=now
            )
        )


@without_permission_check
def confirm_app(
    db: Session, actor: Actor, sealing: SealingKeys, browser: Browser, *, code: str, now: datetime
) -> FactorChange:
    """Finish setting up an app with a code that it shows; an app that the actor had before is replaced.
    Raises WrongCode, and NothingToSetUp when it took longer than half an hour."""
    user = lock_person(db, actor.user_id)
    factor = db.scalars(
        select(TotpFactor).where(
            TotpFactor.user_id == user.id,
            TotpFactor.confirmed_at.is_(None),
            TotpFactor.created_at > now - SETTING_UP_LASTS,
        )
    ).one_or_none()
    secret = _opened(sealing, factor.sealed, user.id) if factor is not None else None
    if factor is None or secret is None:
        raise NothingToSetUp
    step = step_of_code(secret, code, now=now)
    if step is None:
        raise WrongCode("code")
    db.execute(
        delete(TotpFactor).where(
            TotpFactor.user_id == user.id, TotpFactor.confirmed_at.is_not(None)
        )
    )
    factor.confirmed_at, factor.last_step = now, step
    return factor_added(db, user, actor, browser, FactorKind.app, now=now)


@without_permission_check
def factor_added(
    db: Session, user: User, actor: Actor, browser: Browser, kind: FactorKind, *, now: datetime
) -> FactorChange:
    """Finish the change that added a factor: recovery codes for a person who has none, audit, mail, sign-ins.
    The use-case that calls this has locked the person and proved that the factor is theirs."""
    db.flush()
    user.second_factor_since = user.second_factor_since or now
    resets.stop_open_of(db, user, by=user.id, now=now)
    codes = () if _has_codes(db, user.id) else _make_codes(db, user.id, now=now)
    record_account_act(
        db, user.id, user.id, "accounts.second_factor_added", now=now, details={"kind": kind}
    )
    send_mail(db, user.email, "accounts/second-factor-added", {"kind": kind}, now=now)
    started = sign_ins.start_anew(db, user, actor, browser, second_factor_at=now, now=now)
    return FactorChange(started, codes)


@without_permission_check
def remove_app(
    db: Session,
    actor: Actor,
    browser: Browser,
    *,
    password: OwnPassword | None,
    staff_need_factor: bool,
    now: datetime,
) -> FactorChange:
    """Remove the actor's authenticator app; what `factor_removed` demands, this demands."""
    user = lock_person(db, actor.user_id)
    gone = db.scalar(
        delete(TotpFactor)
        .where(TotpFactor.user_id == user.id, TotpFactor.confirmed_at.is_not(None))
        .returning(TotpFactor.id)
    )
    if gone is None:
        raise NotFound("You have no authenticator app. Nothing was changed.")
    return factor_removed(
        db,
        user,
        actor,
        browser,
        FactorKind.app,
        password=password,
        staff_need_factor=staff_need_factor,
        now=now,
    )


@without_permission_check
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
    """Finish the change that removed a factor. With the last one the recovery codes go too. The use-case that
    calls this has locked the person and deleted the factor, so that what is refused here stays.

    Whether it was the last is decided here, under the lock: of two that are removed at once the second one
    is. Staff who must have a factor keep their last. Anybody else removes it with their password, which must
    be long enough to stay alone (R-001), or PasswordNeeded is raised; another factor goes with the password
    or with a fresh proof, or ProofNeeded is raised.
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
    values = {"kind": kind, "is_last": user.second_factor_since is None}
    send_mail(db, user.email, "accounts/second-factor-removed", values, now=now)
    return FactorChange(sign_ins.start_anew(db, user, actor, browser, now=now))


@without_permission_check
def make_codes_anew(db: Session, actor: Actor, browser: Browser, *, now: datetime) -> FactorChange:
    """Make ten new recovery codes for the actor; the earlier ones work no more."""
    user = lock_person(db, actor.user_id)
    if user.second_factor_since is None:
        raise NotFound("Set up a second factor first. Recovery codes come with it.")
    db.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = _make_codes(db, user.id, now=now)
    record_account_act(db, user.id, user.id, "accounts.recovery_codes_made", now=now)
    send_mail(db, user.email, "accounts/recovery-codes-made", {}, now=now)
    return FactorChange(sign_ins.start_anew(db, user, actor, browser, now=now), codes)


def _opened(sealing: SealingKeys, stored: bytes, owner: UserId) -> str | None:
    """Return the secret of a factor; None: its sealing key is not in the ring, or it is somebody else's."""
    try:
        return opened(sealing, stored, owner)
    except NotOpened:
        return None


def _has_codes(db: Session, user_id: UserId) -> bool:
    mine = select(RecoveryCode.id).where(
        RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None)
    )
    return db.scalar(mine.limit(1)) is not None


def _make_codes(db: Session, user_id: UserId, *, now: datetime) -> tuple[str, ...]:
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
