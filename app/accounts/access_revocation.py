"""Ends the access of everyone at once: after an older copy of the database was restored, or if
passwords or tokens may have been stolen."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from app.accounts.factors.models import FactorReset, PendingSignIn
from app.accounts.models import ApiToken, MailedLink, SignIn
from app.accounts.steps.audit_log import record_account_act
from app.kit.actor import SystemActor, require


def sign_everybody_out(db: Session, system: SystemActor, *, reason: str, now: datetime) -> int:
    """End every sign-in, also those that wait for the second factor, and every token of the API, for whoever
    holds this machine's command line (R-017). Return how many sign-ins there were."""
    require(system is SystemActor.command_line)
    ended = _end_sign_ins_and_tokens(db, now=now)
    details = {"sign_ins": ended}
    record_account_act(
        db, None, None, "accounts.everybody_signed_out", now=now, reason=reason, details=details
    )
    return ended


def end_every_access(db: Session, system: SystemActor, *, now: datetime) -> None:
    """End every sign-in, token of the API and mailed link, and stop every reset of a second factor, for
    whoever holds this machine's command line.

    Some of them ended after the copy was made and would otherwise work again: a stolen phone, a
    revoked token, a used link, a reset that its owner had stopped.
    """
    require(system is SystemActor.command_line)
    _end_sign_ins_and_tokens(db, now=now)
    db.execute(
        update(MailedLink)
        .where(MailedLink.used_at.is_(None), MailedLink.ends_at > now)
        .values(ends_at=now)
    )
    db.execute(
        update(FactorReset)
        .where(FactorReset.stopped_at.is_(None), FactorReset.done_at.is_(None))
        .values(stopped_at=now, stopped_by=FactorReset.started_by)
    )


def _end_sign_ins_and_tokens(db: Session, *, now: datetime) -> int:
    ended = db.scalars(delete(SignIn).returning(SignIn.id)).all()
    db.execute(delete(PendingSignIn))
    db.execute(update(ApiToken).where(ApiToken.revoked_at.is_(None)).values(revoked_at=now))
    return len(ended)
