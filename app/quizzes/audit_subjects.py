"""How the audit trail names attempts at quizzes, further ones that were allowed, and exceptions."""

from collections.abc import Collection
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.orm import Session

from app.audit.subjects import SubjectKind, SubjectName, SubjectRow, subject_rows
from app.courses import queries as courses
from app.db.base import table_of
from app.kit.ids import RevisionId
from app.kit.messages import msg
from app.quizzes.domain.exceptions import EVERY_QUIZ
from app.quizzes.models import AllowanceRow, AttemptRow, ExceptionRow

_ATTEMPTS, _ALLOWANCES = table_of(AttemptRow).c, table_of(AllowanceRow).c
_EXCEPTIONS = table_of(ExceptionRow).c


def _attempts(ids: Collection[UUID]) -> Select[Any]:
    return subject_rows(
        "attempt", _ATTEMPTS.id, title=_ATTEMPTS.quiz_key, related_id=_ATTEMPTS.revision_id
    ).where(_ATTEMPTS.id.in_(ids))


def _allowances(ids: Collection[UUID]) -> Select[Any]:
    return subject_rows(
        "allowance",
        _ALLOWANCES.id,
        title=_ALLOWANCES.quiz_key,
        related_id=courses.current_revision_of(_ALLOWANCES.course_key),
    ).where(_ALLOWANCES.id.in_(ids))


def _exceptions(ids: Collection[UUID]) -> Select[Any]:
    return subject_rows(
        "exception",
        _EXCEPTIONS.id,
        title=_EXCEPTIONS.quiz_key,
        related_id=courses.current_revision_of(_EXCEPTIONS.course_key),
    ).where(_EXCEPTIONS.id.in_(ids))


def _name_of_exception(db: Session, row: SubjectRow) -> SubjectName:
    """Name an exception by its quiz, or by its course if it is about all of them."""
    if row.title != EVERY_QUIZ:
        return _name_of_quiz(db, row)
    published = courses.readable(db, cast("RevisionId", row.related_id))
    if published is None:
        return SubjectName(msg("every quiz of a course"))
    return SubjectName(msg("every quiz of “{course}”", course=published.course.title))


def _name_of_quiz(db: Session, row: SubjectRow) -> SubjectName:
    """Name an attempt or an allowance by its quiz, from the course in memory; where this version cannot read
    the course, by the key of the quiz."""
    key = row.title or ""
    published = courses.readable(db, cast("RevisionId", row.related_id))
    quiz = published.course.quiz(key) if published else None
    return SubjectName(msg("the quiz “{title}”", title=quiz.title if quiz else key))


ATTEMPTS_IN_TRAIL: Final = SubjectKind(
    "attempt", msg("Attempts at quizzes"), _attempts, _name_of_quiz
)
ALLOWANCES_IN_TRAIL: Final = SubjectKind(
    "allowance", msg("Further attempts"), _allowances, _name_of_quiz
)
EXCEPTIONS_IN_TRAIL: Final = SubjectKind(
    "exception", msg("Exceptions at quizzes"), _exceptions, _name_of_exception
)
