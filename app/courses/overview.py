"""Reads the published courses for admins. It may read keys, so learners' pages never import it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.courses import answer_keys, policy, queries
from app.courses.domain.delivery import ClinicalValue
from app.courses.domain.statistics import statistics
from app.courses.errors import RevisionUnreadable
from app.courses.models import CourseHead, Revision
from app.kit.actor import Actor, require
from app.kit.ids import RevisionId, UserId
from app.kit.messages import Message, Text, msgs

SHOWN = 20
"""How many of the newest revisions of each course the page shows; older ones stay in the database."""


@dataclass(frozen=True, slots=True)
class RevisionRow:
    """One revision; `published_by` None: the system. `lessons` and `questions` are None where this version
    cannot read the revision."""

    number: int
    digest: str
    published_at: datetime
    published_by: UserId | None
    is_current: bool
    lessons: int | None
    questions: int | None

    @property
    def short_digest(self) -> str:
        return self.digest.partition(":")[2][:12]


@dataclass(frozen=True, slots=True)
class CourseRevisions:
    """A course with its newest revisions, newest first, and the figures of the current one. `problem` says
    why that cannot be read; empty: it can."""

    key: str
    title: str
    figures: tuple[tuple[Message, int], ...]
    revisions: tuple[RevisionRow, ...]
    total: int
    unset_values: tuple[ClinicalValue, ...]
    is_hidden: bool
    problem: Text = ""


def courses_overview(db: Session, actor: Actor) -> tuple[CourseRevisions, ...]:
    """Return every course with its revisions, by title."""
    require(policy.may_see_revisions(actor))
    heads = {head.key: head for head in db.scalars(select(CourseHead))}
    rows = db.execute(
        select(
            Revision.id,
            Revision.course_key,
            Revision.number,
            Revision.digest,
            Revision.published_at,
            Revision.published_by,
        ).order_by(Revision.number.desc())
    ).all()
    overviews = []
    for key, head in heads.items():
        mine = [row for row in rows if row.course_key == key]
        current = head.current_revision_id
        shown = tuple(_revision_row(db, row, current) for row in mine[:SHOWN])
        overviews.append(_course_revisions(db, head, shown, len(mine)))
    return tuple(sorted(overviews, key=lambda overview: overview.title))


def _course_revisions(
    db: Session, head: CourseHead, shown: tuple[RevisionRow, ...], total: int
) -> CourseRevisions:
    key, current, is_hidden = head.key, head.current_revision_id, head.hidden_at is not None
    try:
        course = queries.revision(db, current).course
        counted = statistics(course, answer_keys.answer_keys(db, current))
    except RevisionUnreadable as refused:
        return CourseRevisions(key, key, (), shown, total, (), is_hidden, refused.detail)
    figures = figures_in_words(counted)
    return CourseRevisions(key, course.title, figures, shown, total, course.unset_values, is_hidden)


NOUNS: Final[Mapping[str, Callable[[int], Message]]] = {
    "modules": lambda n: msgs("module", "modules", n),
    "lessons": lambda n: msgs("lesson", "lessons", n),
    "words": lambda n: msgs("word", "words", n),
    "figures": lambda n: msgs("figure", "figures", n),
    "questions": lambda n: msgs("question", "questions", n),
    "generators": lambda n: msgs("generator", "generators", n),
    "cases": lambda n: msgs("case", "cases", n),
}
"""The noun that stands under each count of `statistics`."""


def figures_in_words(counted: Mapping[str, int]) -> tuple[tuple[Message, int], ...]:
    """Return the counts that are not 0, each with its noun: “1 lesson”, “2 lessons”."""
    return tuple((NOUNS[key](count), count) for key, count in counted.items() if count)


def _revision_row(db: Session, row: Any, head: RevisionId) -> RevisionRow:
    published = queries.readable(db, row.id)
    course = published.course if published else None
    return RevisionRow(
        number=row.number,
        digest=row.digest,
        published_at=row.published_at,
        published_by=row.published_by,
        is_current=row.id == head,
        lessons=sum(len(module.lessons) for module in course.modules) if course else None,
        questions=sum(len(quiz.questions) for quiz in course.quizzes) if course else None,
    )
