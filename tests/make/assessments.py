"""A course, a practical and its people, written straight to the database; and marked sheets."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.assessments import service
from app.assessments.domain import Mark
from app.assessments.queries import bedside_sheet
from app.courses.domain.delivery import Checklist
from app.kit.actor import Actor
from app.kit.ids import AssessmentId, PracticalId, RevisionId, SeatId, new_uuid
from app.practicals.models import (
    PracticalInstructor,
    PracticalRow,
    PracticalStatus,
    Seat,
    SeatState,
)
from tests.make import NOW
from tests.make.courses import small_course
from tests.make.learning import a_published_course
from tests.make.people import a_user

STEPS = ("identity", "hands", "sharps", "aftercare")
"""The steps of the small course's checklist; identity and sharps are critical."""


@dataclass(frozen=True)
class Day:
    """One practical with an instructor and one student who holds a place."""

    course_key: str
    revision_id: RevisionId
    practical_id: PracticalId
    seat_id: SeatId
    instructor: Actor
    student: Actor


def a_checklist(pass_percent: int = 70) -> Checklist:
    course = small_course().course
    assert course is not None
    return course.checklists[0].model_copy(update={"pass_percent": pass_percent})


def a_day(
    db: Session,
    *,
    revision_id: RevisionId | None = None,
    student: Actor | None = None,
    instructor: Actor | None = None,
    starts_at: datetime = NOW,
) -> Day:
    """A published practical of the small course."""
    revision_id = revision_id or a_published_course(db).revision_id
    instructor = instructor or a_user(db, "Iris Instructor", roles=("instructor",))
    practical_id = PracticalId(new_uuid())
    db.add(
        PracticalRow(
            id=practical_id,
            course_key="small-course",
            kind_key="practice-day",
            revision_id=revision_id,
            title="Practice day",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=7),
            zone="Europe/London",
            room="Room 2",
            capacity=8,
            status=PracticalStatus.published,
            booking_opens_at=starts_at - timedelta(days=60),
            booking_closes_at=starts_at - timedelta(days=1),
            cancel_until=starts_at - timedelta(days=2),
            created_at=NOW,
        )
    )
    db.flush()
    db.add(PracticalInstructor(practical_id=practical_id, user_id=instructor.user_id))
    student = student or a_user(db, "Sam Student")
    seat_id = a_seat(db, practical_id, student)
    return Day("small-course", revision_id, practical_id, seat_id, instructor, student)


def a_seat(
    db: Session,
    practical_id: PracticalId,
    student: Actor,
    *,
    state: SeatState = SeatState.confirmed,
) -> SeatId:
    seat_id = SeatId(new_uuid())
    db.add(
        Seat(
            id=seat_id,
            practical_id=practical_id,
            user_id=student.user_id,
            state=state,
            booked_at=NOW - timedelta(days=10),
        )
    )
    db.flush()
    return seat_id


def an_assessment(db: Session, day: Day, *, now: datetime = NOW) -> AssessmentId:
    return service.start_assessment(db, day.instructor, day.practical_id, day.seat_id, now=now)


def marked(
    db: Session,
    day: Day,
    assessment_id: AssessmentId,
    mark: Mark = Mark.done,
    **others: Mark,
) -> None:
    """Mark every step, `others` differently."""
    for key in STEPS:
        service.mark_step(
            db,
            day.instructor,
            assessment_id,
            key,
            others.get(key, mark),
            "",
            expected_revision=0,
            now=NOW,
        )


def signed(db: Session, day: Day, assessment_id: AssessmentId, *, now: datetime = NOW) -> None:
    version = bedside_sheet(db, day.instructor, assessment_id).version
    service.sign_assessment(db, day.instructor, assessment_id, expected_version=version, now=now)


def a_signed_assessment(
    db: Session, day: Day, mark: Mark = Mark.done, **others: Mark
) -> AssessmentId:
    assessment_id = an_assessment(db, day)
    marked(db, day, assessment_id, mark, **others)
    signed(db, day, assessment_id)
    return assessment_id
