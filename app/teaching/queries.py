"""Reads courses for staff. Content comes from a revision in memory; nothing here writes progress.

This module cannot reach the keys of questions, which `keyed_questions` reads.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.assessments.reasons import pass_rule
from app.courses import queries as courses
from app.courses.corrections import lesson_corrections
from app.courses.domain.delivery import Checklist, Course, PracticalKind
from app.courses.queries import PublishedCourse
from app.enrolments.learners import count_learners
from app.kit.actor import Actor, require
from app.kit.errors import NotFound
from app.kit.ids import PracticalId
from app.kit.messages import Message
from app.learning import vote_counts
from app.learning.domain import everything_done
from app.learning.lesson_reading import LessonPage, lesson_for_staff
from app.learning.search import GlossaryPage, SearchPage, glossary_below, search_below
from app.learning.vote_counts import SectionClarity
from app.practicals.queries import practical_summary
from app.teaching import policy
from app.teaching.domain import days_with_checklist, may_exist, staff_base

SHOWN = 20
"""How many older revisions of each course the list names; every one can be opened by its address."""


@dataclass(frozen=True, slots=True)
class TaughtRevision:
    """A revision with the number of people who learn from it. `base` is its address."""

    number: int
    published_at: datetime
    is_current: bool
    students: int
    base: str


@dataclass(frozen=True, slots=True)
class TaughtCourse:
    """A course with its current revision and the older ones, newest first."""

    key: str
    title: str
    summary: str
    language: str
    current: TaughtRevision
    older: tuple[TaughtRevision, ...]


@dataclass(frozen=True, slots=True)
class StaffReading:
    """One revision as staff read it, and how many people learn from it."""

    published: PublishedCourse
    base: str
    is_current: bool
    students: int

    @property
    def course(self) -> Course:
        return self.published.course

    @property
    def number(self) -> int:
        return self.published.number

    @property
    def language(self) -> str:
        """The tag of the language in which the course is written."""
        return self.published.language

    @property
    def final_title(self) -> str:
        return next(
            quiz.title for quiz in self.course.quizzes if quiz.key == self.course.final_test
        )


@dataclass(frozen=True, slots=True)
class ChecklistForStaff:
    """A checklist as the assessor sees it, with what “competent” needs and the days it belongs to."""

    reading: StaffReading
    checklist: Checklist
    needed: tuple[Message, ...]
    days: tuple[PracticalKind, ...]

    def number_of(self, step_key: str) -> int:
        """Return the number of a step, counted through all sections, from 1."""
        return [step.key for step in self.checklist.steps].index(step_key) + 1


def taught_courses(db: Session, actor: Actor) -> tuple[TaughtCourse, ...]:
    """Return every course that this version can read, by title, each with its newest revisions."""
    require(policy.may_read_courses(actor))
    numbers = courses.stored_numbers(db)
    students = count_learners(db, [row.revision_id for row in numbers])
    taught = []
    for published in courses.catalogue(db):
        rows = [
            TaughtRevision(
                row.number,
                row.published_at,
                row.revision_id == published.revision_id,
                students.get(row.revision_id, 0),
                staff_base(row.course_key, row.number),
            )
            for row in numbers
            if row.course_key == published.course_key
        ]
        taught.append(
            TaughtCourse(
                published.course_key,
                published.course.title,
                published.course.summary,
                published.language,
                next(row for row in rows if row.is_current),
                tuple(row for row in rows if not row.is_current)[:SHOWN],
            )
        )
    return tuple(taught)


def reading_of(db: Session, actor: Actor, course_key: str, number: int) -> StaffReading:
    """Return one revision for staff. Raise NotFound where there is none."""
    require(policy.may_read_courses(actor))
    stored = courses.stored_number(db, course_key, number) if may_exist(number) else None
    if stored is None:
        raise NotFound
    return StaffReading(
        courses.revision(db, stored.revision_id),
        staff_base(course_key, number),
        stored.is_current,
        count_learners(db, [stored.revision_id]).get(stored.revision_id, 0),
    )


def lesson_of(
    db: Session, actor: Actor, course_key: str, number: int, lesson_key: str
) -> tuple[StaffReading, LessonPage]:
    """Return a lesson of a revision as students see it. Raise NotFound."""
    reading = reading_of(db, actor, course_key, number)
    corrections = lesson_corrections(db, course_key, lesson_key)
    return reading, lesson_for_staff(reading.published, lesson_key, corrections, reading.base)


def clarity_of(
    db: Session, actor: Actor, reading: StaffReading, lesson_key: str
) -> Mapping[str, SectionClarity]:
    """Return how clear the sections of a lesson of a revision were to its students, by anchor."""
    require(policy.may_read_courses(actor))
    return vote_counts.clarity_of_lesson(db, reading.published.revision_id, lesson_key)


def checklist_of(
    db: Session, actor: Actor, course_key: str, number: int, checklist_key: str
) -> ChecklistForStaff:
    """Return a checklist of a revision. Raise NotFound."""
    reading = reading_of(db, actor, course_key, number)
    checklist = reading.course.checklist(checklist_key)
    if checklist is None:
        raise NotFound
    days = days_with_checklist(reading.course, checklist_key)
    return ChecklistForStaff(reading, checklist, pass_rule(checklist), days)


def checklist_address(db: Session, actor: Actor, practical_id: PracticalId) -> str:
    """Return the address of the checklist of a practical day. Raise NotFound."""
    require(policy.may_read_courses(actor))
    day = practical_summary(db, practical_id)
    published = None if day is None else courses.revision(db, day.revision_id)
    kind = published.course.practical(day.kind_key) if day and published else None
    if published is None or kind is None:
        raise NotFound
    base = staff_base(published.course_key, published.number)
    return f"{base}/checklists/{kind.checklist}"


def glossary_of(
    db: Session, actor: Actor, course_key: str, number: int, *, query: str
) -> tuple[StaffReading, GlossaryPage]:
    """Return the glossary of a revision. Raise NotFound."""
    reading = reading_of(db, actor, course_key, number)
    return reading, glossary_below(reading.published, reading.base, query=query)


def search_of(
    db: Session, actor: Actor, course_key: str, number: int, *, query: str, page: int
) -> tuple[StaffReading, SearchPage]:
    """Return one page of matches in a revision. Raise NotFound."""
    reading = reading_of(db, actor, course_key, number)
    done = everything_done(reading.course)
    results = search_below(db, reading.published, done, reading.base, query=query, number=page)
    return reading, results
