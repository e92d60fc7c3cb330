"""Writing the audit trail. Called inside the transaction of the act, so both happen or neither."""

from contextvars import ContextVar
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.kit.ids import EventId, UserId, new_uuid

current_request_id: ContextVar[str | None] = ContextVar("current_request_id", default=None)


def record(
    db: Session,
    actor_id: UserId | None,
    action: str,
    *,
    now: datetime,
    subject_kind: str,
    subject_id: UUID | None = None,
    person_id: UserId | None = None,
    reason: str | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Add one act. `person_id` is the person it concerns (their page shows it); `details` holds
    plain JSON values without names, answers or addresses."""
    db.add(
        AuditEvent(
            id=EventId(new_uuid()),
            at=now,
            actor_id=actor_id,
            action=action,
            subject_kind=subject_kind,
            subject_id=subject_id,
            person_id=person_id,
            reason=reason,
            details=details or {},
            request_id=current_request_id.get(),
        )
    )
