"""Writing exceptions. The use-cases check who may, and decide under the locks of the places."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db.base import table_of
from app.kit.ids import ExceptionId, UserId
from app.quizzes.domain.exceptions import QuizException
from app.quizzes.exception_queries import EXCEPTION
from app.quizzes.models import ExceptionRow


def add_exception(db: Session, exception: QuizException) -> bool:
    """Add an exception. Return False if its audience has a live one at the same quiz."""
    terms, audience = exception.terms, exception.audience
    row = ExceptionRow(
        id=exception.id,
        user_id=audience.user_id,
        group_id=audience.group_id,
        intake_id=audience.intake_id,
        course_key=exception.course_key,
        quiz_key=exception.quiz_key,
        extra_minutes=terms.extra_minutes,
        time_percent=None if terms.factor is None else int(terms.factor * 100),
        opens_at=terms.opens_at,
        closes_at=terms.closes_at,
        extra_attempts=terms.extra_attempts,
        reason=exception.reason,
        reason_is_told=exception.reason_is_told,
        given_at=exception.given_at,
        given_by=exception.given_by,
    )
    try:
        with db.begin_nested():
            db.add(row)
    except IntegrityError:
        return False
    return True


def mark_ended(db: Session, exception_id: ExceptionId, *, by: UserId, now: datetime) -> bool:
    """Record that an exception was ended. Return False, and change nothing, if it was ended before."""
    ended = db.execute(
        update(table_of(ExceptionRow))
        .where(EXCEPTION.id == exception_id, EXCEPTION.ended_at.is_(None))
        .values(ended_at=now, ended_by=by)
        .returning(EXCEPTION.id)
    )
    return ended.one_or_none() is not None
