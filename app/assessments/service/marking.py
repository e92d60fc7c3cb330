"""Starting, marking and signing. Each command first updates the row of the assessment, which locks
it: two tablets take turns, and the second sees what the first has done."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.assessments import domain, policy, queries
from app.assessments.domain import ABSENT, ALREADY_SIGNED, Mark, Outcome
from app.assessments.errors import (
    AssessmentStartRefused,
    ChangedBeforeSigning,
    DiscardRefused,
    MarkRefused,
    OtherPerson,
    RecordedMark,
    SignRefused,
    StaleComment,
    StaleMark,
)
from app.assessments.facts import AssessmentSigned
from app.assessments.mails import AssessmentSignedMail
from app.assessments.models import Assessment, StepMark
from app.assessments.steps.recording import add_mark, lock_sheet, record_act
from app.courses.domain.delivery import Checklist
from app.kit.actor import Actor, require
from app.kit.errors import NotFound
from app.kit.ids import AssessmentId, EventId, PracticalId, SeatId, UserId, new_uuid
from app.kit.messages import msg
from app.notices.steps.sending import send
from app.outbox import service as outbox
from app.practicals import queries as practicals
from app.practicals.domain.seats import Attendance
from app.practicals.domain.states import EXPECTED
from app.practicals.service import mark_attendance
from app.practicals.steps.attendance_evidence import lock_seat

NOT_ONESELF = msg("You cannot assess yourself. Ask another instructor of this practical.")


def start_assessment(
    db: Session, actor: Actor, practical_id: PracticalId, seat_id: SeatId, *, now: datetime
) -> AssessmentId:
    """Begin an assessment of the holder of this place, whose identity the instructor has just
    confirmed.

    Confirming the person also records their attendance, because nobody is assessed who was not
    there (R-044).
    Returns the unsigned assessment of this seat if there is one; otherwise starts the next.
    Refused for oneself, for a place that is not confirmed, for a cancelled practical and before its
    day.
    """
    require(policy.may_assess(actor))
    seat = _assessable_seat(db, actor, practical_id, seat_id)
    # This locks the practical, so that two tablets that begin at the same time take turns from
    # here.
    mark_attendance(db, actor, practical_id, seat_id, Attendance.attended, now=now)
    if (open_id := _open_on(db, seat_id)) is not None:
        return open_id
    # Read again under the lock: the practical may have taken a corrected checklist while this
    # command waited.
    day = practicals.practical_summary(db, practical_id)
    assert day is not None  # noqa: S101 - the gate was taken
    assessment = _add_try(db, actor, replace(seat, practical=day), now=now)
    record_act(db, actor, assessment, "assessments.assessment_started", now=now)
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
    mark_id: EventId | None = None,
    person_id: UserId | None = None,
) -> int:
    """Append a mark of one step, or take the mark back (`unmarked`), and return its revision.

    Refused with both versions when a newer mark is on record than the one that was seen. `mark_id` is
    the device's id of this mark: sent again, it changes nothing. The same mark sent again by the same
    person is no conflict either. `person_id` is who marked on the device: refused when another person
    is signed in. Nothing changes after signing.
    """
    require(policy.may_assess(actor))
    _demand_same_person(actor, person_id)
    assessment, checklist = open_sheet(db, actor, assessment_id)
    if not any(step.key == step_key for step in checklist.steps):
        raise NotFound
    if assessment.stopped_step == step_key and not note:
        raise MarkRefused(msg("The assessment was stopped at this step: its note is needed."))
    newest = _newest(db, assessment_id, step_key)
    revision = newest.revision if newest else 0
    _demand_stop_stands(newest, mark)
    if _is_recorded(db, actor, assessment_id, step_key, newest, mark, note, mark_id):
        return revision
    if revision != expected_revision:
        raise StaleMark(_on_record(db, step_key, newest), mark, note)
    before = {step_key: newest} if newest else {}
    add_mark(db, actor, assessment.id, step_key, mark, note, before, now=now, mark_id=mark_id)
    return revision + 1


def save_comment(
    db: Session,
    actor: Actor,
    assessment_id: AssessmentId,
    comment: str,
    *,
    expected_revision: int,
    now: datetime,
    person_id: UserId | None = None,
) -> int:
    """Save the comment for the student and return its revision. Refused, with both versions, if it
    was changed in the meantime; refused after signing. `person_id` is as for marks."""
    require(policy.may_assess(actor))
    _demand_same_person(actor, person_id)
    assessment, _ = open_sheet(db, actor, assessment_id)
    if assessment.comment == comment:
        return assessment.comment_revision
    if assessment.comment_revision != expected_revision:
        raise StaleComment(assessment.comment, assessment.comment_revision, comment)
    assessment.comment = comment
    assessment.comment_revision += 1
    record_act(db, actor, assessment, "assessments.comment_saved", now=now)
    return assessment.comment_revision


def sign_assessment(
    db: Session, actor: Actor, assessment_id: AssessmentId, *, expected_version: int, now: datetime
) -> None:
    """Sign the assessment as it was shown. From now on the outcome is fixed and the student may
    read it.

    Refused while a step is unmarked, while the student is not marked as present (R-044), after a
    first signature, and if anything changed after the marks were shown. The signer is responsible
    for the outcome.
    """
    require(policy.may_assess(actor))
    assessment, checklist = open_sheet(db, actor, assessment_id)
    marks = domain.counted_marks(queries.marks_of(db, assessment_id).values())
    if refusal := domain.sign_refusal(checklist, marks, is_signed=False):
        raise SignRefused(refusal)
    _demand_present(db, assessment)
    if assessment.version - 1 != expected_version:  # locking has increased it by one
        raise ChangedBeforeSigning
    result = domain.result(checklist, marks)
    assessment.signed_at = now
    assessment.instructor_id = actor.user_id
    assessment.outcome = result.outcome
    assessment.earned = result.earned
    assessment.possible = result.possible
    record_act(
        db,
        actor,
        assessment,
        "assessments.assessment_signed",
        now=now,
        outcome=result.outcome.value,
    )
    _tell_of_outcome(db, assessment, checklist, result.outcome, now=now)


def _demand_present(db: Session, assessment: Assessment) -> None:
    """Refuse to sign for an absent person. The seat stays locked until the signature is committed."""
    seat = lock_seat(db, assessment.seat_id)
    if seat.state not in EXPECTED or seat.attendance is not Attendance.attended:
        raise SignRefused(ABSENT)


def _assessable_seat(
    db: Session, actor: Actor, practical_id: PracticalId, seat_id: SeatId
) -> practicals.SeatSummary:
    """Return a place on a practical of this instructor, if they may assess its holder."""
    seat = practicals.seat(db, seat_id)
    if (
        seat is None
        or seat.practical.practical_id != practical_id
        or not practicals.is_instructor_of(db, actor, practical_id)
    ):
        raise NotFound
    require(policy.may_assess_person(actor, seat.user_id), NOT_ONESELF)
    if seat.state not in EXPECTED:
        raise AssessmentStartRefused(
            msg("This place is not held any more. Open the roster again and check who is on it.")
        )
    return seat


def _add_try(
    db: Session, actor: Actor, seat: practicals.SeatSummary, *, now: datetime
) -> Assessment:
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
        raise AssessmentStartRefused(
            msg("Another assessment of this person began in the same moment. Try again.")
        ) from None
    return assessment


def _tell_of_outcome(
    db: Session, assessment: Assessment, checklist: Checklist, outcome: Outcome, *, now: datetime
) -> None:
    """Announce the outcome, and tell the student that the report is ready."""
    signed = AssessmentSigned(
        user_id=assessment.student_id,
        course_key=assessment.course_key,
        assessment_id=assessment.id,
        outcome=outcome,
    )
    outbox.announce(db, signed, now=now)
    student = accounts.people(db, [assessment.student_id])[assessment.student_id]
    mail = AssessmentSignedMail(
        name=student.name, title=checklist.title, assessment_id=assessment.id
    )
    send(db, student, mail, now=now)


def open_sheet(
    db: Session, actor: Actor, assessment_id: AssessmentId
) -> tuple[Assessment, Checklist]:
    """Lock and return an unsigned assessment that the actor may mark."""
    assessment = lock_sheet(db, assessment_id)
    if not practicals.is_instructor_of(db, actor, assessment.practical_id):
        raise NotFound
    require(policy.may_assess_person(actor, assessment.student_id), NOT_ONESELF)
    if assessment.signed_at is not None:
        raise SignRefused(ALREADY_SIGNED)
    if assessment.discarded_at is not None:
        raise DiscardRefused(queries.DISCARDED)
    checklist = queries.checklist_named(db, assessment.revision_id, assessment.checklist_key)
    return assessment, checklist


def _demand_stop_stands(newest: StepMark | None, mark: Mark) -> None:
    """Refuse a mark that would make or undo part of a stop; only stopping and resuming do that, for
    all steps."""
    is_unobserved = newest is not None and newest.mark is Mark.not_observed
    if mark is Mark.not_observed and not is_unobserved:
        raise MarkRefused(msg("Only stopping the assessment makes a step not observed."))
    if is_unobserved and mark is not Mark.not_observed:
        raise MarkRefused(
            msg(
                "The assessment was stopped before this step. Go on with the assessment first, then mark it."
            )
        )


def _demand_same_person(actor: Actor, person_id: UserId | None) -> None:
    """Refuse a change that one person made on a device if another person's sign-in sends it."""
    if person_id is not None and person_id != actor.user_id:
        raise OtherPerson


