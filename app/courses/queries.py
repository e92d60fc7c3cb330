"""Reads published courses. Revisions never change, so each is parsed once and cached.

This module has no access to the keys, which are in `answer_keys`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.courses.course_language import WordsOf, course_words, english_words
from app.courses.domain.delivery import Course
from app.courses.domain.stored import UnreadableDocument, read_delivery
from app.courses.domain.typography import typeset
from app.courses.errors import RevisionUnreadable, UnreadableRevision, note_unreadable
from app.courses.models import CourseHead, Media, Revision
from app.db.base import table_of
from app.db.prepared import Prepared
from app.kit.bounded_cache import BoundedCache
from app.kit.errors import NotFound
from app.kit.ids import RevisionId
from app.kit.messages import SOURCE_TEXTS
from app.kit.words import Words


@dataclass(frozen=True, slots=True, eq=False)
class PublishedCourse:
    """One revision of a course, as learners see it. While cached, each revision is a single object, so
    derived values can be cached by identity. `words` are those of the course's language."""

    revision_id: RevisionId
    number: int
    digest: str
    course: Course
    words: Words

    @property
    def course_key(self) -> str:
        return self.course.key

    @property
    def language(self) -> str:
        """The tag of the language in which the course is written."""
        return self.course.language or self.words.tag


@dataclass(frozen=True, slots=True)
class CourseCard:
    """A course in the catalogue."""

    key: str
    title: str
    summary: str
    hours: int
    modules: int
    lessons: int
    practicals: int
    language: str
    picture: str | None
    """The address of the opening picture of its first module; None without one."""


# Built once, from plain columns: every page that names a course runs it.
_head = table_of(CourseHead).c
_current = select(_head.current_revision_id, _head.hidden_at)
HEADS = Prepared(_current)
HEAD = Prepared(_current.where(_head.key == bindparam("course_key")))

_revisions: BoundedCache[tuple[RevisionId, str, bool], PublishedCourse] = BoundedCache(64)
"""By revision; by the language of an academy, because tests have several in one process; and by whether it is
as publishing wrote it."""
_unreadable: BoundedCache[RevisionId, UnreadableRevision] = BoundedCache(64)
"""Revisions that could not be read, so that each is read and logged only once."""
_drawings: BoundedCache[str, bytes] = BoundedCache(256)
ADDRESS_LENGTH = 32
"""The address of a drawing has so many digits of the digest; 128 bits identify a drawing."""


def revision(db: Session, revision_id: RevisionId) -> PublishedCourse:
    """Return one revision with the words of the interface in the course's language, without a statement once
    it is in memory; raise NotFound, or RevisionUnreadable where a later version stored it."""
    return _revision(db, revision_id, course_words(db))


def as_published(db: Session, revision_id: RevisionId) -> PublishedCourse:
    """Return one revision as publishing wrote it, to compare it; raise what `revision` raises."""
    return _revision(db, revision_id, english_words)


