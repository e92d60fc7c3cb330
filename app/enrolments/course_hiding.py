"""The use-cases that hide a course from the catalogue and bring it back.

They stand here and not in courses, because a course is hidden only while none of its intakes takes requests.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.courses.policy import may_hide_courses
from app.courses.steps.offering import lock_course, set_hidden
from app.enrolments.errors import CourseHidingRefused
from app.enrolments.hiding_rules import hide_refusal, show_refusal
from app.enrolments.models import IntakeRow
from app.enrolments.reasons import EnrolmentsReason
from app.kit.actor import Actor, require


def hide_course(db: Session, actor: Actor, course_key: str, *, reason: str, now: datetime) -> None:
    """Take a course out of the catalogue, with a reason. The people on it learn on, are assessed and get
    their certificates. Raises NotFound, or CourseHidingRefused."""
    require(may_hide_courses(actor))
    is_hidden = lock_course(db, course_key)
    intakes = db.execute(
        select(IntakeRow.status, IntakeRow.closes_at).where(IntakeRow.course_key == course_key)
    )
    pairs = [(status, closes_at) for status, closes_at in intakes]
    _refuse(hide_refusal(is_hidden=is_hidden, intakes=pairs, now=now))
    set_hidden(db, actor, course_key, hide=True, reason=reason, now=now)


def show_course(db: Session, actor: Actor, course_key: str, *, reason: str, now: datetime) -> None:
    """Bring a hidden course back into the catalogue, with a reason. Raises NotFound, or
    CourseHidingRefused."""
    require(may_hide_courses(actor))
    _refuse(show_refusal(is_hidden=lock_course(db, course_key)))
    set_hidden(db, actor, course_key, hide=False, reason=reason, now=now)


def _refuse(reason: EnrolmentsReason | None) -> None:
    if reason is not None:
        raise CourseHidingRefused(reason)
