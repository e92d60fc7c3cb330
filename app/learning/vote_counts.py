"""How clear the sections of a course were to its students: counts and words, never people."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Float, Select, and_, case, cast, false, func, or_, select
from sqlalchemy.orm import Session

from app.db.base import table_of
from app.kit.ids import RevisionId
from app.learning.clarity import LEAST_VOTES, share_percent
from app.learning.models import SectionVoteRow

MOST_WORDS: Final = 20
"""How many of the words about a section a page shows; its file has all."""
_vote = table_of(SectionVoteRow).c
_unclear = func.sum(case((_vote.is_clear, 0), else_=1))
_votes = func.count()


@dataclass(frozen=True, slots=True)
class SectionPlace:
    """A section of a lesson in one revision."""

    revision_id: RevisionId
    lesson_key: str
    section: str


@dataclass(frozen=True, slots=True)
class SectionClarity:
    """How clear a section was. `words` are in the order of the alphabet, which says nothing about who wrote
    them and when; `words_in_all` counts those that are not shown, too."""

    place: SectionPlace
    lesson_title: str
    section_title: str
    votes: int
    unclear: int
    words: tuple[str, ...] = ()
    words_in_all: int = 0

    @property
    def percent(self) -> int:
        return share_percent(self.unclear, self.votes)


def count_unclear(db: Session, course_key: str) -> int:
    """Return how many sections `unclear_sections` has in all. Does not check permissions."""
    sections = _grouped(course_key).subquery()
    return db.scalar(select(func.count()).select_from(sections)) or 0


def count_waiting(db: Session, course_key: str) -> int:
    """Return of how many sections nothing is shown yet, because too few have voted on them."""
    few = (
        select(_vote.section)
        .where(_vote.course_key == course_key)
        .group_by(_vote.revision_id, _vote.lesson_key, _vote.section)
        .having(_votes < LEAST_VOTES)
        .subquery()
    )
    return db.scalar(select(func.count()).select_from(few)) or 0


def unclear_sections(
    db: Session, course_key: str, *, limit: int | None = None, offset: int = 0
) -> tuple[SectionClarity, ...]:
    """Return the sections of a course that were not clear to somebody, the least clear first, in two
    statements. Without a limit each has all its words. Does not check permissions."""
    rows = db.execute(
        _grouped(course_key)
        .order_by(
            (cast(_unclear, Float) / _votes).desc(),
            _unclear.desc(),
            func.max(_vote.lesson_title),
            func.max(_vote.section_title),
            _vote.revision_id,
            _vote.lesson_key,
            _vote.section,
        )
        .limit(limit)
        .offset(offset or None)
    ).all()
    places = [SectionPlace(*row[:3]) for row in rows]
    words = _words(db, course_key, places if limit else None, MOST_WORDS if limit else None)
    return tuple(
        replace(SectionClarity(place, *row[3:]), words=texts, words_in_all=in_all)
        for place, row in zip(places, rows, strict=True)
        for texts, in_all in [words.get(place, ((), 0))]
    )


def clarity_of_lesson(
    db: Session, revision_id: RevisionId, lesson_key: str
) -> Mapping[str, SectionClarity]:
    """Return how clear the sections of a lesson were, by anchor: those on which enough people voted, in one
    statement. Does not check permissions."""
    rows = db.execute(
        _shown().where(_vote.revision_id == revision_id, _vote.lesson_key == lesson_key)
    )
    return {row[2]: SectionClarity(SectionPlace(*row[:3]), *row[3:]) for row in rows}


def _shown() -> Select[Any]:
    return (
        select(
            _vote.revision_id,
            _vote.lesson_key,
            _vote.section,
            func.max(_vote.lesson_title),
            func.max(_vote.section_title),
            _votes,
            _unclear,
        )
        .group_by(_vote.revision_id, _vote.lesson_key, _vote.section)
        .having(_votes >= LEAST_VOTES)
    )


def _grouped(course_key: str) -> Select[Any]:
    return _shown().where(_vote.course_key == course_key).having(_unclear > 0)


def _words(
    db: Session, course_key: str, places: Iterable[SectionPlace] | None, most: int | None
) -> Mapping[SectionPlace, tuple[tuple[str, ...], int]]:
    """Return the words about sections and how many there are, by section; at most `most` of each. Without
    places, those about every section of the course."""
    section = (_vote.revision_id, _vote.lesson_key, _vote.section)
    numbered = select(
        *section,
        _vote.words,
        func.row_number()
        .over(partition_by=section, order_by=(_vote.words, _vote.id))
        .label("number"),
        func.count().over(partition_by=section).label("in_all"),
    ).where(_vote.course_key == course_key, _vote.words != "")
    if places is not None:
        numbered = numbered.where(
            or_(
                false(),
                *(
                    and_(
                        _vote.revision_id == place.revision_id,
                        _vote.lesson_key == place.lesson_key,
                        _vote.section == place.section,
                    )
                    for place in places
                ),
            )
        )
    table = numbered.subquery()
    statement = select(*table.c).order_by(table.c.number)
    if most is not None:
        statement = statement.where(table.c.number <= most)
    texts: dict[SectionPlace, list[str]] = defaultdict(list)
    counts: dict[SectionPlace, int] = {}
    for revision_id, lesson_key, anchor, words, _number, in_all in db.execute(statement):
        place = SectionPlace(revision_id, lesson_key, anchor)
        texts[place].append(words)
        counts[place] = in_all
    return {place: (tuple(words), counts[place]) for place, words in texts.items()}
