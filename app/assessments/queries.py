"""Reading assessments: the bedside page, the report, and lists for other features."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.accounts.actor import Actor
from app.assessments import domain, policy
from app.assessments.domain import Mark, Outcome, Result, SignRefusal
from app.assessments.models import Assessment, StepMark
from app.assessments.reasons import pass_rule
from app.courses import queries as courses
from app.courses.domain.delivery import Checklist, Step
from app.db.base import table_of
from app.db.prepared import Prepared
from app.kit.errors import NotFound
from app.kit.ids import AssessmentId, PracticalId, RevisionId, SeatId, UserId
from app.practicals import queries as practicals
from app.practicals.domain.seats import Attendance


@dataclass(frozen=True, slots=True)
class Standing:
    """One try in short. `outcome` None: not signed yet."""

    assessment_id: AssessmentId
    seat_id: SeatId
    number: int
    started_at: datetime
    signed_at: datetime | None
    outcome: Outcome | None

    @property
    def words(self) -> str:
        if self.outcome is None:
            return "Being assessed"
        return "Competent" if self.outcome is Outcome.competent else "Not yet competent"


@dataclass(frozen=True, slots=True)
class StartPage:
    """Who stands there: asked before the first mark. `open_id`: a try on this place that is not signed."""

    practical_id: PracticalId
    seat_id: SeatId
    student_name: str
    certificate_name: str | None
    access_needs: str | None
    practical_title: str
    starts_at: datetime
    zone: str
    room: str
    booked_at: datetime
    attended: bool
    checklist_title: str
    steps: int
    open_id: AssessmentId | None
    earlier: tuple[Standing, ...]


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
    student_name: str
    certificate_name: str | None
    instructor_name: str
    practical_title: str
    starts_at: datetime
    zone: str
    room: str
    course_title: str
    checklist: Checklist
    number: int
    version: int
    sections: tuple[SectionView, ...]
    comment: str
    comment_revision: int
    signed_at: datetime | None
    result: Result
    refusal: SignRefusal | None
    unmarked: tuple[StepView, ...]

    @property
    def total(self) -> int:
        return len(self.checklist.steps)

    @property
    def marked(self) -> int:
        return self.total - len(self.unmarked)

    @property
    def needed(self) -> tuple[str, ...]:
        """What competent needs, one sentence for each condition."""
        return pass_rule(self.checklist)

    @property
    def to_practise(self) -> tuple[StepView, ...]:
        """The steps that were not done unaided, with what the instructor noted on them."""
        keys = {step.key for step in self.result.to_practise}
        return tuple(
            view for section in self.sections for view in section.steps if view.step.key in keys
        )


@dataclass(frozen=True, slots=True)
class Report:
    """One line of a person's signed assessments."""

    assessment_id: AssessmentId
    course_key: str
    title: str
    number: int
    signed_at: datetime
    outcome: Outcome
    headline: str


@dataclass(frozen=True, slots=True)
class Unsigned:
    """An assessment somebody began and has not signed."""

    assessment_id: AssessmentId
    practical_id: PracticalId
    student_name: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Competent:
    """A signed assessment with the outcome competent: evidence for a certificate."""

    assessment_id: AssessmentId
    course_key: str
    seat_id: SeatId
    practical_id: PracticalId
    checklist_key: str
    instructor_id: UserId
    signed_at: datetime


# Built once, of plain columns: every home page of a student asks.
ASSESSMENT = table_of(Assessment).c
_theirs = select(*ASSESSMENT).where(ASSESSMENT.student_id == bindparam("user_id"))
SIGNED = Prepared(
    _theirs.where(ASSESSMENT.signed_at.is_not(None)).order_by(
        ASSESSMENT.signed_at.desc(), ASSESSMENT.id.desc()
    )
)
COMPETENT = Prepared(
    _theirs.where(ASSESSMENT.outcome == Outcome.competent).order_by(
        ASSESSMENT.signed_at, ASSESSMENT.id
    )
)


def start_page(db: Session, actor: Actor, practical_id: PracticalId, seat_id: SeatId) -> StartPage:
    """Return who is about to be assessed; NotFound unless the actor teaches this practical."""
    if not practicals.is_instructor_of(db, actor, practical_id):
        raise NotFound
    roster = practicals.roster(db, practical_id)
    seat = next((one for one in roster.seats if one.seat_id == seat_id), None)
    if seat is None:
        raise NotFound
    day = roster.practical
    checklist = checklist_of(db, day.revision_id, day.kind_key)
    person = accounts.people(db, [seat.user_id])[seat.user_id]
    tries = _tries(db, seat.user_id, day.course_key, checklist.key)
    open_here = [one for one in tries if one.signed_at is None and one.seat_id == seat_id]
    return StartPage(
        practical_id=practical_id,
        seat_id=seat_id,
        student_name=person.name,
        certificate_name=person.certificate_name,
        access_needs=seat.access_needs,
        practical_title=day.title,
        starts_at=day.starts_at,
        zone=day.zone,
        room=day.room,
        booked_at=seat.booked_at,
        attended=seat.attendance is Attendance.attended,
        checklist_title=checklist.title,
        steps=len(checklist.steps),
        open_id=open_here[0].assessment_id if open_here else None,
        earlier=tuple(one for one in tries if one.signed_at is not None),
    )


def bedside_sheet(db: Session, actor: Actor, assessment_id: AssessmentId) -> Sheet:
    """Return the sheet for marking; NotFound for anybody who may not mark it."""
    row = db.get(Assessment, assessment_id)
    if (
        row is None
        or not policy.may_assess_person(actor, row.student_id)
        or not practicals.is_instructor_of(db, actor, row.practical_id)
    ):
        raise NotFound
    return _sheet(db, row)


