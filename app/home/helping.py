"""Which of an instructor's students need help: those of their groups and of their days to come.

Five statements, however many students there are; the rule is `domain.help_needed`.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Select, func, select, union
from sqlalchemy.orm import Session

from app.accounts.actor import Actor, Role
from app.accounts.models import Group, GroupMember, User
from app.assessments.domain import Outcome
from app.assessments.models import Assessment
from app.courses import queries as courses
from app.courses.domain.delivery import Course
from app.enrolments.domain import EnrolmentState
from app.enrolments.models import Enrolment, Intake
from app.home.domain import Help, Studies, Trouble, Unpassed, help_needed
from app.kit.ids import RevisionId, UserId
from app.learning.models import Completion
from app.practicals.domain.seats import PracticalStatus, SeatState
from app.practicals.models import Practical, PracticalInstructor, Seat
from app.quizzes.models import Attempt, AttemptState

MOST_SHOWN = 8
Key = tuple[UserId, str]


@dataclass(frozen=True, slots=True)
class NeedsHelp:
    """Somebody to talk to, and about what."""

    user_id: UserId
    name: str
    email: str
    course_key: str
    help: Help


@dataclass(frozen=True, slots=True)
class HelpList:
    """The first of them, what stops them most first; `more` counts the others."""

    people: tuple[NeedsHelp, ...]
    more: int


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
    """What somebody made of one quiz."""

    quiz_key: str
    attempts: int
    is_passed: bool
    running: bool
    last_at: datetime


def who_needs_help(db: Session, actor: Actor, *, now: datetime) -> HelpList:
    """Return whom the actor should talk to."""
    places = _places(db, actor, now)
    ids = sorted({place.user_id for place in places})
    tried, done, assessed = _tried(db, ids), _last_done(db, ids), _not_competent(db, ids)
    found = []
    for place in places:
        key = (place.user_id, place.course_key)
        course = courses.revision(db, place.revision_id).course
        studies = _studies(
            course, place.since, tried.get(key, []), done.get(key), assessed.get(key)
        )
        reason = help_needed(studies, now)
        if reason is not None:
            found.append(
                NeedsHelp(place.user_id, place.name, place.email, place.course_key, reason)
            )
    order = list(Trouble)
    found.sort(key=lambda one: (order.index(one.help.trouble), one.help.since or now, one.name))
    return HelpList(tuple(found[:MOST_SHOWN]), max(0, len(found) - MOST_SHOWN))


def _studies(
    course: Course,
    since: datetime,
    tried: list[_Tried],
    last_done: datetime | None,
    assessed_at: datetime | None,
) -> Studies:
    quizzes = {quiz.key: quiz for quiz in course.quizzes}
    moments = [since, *(one.last_at for one in tried), *([last_done] if last_done else [])]
    return Studies(
        unpassed=tuple(
            Unpassed(
                quizzes[one.quiz_key].title,
                one.attempts,
                quizzes[one.quiz_key].attempts,
                one.running,
            )
            for one in tried
            if one.quiz_key in quizzes and not one.is_passed
        ),
        # The final test opens when every module is complete, and what is complete stays so.
        is_theory_complete=any(
            one.is_passed and one.quiz_key == course.final_test for one in tried
        ),
        active_at=max(moments),
        assessed_at=assessed_at,
    )


def _students_of(actor: Actor, now: datetime) -> Select[*tuple[Any, ...]]:
    """The students of the actor's open groups, and of their published days that are not over."""
    groups = (
        select(GroupMember.group_id)
        .join(Group, Group.id == GroupMember.group_id)
        .where(
            GroupMember.user_id == actor.user_id,
            GroupMember.role == Role.instructor,
            Group.closed_at.is_(None),
        )
    )
    days = (
        select(Practical.id)
        .join(PracticalInstructor, PracticalInstructor.practical_id == Practical.id)
        .where(
            PracticalInstructor.user_id == actor.user_id,
            Practical.status == PracticalStatus.published,
            Practical.ends_at > now,
        )
    )
    found = union(
        select(GroupMember.user_id.label("id")).where(
            GroupMember.role == Role.student, GroupMember.group_id.in_(groups)
        ),
        select(Seat.user_id.label("id")).where(
            Seat.state == SeatState.confirmed, Seat.practical_id.in_(days)
        ),
    ).subquery()
    return select(found.c.id)


def _places(db: Session, actor: Actor, now: datetime) -> list[_Place]:
    """Return these students' places on courses; of two on one course the newest counts."""
    rows = db.execute(
        select(
            User.id,
            User.name,
            User.email,
            Enrolment.course_key,
            Enrolment.revision_id,
            Enrolment.decided_at,
            Intake.starts_on,
        )
        .join(Enrolment, Enrolment.user_id == User.id)
        .join(Intake, Intake.id == Enrolment.intake_id)
        .where(
            Enrolment.state == EnrolmentState.confirmed,
            User.disabled_at.is_(None),
            User.id.in_(_students_of(actor, now)),
        )
        .order_by(Enrolment.decided_at, Enrolment.id)
    )
    newest: dict[Key, _Place] = {}
    for user_id, name, email, course_key, revision_id, decided_at, starts_on in rows:
        since = max(decided_at or now, _midnight(starts_on))
        if revision_id is not None:
            place = _Place(user_id, name, email, course_key, revision_id, since)
            newest[user_id, course_key] = place
    return list(newest.values())


def _tried(db: Session, ids: list[UserId]) -> dict[Key, list[_Tried]]:
    rows = db.execute(
        select(
            Attempt.user_id,
            Attempt.course_key,
            Attempt.quiz_key,
            func.count(),
            func.count().filter(Attempt.passed.is_(True)),
            func.count().filter(Attempt.state == AttemptState.in_progress),
            func.max(Attempt.started_at),
        )
        .where(Attempt.user_id.in_(ids))
        .group_by(Attempt.user_id, Attempt.course_key, Attempt.quiz_key)
    )
    found: dict[Key, list[_Tried]] = {}
    for user_id, course_key, quiz_key, attempts, passed, running, last_at in rows:
        one = _Tried(quiz_key, attempts, passed > 0, running > 0, last_at)
        found.setdefault((user_id, course_key), []).append(one)
    return found


def _last_done(db: Session, ids: list[UserId]) -> dict[Key, datetime]:
    rows = db.execute(
        select(Completion.user_id, Completion.course_key, func.max(Completion.completed_at))
        .where(Completion.user_id.in_(ids))
        .group_by(Completion.user_id, Completion.course_key)
    )
    return {(user_id, course_key): at for user_id, course_key, at in rows}


def _not_competent(db: Session, ids: list[UserId]) -> dict[Key, datetime]:
    """Return whose newest signed assessment of a course ended as not yet competent, and when."""
    rows = db.execute(
        select(
            Assessment.student_id, Assessment.course_key, Assessment.outcome, Assessment.signed_at
        )
        .where(Assessment.student_id.in_(ids), Assessment.signed_at.is_not(None))
        .order_by(Assessment.signed_at, Assessment.id)
    )
    newest = {(student_id, key): (outcome, at) for student_id, key, outcome, at in rows}
    return {
        key: at
        for key, (outcome, at) in newest.items()
        if outcome is Outcome.not_yet_competent and at is not None
    }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
