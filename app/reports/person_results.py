"""Reads one student's attempts at the quizzes of a course, for staff who look after them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.accounts.queries import Person
from app.certificates import queries as certificates
from app.courses import queries as courses
from app.courses.domain.delivery import Course
from app.enrolments import queries as enrolments
from app.kit.actor import Actor, require
from app.kit.errors import Refusal
from app.kit.ids import AttemptId, UserId
from app.kit.messages import Message, Text, msg
from app.quizzes import queries as quizzes
from app.quizzes import review
from app.quizzes.allowance_queries import allowances_on
from app.quizzes.domain.allowing import (
    Allowance,
    QuizStanding,
    added_after,
    allowing_obstacle,
    taking_back_obstacle,
)
from app.quizzes.domain.attempt import AttemptFacts
from app.quizzes.domain.exceptions import (
    EVERY_QUIZ,
    QuizException,
    at_quiz_of,
    combined,
    terms_words,
)
from app.quizzes.domain.extending import (
    LONGEST_MINUTES,
    Extension,
    ExtensionKind,
    giving_obstacle,
    minutes_left,
    reopening_obstacle,
)
from app.quizzes.domain.releasing import Disclosure
from app.quizzes.exception_queries import exceptions_of_many
from app.quizzes.extension_queries import extensions_of
from app.quizzes.question_faces import QuestionFace, question_faces
from app.quizzes.review import StaffReview
from app.quizzes.shown_questions import ShownQuestion, shown_question
from app.reports import policy
from app.reports.attempt_standing import extension_case
from app.reports.domain import AttemptCounts, QuizState, state_of
from app.reports.late_evidence import seen_before_late
from app.reports.own_students import demand_student
from app.reports.queries import QuizColumn, columns_of
from app.reports.quiz_standing import course_of_student

USUAL_MINUTES = 10
"""What the form suggests for an attempt that had no time left."""


@dataclass(frozen=True, slots=True)
class AllowanceLine:
    """One further attempt that was allowed, with the names of who allowed it and who took it back, if
    anybody did."""

    allowance: Allowance
    given_by: str
    taken_back_by: str
    may_be_taken_back: bool


@dataclass(frozen=True, slots=True)
class ExtensionLine:
    """Time that an attempt got, or that it was opened again, with the name of who did it."""

    extension: Extension
    given_by: str

    @property
    def is_reopening(self) -> bool:
        return self.extension.kind is ExtensionKind.reopened

    @property
    def minutes(self) -> int:
        return round(self.extension.seconds / 60)


@dataclass(frozen=True, slots=True)
class QuizOfPerson:
    """One student at one quiz. `obstacle` says why no further attempt can be allowed now, or is None."""

    column: QuizColumn
    is_final: bool
    state: QuizState
    attempts: tuple[AttemptFacts, ...]
    allowed: int | None
    left: int | None
    allowances: tuple[AllowanceLine, ...]
    obstacle: Refusal | None


@dataclass(frozen=True, slots=True)
class ExceptionOfPerson:
    """A live exception that applies to the student: what it gives, and at which quiz."""

    exception: QuizException
    quiz: Text

    @property
    def what(self) -> Message:
        return msg("{terms:plain}", terms=terms_words(self.exception.terms))


@dataclass(frozen=True, slots=True)
class PersonResults:
    """A student's quizzes on a course. `is_self`: the reader is this student, and cannot allow themselves
    an attempt."""

    person: Person
    course_key: str
    course_title: str
    has_place: bool
    is_self: bool
    quizzes: tuple[QuizOfPerson, ...]
    exceptions: tuple[ExceptionOfPerson, ...]
    now: datetime

    @property
    def passed(self) -> int:
        return sum(quiz.state is QuizState.passed for quiz in self.quizzes)


@dataclass(frozen=True, slots=True)
class LateAnswer:
    """An answer that came after the end of an attempt. `question` shows it as its type does."""

    question: ShownQuestion
    received_at: datetime


@dataclass(frozen=True, slots=True)
class AttemptOfPerson:
    """One attempt with its answers, and whose it is. `obstacle` says why it gets no more time now, or is
    None; `minutes_suggested` is what it had left when it ended."""

    person: Person
    course_title: str
    review: StaffReview
    extensions: tuple[ExtensionLine, ...]
    obstacle: Refusal | None
    minutes_suggested: int
    is_self: bool
    late: tuple[LateAnswer, ...]
    """The answers that came after the end and could be accepted."""
    seen_before_late: Disclosure | None
    """What the page of the result could tell the student when the last of them came."""


def person_results(
    db: Session, actor: Actor, person_id: UserId, course_key: str, *, now: datetime
) -> PersonResults:
    """Return a student's attempts at the quizzes of a course. Raise NotFound for a person whom the reader
    does not look after, and for one who neither has a place on it nor tried a quiz of it."""
    require(policy.may_see_results(actor))
    demand_student(db, actor, person_id, now=now)
    place = enrolments.place_on(db, person_id, course_key)
    attempts = quizzes.attempts_on(db, person_id, course_key)
    course = course_of_student(db, place, attempts)
    allowances = allowances_on(db, person_id, course_key)
    exceptions = exceptions_of_many(db, [person_id], course_key)[person_id]
    is_certified = certificates.live_certificate(db, person_id, course_key) is not None
    people = accounts.people(db, {person_id, *_named(allowances)})

    def at_quiz(column: QuizColumn) -> QuizOfPerson:
        tries = tuple(attempt for attempt in attempts if attempt.quiz_key == column.key)
        granted = tuple(each for each in allowances if each.quiz_key == column.key)
        standing = QuizStanding(
            by_quiz=column.attempts,
            attempts=tries,
            allowances=sum(each.attempts for each in granted if each.is_live),
            extra_attempts=combined(at_quiz_of(exceptions, column.key), None).extra_attempts,
            has_place=place is not None,
            is_certified=is_certified,
            is_closed=people[person_id].is_closed,
        )
        is_final = column.key == course.final_test
        return _at_quiz(column, standing, granted, people, now, is_final=is_final)

    return PersonResults(
        person=people[person_id],
        course_key=course_key,
        course_title=course.title,
        has_place=place is not None,
        is_self=actor.user_id == person_id,
        quizzes=tuple(at_quiz(column) for column in columns_of(course)),
        exceptions=tuple(_exception(course, each) for each in exceptions),
        now=now,
    )


def attempt_answers(
    db: Session, actor: Actor, attempt_id: AttemptId, *, now: datetime
) -> AttemptOfPerson:
    """Return one attempt with every answer and the right one; without them for a reader who takes the course.
    Raise NotFound for one of a student whom the reader does not look after."""
    require(policy.may_see_results(actor))
    attempt = quizzes.attempt_for_staff(db, attempt_id)
    demand_student(db, actor, attempt.user_id, now=now)
    case = extension_case(db, attempt, now=now)
    obstacle = (
        reopening_obstacle(case, now=now)
        if attempt.has_ended(now)
        else giving_obstacle(case, LONGEST_MINUTES, now=now)
    )
    extensions = extensions_of(db, attempt_id)
    people = accounts.people(db, {attempt.user_id, *(each.given_by for each in extensions)})
    reviewed = review.review_for_staff(db, actor, attempt, now=now)
    published = courses.revision(db, attempt.revision_id)
    return AttemptOfPerson(
        person=people[attempt.user_id],
        course_title=published.course.title,
        review=reviewed,
        extensions=tuple(
            ExtensionLine(extension, _name(people, extension.given_by)) for extension in extensions
        ),
        obstacle=obstacle,
        minutes_suggested=minutes_left(attempt, now=now) or USUAL_MINUTES,
        is_self=actor.user_id == attempt.user_id,
        late=_late(question_faces(published, attempt.quiz_key), reviewed),
        seen_before_late=seen_before_late(db, attempt, reviewed.late),
    )


def _late(faces: Mapping[str, QuestionFace], reviewed: StaffReview) -> tuple[LateAnswer, ...]:
    answers = {answer.question_key: answer for answer in reviewed.late}
    attempt = reviewed.attempt
    return tuple(
        LateAnswer(
            shown_question(position, faces[drawn.key], drawn, answers[drawn.key]),
            answers[drawn.key].received_at,
        )
        for position, drawn in enumerate(attempt.drawn, start=1)
        if drawn.key in answers
    )


def _at_quiz(
    column: QuizColumn,
    standing: QuizStanding,
    allowances: Sequence[Allowance],
    people: Mapping[UserId, Person],
    now: datetime,
    *,
    is_final: bool,
) -> QuizOfPerson:
    return QuizOfPerson(
        column,
        is_final,
        state_of(_counts(standing, now), allowed=column.attempts),
        tuple(standing.attempts),
        standing.allowed,
        standing.left,
        tuple(
            AllowanceLine(
                each_allowance,
                _name(people, each_allowance.given_by),
                _name(people, each_allowance.taken_back_by),
                taking_back_obstacle(
                    each_allowance,
                    standing,
                    later=added_after(each_allowance, allowances),
                )
                is None,
            )
            for each_allowance in allowances
        ),
        allowing_obstacle(standing, now=now),
    )


def _exception(course: Course, exception: QuizException) -> ExceptionOfPerson:
    quiz = course.quiz(exception.quiz_key)
    every: Text = msg("Every quiz") if exception.quiz_key == EVERY_QUIZ else exception.quiz_key
    return ExceptionOfPerson(exception, quiz.title if quiz else every)


def _counts(standing: QuizStanding, now: datetime) -> AttemptCounts:
    return AttemptCounts(
        attempts=len(standing.attempts),
        is_passed=standing.is_passed,
        running=any(not attempt.has_ended(now) for attempt in standing.attempts),
        allowances=standing.allowances + standing.extra_attempts,
    )


def _name(people: Mapping[UserId, Person], user_id: UserId | None) -> str:
    return people[user_id].name if user_id else ""


def _named(allowances: Sequence[Allowance]) -> set[UserId]:
    ids = {each.given_by for each in allowances}
    return ids | {each.taken_back_by for each in allowances if each.taken_back_by is not None}
