"""Reading the answer keys. Only marking and the review after release may import this module."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.courses import queries
from app.courses.domain.errata import Correction
from app.courses.domain.keys import CourseKeys
from app.courses.domain.stored import UnreadableDocument
from app.courses.domain.stored_keys import read_keys
from app.courses.domain.typography import typeset
from app.courses.errors import RevisionUnreadable, note_unreadable
from app.courses.models import PublishedErratum, Revision
from app.courses.queries import PublishedCourse
from app.kit.bounded_cache import BoundedCache
from app.kit.errors import NotFound
from app.kit.ids import RevisionId

_cache: BoundedCache[PublishedCourse, CourseKeys] = BoundedCache(64)


def answer_keys(db: Session, revision_id: RevisionId) -> CourseKeys:
    """Return the keys of one revision with the words of the interface in the course's language, without a
    statement once they are in memory; raise NotFound, or RevisionUnreadable."""
    return _keys(db, queries.revision(db, revision_id), is_shown=True)


def keys_as_published(db: Session, revision_id: RevisionId) -> CourseKeys:
    """Return the keys of one revision as publishing wrote them, to compare them; raise what `answer_keys`
    raises."""
    return _keys(db, queries.as_published(db, revision_id), is_shown=False)


def _keys(db: Session, published: PublishedCourse, *, is_shown: bool) -> CourseKeys:
    cached = _cache.get(published)
    if cached is not None:
        return cached
    row = db.execute(
        select(
            Revision.course_key,
            Revision.number,
            Revision.format,
            Revision.keys,
            Revision.written_by,
        ).where(Revision.id == published.revision_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    try:
        keys = read_keys(row.keys, row.format, published.words)
        shown = typeset(keys, published.language) if is_shown else keys
        return _cache.store(published, shown)
    except UnreadableDocument as problem:
        raise RevisionUnreadable(note_unreadable(row, problem)) from None


def explanation_corrections(
    db: Session, course_key: str, quiz_key: str
) -> dict[str, tuple[Correction, ...]]:
    """Return the corrections of explanations of one quiz by question, oldest first."""
    rows = db.execute(
        select(
            PublishedErratum.key,
            PublishedErratum.question_key,
            PublishedErratum.was,
            PublishedErratum.now,
            PublishedErratum.why,
            PublishedErratum.published_at,
        )
        .where(
            PublishedErratum.course_key == course_key,
            PublishedErratum.quiz_key == quiz_key,
            PublishedErratum.question_key.is_not(None),
        )
        .order_by(PublishedErratum.published_at, PublishedErratum.key)
    )
    by_question: dict[str, tuple[Correction, ...]] = {}
    for row in rows:
        question_key = str(row.question_key)
        correction = Correction(row.key, question_key, row.was, row.now, row.why, row.published_at)
        by_question[question_key] = (*by_question.get(question_key, ()), correction)
    return by_question
