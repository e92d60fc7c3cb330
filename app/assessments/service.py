"""Use-cases of assessing. The row of the assessment is the gate: each command writes it first, so two
tablets take turns and the second one sees what the first has done."""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.accounts.actor import Actor, require
from app.assessments import domain, policy, queries
from app.assessments.domain import Mark, Outcome, SignRefusal
from app.assessments.errors import (
    ChangedBeforeSigning,
    RecordedMark,
    SignRefused,
    StaleComment,
    StaleMark,
    StartRefused,
)
from app.assessments.models import Assessment, StepMark
from app.audit import service as audit
from app.courses.domain.delivery import Checklist
from app.kit.errors import NotFound
from app.kit.ids import AssessmentId, EventId, PracticalId, SeatId, new_uuid
from app.notices import service as notices
from app.outbox import service as outbox
from app.practicals import queries as practicals
from app.practicals.domain.seats import Attendance, SeatState
from app.practicals.service import mark_attendance
from app.practicals.service.evidence import lock_seat

NOT_ONESELF = "You cannot assess yourself. Ask another instructor of this practical."


def start_assessment(
    db: Session, actor: Actor, practical_id: PracticalId, seat_id: SeatId, *, now: datetime
) -> AssessmentId:
    """Begin assessing who holds this place, whom the instructor has just recognised.

    Recognising them is their attendance, recorded with it: nobody is graded who was not there (R-044).
    A try on this place that is not signed is gone on with. A signed one stays, this is the next.
    Refused: oneself, a place that is not confirmed, a practical that was cancelled or whose day has
    not come.
    """
    require(policy.may_assess(actor))
    seat = _assessable_seat(db, actor, practical_id, seat_id)
    # It takes the gate of the practical, so that two tablets that begin at once take turns from here.
    mark_attendance(db, actor, practical_id, seat_id, Attendance.attended, now=now)
    if (open_id := _open_on(db, seat_id)) is not None:
        return open_id
    assessment = _add_try(db, actor, seat, now=now)
    _record(db, actor, assessment, "assessments.assessment_started", now=now)
    return assessment.id


def mark_step(
    db: Session,
    actor: Actor,
    assessment_id: AssessmentId,
    step_key: str,
    mark: Mark,
    note: str,
    *,
    expected_revision: int,
    now: datetime,
) -> int:
    """Append a mark of one step and return its revision.

    Refused with both versions when a newer mark is on record than the one that was seen; the same
    mark sent again by the same person is no conflict. Nothing changes after signing.
    """
    require(policy.may_assess(actor))
    assessment, checklist = _open_sheet(db, actor, assessment_id)
    if not any(step.key == step_key for step in checklist.steps):
        raise NotFound
    newest = db.scalars(
        select(StepMark)
        .where(StepMark.assessment_id == assessment_id, StepMark.step_key == step_key)
        .order_by(StepMark.revision.desc())
        .limit(1)
    ).one_or_none()
    revision = newest.revision if newest else 0
    if newest and (newest.mark, newest.note, newest.marked_by) == (mark, note, actor.user_id):
        return revision
    if revision != expected_revision:
        raise StaleMark(_on_record(db, step_key, newest), mark, note)
    db.add(
        StepMark(
            id=EventId(new_uuid()),
            assessment_id=assessment.id,
            step_key=step_key,
            revision=revision + 1,
            mark=mark,
            note=note,
            marked_by=actor.user_id,
            marked_at=now,
        )
    )
    return revision + 1


def save_comment(
    db: Session,
    actor: Actor,
    assessment_id: AssessmentId,
    comment: str,
    *,
    expected_revision: int,
    now: datetime,
) -> int:
    """Keep the comment for the student and return its revision; refused with both versions when it was
    changed in the meantime, and after signing."""
    require(policy.may_assess(actor))
    assessment, _ = _open_sheet(db, actor, assessment_id)
    if assessment.comment == comment:
        return assessment.comment_revision
    if assessment.comment_revision != expected_revision:
        raise StaleComment(assessment.comment, assessment.comment_revision, comment)
    assessment.comment = comment
    assessment.comment_revision += 1
    _record(db, actor, assessment, "assessments.comment_saved", now=now)
    return assessment.comment_revision


def sign_assessment(
    db: Session, actor: Actor, assessment_id: AssessmentId, *, expected_version: int, now: datetime
) -> None:
    """Sign what was shown: the outcome stands from here on and the student may read it.

    Refused while a step is unmarked, while the student is not marked as present (R-044), after a first
    signature, and when anything changed after the marks were shown. The signer answers for it.
    """
    require(policy.may_assess(actor))
    assessment, checklist = _open_sheet(db, actor, assessment_id)
    marks = {key: entry.mark for key, entry in queries.marks_of(db, assessment_id).items()}
    if refusal := domain.sign_refusal(checklist, marks, is_signed=False):
        raise SignRefused(refusal)
    _demand_present(db, assessment)
    if assessment.version - 1 != expected_version:  # taking the gate has raised it by one
        raise ChangedBeforeSigning
    result = domain.result(checklist, marks)
    assessment.signed_at = now
    assessment.instructor_id = actor.user_id
    assessment.outcome = result.outcome
    assessment.earned = result.earned
    assessment.possible = result.possible
    _record(
        db,
        actor,
        assessment,
        "assessments.assessment_signed",
        now=now,
        outcome=result.outcome.value,
    )
    _tell_of_outcome(db, assessment, checklist, result.outcome, now=now)


