"""Assessing by JSON, through the same use-cases as the pages."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.assessments import queries, service
from app.assessments.domain import Mark, Outcome
from app.assessments.forms import LONGEST_COMMENT, LONGEST_NOTE
from app.kit.ids import AssessmentId, EventId, PracticalId, SeatId, UserId
from app.kit.words import Words
from app.web.access import INSTRUCTOR, SIGNED_IN, STAFF
from app.web.json_body import JsonBody
from app.web.request_context import Visit
from app.web.routing import Api

api = Api("/api/v1", tags=["assessments"])


class Command(JsonBody):
    model_config = ConfigDict(str_strip_whitespace=True)


class Start(Command):
    practical_id: UUID
    seat_id: UUID


class Started(BaseModel):
    assessment_id: UUID


class NewMark(Command):
    """A mark of one step. `unmarked` takes the earlier mark back and keeps the note. `mark_id` is the
    device's id of this mark: sent again, it changes nothing. `person_id` is who marked on the device."""

    mark: Mark
    note: str = Field(default="", max_length=LONGEST_NOTE)
    expected_revision: int = Field(ge=0)
    mark_id: UUID | None = None
    person_id: UUID | None = None


class NewComment(Command):
    comment: str = Field(default="", max_length=LONGEST_COMMENT)
    expected_revision: int = Field(ge=0)
    person_id: UUID | None = None


class Stop(Command):
    step_key: str = Field(max_length=64)
    note: str = Field(default="", max_length=LONGEST_NOTE)


class Discard(Command):
    reason: str = Field(default="", max_length=LONGEST_NOTE)


class Signature(Command):
    expected_version: int = Field(ge=0)


class Saved(BaseModel):
    revision: int
    saved_at: datetime


class AssessmentsStepShape(BaseModel):
    key: str
    text: str
    critical: bool
    unaided: bool
    revision: int
    mark: Mark | None
    note: str


class NotCompetentReason(BaseModel):
    """One reason why an assessment is not competent: a stable word and its sentence."""

    code: str
    sentence: str


class SheetShape(BaseModel):
    assessment_id: UUID
    number: int
    version: int
    comment: str
    comment_revision: int
    signed_at: datetime | None
    outcome: Outcome | None
    reasons: tuple[NotCompetentReason, ...]
    needed: tuple[str, ...]
    steps: tuple[AssessmentsStepShape, ...]

    @classmethod
    def of(cls, sheet: queries.Sheet, words: Words) -> Self:
        """`outcome` and `reasons` are told once it is signed; before, they would sway the marks."""
        return cls(
            assessment_id=sheet.id,
            number=sheet.number,
            version=sheet.version,
            comment=sheet.comment,
            comment_revision=sheet.comment_revision,
            signed_at=sheet.signed_at,
            outcome=sheet.result.outcome if sheet.signed_at else None,
            reasons=tuple(
                NotCompetentReason(code=reason.code, sentence=words.of(reason.sentence))
                for reason in (sheet.result.reasons if sheet.signed_at else ())
            ),
            needed=tuple(map(words.of, sheet.needed)),
            steps=tuple(
                AssessmentsStepShape(
                    key=view.step.key,
                    text=view.step.text,
                    critical=view.step.critical,
                    unaided=view.step.unaided,
                    revision=view.revision,
                    mark=view.mark,
                    note=view.note,
                )
                for section in sheet.sections
                for view in section.steps
            ),
        )


class ReportShape(BaseModel):
    assessment_id: UUID
    course_key: str
    title: str
    number: int
    signed_at: datetime
    outcome: Outcome
    headline: str


@api.post(
    "/assessments",
    name="api.assessments.start",
    access=INSTRUCTOR,
    status_code=201,
    response_model=Started,
)
def start(visit: Visit, command: Start) -> Started:
    """Begin an assessment, or get the one that is open on this place."""
    with visit.database.write() as db:
        assessment_id = service.start_assessment(
            db,
            visit.actor,
            PracticalId(command.practical_id),
            SeatId(command.seat_id),
            now=visit.now,
        )
    return Started(assessment_id=assessment_id)


@api.get(
    "/assessments/{assessment_id}",
    name="api.assessments.sheet",
    access=INSTRUCTOR,
    response_model=SheetShape,
)
def show_sheet(visit: Visit, assessment_id: AssessmentId) -> SheetShape:
    return _bedside(visit, assessment_id)


