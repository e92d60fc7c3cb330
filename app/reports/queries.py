"""Reading results: a page of students with how they stand at each quiz of a course."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.accounts.actor import Actor, require
from app.courses import queries as courses
from app.courses.domain.delivery import Course
from app.db.paging import PAGE_SIZE, Page, page_of
from app.enrolments import queries as enrolments
from app.kit.errors import NotFound
from app.kit.ids import GroupId, IntakeId, UserId
from app.quizzes.missed import Missed, missed_questions
from app.quizzes.models import AttemptState
from app.reports import policy
from app.reports.domain import NO_TRIES, QuizState, Tries, state_of
from app.reports.students import ATTEMPT, USER, Asked, Rows, best_percent, seen_by, students

MOST_EXPORTED = 20_000


@dataclass(frozen=True, slots=True)
class QuizColumn:
    """One quiz of a course. `short` heads a narrow column: Module 3, or Final test."""

    key: str
    title: str
    short: str
    attempts: int | None


@dataclass(frozen=True, slots=True)
class QuizCell:
    """One student at one quiz."""

    short: str
    state: QuizState
    tries: Tries
    allowed: int | None


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One student, with a cell for each quiz that was asked for, in the course's order."""

    user_id: UserId
    name: str
    email: str
    cells: tuple[QuizCell, ...]

    @property
    def passed(self) -> int:
        return sum(cell.state is QuizState.passed for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a list can be narrowed to. The groups are those the asker may see."""

    courses: tuple[tuple[str, str], ...]
    quizzes: tuple[QuizColumn, ...]
    intakes: tuple[tuple[IntakeId, str], ...]
    groups: tuple[tuple[GroupId, str], ...]


@dataclass(frozen=True, slots=True)
class ResultsPage:
    """One page of results. `quiz` is the one that was asked for, None: all of `columns`."""

    course_title: str
    quiz: QuizColumn | None
    columns: tuple[QuizColumn, ...]
    rows: Page[ResultRow]


@dataclass(frozen=True, slots=True)
class QuestionsPage:
    """Which questions of one quiz are missed, among the students the asker may see."""

    course_key: str
    quiz_key: str
    quiz_title: str
    missed: Missed


def choices(db: Session, actor: Actor, course_key: str | None) -> tuple[Course, Choice]:
    """Return the course to show and what its list can be narrowed to, in three statements; raise
    NotFound for a course that is not published, or when none is."""
    require(policy.may_see_results(actor))
    published = {one.course_key: one.course for one in courses.catalogue(db)}
    course = published.get(course_key) if course_key else next(iter(published.values()), None)
    if course is None:
        raise NotFound
    own = accounts.groups(db) if actor.is_admin else accounts.taught_groups(db, actor)
    return course, Choice(
        tuple((key, one.title) for key, one in published.items()),
        columns_of(course),
        tuple(
            (one.intake_id, one.short_label)
            for one in enrolments.intake_options(db)
            if one.course_key == course.key
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
            f"Module {numbers[key]}" if key in numbers else "Final test",
            quizzes[key].attempts,
        )
        for key in keys
    )


def results(db: Session, actor: Actor, course: Course, asked: Asked, *, number: int) -> ResultsPage:
    """Return one page of results in two statements, however many students there are."""
    require(policy.may_see_results(actor))
    listed = students(actor, asked).add_columns(func.count().over())
    found = db.execute(listed.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all()
    columns = _columns(course, asked)
    tries = _tries(db, asked, [row.id for row in found])
    rows = [_row(row, columns, tries) for row in found]
    return ResultsPage(
        course.title,
        columns[0] if asked.quiz_key else None,
        columns,
        page_of(rows, number=number, total=found[0][-1] if found else 0),
    )


def everybody(
    db: Session, actor: Actor, course: Course, asked: Asked
) -> tuple[tuple[QuizColumn, ...], tuple[ResultRow, ...]]:
    """Return every student of a list with the quizzes it is about, for a file."""
    require(policy.may_see_results(actor))
    columns = _columns(course, asked)
    listed = students(actor, asked).limit(MOST_EXPORTED)
    found = db.execute(listed).all()
    tries = _tries(db, asked, listed.order_by(None).with_only_columns(USER.id))
    return columns, tuple(_row(row, columns, tries) for row in found)


def questions(db: Session, actor: Actor, course_key: str, quiz_key: str) -> QuestionsPage:
    """Return how often each question of a quiz was missed; raise NotFound for a quiz that is none."""
    require(policy.may_see_results(actor))
    published = courses.current(db, course_key)
    quiz = published.course.quiz(quiz_key) if published else None
    if published is None or quiz is None:
        raise NotFound
    own = seen_by(actor)
    who = None if own is None else select(USER.id).where(own)
    return QuestionsPage(
        course_key, quiz.key, quiz.title, missed_questions(db, course_key, quiz, who)
    )


def _columns(course: Course, asked: Asked) -> tuple[QuizColumn, ...]:
    return tuple(column for column in columns_of(course) if column.key in asked.keys)


def _tries(
    db: Session, asked: Asked, who: Iterable[UserId] | Rows
) -> dict[tuple[UserId, str], Tries]:
    """Return what people made of the quizzes asked for, in one statement."""
    rows = db.execute(
        select(
            ATTEMPT.user_id,
            ATTEMPT.quiz_key,
            func.count(),
            func.count().filter(ATTEMPT.passed),
            func.count().filter(ATTEMPT.state == AttemptState.in_progress),
            best_percent(),
            func.max(ATTEMPT.started_at),
        )
        .where(
            ATTEMPT.course_key == asked.course_key,
            ATTEMPT.quiz_key.in_(asked.keys),
            ATTEMPT.user_id.in_(who),
        )
        .group_by(ATTEMPT.user_id, ATTEMPT.quiz_key)
    )
    return {
        (user_id, quiz_key): Tries(attempts, passed > 0, running > 0, best, last_at)
        for user_id, quiz_key, attempts, passed, running, best, last_at in rows
    }


def _row(
    found: Any, columns: tuple[QuizColumn, ...], tries: dict[tuple[UserId, str], Tries]
) -> ResultRow:
    return ResultRow(
        found.id,
        found.name,
        found.email,
        tuple(_cell(column, tries.get((found.id, column.key), NO_TRIES)) for column in columns),
    )


def _cell(column: QuizColumn, tries: Tries) -> QuizCell:
    state = state_of(tries, allowed=column.attempts)
    return QuizCell(column.short, state, tries, column.attempts)
