"""Reads assessments in short: who is about to be assessed, the state of each place, and lists for
other features."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, func, select
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.assessments import domain
from app.assessments.domain import Mark, Outcome
from app.assessments.models import Assessment, StepMark
from app.assessments.queries.sheets import checklist_named, checklist_of
from app.courses import queries as courses
from app.db.base import table_of
from app.db.prepared import Prepared
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.ids import AssessmentId, PracticalId, SeatId, UserId
from app.kit.messages import Message, msg
from app.practicals import queries as practicals
from app.practicals.domain.seats import Attendance


@dataclass(frozen=True, slots=True)
class AssessmentSummary:
    """One assessment in short. `outcome` is None until it is signed."""

    assessment_id: AssessmentId
    seat_id: SeatId
    number: int
    started_at: datetime
    signed_at: datetime | None
    outcome: Outcome | None

    @property
    def words(self) -> Message:
        if self.outcome is None:
            return msg("Being assessed")
        return msg("Competent") if self.outcome is Outcome.competent else msg("Not yet competent")


@dataclass(frozen=True, slots=True)
class AssessmentStartPage:
    """The person to be assessed, shown for confirmation before the first mark. `open_id` is an
    unsigned assessment of this place."""

    practical_id: PracticalId
    seat_id: SeatId
    student_name: str
    certificate_name: str | None
    has_access_needs: bool
    practical_title: str
    starts_at: datetime
    zone: str
    room: str
    booked_at: datetime
    attended: bool
    checklist_title: str
    steps: int
    open_id: AssessmentId | None
    earlier: tuple[AssessmentSummary, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """One line of a person's signed assessments."""

    assessment_id: AssessmentId
    course_key: str
    title: str
    number: int
    signed_at: datetime
    outcome: Outcome
    headline: Message


@dataclass(frozen=True, slots=True)
class Unsigned:
    """An assessment somebody began and has not signed."""

    assessment_id: AssessmentId
    practical_id: PracticalId
    student_name: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class SeatTries:
    """The assessments of one place of a roster. `open_id` is an unsigned sheet, with `marked` of
    `total` steps marked; `total` is None if this version cannot read the course. `report_id` is the
    newest signed one."""

    open_id: AssessmentId | None
    marked: int
    total: int | None
    report_id: AssessmentId | None
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class NextPerson:
    """The next person to assess on a practical. `open_id` is their unsigned sheet, if there is one."""

    seat_id: SeatId
    name: str
    open_id: AssessmentId | None


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


@dataclass(frozen=True, slots=True)
class SignedAssessments:
    """A person's signed assessments: a report of each, newest first, and those that ended competent,
    oldest first."""

    reports: tuple[Report, ...]
    competent: tuple[Competent, ...]


ASSESSMENT, MARK = table_of(Assessment).c, table_of(StepMark).c
SIGNED = Prepared(
    select(
        ASSESSMENT.id,
        ASSESSMENT.course_key,
        ASSESSMENT.seat_id,
        ASSESSMENT.practical_id,
        ASSESSMENT.checklist_key,
        ASSESSMENT.instructor_id,
        ASSESSMENT.revision_id,
        ASSESSMENT.number,
        ASSESSMENT.signed_at,
        ASSESSMENT.outcome,
        MARK.step_key,
        MARK.mark,
        MARK.revision,
    )
    .join_from(
        table_of(Assessment),
        table_of(StepMark),
        MARK.assessment_id == ASSESSMENT.id,
        isouter=True,
    )
    .where(ASSESSMENT.student_id == bindparam("user_id"), ASSESSMENT.signed_at.is_not(None))
    .order_by(ASSESSMENT.signed_at, ASSESSMENT.id)
)
"""A person's signed assessments, oldest first, with a row for each of their marks."""


