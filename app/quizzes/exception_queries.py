"""Reading what the academy gave students at quizzes. Callers check permissions."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    ScalarSelect,
    SQLColumnExpression,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session

from app.accounts.person_columns import PEOPLE, PERSON, groups_of_student
from app.courses.domain.delivery import Quiz
from app.db.base import table_of
from app.db.prepared import Prepared
from app.enrolments.place_conditions import intakes_of_student
from app.kit.ids import ExceptionId, UserId
from app.quizzes import models
from app.quizzes.domain.exceptions import (
    EVERY_QUIZ,
    AttemptExceptions,
    ExceptionAudience,
    QuizException,
    combined,
)

EXCEPTION = table_of(models.ExceptionRow).c
ALLOWANCE = table_of(models.AllowanceRow).c


def _is_own(user_id: SQLColumnExpression[UserId]) -> ColumnElement[bool]:
    return EXCEPTION.user_id == user_id


def _is_shared(user_id: SQLColumnExpression[UserId]) -> ColumnElement[bool]:
    """Return SQL for the exceptions of the groups and intakes of a person. What they gave themselves, before
    they joined, is nothing to them."""
    is_theirs = or_(
        EXCEPTION.group_id.in_(groups_of_student(user_id)),
        EXCEPTION.intake_id.in_(intakes_of_student(user_id)),
    )
    return and_(is_theirs, EXCEPTION.given_by != user_id)


def _is_live_at(
    course_key: SQLColumnExpression[str], quiz_key: SQLColumnExpression[str]
) -> ColumnElement[bool]:
    return and_(
        EXCEPTION.course_key == course_key,
        or_(EXCEPTION.quiz_key == quiz_key, EXCEPTION.quiz_key == EVERY_QUIZ),
        EXCEPTION.ended_at.is_(None),
    )


def extra_attempts(
    user_id: SQLColumnExpression[UserId],
    course_key: SQLColumnExpression[str],
    quiz_key: SQLColumnExpression[str],
) -> ColumnElement[int]:
    """Return SQL for how many attempts exceptions give a person at a quiz, as `domain.exceptions.combined`
    decides it: the person's own count before those of groups, and the highest number counts."""

    def highest(whose: ColumnElement[bool]) -> ScalarSelect[int | None]:
        return (
            select(func.max(EXCEPTION.extra_attempts))
            .where(_is_live_at(course_key, quiz_key), whose)
            .correlate_except(table_of(models.ExceptionRow))
            .scalar_subquery()
        )

    return func.coalesce(
        highest(_is_own(user_id)), highest(_is_shared(user_id)), 0, type_=Integer()
    )


@dataclass(frozen=True, slots=True)
class GivenAtQuiz:
    """What the academy gave one student at one quiz: attempts that were allowed one by one, and the live
    exceptions that apply to them."""

    allowances: int
    exceptions: tuple[QuizException, ...]


_USER: BindParameter[UserId] = bindparam("user", type_=EXCEPTION.user_id.type)
_COURSE = bindparam("course", type_=EXCEPTION.course_key.type)
_QUIZ = bindparam("quiz", type_=EXCEPTION.quiz_key.type)
_ALLOWED = (
    select(func.coalesce(func.sum(ALLOWANCE.attempts), 0, type_=Integer()))
    .where(
        ALLOWANCE.user_id == _USER,
        ALLOWANCE.course_key == _COURSE,
        ALLOWANCE.quiz_key == _QUIZ,
        ALLOWANCE.taken_back_at.is_(None),
    )
    .scalar_subquery()
)
_always = select(literal(1).label("number")).subquery("always")
GIVEN_AT_QUIZ = Prepared(
    select(_ALLOWED.label("allowances"), *EXCEPTION)
    .select_from(
        _always.outerjoin(
            table_of(models.ExceptionRow),
            and_(_is_live_at(_COURSE, _QUIZ), or_(_is_own(_USER), _is_shared(_USER))),
        )
    )
    .order_by(EXCEPTION.given_at, EXCEPTION.id)
)


def given_at_quiz(db: Session, user_id: UserId, course_key: str, quiz_key: str) -> GivenAtQuiz:
    """Return what the academy gave a person at a quiz, in one statement."""
    rows = GIVEN_AT_QUIZ.all(db, user=user_id, course=course_key, quiz=quiz_key)
    given_exceptions = tuple(models.exception_from(row) for row in rows if row.id is not None)
    return GivenAtQuiz(rows[0].allowances, given_exceptions)


def exceptions_at(db: Session, user_id: UserId, course_key: str, quiz: Quiz) -> AttemptExceptions:
    """Return the exceptions of a person at a quiz, put together."""
    academy_gave = given_at_quiz(db, user_id, course_key, quiz.key)
    return combined(academy_gave.exceptions, quiz.minutes)


def exception_of(db: Session, exception_id: ExceptionId) -> QuizException | None:
    """Return one exception, also one that has ended."""
    row = db.get(models.ExceptionRow, exception_id, populate_existing=True)
    return None if row is None else models.exception_from(row)


def exceptions_of_many(
    db: Session, user_ids: Collection[UserId], course_key: str
) -> dict[UserId, tuple[QuizException, ...]]:
    """Return the live exceptions of many students on a course, at any of its quizzes, in one statement."""
    applies = and_(
        EXCEPTION.course_key == course_key,
        EXCEPTION.ended_at.is_(None),
        or_(_is_own(PERSON.id), _is_shared(PERSON.id)),
    )
    rows = db.execute(
        select(PERSON.id.label("student_id"), *EXCEPTION)
        .join_from(PEOPLE, table_of(models.ExceptionRow), applies)
        .where(PERSON.id.in_(user_ids))
    )
    by_student: dict[UserId, tuple[QuizException, ...]] = dict.fromkeys(user_ids, ())
    for row in rows:
        by_student[row.student_id] = (*by_student[row.student_id], models.exception_from(row))
    return by_student


def live_exception_of(
    db: Session, audience: ExceptionAudience, course_key: str, quiz_key: str
) -> ExceptionId | None:
    """Return the live exception that was given to exactly this audience at exactly this quiz, or None."""
    exception_id: ExceptionId | None = db.scalar(
        select(EXCEPTION.id).where(
            EXCEPTION.user_id.is_not_distinct_from(audience.user_id),
            EXCEPTION.group_id.is_not_distinct_from(audience.group_id),
            EXCEPTION.intake_id.is_not_distinct_from(audience.intake_id),
            EXCEPTION.course_key == course_key,
            EXCEPTION.quiz_key == quiz_key,
            EXCEPTION.ended_at.is_(None),
        )
    )
    return exception_id
