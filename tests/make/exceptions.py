"""Exceptions at quizzes: pure values, and rows written straight to the database."""

from typing import Any

from sqlalchemy.orm import Session

from app.kit.ids import ExceptionId, GroupId, UserId, new_uuid
from app.quizzes.domain.exceptions import (
    EVERY_QUIZ,
    ExceptionAudience,
    ExceptionTerms,
    QuizException,
)
from app.quizzes.models import ExceptionRow
from tests.make import NOW

OWN = ExceptionAudience(user_id=UserId(new_uuid()))
OF_GROUP = ExceptionAudience(group_id=GroupId(new_uuid()))


def an_exception(audience: ExceptionAudience = OWN, **terms: Any) -> QuizException:
    values = {
        name: terms.pop(name) for name in ("reason", "reason_is_told", "ended_at") if name in terms
    }
    return QuizException(
        id=ExceptionId(new_uuid()),
        audience=audience,
        course_key="small-course",
        quiz_key=EVERY_QUIZ,
        terms=ExceptionTerms(**terms),
        given_at=NOW,
        given_by=UserId(new_uuid()),
        **{"reason": None, "reason_is_told": False, **values},
    )


def a_stored_exception(db: Session, by: UserId, **columns: Any) -> ExceptionId:
    """Add an exception on the small course; without a `quiz_key` at every quiz."""
    exception_id = ExceptionId(new_uuid())
    defaults = {
        "course_key": "small-course",
        "quiz_key": EVERY_QUIZ,
        "reason": "Reads slowly.",
        "given_at": NOW,
        "given_by": by,
    }
    db.add(ExceptionRow(id=exception_id, **{**defaults, **columns}))
    db.flush()
    return exception_id
