"""How the audit trail names revisions of courses and corrections in them."""

from collections.abc import Collection
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.orm import Session

from app.audit.subjects import SubjectKind, SubjectName, SubjectRow, subject_rows
from app.courses import queries
from app.courses.models import CourseHead, PublishedErratum, Revision
from app.db.base import table_of
from app.kit.ids import RevisionId
from app.kit.messages import msg

_REVISIONS, _ERRATA, _HEADS = (
    table_of(Revision).c,
    table_of(PublishedErratum).c,
    table_of(CourseHead).c,
)


def _revisions(ids: Collection[UUID]) -> Select[Any]:
    return subject_rows(
        "course_revision",
        _REVISIONS.id,
        title=_REVISIONS.course_key,
        related_id=_REVISIONS.id,
        number=_REVISIONS.number,
    ).where(_REVISIONS.id.in_(ids))


def _name_of_revision(db: Session, row: SubjectRow) -> SubjectName:
    words = msg("{course}, version {number:plain}", course=_course(db, row), number=row.number or 0)
    return SubjectName(words, "/admin/courses")


def _errata(ids: Collection[UUID]) -> Select[Any]:
    return (
        subject_rows(
            "erratum",
            _ERRATA.id,
            title=_ERRATA.course_key,
            related_id=_HEADS.current_revision_id,
        )
        .join_from(
            table_of(PublishedErratum), table_of(CourseHead), _HEADS.key == _ERRATA.course_key
        )
        .where(_ERRATA.id.in_(ids))
    )


def _name_of_erratum(db: Session, row: SubjectRow) -> SubjectName:
    return SubjectName(_course(db, row), "/admin/courses")


def _course(db: Session, row: SubjectRow) -> str:
    """Return the title of the course, from memory."""
    return queries.title_of(db, row.title or "", cast("RevisionId", row.related_id))


REVISIONS_IN_TRAIL: Final = SubjectKind(
    "course_revision", msg("Courses"), _revisions, _name_of_revision
)
ERRATA_IN_TRAIL: Final = SubjectKind("erratum", msg("Corrections"), _errata, _name_of_erratum)
