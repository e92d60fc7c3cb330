"""Reading one assessment: the bedside page and the report."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.assessments import domain, policy
from app.assessments.domain import AssessmentResult, Mark
from app.assessments.errors import DiscardRefused
from app.assessments.models import Assessment, StepMark
from app.assessments.reasons import pass_rule
from app.courses import queries as courses
from app.courses.domain.delivery import Checklist, Step
from app.kit.actor import Actor
from app.kit.errors import NotFound, Refusal
from app.kit.ids import AssessmentId, PracticalId, RevisionId, SeatId, UserId
from app.kit.messages import Message, msg
from app.practicals import queries as practicals

DISCARDED = msg("This sheet was discarded. Open the roster to assess this person.")


@dataclass(frozen=True, slots=True)
class StepView:
    number: int
    step: Step
    revision: int
    mark: Mark | None
    note: str


@dataclass(frozen=True, slots=True)
class SectionView:
    key: str
    title: str
    steps: tuple[StepView, ...]

    @property
    def marked(self) -> int:
        return sum(view.mark is not None for view in self.steps)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One assessment with every step of its checklist, as marked so far."""

    id: AssessmentId
    practical_id: PracticalId
    seat_id: SeatId
    student_id: UserId
    student_name: str
    certificate_name: str | None
    instructor_name: str
    practical_title: str
    starts_at: datetime
    zone: str
    room: str
    course_key: str
    course_title: str
    course_language: str
    checklist: Checklist
    number: int
    version: int
    sections: tuple[SectionView, ...]
    comment: str
    comment_revision: int
    signed_at: datetime | None
    result: AssessmentResult
    refusal: Refusal | None
    unmarked: tuple[StepView, ...]
    stopped_at: datetime | None
    stopped_step: StepView | None

    @property
    def total(self) -> int:
        return len(self.checklist.steps)

    @property
    def marked(self) -> int:
        return self.total - len(self.unmarked)

    @property
    def needed(self) -> tuple[Message, ...]:
        """The conditions of the outcome competent, one sentence each."""
        return pass_rule(self.checklist)

    def after(self, view: StepView) -> str:
        """Return the anchor of the next unmarked step after this one, or of the comment."""
        keys = (other.step.key for other in self.unmarked if other.number > view.number)
        key = next(keys, None)
        return f"step-{key}" if key else "comment"

    @property
    def stop_at(self) -> StepView | None:
        """Return the step at which the assessment would be stopped now: the latest failed critical
        step, or the next step to mark."""
        failed = {step.key for step in self.result.failed}
        views = [view for section in self.sections for view in section.steps]
        critical = [view for view in views if view.step.key in failed]
        return critical[-1] if critical else self.unmarked[0] if self.unmarked else None

    @property
    def to_practise(self) -> tuple[StepView, ...]:
        """The steps that were not done unaided, with what the instructor noted on them."""
        keys = {step.key for step in self.result.to_practise}
        return tuple(
            view for section in self.sections for view in section.steps if view.step.key in keys
        )


def bedside_sheet(db: Session, actor: Actor, assessment_id: AssessmentId) -> Sheet:
    """Return the sheet for marking. Raise NotFound for people who may not mark it."""
    row = db.get(Assessment, assessment_id)
    if (
        row is None
        or not policy.may_assess_person(actor, row.student_id)
        or not practicals.is_instructor_of(db, actor, row.practical_id)
    ):
        raise NotFound
    if row.discarded_at is not None:
        raise DiscardRefused(DISCARDED)
    return _sheet(db, row)


@dataclass(frozen=True, slots=True)
class DiscardPage:
    """An unsigned assessment that the reader may discard."""

    id: AssessmentId
    practical_id: PracticalId
    student_name: str
    instructor_name: str
    practical_title: str
    started_at: datetime
    zone: str
    marked: int
    is_theirs: bool


def discard_page(db: Session, actor: Actor, assessment_id: AssessmentId) -> DiscardPage:
    """Return the assessment to discard. Raise NotFound for people who may not discard it, and if it
    is already signed or discarded."""
    row = db.get(Assessment, assessment_id)
    if row is None or row.signed_at is not None or row.discarded_at is not None:
        raise NotFound
    teaches_it = actor.is_instructor and practicals.is_instructor_of(db, actor, row.practical_id)
    may_discard = policy.may_discard_sheet(
        actor, instructor_id=row.instructor_id, student_id=row.student_id
    )
    if not (teaches_it or actor.is_admin) or not may_discard:
        raise NotFound
    day = practicals.practical_summary(db, row.practical_id)
    assert day is not None  # noqa: S101 - a foreign key says so
    people = accounts.people(db, [row.student_id, row.instructor_id])
    return DiscardPage(
        id=row.id,
        practical_id=row.practical_id,
        student_name=people[row.student_id].name,
        instructor_name=people[row.instructor_id].name,
        practical_title=day.title,
        started_at=row.started_at,
        zone=day.zone,
        marked=len(domain.counted_marks(marks_of(db, row.id).values())),
        is_theirs=teaches_it,
    )


