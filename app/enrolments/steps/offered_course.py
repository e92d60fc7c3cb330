"""Nothing begins anew on a hidden course."""

from sqlalchemy.orm import Session

from app.courses.steps.offering import is_hidden_until_commit
from app.enrolments.errors import EnrolmentRefused, IntakeInvalid
from app.enrolments.reasons import EnrolmentsReason


def demand_offered(db: Session, course_key: str) -> None:
    """Raise EnrolmentRefused for a hidden course. Hiding it waits until the caller commits."""
    if is_hidden_until_commit(db, course_key):
        raise EnrolmentRefused(EnrolmentsReason.course_hidden)


def demand_offered_choice(db: Session, course_key: str) -> None:
    """As `demand_offered`, for a course that was chosen in a form: raise IntakeInvalid."""
    if is_hidden_until_commit(db, course_key):
        raise IntakeInvalid({"course_key": EnrolmentsReason.course_hidden.refusal.words})
