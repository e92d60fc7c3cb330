"""Who would gain what by an exception: the students whom it is about, and their running attempts."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.accounts.queries import Person
from app.certificates import queries as certificates
from app.courses import queries as courses
from app.courses.domain.delivery import Course, Quiz
from app.enrolments import queries as enrolments
from app.enrolments.queries import ConfirmedPlace
from app.kit.actor import Role
from app.kit.ids import ExceptionId, RevisionId
from app.kit.name_search import sort_key
from app.quizzes.domain.attempt import AttemptFacts
from app.quizzes.domain.deadlines import end_with_time_back
from app.quizzes.domain.exception_obstacles import ConcernedStudent, MovedEnd
from app.quizzes.domain.exceptions import (
    EVERY_QUIZ,
    AttemptExceptions,
    ExceptionAudience,
    QuizException,
    at_quiz_of,
    combined,
)
from app.quizzes.exception_queries import exceptions_of_many
from app.quizzes.queries import running_attempts_of_many


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionChange:
    """An exception that would be added, and one that would be ended: either of them or both."""

    audience: ExceptionAudience
    course_key: str
    quiz_key: str
    added: QuizException | None = None
    ended_id: ExceptionId | None = None

    def after(self, before: Iterable[QuizException]) -> tuple[QuizException, ...]:
        """Return the exceptions of a student after the change."""
        rest = tuple(each for each in before if each.id != self.ended_id)
        return rest if self.added is None else (*rest, self.added)

    def quizzes_of(self, course: Course) -> tuple[Quiz, ...]:
        """Return the quizzes of a course that the change is about."""
        return tuple(quiz for quiz in course.quizzes if self.quiz_key in (EVERY_QUIZ, quiz.key))


def members_of(db: Session, audience: ExceptionAudience) -> tuple[Person, ...]:
    """Return the students whom an exception is for, by name. Raise NotFound for a person who does not
    exist."""
    if audience.user_id is not None:
        return (accounts.person(db, audience.user_id),)
    if audience.group_id is not None:
        return accounts.group_members(db, audience.group_id, role=Role.student)
    if audience.intake_id is None:
        return ()
    places = enrolments.places_by_intake(db, audience.intake_id)
    people = accounts.people(db, {place.user_id for place in places}).values()
    return tuple(sorted(people, key=lambda person: (sort_key(person.name), person.user_id)))


def recipients_of(
    db: Session, change: ExceptionChange, members: Collection[Person], *, now: datetime
) -> tuple[ConcernedStudent, ...]:
    """Return what a change means for each of these students, in as many statements for many as for one."""
    ids = [person.user_id for person in members]
    places = enrolments.places_of_many(db, ids, change.course_key)
    certified = certificates.certified_among(db, ids, change.course_key)
    exceptions = exceptions_of_many(db, ids, change.course_key)
    running = running_attempts_of_many(db, ids, change.course_key)
    return tuple(
        ConcernedStudent(
            user_id=person.user_id,
            name=person.name,
            is_closed=person.is_closed,
            is_certified=person.user_id in certified,
            has_place=bool(places[person.user_id]),
            is_changed=_is_changed(db, change, places[person.user_id], exceptions[person.user_id]),
            running=tuple(
                _moved(db, change, running[person.user_id], exceptions[person.user_id], now)
            ),
        )
        for person in members
    )


def _is_changed(
    db: Session,
    change: ExceptionChange,
    places: Collection[ConfirmedPlace],
    before: tuple[QuizException, ...],
) -> bool:
    """Return whether a student would have something else at a quiz of their course."""
    return any(
        _at(before, quiz) != _at(change.after(before), quiz)
        for place in places
        for quiz in change.quizzes_of(courses.revision(db, place.revision_id).course)
    )


def _moved(
    db: Session,
    change: ExceptionChange,
    running: Iterable[AttemptFacts],
    before: tuple[QuizException, ...],
    now: datetime,
) -> Iterator[MovedEnd]:
    for attempt in running:
        quiz = _quiz_of(db, attempt.revision_id, attempt.quiz_key)
        is_meant = change.quiz_key in (EVERY_QUIZ, attempt.quiz_key)
        if quiz is None or not is_meant or attempt.has_ended(now):
            continue
        after = _at(change.after(before), quiz)
        if after == _at(before, quiz):
            continue
        back = attempt.given_back_seconds
        end = end_with_time_back(quiz, attempt.started_at, after, back)
        yield MovedEnd(attempt_id=attempt.id, ends_at=attempt.due_at, would_end_at=end)


def _quiz_of(db: Session, revision_id: RevisionId, quiz_key: str) -> Quiz | None:
    return courses.revision(db, revision_id).course.quiz(quiz_key)


def _at(exceptions: Iterable[QuizException], quiz: Quiz) -> AttemptExceptions:
    return combined(at_quiz_of(exceptions, quiz.key), quiz.minutes)
