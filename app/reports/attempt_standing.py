"""What decides whether an attempt gets more time: its student, and what its pass has led to."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.certificates import queries as certificates
from app.enrolments import queries as enrolments
from app.practicals.queries import summaries as practicals
from app.quizzes import queries as quizzes
from app.quizzes.domain.attempt import AttemptFacts
from app.quizzes.domain.extending import ExtensionCase, LedTo


def extension_case(db: Session, attempt: AttemptFacts, *, now: datetime) -> ExtensionCase:
    """Return an attempt with what decides about it. Callers check permissions."""
    on_course = quizzes.attempts_on(db, attempt.user_id, attempt.course_key)
    others = [
        other
        for other in on_course
        if other.quiz_key == attempt.quiz_key and other.id != attempt.id
    ]
    place = enrolments.place_on(db, attempt.user_id, attempt.course_key)
    live = certificates.live_certificate(db, attempt.user_id, attempt.course_key)
    return ExtensionCase(
        attempt=attempt,
        is_closed=accounts.person(db, attempt.user_id).is_closed,
        has_place=place is not None,
        is_certified=live is not None,
        other_runs=any(not other.has_ended(now) for other in others),
        led_to=_led_to(db, attempt, on_course) if _is_only_pass(attempt, others) else None,
    )


def _is_only_pass(attempt: AttemptFacts, others: Sequence[AttemptFacts]) -> bool:
    return _is_passed(attempt) and not any(_is_passed(other) for other in others)


def _is_passed(attempt: AttemptFacts) -> bool:
    return attempt.score is not None and attempt.score.passed


def _led_to(db: Session, attempt: AttemptFacts, on_course: Sequence[AttemptFacts]) -> LedTo | None:
    """Return what a pass has led to: a place on a practical of the course, or an attempt at another quiz that
    started after it."""
    seats = practicals.seats_of(db, attempt.user_id)
    if any(seat.is_expected and seat.practical.course_key == attempt.course_key for seat in seats):
        return LedTo.practical
    passed_at = attempt.submitted_at or attempt.started_at
    if any(
        other.quiz_key != attempt.quiz_key and other.started_at >= passed_at for other in on_course
    ):
        return LedTo.quiz
    return None