def _newest(db: Session, assessment_id: AssessmentId, step_key: str) -> StepMark | None:
    return db.scalars(
        select(StepMark)
        .where(StepMark.assessment_id == assessment_id, StepMark.step_key == step_key)
        .order_by(StepMark.revision.desc())
        .limit(1)
    ).one_or_none()


def _is_recorded(
    db: Session,
    actor: Actor,
    assessment_id: AssessmentId,
    step_key: str,
    newest: StepMark | None,
    mark: Mark,
    note: str,
    mark_id: EventId | None,
) -> bool:
    """Return whether this mark is already recorded. Raise StaleMark if somebody has changed it
    since."""
    same_id = db.get(StepMark, mark_id) if mark_id else None
    if same_id and (same_id.assessment_id, same_id.step_key) != (assessment_id, step_key):
        raise MarkRefused(msg("The id of this mark was used for another step."))
    if same_id and (same_id.mark, same_id.note, same_id.marked_by) != (mark, note, actor.user_id):
        raise MarkRefused(msg("The id of this mark was used for another mark."))
    if newest is None:
        return mark is Mark.unmarked and not note
    if same_id and newest.marked_by != actor.user_id:
        raise StaleMark(_on_record(db, step_key, newest), mark, note)
    same = (newest.mark, newest.note, newest.marked_by) == (mark, note, actor.user_id)
    return same or same_id is not None


def _open_on(db: Session, seat_id: SeatId) -> AssessmentId | None:
    return db.scalar(
        select(Assessment.id).where(
            Assessment.seat_id == seat_id,
            Assessment.signed_at.is_(None),
            Assessment.discarded_at.is_(None),
        )
    )


def _last_number(db: Session, assessment: Assessment) -> int:
    return (
        db.scalar(
            select(func.max(Assessment.number)).where(
                Assessment.student_id == assessment.student_id,
                Assessment.course_key == assessment.course_key,
                Assessment.checklist_key == assessment.checklist_key,
                Assessment.discarded_at.is_(None),
            )
        )
        or 0
    )


def _on_record(db: Session, step_key: str, newest: StepMark | None) -> RecordedMark:
    if newest is None:
        return RecordedMark(step_key, 0, None, "", "", None)
    by = accounts.people(db, [newest.marked_by])[newest.marked_by].name
    return RecordedMark(step_key, newest.revision, newest.mark, newest.note, by, newest.marked_at)
