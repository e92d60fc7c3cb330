"""Reading exceptions for admins: the list, one of them, and the people whose needs have none yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.accounts.person_columns import GROUPS, PEOPLE, PERSON
from app.courses import queries as courses
from app.courses.domain.delivery import Course
from app.db.base import table_of
from app.db.paging import PAGE_SIZE, Page, page_of
from app.db.search_texts import holds_words
from app.enrolments.place_conditions import INTAKE, INTAKES, PLACE, PLACES
from app.kit.actor import Actor, require
from app.kit.errors import NotFound
from app.kit.ids import ExceptionId, UserId
from app.kit.messages import Message, Text, msg
from app.quizzes.domain.exceptions import EVERY_QUIZ, QuizException, terms_words
from app.quizzes.exception_queries import EXCEPTION
from app.quizzes.models import ExceptionRow, exception_from
from app.reports import policy

MOST_EXPORTED = 20_000
_FROM = (
    table_of(ExceptionRow)
    .outerjoin(PEOPLE, PERSON.id == EXCEPTION.user_id)
    .outerjoin(GROUPS, GROUPS.c.id == EXCEPTION.group_id)
    .outerjoin(INTAKES, INTAKE.id == EXCEPTION.intake_id)
)
_LINES = select(
    *EXCEPTION,
    PERSON.name.label("person_name"),
    GROUPS.c.name.label("group_name"),
    INTAKE.title.label("intake_title"),
    INTAKE.starts_on.label("intake_starts_on"),
).select_from(_FROM)


class ShownExceptions(StrEnum):
    live = "live"
    ended = "ended"


@dataclass(frozen=True, slots=True)
class ExceptionLine:
    """One exception with the names that a reader needs. `quiz`: its title, or that it is about all."""

    exception: QuizException
    audience: Text
    course: Text
    quiz: Text
    given_by: str
    ended_by: str

    @property
    def terms(self) -> tuple[Message, ...]:
        return terms_words(self.exception.terms)

    @property
    def what(self) -> Message:
        return msg("{terms:plain}", terms=self.terms)


@dataclass(frozen=True, slots=True)
class NeedLine:
    """A student who has access needs and no exception of their own. `course_keys` are those of their
    places."""

    user_id: UserId
    name: str
    email: str


def exceptions_page(
    db: Session, actor: Actor, shown: ShownExceptions, *, text: str, number: int
) -> Page[ExceptionLine]:
    """Return one page of exceptions, the newest first; `text` is looked for in the names of those whom they
    are for."""
    require(policy.may_give_exceptions(actor))
    where = _conditions(shown, text)
    total = db.scalar(select(func.count()).select_from(_FROM).where(*where)) or 0
    rows = _ordered(_LINES.where(*where)).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    return page_of(_lines(db, rows), number=number, total=total)


def all_exceptions(
    db: Session, actor: Actor, shown: ShownExceptions, *, text: str
) -> tuple[ExceptionLine, ...]:
    """Return every exception that matches, for an export."""
    require(policy.may_give_exceptions(actor))
    return _lines(db, _ordered(_LINES.where(*_conditions(shown, text))).limit(MOST_EXPORTED))


def exception_line(db: Session, actor: Actor, exception_id: ExceptionId) -> ExceptionLine:
    """Return one exception. Raise NotFound if there is none."""
    require(policy.may_give_exceptions(actor))
    lines = _lines(db, _LINES.where(EXCEPTION.id == exception_id))
    if not lines:
        raise NotFound
    return lines[0]


def needs_page(db: Session, actor: Actor, *, number: int) -> Page[NeedLine]:
    """Return the students with a place who have access needs, and no live exception of their own."""
    require(policy.may_give_exceptions(actor))
    has_place = select(PLACE.user_id).where(PLACE.user_id == PERSON.id, PLACE.is_confirmed)
    own = select(EXCEPTION.id).where(EXCEPTION.user_id == PERSON.id, EXCEPTION.ended_at.is_(None))
    where = (
        PERSON.has_access_needs,
        PERSON.is_student,
        PERSON.is_closed.is_(False),
        has_place.correlate_except(PLACES).exists(),
        ~own.correlate_except(table_of(ExceptionRow)).exists(),
    )
    total = db.scalar(select(func.count()).select_from(PEOPLE).where(*where)) or 0
    rows = db.execute(
        select(PERSON.id, PERSON.name, PERSON.email)
        .where(*where)
        .order_by(PERSON.sort_key, PERSON.id)
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    )
    return page_of([NeedLine(*row) for row in rows], number=number, total=total)


def _conditions(shown: ShownExceptions, text: str) -> tuple[ColumnElement[bool], ...]:
    has_ended = EXCEPTION.ended_at.is_not(None)
    state = has_ended if shown is ShownExceptions.ended else ~has_ended
    if not text:
        return (state,)
    named = or_(
        holds_words(PERSON.search_text, text),
        GROUPS.c.name.icontains(text, autoescape=True),
        INTAKE.title.icontains(text, autoescape=True),
    )
    return (state, named)


def _ordered(rows: Select[Any]) -> Select[Any]:
    return rows.order_by(EXCEPTION.given_at.desc(), EXCEPTION.id.desc())


def _lines(db: Session, statement: Select[Any]) -> tuple[ExceptionLine, ...]:
    rows = db.execute(statement).all()
    staff_ids = {row.given_by for row in rows} | {row.ended_by for row in rows if row.ended_by}
    staff = accounts.people(db, staff_ids) if staff_ids else {}
    published = {each.course_key: each.course for each in courses.catalogue(db)} if rows else {}

    def name(user_id: UserId | None) -> str:
        return staff[user_id].name if user_id in staff else ""

    return tuple(
        ExceptionLine(
            exception_from(row),
            _audience(row),
            _course_title(published, row.course_key),
            _quiz_title(published.get(row.course_key), row.quiz_key),
            name(row.given_by),
            name(row.ended_by),
        )
        for row in rows
    )


def _audience(row: Row[Any]) -> Text:
    if row.group_id is not None:
        return msg("Group {name}", name=row.group_name)
    if row.intake_id is not None:
        return msg("Intake {title}, {day}", title=row.intake_title, day=row.intake_starts_on)
    return str(row.person_name)


def _course_title(published: Mapping[str, Course], course_key: str) -> Text:
    return published[course_key].title if course_key in published else course_key


def _quiz_title(course: Course | None, quiz_key: str) -> Text:
    if quiz_key == EVERY_QUIZ:
        return msg("Every quiz")
    quiz = course.quiz(quiz_key) if course else None
    return quiz.title if quiz else quiz_key
