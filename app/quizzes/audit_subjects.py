"""How the audit trail names attempts at quizzes, and further ones that were allowed."""

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
from app.quizzes.models import AllowanceRow, AttemptRow

_ATTEMPTS, _ALLOWANCES = table_of(AttemptRow).c, table_of(AllowanceRow).c


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