def _revision(db: Session, revision_id: RevisionId, words_of: WordsOf) -> PublishedCourse:
    place = revision_id, words_of(None).tag, words_of is english_words
    cached = _revisions.get(place)
    if cached is not None:
        return cached
    refused = _unreadable.get(revision_id)
    if refused is not None:
        raise RevisionUnreadable(refused)
    row = db.execute(
        select(
            Revision.course_key,
            Revision.number,
            Revision.digest,
            Revision.format,
            Revision.delivery,
            Revision.written_by,
        ).where(Revision.id == revision_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    try:
        course = read_delivery(row.delivery, row.format)
        words = words_of(course.language)
        if words.catalogue is not SOURCE_TEXTS:
            course = read_delivery(row.delivery, row.format, words)
    except UnreadableDocument as problem:
        refused = _unreadable.store(revision_id, note_unreadable(row, problem))
        raise RevisionUnreadable(refused) from None
    if words_of is not english_words:
        course = typeset(course, course.language or words.tag)
    published = PublishedCourse(revision_id, row.number, row.digest, course, words)
    return _revisions.store(place, published)


def readable(
    db: Session,
    revision_id: RevisionId,
    read: Callable[[Session, RevisionId], PublishedCourse] = revision,
) -> PublishedCourse | None:
    """Return one revision, or None where this version cannot read it. For lists, which show the others."""
    try:
        return read(db, revision_id)
    except RevisionUnreadable:
        return None


def title_of(db: Session, course_key: str, revision_id: RevisionId) -> str:
    """Return the title of a course in one of its revisions. Where this version cannot read that revision,
    return the title in the newest one that it can read, or the course's key."""
    published = readable(db, revision_id)
    if published is None:
        newest_first = select(Revision.id).where(Revision.course_key == course_key)
        for other_id in db.scalars(newest_first.order_by(Revision.number.desc())).all():
            if published := readable(db, other_id):
                break
    return published.course.title if published else course_key


def current_revision_of(course_key: Any) -> Any:
    """Return SQL for the id of a course's current revision; `course_key` is a column."""
    return select(_head.current_revision_id).where(_head.key == course_key).scalar_subquery()


def current(db: Session, course_key: str) -> PublishedCourse | None:
    """Return the current revision of a course, or None if there is no such course."""
    head = HEAD.one_or_none(db, course_key=course_key)
    return None if head is None else revision(db, head.current_revision_id)


@dataclass(frozen=True, slots=True)
class StoredNumber:
    """A revision by its number, without its content."""

    revision_id: RevisionId
    course_key: str
    number: int
    published_at: datetime
    is_current: bool


_NUMBERS = select(
    Revision.id,
    Revision.course_key,
    Revision.number,
    Revision.published_at,
    (Revision.id == CourseHead.current_revision_id).label("is_current"),
).join(CourseHead, CourseHead.key == Revision.course_key)


def stored_numbers(db: Session) -> tuple[StoredNumber, ...]:
    """Return every revision of every course, the newest of each course first, in one statement."""
    rows = db.execute(_NUMBERS.order_by(Revision.course_key, Revision.number.desc()))
    return tuple(StoredNumber(*row) for row in rows)


def stored_number(db: Session, course_key: str, number: int) -> StoredNumber | None:
    """Return the revision of a course with this number, or None."""
    row = db.execute(
        _NUMBERS.where(Revision.course_key == course_key, Revision.number == number)
    ).one_or_none()
    return None if row is None else StoredNumber(*row)


def current_with_state(db: Session, course_key: str) -> tuple[PublishedCourse, bool] | None:
    """Return the current revision of a course and whether the course is hidden, or None if there is no such
    course."""
    head = HEAD.one_or_none(db, course_key=course_key)
    if head is None:
        return None
    return revision(db, head.current_revision_id), head.hidden_at is not None


def current_to_pin(db: Session, course_key: str) -> PublishedCourse | None:
    """Return the revision new learners get, for a use-case that stores it in a row, or None when there is no
    such course.

    Publishing the course waits until the caller commits, and the caller waits for a publication that has
    begun. Without that, publishing could look for rows that use a revision, find none, and contradict
    it, while such a row is being written.
    """
    locked = select(_head.current_revision_id).where(_head.key == course_key)
    revision_id = db.scalar(locked.with_for_update(read=True))
    return None if revision_id is None else revision(db, revision_id)


def catalogue(db: Session) -> tuple[PublishedCourse, ...]:
    """Return the current revision of every course that this version can read, by title; hidden ones too,
    for the office and for the people on them."""
    return _by_title(db, HEADS.all(db))


def offered(db: Session) -> tuple[PublishedCourse, ...]:
    """Return as `catalogue` the courses that are not hidden: what visitors see, and what can begin anew."""
    return _by_title(db, (head for head in HEADS.all(db) if head.hidden_at is None))


def _by_title(db: Session, heads: Iterable[Any]) -> tuple[PublishedCourse, ...]:
    revisions = (readable(db, head.current_revision_id) for head in heads)
    shown = [published for published in revisions if published is not None]
    return tuple(sorted(shown, key=lambda published: published.course.title))


def is_hidden(db: Session, course_key: str) -> bool:
    """Return whether a course is hidden from the catalogue."""
    head = HEAD.one_or_none(db, course_key=course_key)
    return head is not None and head.hidden_at is not None


def is_offered(course_key: Any) -> Any:
    """Return SQL for whether a course is published and not hidden; `course_key` is a column."""
    return course_key.in_(select(_head.key).where(_head.hidden_at.is_(None)))


def course_cards(db: Session) -> tuple[CourseCard, ...]:
    """Return a card of every course that is not hidden, by title, in one statement once the courses are in
    memory."""
    return tuple(card_of(published) for published in offered(db))


def published_at(db: Session) -> dict[str, datetime]:
    """Return when the current revision of each course that is not hidden was published, by its key."""
    rows = db.execute(
        select(CourseHead.key, Revision.published_at)
        .join(Revision, Revision.id == CourseHead.current_revision_id)
        .where(CourseHead.hidden_at.is_(None))
        .order_by(CourseHead.key)
    )
    return {row.key: row.published_at for row in rows}


def offered_card(db: Session, course_key: str) -> CourseCard | None:
    """Return as `course_card` one that is not hidden."""
    return None if is_hidden(db, course_key) else course_card(db, course_key)


def course_card(db: Session, course_key: str) -> CourseCard | None:
    """Return the card of one course, hidden or not, or None when there is no such course or this version
    cannot read it."""
    head = HEAD.one_or_none(db, course_key=course_key)
    published = None if head is None else readable(db, head.current_revision_id)
    return None if published is None else card_of(published)


def card_of(published: PublishedCourse) -> CourseCard:
    course = published.course
    return CourseCard(
        key=course.key,
        title=course.title,
        summary=course.summary,
        hours=course.hours,
        modules=len(course.modules),
        lessons=sum(len(module.lessons) for module in course.modules),
        practicals=len(course.practicals),
        language=published.language,
        picture=course.picture_address(course.modules[0]) if course.modules else None,
    )


def kept_drawing(address: str) -> bytes | None:
    """Return a drawing by the digest in its address if it is in memory."""
    return _drawings.get(address)


def drawing(db: Session, address: str) -> bytes:
    """Return a drawing by the digest in its address, and keep it in memory; raise NotFound."""
    if len(address) != ADDRESS_LENGTH or not set(address) <= set("0123456789abcdef"):
        raise NotFound
    content = db.scalar(
        select(Media.content).where(Media.digest >= address, Media.digest < address + "g")
    )
    if content is None:
        raise NotFound
    return _drawings.store(address, content)
