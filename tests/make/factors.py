"""Second factors, written straight to the database, and what an app would show."""

import re
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.accounts.factors.domain import code_of, new_recovery_codes, recovery_code_hash, step_of
from app.accounts.factors.models import Passkey, RecoveryCode, TotpFactor
from app.accounts.factors.secrets import sealed
from app.accounts.models import User
from app.kit.actor import Actor
from app.kit.ids import EventId, FactorId, new_uuid
from tests.make import NOW
from tests.make.keys import sealing_keys

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_at(moment: datetime, secret: str = SECRET) -> str:
    """Return what the app shows at a moment."""
    return code_of(secret, step_of(moment))


def an_app_factor(db: Session, actor: Actor, *, now: datetime = NOW, secret: str = SECRET) -> None:
    """Give a person an authenticator app that was set up a while ago."""
    db.add(
        TotpFactor(
            id=FactorId(new_uuid()),
            user_id=actor.user_id,
            sealed=sealed(sealing_keys(), secret, actor.user_id),
            created_at=now,
            confirmed_at=now,
            last_step=step_of(now) - 100,
        )
    )
    _has_a_factor(db, actor, now)


def a_passkey(db: Session, actor: Actor, *, now: datetime = NOW, name: str = "A key") -> None:
    """Give a person a passkey that no device holds."""
    db.add(
        Passkey(
            id=FactorId(new_uuid()),
            user_id=actor.user_id,
            credential_id=new_uuid().bytes,
            public_key=b"key",
            user_handle=b"handle",
            sign_count=0,
            transports="usb",
            name=name,
            is_backed_up=False,
            created_at=now,
        )
    )
    _has_a_factor(db, actor, now)


def recovery_codes(db: Session, actor: Actor, *, now: datetime = NOW) -> tuple[str, ...]:
    """Give a person recovery codes and return them."""
    codes = new_recovery_codes()
    for code in codes:
        db.add(
            RecoveryCode(
                id=EventId(new_uuid()),
                user_id=actor.user_id,
                code_hash=recovery_code_hash(code),
                created_at=now,
            )
        )
    return codes


def secret_on(page: str) -> str:
    """Return the secret that the page for setting up an app shows."""
    match = re.search(r"<code>([A-Z2-7 ]{32,})</code>", page)
    assert match, page
    return match[1].replace(" ", "")


def codes_on(page: str) -> tuple[str, ...]:
    """Return the recovery codes that a page shows."""
    return tuple(re.findall(r"\b(?:[0-9A-Z]{4}-){5}[0-9A-Z]{4}\b", page))


def _has_a_factor(db: Session, actor: Actor, now: datetime) -> None:
    db.flush()
    db.execute(update(User).where(User.id == actor.user_id).values(second_factor_since=now))
