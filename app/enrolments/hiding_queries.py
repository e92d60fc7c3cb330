"""Reads what the office should know before a course is hidden or shown again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.courses import queries as courses
from app.courses.policy import may_hide_courses
from app.enrolments.domain import EnrolmentState
from app.enrolments.hiding_rules import takes_requests
from app.enrolments.models import Enrolment, IntakeRow
from app.kit.actor import Actor, require
from app.kit.errors import NotFound
from app.kit.ids import IntakeId


@dataclass(frozen=True, slots=True)
class OpenIntake:
    """An intake that takes requests now or later."""

    intake_id: IntakeId
    title: str
    until: datetime


@dataclass(frozen=True, slots=True)
class CourseHidingPage:
    """A course that is to be hidden, or shown again. `open_intakes` keep it in the catalogue; `students` have
    a place and go on."""

    course_key: str
    title: str
    is_hidden: bool
    open_intakes: tuple[OpenIntake, ...]
    students: int


def hiding_page(db: Session, actor: Actor, course_key: str, *, now: datetime) -> CourseHidingPage:
    """Return the page before a course is hidden or shown again. Raise NotFound."""
    require(may_hide_courses(actor))
    current = courses.current_with_state(db, course_key)
    if current is None:
        raise NotFound
    published, is_hidden = current
    intakes = db.execute(
        select(IntakeRow.id, IntakeRow.title, IntakeRow.status, IntakeRow.closes_at)
        .where(IntakeRow.course_key == course_key)
        .order_by(IntakeRow.starts_on, IntakeRow.id)
    )
    students = db.scalar(
        select(func.count(Enrolment.user_id.distinct())).where(
            Enrolment.course_key == course_key, Enrolment.state == EnrolmentState.confirmed
        )
    )
    return CourseHidingPage(
        course_key,
        published.course.title,
        is_hidden,
        tuple(
            OpenIntake(row.id, row.title, row.closes_at)
            for row in intakes
            if takes_requests(row.status, row.closes_at, now)
        ),
        students or 0,
    )
