"""Exports a published revision as the files from which it was made."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.courses import policy
from app.courses.domain.source_archive import CourseSource, DamagedSource, unpacked
from app.courses.models import CourseHead, Media, Revision
from app.kit.actor import Actor, SystemActor, require
from app.kit.errors import Conflict, NotFound
from app.kit.messages import Text, msg


@dataclass(frozen=True, slots=True)
class ExportedCourse:
    """The files of a revision by their path in the course's folder."""

    course_key: str
    number: int
    files: dict[str, bytes]


def exported_course(
    db: Session, actor: Actor | SystemActor, course_key: str, *, number: int | None = None
) -> ExportedCourse:
    """Return the files of a revision, byte for byte as they were published; without `number` those of the
    current one. They hold the answers.

    Raises NotFound for an unknown course or revision, and Conflict for a revision that was published before
    files were stored, or whose files are damaged.
    """
    require(policy.may_publish(actor), msg("Only admins export courses."))
    row = _row(db, course_key, number)
    if row.source is None:
        raise Conflict(
            msg(
                "Revision {number} of {course} was published before its files were stored. Publish the "
                "folder of which it was made once more: that stores them and changes nothing else. Then "
                "export.",
                number=row.number,
                course=course_key,
            ),
            reason="no-source",
        )
    try:
        source = unpacked(row.source)
    except DamagedSource as problem:
        raise _damaged(course_key, row.number, str(problem)) from None
    if source.digest != row.source_digest:
        raise _damaged(course_key, row.number, msg("They are not those that were published."))
    return ExportedCourse(
        course_key, row.number, {**source.texts, **_media(db, course_key, row.number, source)}
    )


def _row(db: Session, course_key: str, number: int | None) -> Any:
    columns = (Revision.number, Revision.source, Revision.source_digest)
    query = select(*columns).where(Revision.course_key == course_key)
    if number is None:
        query = query.join(CourseHead, CourseHead.current_revision_id == Revision.id)
    else:
        query = query.where(Revision.number == number)
    row = db.execute(query).one_or_none()
    if row is not None:
        return row
    numbers = db.scalars(
        select(Revision.number).where(Revision.course_key == course_key).order_by(Revision.number)
    ).all()
    if numbers:
        raise NotFound(
            msg(
                "{course} has no revision {number}. It has these: {numbers:plain}.",
                course=course_key,
                number=str(number),
                numbers=tuple(numbers),
            )
        )
    keys = db.scalars(select(CourseHead.key).order_by(CourseHead.key)).all()
    if not keys:
        raise NotFound(
            msg("There is no course {course}. No course is published.", course=course_key)
        )
    raise NotFound(
        msg(
            "There is no course {course}. Published are: {keys:plain}.",
            course=course_key,
            keys=tuple(keys),
        )
    )


def _media(db: Session, course_key: str, number: int, source: CourseSource) -> dict[str, bytes]:
    """Return the drawings of a source by their path."""
    rows = db.execute(
        select(Media.digest, Media.content).where(Media.digest.in_(set(source.media.values())))
    )
    contents = {row.digest: row.content for row in rows}
    for path, digest in source.media.items():
        if digest not in contents:
            raise _damaged(course_key, number, msg("{path} is gone.", path=path))
    return {path: contents[digest] for path, digest in source.media.items()}


def _damaged(course_key: str, number: int, what: Text) -> Conflict:
    return Conflict(
        msg(
            "The files of revision {number} of {course} are damaged. {what} Restore them from a backup; "
            "“preceptor audit” names every damaged revision.",
            number=number,
            course=course_key,
            what=what,
        ),
        reason="source-damaged",
    )
