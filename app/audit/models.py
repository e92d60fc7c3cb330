"""The audit trail's table. Rows are only ever inserted.

They hold ids, reasons, and the old and new values of fields that say nothing of a person. The old and the new
name of a person stand in `personal_values` alone, which retention empties with the data of that person.
Sensitive values (addresses, phones, needs) are not stored at all: `app.audit.changes` refuses them.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.kit.ids import EventId, UserId


class AuditEvent(Base):
    """One act. `actor_id` is None for the system itself and for visitors."""

    __tablename__ = "audit_events"
    __table_args__ = (
        Index("ix_audit_events_subject", "subject_kind", "subject_id", "at"),
        Index("ix_audit_events_person_id", "person_id", "at"),
        Index("ix_audit_events_at", "at"),
        Index("ix_audit_events_actor_id", "actor_id", "at"),
        Index("ix_audit_events_action", "action", "at"),
    )

    id: Mapped[EventId] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[UserId | None]
    action: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[UUID | None]
    person_id: Mapped[UserId | None]
    reason: Mapped[str | None] = mapped_column(Text)
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    personal_values: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    request_id: Mapped[str | None] = mapped_column(String(40))
