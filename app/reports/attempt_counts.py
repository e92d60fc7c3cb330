"""Counts of students' attempts at the quizzes of a course, made by the database."""

from collections import defaultdict
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Uuid, bindparam, case, func, select
from sqlalchemy.orm import Session

from app.db.paging import PAGE_SIZE
from app.db.prepared import Prepared
from app.kit.ids import UserId
from app.quizzes.allowance_queries import live_allowances
from app.quizzes.attempt_conditions import IS_RUNNING, IS_TRY
from app.reports.domain import AttemptCounts
from app.reports.students import ATTEMPT, COURSE, KEYS, ResultsQuery, Rows, best_percent

PAGE_OF_USERS = tuple(f"user_{number}" for number in range(PAGE_SIZE))
"""One parameter per person of a page, so that the statement always has the same text."""


class CountsAtQuiz(NamedTuple):
    """One student's attempts at one quiz."""

    user_id: UserId
    quiz_key: str
    tries: AttemptCounts


CountsByUser = dict[UserId, tuple[CountsAtQuiz, ...]]


def counts_of_page(db: Session, query: ResultsQuery, user_ids: list[UserId]) -> CountsByUser:
    """Return the counts of the people of one page at the given quizzes, in one statement. The
    quizzes may include some that the course no longer has."""
    parameters: dict[str, UserId | None] = dict.fromkeys(PAGE_OF_USERS)
    parameters.update(zip(PAGE_OF_USERS, user_ids, strict=False))
    if query.quiz_key is None:
        return _by_user(_of_page(one_quiz=False).all(db, course_key=query.course_key, **parameters))
    statement = _of_page(one_quiz=True)
    values = {"course_key": query.course_key, "quiz_key": query.quiz_key}
    return _by_user(statement.all(db, **values, **parameters))


def counts_of_many(db: Session, query: ResultsQuery, user_ids: list[UserId]) -> CountsByUser:
    """As `counts_of_page`, for any number of people."""
    values = {"course_key": query.course_key, "quiz_keys": query.keys, "user_ids": user_ids}
    somebody = ATTEMPT.user_id.in_(bindparam("user_ids", expanding=True))
    return _by_user(map(_made, db.execute(_tries(somebody, ATTEMPT.quiz_key.in_(KEYS)), values)))


def _by_user(rows: Any) -> CountsByUser:
    sorted_out = defaultdict[UserId, list[CountsAtQuiz]](list)
    for row in rows:
        sorted_out[row.user_id].append(row)
    return {user_id: tuple(tries) for user_id, tries in sorted_out.items()}


@lru_cache
def _of_page(*, one_quiz: bool) -> Prepared:
    users = [bindparam(name, type_=Uuid()) for name in PAGE_OF_USERS]
    tries = _tries(ATTEMPT.user_id.in_(users))
    if one_quiz:
        tries = tries.where(ATTEMPT.quiz_key == bindparam("quiz_key"))
    return Prepared(tries, _made)


def _made(row: Row[*tuple[Any, ...]]) -> CountsAtQuiz:
    tries = AttemptCounts(
        row.attempts, row.passed > 0, row.running > 0, row.best, row.last_at, row.allowances
    )
    return CountsAtQuiz(row.user_id, row.quiz_key, tries)


def _tries(*conditions: ColumnElement[bool]) -> Rows:
    def counted(which: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count(case((which, 1)))

    return (
        select(
            ATTEMPT.user_id,
            ATTEMPT.quiz_key,
            func.count().label("attempts"),
            counted(ATTEMPT.passed).label("passed"),
            counted(IS_RUNNING).label("running"),
            best_percent().label("best"),
            func.max(ATTEMPT.started_at).label("last_at"),
            live_allowances(ATTEMPT.user_id, COURSE, ATTEMPT.quiz_key).label("allowances"),
        )
        .where(ATTEMPT.course_key == COURSE, IS_TRY, *conditions)
        .group_by(ATTEMPT.user_id, ATTEMPT.quiz_key)
    )
