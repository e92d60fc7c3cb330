"""The sections of a course that were not clear to its students, for staff: counts and words, never names."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.courses import queries as courses
from app.courses.queries import PublishedCourse
from app.db.paging import PAGE_SIZE, Page, page_of
from app.kit.actor import Actor, require
from app.kit.errors import NotFound
from app.learning import vote_counts
from app.learning.vote_counts import SectionClarity
from app.teaching import policy
from app.teaching.domain import staff_base


@dataclass(frozen=True, slots=True)
class UnclearSection:
    """A section that was not clear to somebody, in the revision with this number. `address` leads to it."""

    clarity: SectionClarity
    number: int
    address: str

    @property
    def hidden_words(self) -> int:
        """How many of the words about it are not shown."""
        return self.clarity.words_in_all - len(self.clarity.words)


@dataclass(frozen=True, slots=True)
class UnclearPage:
    """One page of the sections of a course, those that were clear to the fewest first. Of `waiting` sections
    nothing is shown yet, because too few have voted on them."""

    course_key: str
    course_title: str
    language: str
    base: str
    sections: Page[UnclearSection]
    waiting: int


def unclear_page(db: Session, actor: Actor, course_key: str, *, number: int) -> UnclearPage:
    """Return one page of the unclear sections of a course. Raise NotFound."""
    published = _course(db, actor, course_key)
    total = vote_counts.count_unclear(db, course_key)
    rows = vote_counts.unclear_sections(
        db, course_key, limit=PAGE_SIZE, offset=(number - 1) * PAGE_SIZE
    )
    return UnclearPage(
        course_key,
        published.course.title,
        published.language,
        staff_base(course_key, published.number),
        page_of(_placed(db, course_key, rows), number=number, total=total),
        vote_counts.count_waiting(db, course_key),
    )


def every_unclear_section(db: Session, actor: Actor, course_key: str) -> tuple[UnclearSection, ...]:
    """Return every unclear section of a course with all its words. Raise NotFound."""
    _course(db, actor, course_key)
    return _placed(db, course_key, vote_counts.unclear_sections(db, course_key))


def _course(db: Session, actor: Actor, course_key: str) -> PublishedCourse:
    require(policy.may_read_courses(actor))
    published = courses.current(db, course_key)
    if published is None:
        raise NotFound
    return published


def _placed(
    db: Session, course_key: str, rows: Iterable[SectionClarity]
) -> tuple[UnclearSection, ...]:
    numbers = {
        row.revision_id: row.number
        for row in courses.stored_numbers(db)
        if row.course_key == course_key
    }
    return tuple(
        UnclearSection(row, number, f"{base}/lessons/{row.place.lesson_key}#{row.place.section}")
        for row in rows
        for number in [numbers[row.place.revision_id]]
        for base in [staff_base(course_key, number)]
    )
