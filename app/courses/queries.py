"""Reading published courses. Revisions never change, so each is parsed once and kept in memory.

Nothing here can reach the keys: see `answers`.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.courses.domain.delivery import Course
from app.courses.models import CourseHead, Media, Revision
from app.kit.errors import NotFound
from app.kit.ids import RevisionId


@dataclass(frozen=True, slots=True)
class Published:
    """One revision of a course, as learners see it."""

    revision_id: RevisionId
    number: int
    digest: str
    course: Course

    @property
    def course_key(self) -> str:
        return self.course.key


_by_id: dict[RevisionId, Published] = {}
MOST_KEPT = 64


def revision(db: Session, revision_id: RevisionId) -> Published:
    """Return one revision, without a statement once it is in memory; raise NotFound."""
    kept = _by_id.get(revision_id)
    if kept is not None:
        return kept
    row = db.execute(
        select(Revision.number, Revision.digest, Revision.delivery).where(
            Revision.id == revision_id
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    published = Published(
        revision_id, row.number, row.digest, Course.model_validate_json(row.delivery)
    )
    if len(_by_id) >= MOST_KEPT:
        _by_id.pop(next(iter(_by_id)))
    _by_id[revision_id] = published
    return published


def current(db: Session, course_key: str) -> Published | None:
    """Return the revision new learners get, or None when there is no such course."""
    head = db.scalar(select(CourseHead.current_revision_id).where(CourseHead.key == course_key))
    return None if head is None else revision(db, head)


def catalogue(db: Session) -> tuple[Published, ...]:
    """Return the current revision of every course, by title."""
    heads = db.scalars(select(CourseHead.current_revision_id)).all()
    found = [revision(db, head) for head in heads]
    return tuple(sorted(found, key=lambda published: published.course.title))


def media(db: Session, digest: str) -> bytes | None:
    """Return a drawing's bytes."""
    return db.scalar(select(Media.content).where(Media.digest == digest))
