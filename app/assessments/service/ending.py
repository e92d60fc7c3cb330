"""Use-cases that end an assessment early: stopping it for safety, and discarding one opened by mistake."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.assessments import domain, policy, queries
from app.assessments.domain import Mark
from app.assessments.errors import DiscardRefused, StopRefused
from app.assessments.models import Assessment
from app.assessments.service.marking import open_sheet
from app.assessments.steps.recording import add_mark, lock_sheet, record_act
from app.kit.actor import Actor, require
from app.kit.errors import Invalid, NotFound
from app.kit.ids import AssessmentId
from app.kit.messages import msg
from app.practicals import queries as practicals


def stop_assessment(
    db: Session,
    actor: Actor,
    assessment_id: AssessmentId,
    step_key: str,
    note: str,
    *,
    now: datetime,
) -> None:
    """Stop the assessment for safety at one step: every step without a mark becomes not observed.

    The note says what happened at that step and is required. The sheet can then be signed, always as
    not yet competent. Refused when every step is marked, because nothing is left to stop.
    """
    require(policy.may_assess(actor))
    assessment, checklist = open_sheet(db, actor, assessment_id)
    if all(step.key != step_key for step in checklist.steps):
        raise NotFound
    if not note:
        raise Invalid(
            msg("Say what happened."), fields={"note": msg("Write what happened at this step.")}
        )
    entries = queries.marks_of(db, assessment_id)
    marks = domain.counted_marks(entries.values())
    unmarked = domain.unmarked_steps(checklist, marks)
    if not unmarked:
        if assessment.stopped_step == step_key and entries[step_key].note == note:
            return  # the same stop was sent twice
        raise StopRefused(
            msg("Every step has a mark, so nothing is left to stop. Check and sign instead.")
        )
    for step in unmarked:
        text = note if step.key == step_key else ""
        add_mark(db, actor, assessment_id, step.key, Mark.not_observed, text, entries, now=now)
    cause = marks.get(step_key)
    if cause is not None and entries[step_key].note != note:
        add_mark(db, actor, assessment_id, step_key, cause, note, entries, now=now)
    assessment.stopped_at = now
    assessment.stopped_step = step_key
    record_act(db, actor, assessment, "assessments.assessment_stopped", now=now, step=step_key)


def resume_assessment(
    db: Session, actor: Actor, assessment_id: AssessmentId, *, now: datetime
) -> None:
    """Undo a stop: the steps that were not observed have no mark again. Does nothing if the
    assessment is not stopped."""
    require(policy.may_assess(actor))
    assessment, _ = open_sheet(db, actor, assessment_id)
    if assessment.stopped_step is None:
        return
    entries = queries.marks_of(db, assessment_id)
    for key, entry in entries.items():
        if entry.mark is Mark.not_observed:
            add_mark(db, actor, assessment_id, key, Mark.unmarked, entry.note, entries, now=now)
    assessment.stopped_at = assessment.stopped_step = None
    record_act(db, actor, assessment, "assessments.assessment_resumed", now=now)


def _demand_open(assessment: Assessment) -> None:
    if assessment.signed_at is not None:
        raise DiscardRefused(
            msg("This assessment is signed and stays. A second try is a new assessment.")
        )
    if assessment.discarded_at is not None:
        raise DiscardRefused(msg("This assessment was discarded already."))


def discard_assessment(
    db: Session, actor: Actor, assessment_id: AssessmentId, reason: str, *, now: datetime
) -> None:
    """Discard a sheet that was opened by mistake. Its marks stay as evidence, but it is no longer
    open and does not count as a try. Allowed for the instructor who began it and for admins, but
    not for a sheet about themselves and not once it is signed."""
    require(policy.may_discard(actor))
    assessment = lock_sheet(db, assessment_id)
    is_instructor_of = actor.is_instructor and practicals.is_instructor_of(
        db, actor, assessment.practical_id
    )
    if not (is_instructor_of or actor.is_admin):
        raise NotFound
    may_discard = policy.may_discard_sheet(
        actor, instructor_id=assessment.instructor_id, student_id=assessment.student_id
    )
    require(may_discard, policy.NOT_THEIR_SHEET)
    _demand_open(assessment)
    if not reason:
        raise Invalid(
            msg("Give a reason."), fields={"reason": msg("Write why this sheet is discarded.")}
        )
    number = assessment.number
    try:
        with db.begin_nested():
            assessment.number = _next_discarded_number(db, assessment)
            assessment.discarded_at = now
            assessment.discarded_by = actor.user_id
            assessment.discard_reason = reason
            db.flush()
    except IntegrityError:  # another sheet of the same person was discarded in the same moment
        raise DiscardRefused(
            msg("Another sheet of this person was discarded now. Try again.")
        ) from None
    record_act(
        db,
        actor,
        assessment,
        "assessments.assessment_discarded",
        now=now,
        reason=reason,
        discarded=number,
    )


def _next_discarded_number(db: Session, assessment: Assessment) -> int:
    """Return the next negative number. A discarded sheet takes one, so that its own number is free
    for the next try."""
    lowest = db.scalar(
        select(func.min(Assessment.number)).where(
            Assessment.student_id == assessment.student_id,
            Assessment.course_key == assessment.course_key,
            Assessment.checklist_key == assessment.checklist_key,
        )
    )
    return min(lowest or 0, 0) - 1
