"""Reading the audit trail."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.kit.ids import UserId


@dataclass(frozen=True, slots=True)
class Act:
    at: datetime
    action: str
    actor_id: UserId | None
    reason: str | None
    details: dict[str, Any]


def acts_about(db: Session, person_id: UserId, *, most: int = 100) -> tuple[Act, ...]:
    """Return the newest acts that concern one person, newest first."""
    rows = db.scalars(
        select(AuditEvent)
        .where(AuditEvent.person_id == person_id)
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
        .limit(most)
    )
    return tuple(Act(row.at, row.action, row.actor_id, row.reason, row.details) for row in rows)
