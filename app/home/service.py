"""Use-cases of the office for mails and follow-up work that were not delivered."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.audit import service as audit
from app.kit.actor import Actor, require
from app.kit.ids import EventId
from app.outbox import service as outbox


def try_again(db: Session, actor: Actor, event_ids: Collection[EventId], *, now: datetime) -> int:
    """Make events that were given up due again, and return their number. Others are left as they are."""
    require(actor.is_admin)
    return _record(db, actor, outbox.try_again(db, event_ids, now=now), now=now)


def try_all_again(db: Session, actor: Actor, *, now: datetime) -> int:
    """Make all events that were given up and are not dismissed due again, and return their number."""
    require(actor.is_admin)
    return _record(db, actor, outbox.try_all_again(db, now=now), now=now)


def dismiss(db: Session, actor: Actor, event_ids: Collection[EventId], *, now: datetime) -> int:
    """Set aside mails that were given up, and return their number. Follow-up work and what is being tried
    again are left as they are. The audit trail records the kind of mail but not its recipient."""
    require(actor.is_admin)
    dismissed = outbox.dismiss(db, event_ids, now=now)
    for event_id, template in dismissed.items():
        _record(db, actor, [event_id], "outbox.dismissed", now=now, details={"template": template})
    return len(dismissed)


def restore(db: Session, actor: Actor, event_ids: Collection[EventId], *, now: datetime) -> int:
    """Take dismissed mails back, and return their number."""
    require(actor.is_admin)
    return _record(db, actor, outbox.restore(db, event_ids), "outbox.restored", now=now)


def _record(
    db: Session,
    actor: Actor,
    event_ids: Sequence[EventId],
    action: str = "outbox.tried_again",
    *,
    now: datetime,
    details: dict[str, Any] | None = None,
) -> int:
    for event_id in event_ids:
        audit.record(
            db,
            actor.user_id,
            action,
            now=now,
            subject_kind="outbox_event",
            subject_id=event_id,
            details=details,
        )
    return len(event_ids)
