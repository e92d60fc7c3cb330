"""Stopping the reset of a person's second factors."""

from datetime import datetime

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import Session

from app.accounts.domain import LinkPurpose
from app.accounts.factors.models import FactorReset
from app.accounts.models import User
from app.accounts.steps.audit_log import record_account_act
from app.accounts.steps.links import end_links
from app.kit.ids import UserId


def stop_open_reset(
    db: Session, user: User, *, by: UserId, now: datetime, reason: str | None = None
) -> bool:
    """Stop the open reset of a person whom the caller has locked; return whether there was one.
    With a `reason` the worker has stopped it rather than a person, and the audit trail gives the
    reason."""
    stopped = db.scalar(
        update(FactorReset)
        .where(*is_open(user.id))
        .values(stopped_at=now, stopped_by=by)
        .returning(FactorReset.id)
    )
    if stopped is None:
        return False
    end_links(db, user.id, LinkPurpose.stop_reset, now=now)
    actor_id = by if reason is None else None
    record_account_act(
        db, actor_id, user.id, "accounts.factor_reset_stopped", now=now, reason=reason
    )
    return True


def is_open(user_id: UserId) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of the reset of a person that is neither stopped nor done."""
    return (
        FactorReset.user_id == user_id,
        FactorReset.stopped_at.is_(None),
        FactorReset.done_at.is_(None),
    )