def report(db: Session, actor: Actor, assessment_id: AssessmentId) -> Sheet:
    """Return a signed assessment. Raise NotFound for people who may not read it, and until it is
    signed."""
    row = db.get(Assessment, assessment_id)
    if row is None or row.signed_at is None:
        raise NotFound
    teaches_it = actor.is_instructor and practicals.is_instructor_of(db, actor, row.practical_id)
    if not policy.may_see_report(actor, row.student_id, is_signed=True, teaches_it=teaches_it):
        raise NotFound
    return _sheet(db, row)


def checklist_of(db: Session, revision_id: RevisionId, kind_key: str) -> Checklist:
    """Return the checklist by which a kind of practical is assessed."""
    kind = courses.revision(db, revision_id).course.practical(kind_key)
    return checklist_named(db, revision_id, kind.checklist if kind else "")


def checklist_named(db: Session, revision_id: RevisionId, checklist_key: str) -> Checklist:
    """Return a checklist of a revision, or raise NotFound."""
    checklist = courses.revision(db, revision_id).course.checklist(checklist_key)
    if checklist is None:
        raise NotFound
    return checklist


def marks_of(db: Session, assessment_id: AssessmentId) -> dict[str, StepMark]:
    """Return the current mark of each marked step."""
    return marks_of_all(db, [assessment_id])[assessment_id]


def marks_of_all(db: Session, ids: list[AssessmentId]) -> dict[AssessmentId, dict[str, StepMark]]:
    if not ids:
        return {}
    entries: dict[AssessmentId, list[StepMark]] = {assessment_id: [] for assessment_id in ids}
    for entry in db.scalars(select(StepMark).where(StepMark.assessment_id.in_(ids))):
        entries[entry.assessment_id].append(entry)
    return {assessment_id: domain.current_marks(marks) for assessment_id, marks in entries.items()}


def _sheet(db: Session, row: Assessment) -> Sheet:
    day = practicals.practical_summary(db, row.practical_id)
    assert day is not None  # noqa: S101 - a foreign key says so
    people = accounts.people(db, [row.student_id, row.instructor_id])
    published = courses.revision(db, row.revision_id)
    checklist = checklist_named(db, row.revision_id, row.checklist_key)
    entries = marks_of(db, row.id)
    marks = domain.counted_marks(entries.values())
    sections = _sections(checklist, entries)
    student = people[row.student_id]
    return Sheet(
        id=row.id,
        practical_id=row.practical_id,
        seat_id=row.seat_id,
        student_id=row.student_id,
        student_name=student.name,
        certificate_name=student.certificate_name,
        instructor_name=people[row.instructor_id].name,
        practical_title=day.title,
        starts_at=day.starts_at,
        zone=day.zone,
        room=day.room,
        course_key=row.course_key,
        course_title=published.course.title,
        course_language=published.language,
        checklist=checklist,
        number=row.number,
        version=row.version,
        sections=sections,
        comment=row.comment,
        comment_revision=row.comment_revision,
        signed_at=row.signed_at,
        result=domain.result(checklist, marks),
        refusal=domain.sign_refusal(checklist, marks, is_signed=row.signed_at is not None),
        unmarked=tuple(view for section in sections for view in section.steps if view.mark is None),
        stopped_at=row.stopped_at,
        stopped_step=next(
            (v for s in sections for v in s.steps if v.step.key == row.stopped_step), None
        ),
    )


def _sections(checklist: Checklist, entries: Mapping[str, StepMark]) -> tuple[SectionView, ...]:
    numbers = {step.key: number for number, step in enumerate(checklist.steps, start=1)}

    def view(step: Step) -> StepView:
        entry = entries.get(step.key)
        if entry is None:
            return StepView(numbers[step.key], step, 0, None, "")
        mark = None if entry.mark is Mark.unmarked else entry.mark
        return StepView(numbers[step.key], step, entry.revision, mark, entry.note)

    return tuple(
        SectionView(section.key, section.title, tuple(view(step) for step in section.steps))
        for section in checklist.sections
    )
