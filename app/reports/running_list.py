"""Reading the attempts that are running now, for staff."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from app.accounts.person_columns import PEOPLE, PERSON
from app.courses import queries as courses
from app.db.base import table_of
from app.db.paging import PAGE_SIZE, Page, page_of
from app.db.search_texts import holds_words
from app.kit.actor import Actor, require
from app.kit.ids import AttemptId
from app.quizzes.attempt_conditions import ATTEMPT, IS_RUNNING
from app.quizzes.domain.attempt import AttemptFacts
from app.quizzes.domain.transitions import AttemptState
from app.quizzes.models import AttemptRow, facts_from
from app.quizzes.queries import FACTS
from app.reports import policy
from app.reports.students import MOST_EXPORTED, OWN_STUDENTS

_FROM = table_of(AttemptRow).join(PEOPLE, PERSON.id == ATTEMPT.user_id)


@dataclass(frozen=True, slots=True)
class RunningLine:
    """An attempt that is stored as running. `state` is what the clock makes of it, and `ends_at` until when
    the student can act; None without a limit, and after the end."""

    attempt_id: AttemptId
    name: str
    course_title: str
    quiz_title: str
    started_at: datetime
    ends_at: datetime | None
    state: AttemptState
    given_back_minutes: int


def running_page(
    db: Session, actor: Actor, *, text: str, number: int, now: datetime
) -> Page[RunningLine]:
    """Return one page of running attempts, those that end first before the others; `text` is looked for in
    the names of students. Instructors see those of their groups."""
    require(policy.may_see_results(actor))
    where = _conditions(actor, text)
    total = db.scalar(select(func.count()).select_from(_FROM).where(*where)) or 0
    rows = _ordered(where).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    return page_of(_lines(db, rows, now), number=number, total=total)


def all_running(db: Session, actor: Actor, *, text: str, now: datetime) -> tuple[RunningLine, ...]:
    """Return every running attempt that matches, for an export."""
    require(policy.may_see_results(actor))
    return _lines(db, _ordered(_conditions(actor, text)).limit(MOST_EXPORTED), now)


def _ordered(where: tuple[ColumnElement[bool], ...]) -> Select[Any]:
    return (
        select(*FACTS, PERSON.name.label("person_name"))
        .select_from(_FROM)
        .where(*where)
        .order_by(
            func.coalesce(ATTEMPT.next_deadline_at, ATTEMPT.due_at).asc().nulls_last(), ATTEMPT.id
        )
    )


def _lines(db: Session, statement: Select[Any], now: datetime) -> tuple[RunningLine, ...]:
    rows: Any = db.execute(statement)
    return tuple(_line(db, facts_from(row), row.person_name, now) for row in rows)


def _conditions(actor: Actor, text: str) -> tuple[ColumnElement[bool], ...]:
    conditions: tuple[ColumnElement[bool], ...] = (IS_RUNNING,)
    if not actor.is_admin:
        own = OWN_STUDENTS.params(viewer=actor.user_id)
        conditions = (*conditions, ATTEMPT.user_id.in_(own))
    return (*conditions, holds_words(PERSON.search_text, text)) if text else conditions


def _line(db: Session, attempt: AttemptFacts, name: str, now: datetime) -> RunningLine:
    """Return a line. The course of its revision comes from memory."""
    course = courses.revision(db, attempt.revision_id).course
    quiz = course.quiz(attempt.quiz_key)
    return RunningLine(
        attempt.id,
        name,
        course.title,
        quiz.title if quiz else attempt.quiz_key,
        attempt.started_at,
        attempt.ends_at(now),
        attempt.state_at(now),
        attempt.given_back_seconds // 60,
    )