def report(db: Session, actor: Actor, assessment_id: AssessmentId) -> Sheet:
    """Return a signed assessment; NotFound for anybody who may not read it, and until it is signed."""
    row = db.get(Assessment, assessment_id)
    if row is None or row.signed_at is None:
        raise NotFound
    teaches_it = actor.is_instructor and practicals.is_instructor_of(db, actor, row.practical_id)
    if not policy.may_see_report(actor, row.student_id, is_signed=True, teaches_it=teaches_it):
        raise NotFound
    return _sheet(db, row)


def reports_of(db: Session, user_id: UserId) -> tuple[Report, ...]:
    """Return a person's signed assessments, newest first."""
    rows = SIGNED.all(db, user_id=user_id)
    marks = _marks_of(db, [row.id for row in rows])
    return tuple(_report(db, row, marks[row.id]) for row in rows)


def unsigned_of(db: Session, instructor_id: UserId) -> tuple[Unsigned, ...]:
    """Return what an instructor began and has not signed, oldest first."""
    rows = db.scalars(
        select(Assessment)
        .where(Assessment.instructor_id == instructor_id, Assessment.signed_at.is_(None))
        .order_by(Assessment.started_at, Assessment.id)
    ).all()
    names = accounts.people(db, [row.student_id for row in rows]) if rows else {}
    return tuple(
        Unsigned(row.id, row.practical_id, names[row.student_id].name, row.started_at)
        for row in rows
    )


def standings_on(db: Session, practical_ids: Sequence[PracticalId]) -> dict[SeatId, Standing]:
    """Return the newest try of each place of some practicals, for their rosters, in one statement."""
    rows = db.scalars(
        select(Assessment)
        .where(Assessment.practical_id.in_(practical_ids))
        .order_by(Assessment.number)
    )
    return {row.seat_id: _standing(row) for row in rows}


def competent_of(
    db: Session, user_id: UserId, course_key: str | None = None
) -> tuple[Competent, ...]:
    """Return a person's signed assessments that ended competent, of one course or of all, oldest
    first."""
    return tuple(
        Competent(
            row.id,
            row.course_key,
            row.seat_id,
            row.practical_id,
            row.checklist_key,
            row.instructor_id,
            row.signed_at,
        )
        for row in COMPETENT.all(db, user_id=user_id)
        if row.signed_at is not None and course_key in (None, row.course_key)
    )


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
    return _marks_of(db, [assessment_id])[assessment_id]


def _marks_of(db: Session, ids: list[AssessmentId]) -> dict[AssessmentId, dict[str, StepMark]]:
    if not ids:
        return {}
    entries: dict[AssessmentId, list[StepMark]] = {one: [] for one in ids}
    for entry in db.scalars(select(StepMark).where(StepMark.assessment_id.in_(ids))):
        entries[entry.assessment_id].append(entry)
    return {one: domain.current_marks(found) for one, found in entries.items()}


def _tries(
    db: Session, student_id: UserId, course_key: str, checklist_key: str
) -> tuple[Standing, ...]:
    rows = db.scalars(
        select(Assessment)
        .where(
            Assessment.student_id == student_id,
            Assessment.course_key == course_key,
            Assessment.checklist_key == checklist_key,
        )
        .order_by(Assessment.number)
    )
    return tuple(_standing(row) for row in rows)


def _standing(row: Assessment) -> Standing:
    return Standing(row.id, row.seat_id, row.number, row.started_at, row.signed_at, row.outcome)


def _report(db: Session, row: Assessment, marks: Mapping[str, StepMark]) -> Report:
    checklist = checklist_named(db, row.revision_id, row.checklist_key)
    result = domain.result(checklist, {key: entry.mark for key, entry in marks.items()})
    assert row.signed_at is not None  # noqa: S101 - the query asks for signed ones
    return Report(
        assessment_id=row.id,
        course_key=row.course_key,
        title=checklist.title,
        number=row.number,
        signed_at=row.signed_at,
        outcome=result.outcome,
        headline=result.headline,
    )


def _sheet(db: Session, row: Assessment) -> Sheet:
    day = practicals.practical_brief(db, row.practical_id)
    assert day is not None  # noqa: S101 - a foreign key says so
    people = accounts.people(db, [row.student_id, row.instructor_id])
    checklist = checklist_named(db, row.revision_id, row.checklist_key)
    entries = marks_of(db, row.id)
    marks = {key: entry.mark for key, entry in entries.items()}
    sections = _sections(checklist, entries)
    student = people[row.student_id]
    return Sheet(
        id=row.id,
        practical_id=row.practical_id,
        student_name=student.name,
        certificate_name=student.certificate_name,
        instructor_name=people[row.instructor_id].name,
        practical_title=day.title,
        starts_at=day.starts_at,
        zone=day.zone,
        room=day.room,
        course_title=courses.revision(db, row.revision_id).course.title,
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
    )


def _sections(checklist: Checklist, entries: Mapping[str, StepMark]) -> tuple[SectionView, ...]:
    numbers = {step.key: number for number, step in enumerate(checklist.steps, start=1)}

    def view(step: Step) -> StepView:
        entry = entries.get(step.key)
        if entry is None:
            return StepView(numbers[step.key], step, 0, None, "")
        return StepView(numbers[step.key], step, entry.revision, entry.mark, entry.note)

    return tuple(
        SectionView(section.key, section.title, tuple(view(step) for step in section.steps))
        for section in checklist.sections
    )