@api.put(
    "/assessments/{assessment_id}/steps/{step_key}",
    name="api.assessments.mark",
    access=INSTRUCTOR,
    response_model=Saved,
)
def mark_step(visit: Visit, assessment_id: AssessmentId, step_key: str, command: NewMark) -> Saved:
    """Mark one step. 409 with both versions when a newer mark is on record."""
    with visit.database.write() as db:
        revision = service.mark_step(
            db,
            visit.actor,
            assessment_id,
            step_key,
            command.mark,
            command.note,
            expected_revision=command.expected_revision,
            now=visit.now,
            mark_id=EventId(command.mark_id) if command.mark_id else None,
            person_id=UserId(command.person_id) if command.person_id else None,
        )
    return Saved(revision=revision, saved_at=visit.now)


@api.put(
    "/assessments/{assessment_id}/comment",
    name="api.assessments.comment",
    access=INSTRUCTOR,
    response_model=Saved,
)
def save_comment(visit: Visit, assessment_id: AssessmentId, command: NewComment) -> Saved:
    with visit.database.write() as db:
        revision = service.save_comment(
            db,
            visit.actor,
            assessment_id,
            command.comment,
            expected_revision=command.expected_revision,
            now=visit.now,
            person_id=UserId(command.person_id) if command.person_id else None,
        )
    return Saved(revision=revision, saved_at=visit.now)


@api.post(
    "/assessments/{assessment_id}/signature",
    name="api.assessments.sign",
    access=INSTRUCTOR,
    response_model=SheetShape,
)
def sign(visit: Visit, assessment_id: AssessmentId, command: Signature) -> SheetShape:
    with visit.database.write() as db:
        service.sign_assessment(
            db,
            visit.actor,
            assessment_id,
            expected_version=command.expected_version,
            now=visit.now,
        )
    return _bedside(visit, assessment_id)


@api.post(
    "/assessments/{assessment_id}/stop",
    name="api.assessments.stop",
    access=INSTRUCTOR,
    response_model=SheetShape,
)
def stop(visit: Visit, assessment_id: AssessmentId, command: Stop) -> SheetShape:
    """Stop for safety at one step, with a note: every unmarked step becomes `not_observed`."""
    with visit.database.write() as db:
        service.stop_assessment(
            db, visit.actor, assessment_id, command.step_key, command.note, now=visit.now
        )
    return _bedside(visit, assessment_id)


@api.delete(
    "/assessments/{assessment_id}/stop",
    name="api.assessments.resume",
    access=INSTRUCTOR,
    response_model=SheetShape,
)
def resume(visit: Visit, assessment_id: AssessmentId) -> SheetShape:
    """Take a stop back: the steps that were not observed have no mark again."""
    with visit.database.write() as db:
        service.resume_assessment(db, visit.actor, assessment_id, now=visit.now)
    return _bedside(visit, assessment_id)


@api.post(
    "/assessments/{assessment_id}/discard",
    name="api.assessments.discard",
    access=STAFF,
    status_code=204,
)
def discard(visit: Visit, assessment_id: AssessmentId, command: Discard) -> None:
    """Discard an unsigned sheet that was opened by mistake, with a reason."""
    with visit.database.write() as db:
        service.discard_assessment(db, visit.actor, assessment_id, command.reason, now=visit.now)


@api.get("/reports", name="api.reports", access=SIGNED_IN, response_model=tuple[ReportShape, ...])
def my_reports(visit: Visit) -> tuple[ReportShape, ...]:
    """Your own signed assessments, newest first."""
    with visit.database.read() as db:
        reports = queries.reports_of(db, visit.actor.user_id)
    return tuple(_report(report, visit.words) for report in reports)


@api.get(
    "/reports/{assessment_id}",
    name="api.report",
    access=SIGNED_IN,
    response_model=SheetShape,
)
def show_report(visit: Visit, assessment_id: AssessmentId) -> SheetShape:
    with visit.database.read() as db:
        return SheetShape.of(queries.report(db, visit.actor, assessment_id), visit.words)


def _report(report: queries.Report, words: Words) -> ReportShape:
    return ReportShape(
        assessment_id=report.assessment_id,
        course_key=report.course_key,
        title=report.title,
        number=report.number,
        signed_at=report.signed_at,
        outcome=report.outcome,
        headline=words.of(report.headline),
    )


def _bedside(visit: Visit, assessment_id: AssessmentId) -> SheetShape:
    with visit.database.read() as db:
        return SheetShape.of(queries.bedside_sheet(db, visit.actor, assessment_id), visit.words)
