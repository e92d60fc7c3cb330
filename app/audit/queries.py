"""Reading the audit trail."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Exists, ScalarSelect, Select, func, select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.kit.ids import UserId
from app.kit.messages import Text
from app.kit.stored_messages import read_reason


@dataclass(frozen=True, slots=True)
class Act:
    at: datetime
    action: str
    actor_id: UserId | None
    reason: Text | None
    details: dict[str, Any]


def acts_about(db: Session, person_id: UserId, *, most: int = 100) -> tuple[Act, ...]:
    """Return the newest acts that concern one person, newest first."""
    rows = db.scalars(
        select(AuditEvent)
        .where(AuditEvent.person_id == person_id)
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
        .limit(most)
    )
    return tuple(
        Act(row.at, row.action, row.actor_id, read_reason(row.reason), row.details) for row in rows
    )


def last_act_at(db: Session) -> datetime | None:
    """Return when the newest act was recorded; None: no act ever was."""
    return db.scalar(select(func.max(AuditEvent.at)))


def recorded(action: str, subject_kind: str, subject_id: ColumnElement[Any]) -> Exists:
    """Return the SQL condition that an act was recorded about the thing whose id is in `subject_id`."""
    return (
        select(AuditEvent.id)
        .where(
            AuditEvent.subject_kind == subject_kind,
            AuditEvent.subject_id == subject_id,
            AuditEvent.action == action,
        )
        .exists()
    )


def first_recorded_at(
    action: str, subject_kind: str, subject_id: ColumnElement[Any]
) -> ScalarSelect[datetime]:
    """Return SQL for the time at which an act was first recorded about the thing whose id is in
    `subject_id`."""
    return (
        select(func.min(AuditEvent.at))
        .where(
            AuditEvent.subject_kind == subject_kind,
            AuditEvent.subject_id == subject_id,
            AuditEvent.action == action,
        )
        .scalar_subquery()
    )


def subjects_without(action: str, ids: ColumnElement[Any]) -> Select[UUID | None]:
    """Return a query for the subjects of an act whose ids are not in a column of another table."""
    return (
        select(AuditEvent.subject_id)
        .where(
            AuditEvent.action == action, ~select(ids).where(ids == AuditEvent.subject_id).exists()
        )
        .order_by(AuditEvent.id)
    )


def acted_on(action: str, subject_kind: str, subject_id: UUID, person_id: UserId) -> Exists:
    """Return the SQL condition that an act was recorded about a thing and a person."""
    return (
        select(AuditEvent.id)
        .where(
            AuditEvent.subject_kind == subject_kind,
            AuditEvent.subject_id == subject_id,
            AuditEvent.person_id == person_id,
            AuditEvent.action == action,
        )
        .exists()
    )
