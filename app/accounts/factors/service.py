"""Use-cases of people's own second factors: set up, replace, remove, make new recovery codes.

Every change ends the person's other sign-ins and tokens, gives the current sign-in a new secret
(R-012), and sends a mail.
"""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.accounts.factors.domain import (
    SETTING_UP_LASTS,
    FactorKind,
    new_secret,
    step_of_code,
)
from app.accounts.factors.errors import NothingToSetUp, WrongCode
from app.accounts.factors.factor_change import FactorChange, OwnPassword
from app.accounts.factors.models import RecoveryCode, TotpFactor
from app.accounts.factors.secrets import opened, sealed
from app.accounts.factors.steps.changes import factor_added, factor_removed, make_codes
from app.accounts.factors.steps.person_factors import lock_person
from app.accounts.mails import RecoveryCodesMadeMail
from app.accounts.sign_in_values import Browser
from app.accounts.steps.audit_log import record_account_act
from app.accounts.steps.sign_in_start import start_anew
from app.db.sealed import Sealed
from app.kit.actor import Actor, own_use_case
from app.kit.errors import NotFound
from app.kit.ids import FactorId, UserId, new_uuid
from app.kit.keys import NotOpened, SealingKeys
from app.kit.messages import msg
from app.outbox.service import send_to_address


@own_use_case
def begin_app(db: Session, actor: Actor, sealing: SealingKeys, *, now: datetime) -> None:
    """Make the secret of an authenticator app that the actor sets up. A secret that was made less
    than half an hour ago stays, because the app may already have it. A secret that no sealing key
    opens is replaced."""
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


@own_use_case
def confirm_app(
    db: Session, actor: Actor, sealing: SealingKeys, browser: Browser, *, code: str, now: datetime
) -> FactorChange:
    """Finish setting up an app with a code that it shows; it replaces an earlier app. Raise
    WrongCode, or NothingToSetUp after half an hour."""
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


@own_use_case
def remove_app(
    db: Session,
    actor: Actor,
    browser: Browser,
    *,
    password: OwnPassword | None,
    staff_need_factor: bool,
    now: datetime,
) -> FactorChange:
    """Remove the actor's authenticator app. The conditions are those of `factor_removed`."""
    user = lock_person(db, actor.user_id)
    gone = db.scalar(
        delete(TotpFactor)
        .where(TotpFactor.user_id == user.id, TotpFactor.confirmed_at.is_not(None))
        .returning(TotpFactor.id)
    )
    if gone is None:
        raise NotFound(msg("You have no authenticator app. Nothing was changed."))
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


@own_use_case
def make_codes_anew(db: Session, actor: Actor, browser: Browser, *, now: datetime) -> FactorChange:
    """Make ten new recovery codes for the actor; earlier ones stop working."""
    user = lock_person(db, actor.user_id)
    if user.second_factor_since is None:
        raise NotFound(msg("Set up a second factor first. Recovery codes come with it."))
    db.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = make_codes(db, user.id, now=now)
    record_account_act(db, user.id, user.id, "accounts.recovery_codes_made", now=now)
    send_to_address(db, user.email, RecoveryCodesMadeMail(), now=now, language=user.language)
    return FactorChange(start_anew(db, user, actor, browser, now=now), codes)


def _opened(sealing: SealingKeys, stored: Sealed, owner: UserId) -> str | None:
    """Return the secret of a factor, or None if its sealing key is missing or it belongs to
    somebody else."""
    try:
        return opened(sealing, stored, owner)
    except NotOpened:
        return None
