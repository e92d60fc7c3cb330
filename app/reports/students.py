"""The SQL statement for the students of a list of results: those that the reader may see, filtered.

What an instructor may see is part of the statement, so no page or export can forget it. A statement
is built once for each combination of filters, because building it takes longer than running it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    Uuid,
    bindparam,
    case,
    distinct,
    func,
    select,
)
from sqlalchemy.orm import Session

from app.accounts.models import GroupMember, User
from app.db.base import table_of
from app.db.paging import PAGE_SIZE
from app.db.prepared import Prepared
from app.db.search_texts import holds_bound_words, word_patterns
from app.enrolments.domain import EnrolmentState
from app.enrolments.models import Enrolment
from app.kit.actor import Actor, Role
from app.kit.ids import GroupId, IntakeId
from app.quizzes.attempt_conditions import IS_TRY
from app.quizzes.models import AttemptRow

USER, ENROLMENT = table_of(User).c, table_of(Enrolment).c
MEMBER, ATTEMPT = table_of(GroupMember).c, table_of(AttemptRow).c
Rows = Select[*tuple[Any, ...]]
MOST_EXPORTED = 20_000
SHAPES = 128
"""How many statements are cached; people use fewer combinations of filters."""


class Order(StrEnum):
    """What a list is sorted by. The last two are possible only for a single quiz."""

    name = "name"
    passed = "passed"
    last = "last"
    best = "best"
    attempts = "attempts"


@dataclass(frozen=True, slots=True)
class ResultsQuery:
    """What a list of results shows. If `quiz_key` is None, it shows every quiz of the course:
    `quiz_keys`."""

    course_key: str
    quiz_keys: tuple[str, ...]
    quiz_key: str | None = None
    intake_id: IntakeId | None = None
    group_id: GroupId | None = None
    only_unpassed: bool = False
    text: str = ""
    order: Order = Order.name
    descending: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """The quizzes the list is about."""
        return (self.quiz_key,) if self.quiz_key else self.quiz_keys


class Part(StrEnum):
    """Which part of a list is read: all rows for an export, one page, or their number."""

    file = "file"
    page = "page"
    number = "number"


@dataclass(frozen=True, slots=True)
class _Shape:
    """Which conditions a statement has, independent of their values."""

    is_seen_by_all: bool
    has_intake: bool
    has_group: bool
    only_unpassed: bool
    has_text: bool
    order: Order
    descending: bool
    part: Part

    @property
    def names_quizzes(self) -> bool:
        """Whether the statement has a list of quizzes, so that its text differs each time."""
        is_sorted = self.order is not Order.name and self.part is not Part.number
        return self.only_unpassed or is_sorted


COURSE: BindParameter[Any] = bindparam("course_key")
KEYS: BindParameter[Any] = bindparam("quiz_keys", expanding=True)
VIEWER = bindparam("viewer", type_=Uuid())
OWN_STUDENTS = select(MEMBER.user_id).where(
    MEMBER.role == Role.student,
    MEMBER.group_id.in_(
        select(MEMBER.group_id).where(MEMBER.user_id == VIEWER, MEMBER.role == Role.instructor)
    ),
)
"""The students of the reader's own groups. This keeps other people's students out."""


def students(
    db: Session, actor: Actor, query: ResultsQuery, part: Part, *, number: int = 1
) -> Sequence[Any]:
    """Return the students with a confirmed place on the course, in the chosen order: id, name and
    address of each, or one row with their number."""
    shape = _Shape(
        actor.is_admin,
        query.intake_id is not None,
        query.group_id is not None,
        query.only_unpassed,
        bool(query.text),
        query.order,
        query.descending,
        part,
    )
    values: dict[str, Any] = {"course_key": query.course_key}
    if not shape.is_seen_by_all:
        values["viewer"] = actor.user_id
    if shape.has_intake:
        values["intake_id"] = query.intake_id
    if shape.has_group:
        values["group_id"] = query.group_id
    if shape.names_quizzes:
        values["quiz_keys"] = query.keys
    if shape.only_unpassed:
        values["quizzes"] = len(query.keys)
    if shape.has_text:
        values |= word_patterns(query.text)
    if part is Part.page:
        values["skipped"] = (number - 1) * PAGE_SIZE
    if shape.names_quizzes:
        return db.execute(_statement(shape), values).all()
    return _prepared(shape).all(db, **values)


def best_percent() -> ColumnElement[int]:
    """The best result of a set of attempts in per cent, rounded down: a passed one before any other."""
    # With a type, so that this is integer division.
    percent = ATTEMPT.earned * 100 // func.nullif(ATTEMPT.possible, 0, type_=Integer)
    return func.coalesce(func.max(case((ATTEMPT.passed, percent))), func.max(percent))


@lru_cache(maxsize=SHAPES)
def _prepared(shape: _Shape) -> Prepared:
    return Prepared(_statement(shape))


@lru_cache(maxsize=SHAPES)
def _statement(shape: _Shape) -> Rows:
    if shape.part is Part.number:
        return _counted(shape)
    # A page sorted by name reads people in index order and stops early, so this condition is
    # checked per person rather than as a set.
    held = select(ENROLMENT.id).where(ENROLMENT.user_id == USER.id, *_on_course(shape))
    rows: Rows = select(USER.id, USER.name, USER.email).where(held.exists())
    rows = rows.where(*_conditions(shape, USER.id))
    rows = _ordered(rows, shape)
    if shape.part is Part.file:
        return rows.limit(MOST_EXPORTED)
    return rows.limit(PAGE_SIZE).offset(bindparam("skipped", type_=Integer()))


def _counted(shape: _Shape) -> Rows:
    """Return the statement for the number of students. It counts places, and reads no people unless
    it searches their names."""
    rows: Rows = select(func.count(distinct(ENROLMENT.user_id))).where(
        *_on_course(shape), *_conditions(shape, ENROLMENT.user_id)
    )
    if shape.has_text:
        rows = rows.join_from(table_of(Enrolment), table_of(User), USER.id == ENROLMENT.user_id)
    return rows


def _on_course(shape: _Shape) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions for a confirmed place on the course, or in the chosen intake."""
    held = (ENROLMENT.course_key == COURSE, ENROLMENT.state == EnrolmentState.confirmed)
    if shape.has_intake:
        return (*held, ENROLMENT.intake_id == bindparam("intake_id", type_=Uuid()))
    return held


