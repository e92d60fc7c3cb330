"""Which of an instructor's students need help, among those of their groups and of their future
practicals.

It runs four statements and checks at most `MOST_LOOKED_AT` students, so the cost of the page does
not grow with the academy. The rule is `domain.risk_of`.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Integer, Subquery, Uuid, bindparam, func, null, select, union_all
from sqlalchemy.orm import Session

from app.accounts.models import Group, GroupMember, User
from app.assessments.domain import Outcome
from app.assessments.models import Assessment
from app.courses import queries as courses
from app.courses.domain.delivery import Course
from app.enrolments.domain import EnrolmentState
from app.enrolments.models import Enrolment, IntakeRow
from app.home.domain import RiskFinding, RiskReason, StudyState, Unpassed, risk_of
from app.kit.actor import Actor, Role
from app.kit.ids import RevisionId, UserId
from app.kit.name_search import sort_key
from app.learning.models import Completion
from app.practicals.domain.seats import PracticalStatus
from app.practicals.models import PracticalInstructor, PracticalRow, Seat
from app.practicals.seat_conditions import is_expected
from app.quizzes.allowance_queries import ALLOWANCES
from app.quizzes.attempt_conditions import IS_RUNNING, IS_TRY
from app.quizzes.domain.allowing import attempts_allowed
from app.quizzes.models import AttemptRow

MOST_SHOWN = 8
MOST_LOOKED_AT = 200
"""How many students are checked: those of the next practicals first, then the newest members of
groups. Instructors usually have fewer."""
Key = tuple[UserId, str]
QueryValues = dict[str, Any]


@dataclass(frozen=True, slots=True)
class AtRiskStudent:
    """A student who needs help, and why."""

    user_id: UserId
    name: str
    email: str
    course_key: str
    help: RiskFinding


@dataclass(frozen=True, slots=True)
class AtRiskList:
    """The first of these students, the most serious reason first; `more` is the number of others.
    `is_partial` means that there are more students than were checked."""

    people: tuple[AtRiskStudent, ...]
    more: int
    is_partial: bool = False


@dataclass(frozen=True, slots=True)
class _Place:
    user_id: UserId
    name: str
    email: str
    course_key: str
    revision_id: RevisionId
    since: datetime


@dataclass(frozen=True, slots=True)
class _Tried:
    """The attempts of one student at one quiz. `allowances` were allowed beyond the number of the quiz."""

    quiz_key: str
    attempts: int
    allowances: int
    is_passed: bool
    running: bool
    last_at: datetime


def students_at_risk(db: Session, actor: Actor, *, now: datetime) -> AtRiskList:
    """Return the students whom the actor should help."""
    whose: QueryValues = {"viewer": actor.user_id, "now": now, "most": MOST_LOOKED_AT}
    places, is_partial = _places(db, whose)
    student_values: QueryValues = {"students": [place.user_id for place in places]}
    tried, assessed = _tried(db, student_values), _not_competent(db, student_values)
    done = {(user_id, key): at for user_id, key, at in db.execute(LAST_DONE, student_values)}
    at_risk = []
    for place in places:
        key = (place.user_id, place.course_key)
        published = courses.readable(db, place.revision_id)
        if published is None:
            continue
        studies = _studies(
            published.course, place.since, tried.get(key, []), done.get(key), assessed.get(key)
        )
        reason = risk_of(studies, now)
        if reason is not None:
            at_risk.append(AtRiskStudent(key[0], place.name, place.email, key[1], reason))
    order = list(RiskReason)
    at_risk.sort(
        key=lambda student: (
            order.index(student.help.trouble),
            student.help.since or now,
            sort_key(student.name),
        )
    )
    return AtRiskList(tuple(at_risk[:MOST_SHOWN]), max(0, len(at_risk) - MOST_SHOWN), is_partial)


def _studies(
    course: Course,
    since: datetime,
    tried: list[_Tried],
    last_done: datetime | None,
    assessed_at: datetime | None,
) -> StudyState:
    quizzes = {quiz.key: quiz for quiz in course.quizzes}
    moments = [since, *(quiz.last_at for quiz in tried), *([last_done] if last_done else [])]
    return StudyState(
        unpassed=tuple(
            Unpassed(
                quizzes[quiz.quiz_key].title,
                quiz.attempts,
                attempts_allowed(quizzes[quiz.quiz_key].attempts, quiz.allowances),
                quiz.running,
                quiz.quiz_key,
            )
            for quiz in tried
            if quiz.quiz_key in quizzes and not quiz.is_passed
        ),
        # The final test opens when every module is complete, and complete modules stay complete.
        is_theory_complete=any(
            quiz.is_passed and quiz.quiz_key == course.final_test for quiz in tried
        ),
        active_at=max(moments),
        assessed_at=assessed_at,
    )


def _students() -> Subquery:
    """Return the statement for the students of the viewer's published practicals that are not over,
    the next first, and then of their open groups, the newest first; `total` is the number of all."""
    viewer = bindparam("viewer", type_=Uuid())
    groups = (
        select(GroupMember.group_id)
        .join(Group, Group.id == GroupMember.group_id)
        .where(
            GroupMember.user_id == viewer,
            GroupMember.role == Role.instructor,
            Group.closed_at.is_(None),
        )
    )
    days = (
        select(PracticalRow.id, PracticalRow.starts_at)
        .join(PracticalInstructor, PracticalInstructor.practical_id == PracticalRow.id)
        .where(
            PracticalInstructor.user_id == viewer,
            PracticalRow.status == PracticalStatus.published,
            PracticalRow.ends_at > bindparam("now", type_=PracticalRow.ends_at.type),
        )
    ).subquery()
    nothing = null().label("moment")
    every = union_all(
        select(Seat.user_id.label("id"), days.c.starts_at.label("day"), nothing)
        .join(days, days.c.id == Seat.practical_id)
        .where(is_expected(Seat.state)),
        select(GroupMember.user_id, null(), GroupMember.joined_at).where(
            GroupMember.role == Role.student, GroupMember.group_id.in_(groups)
        ),
    ).subquery()
    day, joined = func.min(every.c.day), func.max(every.c.moment)
    return (
        select(every.c.id, func.count().over().label("total"))
        .group_by(every.c.id)
        .order_by(day.is_(None), day, joined.desc(), every.c.id)
        .limit(bindparam("most", type_=Integer()))
        .subquery()
    )


# Built once: every instructor's home page runs them. The ids from the first statement are passed to
# the others, so that each reads only these people, whatever plan the database would choose.
STUDENTS = _students()
THESE = bindparam("students", type_=Uuid(), expanding=True)
PLACES = (
    select(
        User.id,
        User.name,
        User.email,
        Enrolment.course_key,
        Enrolment.revision_id,
        Enrolment.decided_at,
        IntakeRow.starts_on,
        STUDENTS.c.total,
    )
    .join(STUDENTS, STUDENTS.c.id == User.id)
    .join(Enrolment, Enrolment.user_id == User.id)
    .join(IntakeRow, IntakeRow.id == Enrolment.intake_id)
    .where(Enrolment.state == EnrolmentState.confirmed, User.disabled_at.is_(None))
    .order_by(Enrolment.decided_at, Enrolment.id)
)
TRIED = (
    select(
        AttemptRow.user_id,
        AttemptRow.course_key,
        AttemptRow.quiz_key,
        func.count(),
        func.count().filter(AttemptRow.passed.is_(True)),
        func.count().filter(IS_RUNNING),
        func.max(AttemptRow.started_at),
        ALLOWANCES,
    )
    .where(AttemptRow.user_id.in_(THESE), IS_TRY)
    .group_by(AttemptRow.user_id, AttemptRow.course_key, AttemptRow.quiz_key)
)
LAST_DONE = (
    select(Completion.user_id, Completion.course_key, func.max(Completion.completed_at))
    .where(Completion.user_id.in_(THESE))
    .group_by(Completion.user_id, Completion.course_key)
)
ASSESSED = (
    select(Assessment.student_id, Assessment.course_key, Assessment.outcome, Assessment.signed_at)
    .where(Assessment.student_id.in_(THESE), Assessment.signed_at.is_not(None))
    .order_by(Assessment.signed_at, Assessment.id)
)


def _places(db: Session, values: QueryValues) -> tuple[list[_Place], bool]:
    """Return these students' places on courses, and whether there are more students than are
    checked. If a student has two places on one course, the newest counts."""
    newest: dict[Key, _Place] = {}
    total = 0
    for row in db.execute(PLACES, values):
        user_id, name, email, course_key, revision_id, decided_at, starts_on, total = row
        if revision_id is None or decided_at is None:
            continue  # a confirmed place has both
        since = max(decided_at, _midnight(starts_on))
        newest[user_id, course_key] = _Place(user_id, name, email, course_key, revision_id, since)
    return list(newest.values()), total > MOST_LOOKED_AT


def _tried(db: Session, values: QueryValues) -> dict[Key, list[_Tried]]:
    quizzes: dict[Key, list[_Tried]] = {}
    for row in db.execute(TRIED, values):
        user_id, course_key, quiz_key, attempts, passed, running, last_at, allowances = row
        quiz = _Tried(quiz_key, attempts, allowances, passed > 0, running > 0, last_at)
        quizzes.setdefault((user_id, course_key), []).append(quiz)
    return quizzes


def _not_competent(db: Session, values: QueryValues) -> dict[Key, datetime]:
    """Return whose newest signed assessment of a course ended as not yet competent, and when."""
    newest = {
        (student_id, course_key): (outcome, at)
        for student_id, course_key, outcome, at in db.execute(ASSESSED, values)
    }
    return {
        key: at
        for key, (outcome, at) in newest.items()
        if outcome is Outcome.not_yet_competent and at is not None
    }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
