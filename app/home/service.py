"""Use-cases of the office for mails and follow-up work that were not delivered."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.audit import service as audit
from app.kit.actor import Actor, require
from app.kit.errors import NotFound
from app.kit.ids import EventId
from app.outbox import service as outbox


def try_again(db: Session, actor: Actor, event_id: EventId, *, now: datetime) -> None:
    """Make an event that was given up due again. Raise NotFound if there is none."""
    require(actor.is_admin)
    if not outbox.try_again(db, event_id, now=now):
        raise NotFound
    _record(db, actor, event_id, now=now)


def try_all_again(db: Session, actor: Actor, *, now: datetime) -> int:
    """Make all events that were given up due again, and return their number."""
    require(actor.is_admin)
    revived = outbox.try_all_again(db, now=now)
    for event_id in revived:
        _record(db, actor, event_id, now=now)
    return len(revived)


def dismiss(db: Session, actor: Actor, event_id: EventId, *, now: datetime) -> None:
    """Delete a mail that was given up. Raise NotFound if there is none, or if it is being tried
    again. The audit trail records the kind of mail but not its recipient."""
    require(actor.is_admin)
    template = outbox.dismiss(db, event_id)
    if template is None:
        raise NotFound
    _record(db, actor, event_id, "outbox.dismissed", now=now, details={"template": template})


def _record(
    db: Session,
    actor: Actor,
    event_id: EventId,
    action: str = "outbox.tried_again",
    *,
    now: datetime,
    details: dict[str, Any] | None = None,
) -> None:
    audit.record(
        db,
        actor.user_id,
        action,
        now=now,
        subject_kind="outbox_event",
        subject_id=event_id,
        details=details,
    )