def _conditions(shape: _Shape, user_id: Any) -> Iterator[ColumnElement[bool]]:
    """Return the other conditions; `user_id` is the column that names the student."""
    if not shape.is_seen_by_all:
        yield user_id.in_(OWN_STUDENTS)
    if shape.has_group:
        yield user_id.in_(
            select(MEMBER.user_id).where(
                MEMBER.group_id == bindparam("group_id", type_=Uuid()), MEMBER.role == Role.student
            )
        )
    if shape.only_unpassed:
        yield _passed(user_id) < bindparam("quizzes", type_=Integer())
    if shape.has_text:
        yield holds_bound_words(USER.search_text)


def _passed(user_id: Any) -> ColumnElement[int]:
    return (
        select(func.count(distinct(ATTEMPT.quiz_key)))
        .where(
            ATTEMPT.user_id == user_id,
            ATTEMPT.course_key == COURSE,
            ATTEMPT.quiz_key.in_(KEYS),
            ATTEMPT.passed,
        )
        .scalar_subquery()
    )


def _ordered(rows: Rows, shape: _Shape) -> Rows:
    """Sorts by name by default, so that nothing is counted for people who are not shown."""
    if shape.order is Order.name:
        name = USER.sort_key.desc() if shape.descending else USER.sort_key
        return rows.order_by(name, USER.id)
    totals = (
        select(
            ATTEMPT.user_id,
            func.count(distinct(case((ATTEMPT.passed, ATTEMPT.quiz_key)))).label("passed"),
            func.count().label("attempts"),
            best_percent().label("best"),
            func.max(ATTEMPT.started_at).label("last"),
        )
        .where(ATTEMPT.course_key == COURSE, ATTEMPT.quiz_key.in_(KEYS), IS_TRY)
        .group_by(ATTEMPT.user_id)
        .subquery()
    )
    wanted = totals.c[shape.order.value]
    # Students without attempts come at the low end in both directions.
    order = wanted.desc().nulls_last() if shape.descending else wanted.asc().nulls_first()
    return rows.outerjoin(totals, totals.c.user_id == USER.id).order_by(
        order, USER.sort_key, USER.id
    )
