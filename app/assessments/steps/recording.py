"""Writes to an assessment: locking it, a mark, an act in the audit trail. Callers check
permissions."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.assessments.domain import Mark
from app.assessments.models import Assessment, StepMark
from app.audit import service as audit
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.ids import AssessmentId, EventId, new_uuid


def lock_sheet(db: Session, assessment_id: AssessmentId) -> Assessment:
    """Lock an assessment and return it. Raise NotFound if there is none."""
    practical = (
        update(Assessment)
        .where(Assessment.id == assessment_id)
        .values(version=Assessment.version + 1)
        .returning(Assessment)
    )
    assessment = db.scalars(practical).one_or_none()
    if assessment is None:
        raise NotFound
    return assessment


def add_mark(
    db: Session,
    actor: Actor,
    assessment_id: AssessmentId,
    step_key: str,
    mark: Mark,
    note: str,
    before: Mapping[str, StepMark],
    *,
    now: datetime,
    mark_id: EventId | None = None,
) -> None:
    """Append a mark as the newest revision of its step."""
    newest = before.get(step_key)
    db.add(
        StepMark(
            id=mark_id or EventId(new_uuid()),
            assessment_id=assessment_id,
            step_key=step_key,
            revision=(newest.revision if newest else 0) + 1,
            mark=mark,
            note=note,
            marked_by=actor.user_id,
            marked_at=now,
        )
    )


def record_act(
    db: Session,
    actor: Actor,
    assessment: Assessment,
    action: str,
    *,
    now: datetime,
    reason: str | None = None,
    **details: str | int,
) -> None:
    """Write an act on an assessment into the audit trail."""
    audit.record(
        db,
        actor.user_id,
        action,
        now=now,
        subject_kind="assessment",
        subject_id=assessment.id,
        person_id=assessment.student_id,
        reason=reason,
        details={"number": assessment.number, **details},
    )
