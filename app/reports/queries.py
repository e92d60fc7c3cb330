"""Reads results: a page of students with their state at each quiz of a course."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.courses import queries as courses
from app.courses.domain.delivery import Course
from app.db.paging import Page, page_of
from app.enrolments import queries as enrolments
from app.kit.actor import Actor, require
from app.kit.errors import NotFound
from app.kit.ids import GroupId, IntakeId, UserId
from app.kit.messages import Message, msg
from app.quizzes.item_statistics import QuizStatistics, quiz_statistics
from app.reports import policy
from app.reports.attempt_counts import CountsAtQuiz, counts_of_many, counts_of_page
from app.reports.domain import NO_ATTEMPTS, AttemptCounts, QuizState, course_in_use, state_of
from app.reports.students import OWN_STUDENTS, Part, ResultsQuery, students

MOST_ROWS = 500


@dataclass(frozen=True, slots=True)
class QuizColumn:
    """One quiz of a course. `short` is the heading of a narrow column: Module 3, or Final test."""

    key: str
    title: str
    short: Message
    attempts: int | None


@dataclass(frozen=True, slots=True)
class QuizCell:
    """One student at one quiz: the state, and the counts of attempts."""

    state: QuizState
    tries: AttemptCounts


@dataclass(frozen=True, slots=True, eq=False)
class ResultRow:
    """One student, with a cell for each quiz that was asked for, in the course's order. Rows are kept as
    they were made, so one is compared by being the same and not by all that it says."""

    user_id: UserId
    name: str
    email: str
    cells: tuple[QuizCell, ...]

    @property
    def passed(self) -> int:
        return sum(cell.state is QuizState.passed for cell in self.cells)


@dataclass(frozen=True, slots=True)
class FilterOptions:
    """The choices of the filters. The groups are those that the reader may see."""

    courses: tuple[tuple[str, str], ...]
    quizzes: tuple[QuizColumn, ...]
    intakes: tuple[tuple[IntakeId, Message], ...]
    groups: tuple[tuple[GroupId, str], ...]


@dataclass(frozen=True, slots=True)
class ResultsPage:
    """One page of results. `quiz` is the chosen quiz, or None for all of `columns`."""

    course_title: str
    quiz: QuizColumn | None
    columns: tuple[QuizColumn, ...]
    rows: Page[ResultRow]

    @property
    def labels(self) -> tuple[Message, ...]:
        """The short names of the quizzes: the column headings of a narrow table."""
        return tuple(column.short for column in self.columns)

    @property
    def keys(self) -> tuple[str, ...]:
        return _keys(self.columns)


@dataclass(frozen=True, slots=True)
class QuestionsPage:
    """How often each question of a quiz was wrong, among the students that the reader may see."""

    course_key: str
    quiz_key: str
    quiz_title: str
    missed: QuizStatistics


def choices(
    db: Session, actor: Actor, course_key: str | None, *, today: date
) -> tuple[Course, FilterOptions]:
    """Return the course to show and the choices of its filters, in three statements. Raise NotFound
    if the course, or any course, is not published. `course_key` None: the course in which most probably
    somebody learns now."""
    require(policy.may_see_results(actor))
    published = {
        course_revision.course_key: course_revision.course
        for course_revision in courses.catalogue(db)
    }
    intakes = enrolments.intake_options(db)
    starts = ((intake.course_key, intake.starts_on) for intake in intakes)
    course = published.get(course_key or course_in_use(tuple(published), starts, today=today) or "")
    if course is None:
        if course_key:
            courses.current(db, course_key)  # says why, where this version cannot read the course
        raise NotFound
    own = accounts.groups(db) if actor.is_admin else accounts.taught_groups(db, actor)
    return course, FilterOptions(
        tuple((key, course_revision.title) for key, course_revision in published.items()),
        columns_of(course),
        tuple(
            (intake.intake_id, intake.short_label)
            for intake in intakes
            if intake.course_key == course.key
        ),
        tuple((group.id, group.name) for group in own),
    )


def columns_of(course: Course) -> tuple[QuizColumn, ...]:
    """Return the quizzes of a course in its order, the final test last."""
    numbers = {module.quiz: number for number, module in enumerate(course.modules, start=1)}
    keys = [*numbers, course.final_test]
    quizzes = {quiz.key: quiz for quiz in course.quizzes}
    return tuple(
        QuizColumn(
            key,
            quizzes[key].title,
            msg("Module {number}", number=numbers[key]) if key in numbers else msg("Final test"),
            quizzes[key].attempts,
        )
        for key in keys
    )


def results(
    db: Session, actor: Actor, course: Course, query: ResultsQuery, *, number: int
) -> ResultsPage:
    """Return one page of results in three statements, however many students there are."""
    require(policy.may_see_results(actor))
    people = students(db, actor, query, Part.page, number=number)
    ((total,),) = students(db, actor, query, Part.number)
    columns = _columns(course, query)
    tries = counts_of_page(db, query, [row.id for row in people])
    keys, allowed = _keys(columns), _allowed(columns)
    rows = tuple(_kept_row(row, keys, allowed, tries.get(row.id, ())) for row in people)
    return ResultsPage(
        course.title,
        columns[0] if query.quiz_key else None,
        columns,
        page_of(rows, number=number, total=total),
    )


def everybody(
    db: Session, actor: Actor, course: Course, query: ResultsQuery
) -> tuple[tuple[QuizColumn, ...], tuple[ResultRow, ...]]:
    """Return all students of a list with their results, for an export."""
    require(policy.may_see_results(actor))
    columns, people = _columns(course, query), students(db, actor, query, Part.file)
    tries = counts_of_many(db, query, [row.id for row in people])
    keys, allowed = _keys(columns), _allowed(columns)
    return columns, tuple(_row(row, keys, allowed, tries.get(row.id, ())) for row in people)


def questions(db: Session, actor: Actor, course_key: str, quiz_key: str) -> QuestionsPage:
    """Return how often each question of a quiz was wrong. Raise NotFound if there is no such quiz."""
    require(policy.may_see_results(actor))
    published = courses.current(db, course_key)
    quiz = published.course.quiz(quiz_key) if published else None
    if published is None or quiz is None:
        raise NotFound
    who = None if actor.is_admin else OWN_STUDENTS.params(viewer=actor.user_id)
    return QuestionsPage(
        course_key, quiz.key, quiz.title, quiz_statistics(db, course_key, quiz, who)
    )


def _columns(course: Course, query: ResultsQuery) -> tuple[QuizColumn, ...]:
    return tuple(column for column in columns_of(course) if column.key in query.keys)


def _keys(columns: tuple[QuizColumn, ...]) -> tuple[str, ...]:
    return tuple(column.key for column in columns)


def _allowed(columns: tuple[QuizColumn, ...]) -> tuple[int | None, ...]:
    return tuple(column.attempts for column in columns)


def _row(
    person: Any,
    keys: tuple[str, ...],
    allowed: tuple[int | None, ...],
    tries: tuple[CountsAtQuiz, ...],
) -> ResultRow:
    counts_by_quiz = {counts.quiz_key: counts.tries for counts in tries}

    def cell(key: str, attempts: int | None) -> QuizCell:
        mine = counts_by_quiz.get(key, NO_ATTEMPTS)
        return QuizCell(state_of(mine, allowed=attempts), mine)

    return ResultRow(person.id, person.name, person.email, tuple(map(cell, keys, allowed)))


_kept_row = lru_cache(MOST_ROWS)(_row)
"""The same row for the same person with the same tries: a page shows most of them again."""
