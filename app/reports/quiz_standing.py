"""Where a student stands at one quiz, for the decisions of staff."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.certificates import queries as certificates
from app.courses import queries as courses
from app.courses.domain.delivery import Course, Quiz
from app.enrolments import queries as enrolments
from app.enrolments.queries import ConfirmedPlace
from app.kit.errors import NotFound
from app.kit.ids import UserId
from app.quizzes import queries as quizzes
from app.quizzes.domain.allowing import QuizStanding
from app.quizzes.domain.attempt import AttemptFacts
from app.quizzes.exception_queries import exceptions_at


@dataclass(frozen=True, slots=True)
class StudentAtQuiz:
    """A student at one quiz of the course as they learn it."""

    course_title: str
    quiz: Quiz
    standing: QuizStanding


def course_of_student(
    db: Session, place: ConfirmedPlace | None, attempts: Sequence[AttemptFacts]
) -> Course:
    """Return the course as the student learns it, or as it was at their last attempt if their place has
    ended. Raise NotFound without either."""
    if place is not None:
        return courses.revision(db, place.revision_id).course
    if not attempts:
        raise NotFound
    newest = max(attempts, key=lambda attempt: attempt.started_at)
    return courses.revision(db, newest.revision_id).course


def student_at_quiz(
    db: Session, user_id: UserId, course_key: str, quiz_key: str, *, allowances: int
) -> StudentAtQuiz:
    """Return where a student stands at a quiz; `allowances` is the number of their live ones. Raise NotFound
    if their course has no such quiz."""
    place = enrolments.place_on(db, user_id, course_key)
    attempts = quizzes.attempts_at(db, user_id, course_key, quiz_key)
    course = course_of_student(db, place, attempts)
    quiz = course.quiz(quiz_key)
    if quiz is None:
        raise NotFound
    standing = QuizStanding(
        by_quiz=quiz.attempts,
        attempts=attempts,
        allowances=allowances,
        extra_attempts=exceptions_at(db, user_id, course_key, quiz).extra_attempts,
        has_place=place is not None,
        is_certified=certificates.live_certificate(db, user_id, course_key) is not None,
        is_closed=accounts.person(db, user_id).is_closed,
    )
    return StudentAtQuiz(course.title, quiz, standing)
