"""What a student could know when their late answers came: staff weigh it before they accept them."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from app.courses import queries as courses
from app.enrolments import queries as enrolments
from app.quizzes import queries as quizzes
from app.quizzes.allowance_queries import allowances_on
from app.quizzes.domain.allowing import attempts_allowed
from app.quizzes.domain.attempt import Attempt, SavedAnswer
from app.quizzes.domain.exceptions import at_quiz_of, combined
from app.quizzes.domain.releasing import Disclosure, disclosed_before
from app.quizzes.exception_queries import exceptions_of_many


def seen_before_late(
    db: Session, attempt: Attempt, late: Iterable[SavedAnswer]
) -> Disclosure | None:
    """Return what the page of the result could tell the student when the last of their late answers came;
    None without a late answer, or where the attempt has no result. Callers check permissions."""
    moment = max((answer.received_at for answer in late), default=None)
    if moment is None or attempt.score is None:
        return None
    attempts = quizzes.attempts_at(db, attempt.user_id, attempt.course_key, attempt.quiz_key)
    allowed = _allowed(db, attempt, moment)
    return disclosed_before(
        quizzes.quiz_of(db, attempt), attempt, attempts, allowed=allowed, moment=moment
    )


def _allowed(db: Session, attempt: Attempt, moment: datetime) -> int | None:
    """Return how many attempts the student had at the quiz at a moment: without those that were allowed
    later, which hid the right answers again."""
    place = enrolments.place_on(db, attempt.user_id, attempt.course_key)
    course = courses.revision(db, place.revision_id).course if place else None
    quiz = course.quiz(attempt.quiz_key) if course else None
    allowances = sum(
        each.attempts
        for each in allowances_on(db, attempt.user_id, attempt.course_key)
        if each.quiz_key == attempt.quiz_key and each.is_live and each.given_at <= moment
    )
    exceptions = exceptions_of_many(db, [attempt.user_id], attempt.course_key)[attempt.user_id]
    earlier = [each for each in exceptions if each.given_at <= moment]
    extra = combined(at_quiz_of(earlier, attempt.quiz_key), None).extra_attempts
    return attempts_allowed((quiz or quizzes.quiz_of(db, attempt)).attempts, allowances + extra)
