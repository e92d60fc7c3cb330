"""Which students a list of results is about, as a statement: everybody the asker may see, narrowed.

What an instructor may see is part of the statement, so no page or file can forget it.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, case, distinct, func, or_, select

from app.accounts.actor import Actor, Role
from app.accounts.models import GroupMember, User
from app.db.base import table_of
from app.enrolments.domain import EnrolmentState
from app.enrolments.models import Enrolment
from app.kit.ids import GroupId, IntakeId
from app.quizzes.models import Attempt

USER, ENROLMENT = table_of(User).c, table_of(Enrolment).c
MEMBER, ATTEMPT = table_of(GroupMember).c, table_of(Attempt).c
Rows = Select[*tuple[Any, ...]]


class Order(StrEnum):
    """What a list is sorted by; the last two mean something for one quiz only."""

    name = "name"
    passed = "passed"
    last = "last"
    best = "best"
    attempts = "attempts"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list of results shows. `quiz_key` None: every quiz of the course; `quiz_keys` are then
    those that count as its quizzes now."""

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


def seen_by(actor: Actor) -> ColumnElement[bool] | None:
    """Return what keeps other people's students out, or None for admins, who see everybody."""
    if actor.is_admin:
        return None
    own = select(MEMBER.group_id).where(
        MEMBER.user_id == actor.user_id, MEMBER.role == Role.instructor
    )
    theirs = select(MEMBER.user_id).where(MEMBER.role == Role.student, MEMBER.group_id.in_(own))
    return USER.id.in_(theirs)


def students(actor: Actor, asked: Asked) -> Rows:
    """Return a statement for the students with a confirmed place on the course, in the order asked
    for: their id, name and address."""
    held = select(ENROLMENT.user_id).where(
        ENROLMENT.course_key == asked.course_key, ENROLMENT.state == EnrolmentState.confirmed
    )
    if asked.intake_id is not None:
        held = held.where(ENROLMENT.intake_id == asked.intake_id)
    rows: Rows = select(USER.id, USER.name, USER.email).where(USER.id.in_(held))
    if (own := seen_by(actor)) is not None:
        rows = rows.where(own)
    if asked.group_id is not None:
        group = select(MEMBER.user_id).where(
            MEMBER.group_id == asked.group_id, MEMBER.role == Role.student
        )
        rows = rows.where(USER.id.in_(group))
    if asked.only_unpassed:
        rows = rows.where(_passed_of(asked) < len(asked.keys))
    if asked.text:
        words = (
            USER.name.icontains(asked.text, autoescape=True),
            USER.email.icontains(asked.text, autoescape=True),
        )
        rows = rows.where(or_(*words))
    return _ordered(rows, asked)


def best_percent() -> ColumnElement[int]:
    """The best result of a set of attempts in per cent, rounded down: a passed one before any other."""
    # Typed, or the division would not be one of whole numbers.
    percent = ATTEMPT.earned * 100 // func.nullif(ATTEMPT.possible, 0, type_=Integer)
    return func.coalesce(func.max(case((ATTEMPT.passed, percent))), func.max(percent))


def _passed_of(asked: Asked) -> ColumnElement[int]:
    return (
        select(func.count(distinct(ATTEMPT.quiz_key)))
        .where(
            ATTEMPT.user_id == USER.id,
            ATTEMPT.course_key == asked.course_key,
            ATTEMPT.quiz_key.in_(asked.keys),
            ATTEMPT.passed,
        )
        .scalar_subquery()
    )


def _ordered(rows: Rows, asked: Asked) -> Rows:
    """By name, and unless asked otherwise nothing is counted for people who are not shown."""
    if asked.order is Order.name:
        name = USER.name.desc() if asked.descending else USER.name
        return rows.order_by(name, USER.id)
    totals = (
        select(
            ATTEMPT.user_id,
            func.count(distinct(case((ATTEMPT.passed, ATTEMPT.quiz_key)))).label("passed"),
            func.count().label("attempts"),
            best_percent().label("best"),
            func.max(ATTEMPT.started_at).label("last"),
        )
        .where(ATTEMPT.course_key == asked.course_key, ATTEMPT.quiz_key.in_(asked.keys))
        .group_by(ATTEMPT.user_id)
        .subquery()
    )
    wanted = totals.c[asked.order.value]
    # Who has done nothing stands at the low end, whichever way the list runs.
    order = wanted.desc().nulls_last() if asked.descending else wanted.asc().nulls_first()
    return rows.outerjoin(totals, totals.c.user_id == USER.id).order_by(order, USER.name, USER.id)
