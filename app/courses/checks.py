"""Invariants of published courses, checked by `preceptor audit`."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.courses.domain.digest import digest_of_documents
from app.courses.domain.source_archive import CourseSource, DamagedSource, unpacked
from app.courses.domain.stored import UnreadableDocument, read_delivery
from app.courses.domain.stored_keys import read_keys
from app.courses.models import CourseHead, Media, Revision
from app.db.auditing import Check

FEW = 5
"""How many rows are read at once; each has a few hundred kilobytes."""


def revisions_can_be_read(db: Session, *, now: datetime) -> list[str]:
    """A stored document cannot be read, or is not what a revision of format 1 was named by."""
    columns = (
        Revision.course_key,
        Revision.number,
        Revision.digest,
        Revision.format,
        Revision.delivery,
        Revision.keys,
    )
    sentences: list[str] = []
    for row in db.execute(_in_order(*columns)):
        try:
            course = read_delivery(row.delivery, row.format)
            read_keys(row.keys, row.format)
        except UnreadableDocument as problem:
            sentences.append(f"{_name(row)} cannot be read: {problem}")
            continue
        if not row.digest.startswith("v1:"):
            continue
        if not _is_named_by_its_documents(row, course.media):
            sentences.append(f"{_name(row)} says something else than what was published.")
    return sentences


def sources_are_what_was_published(db: Session, *, now: datetime) -> list[str]:
    """The stored files of a revision are damaged, are others than those that were published, or lack a
    drawing."""
    stored = set(db.scalars(select(Media.digest)))
    columns = (
        Revision.course_key,
        Revision.number,
        Revision.digest,
        Revision.source,
        Revision.source_digest,
    )
    rows = db.execute(_in_order(*columns).where(Revision.source.is_not(None)))
    return [sentence for row in rows for sentence in _problems_of_source(row, stored)]


def current_revisions_are_of_their_course(db: Session, *, now: datetime) -> list[str]:
    """A course has a revision of another course as its current one."""
    rows = db.execute(
        select(CourseHead.key, Revision.course_key, Revision.number)
        .join(Revision, Revision.id == CourseHead.current_revision_id)
        .where(Revision.course_key != CourseHead.key)
        .order_by(CourseHead.key)
    )
    return [f"The current revision of the course {row.key} is {_name(row)}." for row in rows]


def _is_named_by_its_documents(row: Any, media: Mapping[str, str]) -> bool:
    try:
        return bool(digest_of_documents(row.delivery, row.keys, media) == row.digest)
    except (KeyError, TypeError):  # a part is gone that reading the document does not need
        return False


def _in_order(*columns: Any) -> Any:
    query = select(*columns).order_by(Revision.course_key, Revision.number)
    return query.execution_options(yield_per=FEW)


def _name(row: Any) -> str:
    return f"Revision {row.number} of the course {row.course_key}"


def _problems_of_source(row: Any, stored: set[str]) -> Iterator[str]:
    try:
        source: CourseSource = unpacked(row.source)
    except DamagedSource as problem:
        yield f"{_name(row)}: {problem}"
        return
    named_by = row.digest if row.digest.startswith("v2:") else row.source_digest
    if not source.digest == row.source_digest == named_by:
        yield f"{_name(row)}: its files are not those that were published."
    for path, digest in source.media.items():
        if digest not in stored:
            yield f"{_name(row)}: the drawing {path} is gone."


CHECKS: tuple[Check, ...] = (
    revisions_can_be_read,
    sources_are_what_was_published,
    current_revisions_are_of_their_course,
)
