"""How the audit trail names assessments."""

from collections.abc import Collection
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.orm import Session

from app.assessments.models import Assessment
from app.audit.subjects import SubjectKind, SubjectName, SubjectRow, subject_rows
from app.courses import queries as courses
from app.db.base import table_of
from app.kit.ids import RevisionId
from app.kit.messages import msg

_ASSESSMENTS = table_of(Assessment).c


def _assessments(ids: Collection[UUID]) -> Select[Any]:
    return subject_rows(
        "assessment",
        _ASSESSMENTS.id,
        title=_ASSESSMENTS.checklist_key,
        related_id=_ASSESSMENTS.revision_id,
    ).where(_ASSESSMENTS.id.in_(ids))


def _name_of_assessment(db: Session, row: SubjectRow) -> SubjectName:
    """Name an assessment by its checklist, from the course in memory; where no version here can read the
    course, by the key of the checklist."""
    key = row.title or ""
    published = courses.readable(db, cast("RevisionId", row.related_id))
    checklist = published.course.checklist(key) if published else None
    title = checklist.title if checklist else key
    return SubjectName(msg("the checklist “{title}”", title=title))


ASSESSMENTS_IN_TRAIL: Final = SubjectKind(
    "assessment", msg("Assessments"), _assessments, _name_of_assessment
)