def _marked_steps() -> ColumnElement[int]:
    """Return SQL for the number of steps of an assessment whose newest revision is a mark."""
    mark, newer = table_of(StepMark), table_of(StepMark).alias()
    return (
        select(func.count())
        .select_from(mark)
        .where(
            mark.c.assessment_id == ASSESSMENT.id,
            mark.c.mark != Mark.unmarked,
            ~exists().where(
                newer.c.assessment_id == mark.c.assessment_id,
                newer.c.step_key == mark.c.step_key,
                newer.c.revision > mark.c.revision,
            ),
        )
        .correlate(table_of(Assessment))
        .scalar_subquery()
        .label("marked")
    )


# Reads the whole day, and not the places of one page: the list of places would change the text of
# the statement, which could then not be prepared. A day has a few assessments for each place.
TRIES_ON_DAY = Prepared(
    select(
        ASSESSMENT.seat_id,
        ASSESSMENT.id,
        ASSESSMENT.revision_id,
        ASSESSMENT.checklist_key,
        ASSESSMENT.signed_at,
        ASSESSMENT.outcome,
        _marked_steps(),
    )
    .where(ASSESSMENT.practical_id == bindparam("practical_id"), ASSESSMENT.discarded_at.is_(None))
    .order_by(ASSESSMENT.number)
)


def start_page(
    db: Session, actor: Actor, practical_id: PracticalId, seat_id: SeatId
) -> AssessmentStartPage:
    """Return the person who is about to be assessed. Raise NotFound unless the actor teaches this
    practical."""
    if not practicals.is_instructor_of(db, actor, practical_id):
        raise NotFound
    roster = practicals.roster(db, practical_id)
    seat = next((expected for expected in roster.seats if expected.seat_id == seat_id), None)
    if seat is None:
        raise NotFound
    day = roster.practical
    checklist = checklist_of(db, day.revision_id, day.kind_key)
    person = accounts.people(db, [seat.user_id])[seat.user_id]
    tries = _tries(db, seat.user_id, day.course_key, checklist.key)
    open_here = [
        earlier for earlier in tries if earlier.signed_at is None and earlier.seat_id == seat_id
    ]
    return AssessmentStartPage(
        practical_id=practical_id,
        seat_id=seat_id,
        student_name=person.name,
        certificate_name=person.certificate_name,
        has_access_needs=seat.has_access_needs,
        practical_title=day.title,
        starts_at=day.starts_at,
        zone=day.zone,
        room=day.room,
        booked_at=seat.booked_at,
        attended=seat.attendance is Attendance.attended,
        checklist_title=checklist.title,
        steps=len(checklist.steps),
        open_id=open_here[0].assessment_id if open_here else None,
        earlier=tuple(earlier for earlier in tries if earlier.signed_at is not None),
    )


def signed_of(db: Session, user_id: UserId) -> SignedAssessments:
    """Return a person's signed assessments, in one statement while their courses are in memory. The
    reports leave out those of courses that this version cannot read."""
    oldest_first = _signed_rows(db, user_id)
    return SignedAssessments(
        reports=tuple(
            _report(db, rows)
            for rows in reversed(oldest_first)
            if courses.readable(db, rows[0].revision_id)
        ),
        competent=_competent(oldest_first),
    )


def _signed_rows(db: Session, user_id: UserId) -> list[list[Any]]:
    """Return the rows of SIGNED for each signed assessment of a person, oldest first."""
    rows_by_id: dict[AssessmentId, list[Any]] = {}
    for row in SIGNED.all(db, user_id=user_id):
        rows_by_id.setdefault(row.id, []).append(row)
    return list(rows_by_id.values())


def reports_of(db: Session, user_id: UserId) -> tuple[Report, ...]:
    """Return a person's signed assessments, newest first. Leaves out those of courses that this version
    cannot read."""
    return signed_of(db, user_id).reports


def unsigned_of(db: Session, instructor_id: UserId) -> tuple[Unsigned, ...]:
    """Return the assessments that an instructor began and has not signed, oldest first."""
    rows = db.scalars(
        select(Assessment)
        .where(
            Assessment.instructor_id == instructor_id,
            Assessment.signed_at.is_(None),
            Assessment.discarded_at.is_(None),
        )
        .order_by(Assessment.started_at, Assessment.id)
    ).all()
    names = accounts.people(db, [row.student_id for row in rows]) if rows else {}
    return tuple(
        Unsigned(row.id, row.practical_id, names[row.student_id].name, row.started_at)
        for row in rows
    )