def _demand_present(db: Session, assessment: Assessment) -> None:
    """Refuse to sign for somebody who is absent. The seat stays locked until the signature is there."""
    seat = lock_seat(db, assessment.seat_id)
    if seat.state is not SeatState.confirmed or seat.attendance is not Attendance.attended:
        raise SignRefused(SignRefusal.absent)


def _assessable_seat(
    db: Session, actor: Actor, practical_id: PracticalId, seat_id: SeatId
) -> practicals.SeatBrief:
    """Return the place on a practical of this instructor's, whose holder they may assess."""
    seat = practicals.seat(db, seat_id)
    if (
        seat is None
        or seat.practical.practical_id != practical_id
        or not practicals.is_instructor_of(db, actor, practical_id)
    ):
        raise NotFound
    require(policy.may_assess_person(actor, seat.user_id), NOT_ONESELF)
    if seat.state is not SeatState.confirmed:
        raise StartRefused(
            "This place is not held any more. Open the roster again and check who is on it."
        )
    return seat


def _add_try(db: Session, actor: Actor, seat: practicals.SeatBrief, *, now: datetime) -> Assessment:
    """Add the next try of this person on the checklist of the practical."""
    checklist = queries.checklist_of(db, seat.practical.revision_id, seat.practical.kind_key)
    assessment = Assessment(
        id=AssessmentId(new_uuid()),
        seat_id=seat.seat_id,
        practical_id=seat.practical.practical_id,
        student_id=seat.user_id,
        instructor_id=actor.user_id,
        course_key=seat.practical.course_key,
        checklist_key=checklist.key,
        revision_id=seat.practical.revision_id,
        number=0,
        identity_confirmed_at=now,
        started_at=now,
    )
    try:
        with db.begin_nested():
            assessment.number = _last_number(db, assessment) + 1
            db.add(assessment)
    except IntegrityError:  # on another place, another instructor began in the same moment
        raise StartRefused(
            "Another assessment of this person began in the same moment. Try again."
        ) from None
    return assessment


def _tell_of_outcome(
    db: Session, assessment: Assessment, checklist: Checklist, outcome: Outcome, *, now: datetime
) -> None:
    """Announce the outcome, and mail the student that the report is there."""
    outbox.announce(
        db,
        "assessment.signed",
        {
            "user_id": str(assessment.student_id),
            "course_key": assessment.course_key,
            "assessment_id": str(assessment.id),
            "outcome": outcome.value,
        },
        now=now,
    )
    student = accounts.people(db, [assessment.student_id])[assessment.student_id]
    notices.tell(
        db,
        student,
        "assessments/signed",
        {"name": student.name, "title": checklist.title, "assessment_id": str(assessment.id)},
        now=now,
    )


def _open_sheet(
    db: Session, actor: Actor, assessment_id: AssessmentId
) -> tuple[Assessment, Checklist]:
    """Take the gate and return an unsigned assessment that the actor may mark."""
    gate = (
        update(Assessment)
        .where(Assessment.id == assessment_id)
        .values(version=Assessment.version + 1)
        .returning(Assessment)
    )
    assessment = db.scalars(gate).one_or_none()
    if assessment is None or not practicals.is_instructor_of(db, actor, assessment.practical_id):
        raise NotFound
    require(policy.may_assess_person(actor, assessment.student_id), NOT_ONESELF)
    if assessment.signed_at is not None:
        raise SignRefused(SignRefusal.already_signed)
    checklist = queries.checklist_named(db, assessment.revision_id, assessment.checklist_key)
    return assessment, checklist


def _open_on(db: Session, seat_id: SeatId) -> AssessmentId | None:
    return db.scalar(
        select(Assessment.id).where(Assessment.seat_id == seat_id, Assessment.signed_at.is_(None))
    )


def _last_number(db: Session, assessment: Assessment) -> int:
    return (
        db.scalar(
            select(func.max(Assessment.number)).where(
                Assessment.student_id == assessment.student_id,
                Assessment.course_key == assessment.course_key,
                Assessment.checklist_key == assessment.checklist_key,
            )
        )
        or 0
    )


def _on_record(db: Session, step_key: str, newest: StepMark | None) -> RecordedMark:
    if newest is None:
        return RecordedMark(step_key, 0, None, "", "", None)
    by = accounts.people(db, [newest.marked_by])[newest.marked_by].name
    return RecordedMark(step_key, newest.revision, newest.mark, newest.note, by, newest.marked_at)


def _record(
    db: Session, actor: Actor, assessment: Assessment, action: str, *, now: datetime, **details: str
) -> None:
    audit.record(
        db,
        actor.user_id,
        action,
        now=now,
        subject_kind="assessment",
        subject_id=assessment.id,
        person_id=assessment.student_id,
        details={"number": assessment.number, **details},
    )
