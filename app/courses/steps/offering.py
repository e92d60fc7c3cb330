"""Hiding a course from the catalogue and showing it again. The calling use-case checks permissions."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.audit.changed_fields import ChangedField
from app.audit.changes import FieldChange
from app.courses.models import CourseHead
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.messages import msg

SHOWN = msg("In the catalogue")
HIDDEN = msg("Hidden")


def lock_course(db: Session, course_key: str) -> bool:
    """Lock a course until the commit, and return whether it is hidden. Raise NotFound."""
    head = db.execute(
        update(CourseHead)
        .where(CourseHead.key == course_key)
        .values(changed_at=CourseHead.changed_at)
        .returning(CourseHead.hidden_at)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if head is None:
        raise NotFound
    return head.hidden_at is not None


def is_hidden_until_commit(db: Session, course_key: str) -> bool:
    """Return whether a course is hidden. Hiding and showing it wait until the caller commits. A course that
    is not published is not hidden."""
    head = select(CourseHead.hidden_at).where(CourseHead.key == course_key)
    return db.scalar(head.with_for_update(read=True)) is not None


def set_hidden(
    db: Session, actor: Actor, course_key: str, *, hide: bool, reason: str, now: datetime
) -> None:
    """Hide or show a course that the caller has locked, and record it with the reason."""
    revision_id = db.execute(
        update(CourseHead)
        .where(CourseHead.key == course_key)
        .values(hidden_at=now if hide else None)
        .returning(CourseHead.current_revision_id)
        .execution_options(synchronize_session=False)
    ).scalar_one()
    states = (SHOWN, HIDDEN) if hide else (HIDDEN, SHOWN)
    audit.record(
        db,
        actor.user_id,
        "courses.hidden" if hide else "courses.shown",
        now=now,
        subject_kind="course_revision",
        subject_id=revision_id,
        reason=reason,
        changes=(FieldChange(ChangedField.state, *states),),
        details={"course": course_key},
    )