def standings_on(
    db: Session, practical_ids: Sequence[PracticalId]
) -> dict[SeatId, AssessmentSummary]:
    """Return the newest assessment of each place of some practicals, in one statement."""
    rows = db.scalars(
        select(Assessment)
        .where(Assessment.practical_id.in_(practical_ids), Assessment.discarded_at.is_(None))
        .order_by(Assessment.number)
    )
    return {row.seat_id: _standing(row) for row in rows}


def tries_on(
    db: Session, practical_id: PracticalId, seat_ids: Sequence[SeatId]
) -> dict[SeatId, SeatTries]:
    """Return the state of the assessments of these places, in one statement. Places without an
    assessment are left out."""
    if not seat_ids:
        return {}
    wanted = set(seat_ids)
    standing: dict[SeatId, SeatTries] = {}
    for row in TRIES_ON_DAY.all(db, practical_id=practical_id):
        if row.seat_id not in wanted:
            continue
        before = standing.get(row.seat_id, SeatTries(None, 0, 0, None, None))
        if row.signed_at is not None:
            after = replace(before, report_id=row.id, outcome=row.outcome)
        else:
            course = courses.readable(db, row.revision_id)
            checklist = course and checklist_named(db, row.revision_id, row.checklist_key)
            total = len(checklist.steps) if checklist else None
            after = replace(before, open_id=row.id, marked=row.marked, total=total)
        standing[row.seat_id] = after
    return standing


def next_person(db: Session, practical_id: PracticalId, after: SeatId) -> NextPerson | None:
    """Return the next person on the roster without a signed assessment on this practical, or None
    if there is nobody left. Absent people are skipped. Does not check permissions."""
    seats = practicals.roster(db, practical_id).seats
    index = next((n for n, seat in enumerate(seats) if seat.seat_id == after), -1)
    following = (*seats[index + 1 :], *seats[: max(index, 0)])
    tries = tries_on(db, practical_id, [seat.seat_id for seat in following])
    for seat in following:
        own = tries.get(seat.seat_id)
        if seat.attendance is not Attendance.absent and (own is None or own.report_id is None):
            return NextPerson(seat.seat_id, seat.name, own.open_id if own else None)
    return None


def competent_of(
    db: Session, user_id: UserId, course_key: str | None = None
) -> tuple[Competent, ...]:
    """Return a person's signed assessments that ended competent, of one course or of all, oldest
    first."""
    return tuple(
        competent
        for competent in _competent(_signed_rows(db, user_id))
        if course_key in (None, competent.course_key)
    )


def _competent(rows_of_each: Iterable[Sequence[Any]]) -> tuple[Competent, ...]:
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
        for row, *_ in rows_of_each
        if row.outcome is Outcome.competent
    )


def _tries(
    db: Session, student_id: UserId, course_key: str, checklist_key: str
) -> tuple[AssessmentSummary, ...]:
    rows = db.scalars(
        select(Assessment)
        .where(
            Assessment.student_id == student_id,
            Assessment.course_key == course_key,
            Assessment.checklist_key == checklist_key,
            Assessment.discarded_at.is_(None),
        )
        .order_by(Assessment.number)
    )
    return tuple(_standing(row) for row in rows)


def _standing(row: Assessment) -> AssessmentSummary:
    return AssessmentSummary(
        row.id, row.seat_id, row.number, row.started_at, row.signed_at, row.outcome
    )


def _report(db: Session, rows: Sequence[Any]) -> Report:
    """Return the report of one assessment; `rows` are those of SIGNED, at least one."""
    row = rows[0]
    checklist = checklist_named(db, row.revision_id, row.checklist_key)
    marks = domain.counted_marks(row for row in rows if row.step_key is not None)
    result = domain.result(checklist, marks)
    return Report(
        assessment_id=row.id,
        course_key=row.course_key,
        title=checklist.title,
        number=row.number,
        signed_at=row.signed_at,
        outcome=result.outcome,
        headline=result.headline,
    )
