"""What most tests begin with, written straight to the database: a course, an intake, a place, and
completed theory. Each feature's file builds on this one and adds its own defaults."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.courses.domain.delivery import Course
from app.courses.models import CourseHead, Revision
from app.enrolments.models import Enrolment, EnrolmentState, IntakeRow, IntakeStatus
from app.kit.ids import EnrolmentId, EventId, IntakeId, RevisionId, UserId, new_uuid
from app.learning.models import Completed, Completion
from tests.make import NOW

STARTS_ON = date(2027, 1, 11)


NO_KEYS = '{"quizzes":{}}'


def a_revision(db: Session, course: Course, *, keys: str = NO_KEYS) -> RevisionId:
    """Store a course as its newest revision and make it the current one, without publishing it."""
    newest = db.scalar(select(func.max(Revision.number)).where(Revision.course_key == course.key))
    number = (newest or 0) + 1
    revision = Revision(
        id=RevisionId(new_uuid()),
        course_key=course.key,
        number=number,
        digest=f"v2:test:{number}",
        delivery=course.model_dump_json(),
        keys=keys,
        published_at=NOW,
        published_by=None,
    )
    db.add(revision)
    db.flush()
    head = db.get(CourseHead, course.key)
    if head is None:
        db.add(CourseHead(key=course.key, current_revision_id=revision.id, changed_at=NOW))
    else:
        head.current_revision_id = revision.id
    db.flush()
    return revision.id


def an_intake(db: Session, course_key: str = "small-course", **columns: Any) -> IntakeId:
    """Add an open intake of ten free places, in the middle of its reservation period."""
    defaults: dict[str, Any] = {
        "id": IntakeId(new_uuid()),
        "course_key": course_key,
        "title": "Winter",
        "starts_on": STARTS_ON,
        "price_pence": 125_000,
        "places": 10,
        "taken": 0,
        "override": 0,
        "waiting_sequence": 0,
        "version": 0,
        "status": IntakeStatus.open,
        "opens_at": NOW - timedelta(days=30),
        "closes_at": NOW + timedelta(days=30),
        "created_at": NOW,
    }
    intake = IntakeRow(**{**defaults, **columns})
    db.add(intake)
    db.flush()
    return intake.id


def a_place_in(
    db: Session,
    intake_id: IntakeId,
    user_id: UserId,
    revision_id: RevisionId,
    *,
    course_key: str = "small-course",
    state: EnrolmentState = EnrolmentState.confirmed,
    at: datetime = NOW,
) -> EnrolmentId:
    """Add an enrolment, confirmed by default, without counting it in its intake."""
    is_confirmed = state is EnrolmentState.confirmed
    place = Enrolment(
        id=EnrolmentId(new_uuid()),
        intake_id=intake_id,
        user_id=user_id,
        course_key=course_key,
        revision_id=revision_id if is_confirmed else None,
        state=state,
        requested_at=at,
        decided_at=at if is_confirmed else None,
    )
    db.add(place)
    db.flush()
    return place.id


def completions(
    db: Session,
    user_id: UserId,
    revision_id: RevisionId,
    items: Iterable[tuple[Completed, str]],
    *,
    course_key: str = "small-course",
) -> None:
    """Record lessons as done and quizzes as passed, without attempts as evidence."""
    db.add_all(
        Completion(
            id=EventId(new_uuid()),
            user_id=user_id,
            course_key=course_key,
            kind=kind,
            item_key=key,
            revision_id=revision_id,
            completed_at=NOW,
        )
        for kind, key in items
    )
    db.flush()
