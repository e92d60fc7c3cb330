"""Use-cases of attempts: start, submit, close what is overdue. Answers are saved in `saving`."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Final, cast

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.courses import queries as courses
from app.courses.domain.delivery import Course, Quiz
from app.db.base import table_of
from app.db.prepared import Prepared, values_named
from app.enrolments.queries import ConfirmedPlace
from app.enrolments.steps.place_locks import hold_place
from app.kit.actor import Actor, SystemActor, require
from app.kit.errors import NotFound
from app.kit.ids import AttemptId, UserId, new_uuid, random_token
from app.kit.messages import msg
from app.learning import queries as learned
from app.quizzes import policy, queries
from app.quizzes.access_codes import code_obstacle
from app.quizzes.attempt_conditions import IS_RUNNING
from app.quizzes.domain import stored as stored_documents
from app.quizzes.domain.attempt import AttemptFacts, Score
from app.quizzes.domain.deadlines import deadline
from app.quizzes.domain.exceptions import AttemptExceptions
from app.quizzes.domain.sampling import draw
from app.quizzes.domain.starting import StartObstacle, start_obstacle
from app.quizzes.domain.transitions import AttemptEvent, AttemptState
from app.quizzes.errors import AttemptStartRefused
from app.quizzes.exception_queries import exceptions_at
from app.quizzes.models import AttemptRow
from app.quizzes.steps.allowing import lock_allowances
from app.quizzes.steps.ending import apply_event, record_act, settle_attempt, settled
from app.quizzes.steps.locking import lock_own_attempt

ATTEMPT = table_of(AttemptRow).c
_earlier = table_of(AttemptRow).alias("earlier")
# A number is never used twice, not even that of an attempt that no longer counts.
NEXT_NUMBER = (
    select(func.coalesce(func.max(_earlier.c.number), 0) + 1)
    .where(
        _earlier.c.user_id == bindparam("user_id"),
        _earlier.c.course_key == bindparam("course_key"),
        _earlier.c.quiz_key == bindparam("quiz_key"),
    )
    .scalar_subquery()
)
STARTED: Final = (
    *("id", "user_id", "enrolment_id", "course_key", "quiz_key", "revision_id", "seed", "drawn"),
    *("state", "version", "started_at", "due_at", "at_time_out", "grace_minutes"),
    *("next_deadline_at", "given_back_seconds"),
)
ADD_ATTEMPT: Final = {
    dialect.name: Prepared(
        insert(table_of(AttemptRow))
        .values(number=NEXT_NUMBER, **values_named(table_of(AttemptRow), STARTED))
        .on_conflict_do_nothing()
        .returning(ATTEMPT.number)
    )
    for dialect, insert in (
        (sqlite.dialect, sqlite.insert),
        (postgresql.dialect, postgresql.insert),
    )
}
"""It adds nothing, and returns nothing, if another start came first."""


def start_attempt(
    db: Session,
    actor: Actor,
    course_key: str,
    quiz_key: str,
    *,
    access_code: str = "",
    now: datetime,
) -> AttemptId:
    """Start an attempt, or return the one that is open; raise AttemptStartRefused with the reason.
    `access_code` is what was typed, for a quiz that asks for a code.

    The attempt pins the revision of the student's place, its seed and its drawn order. Two starts
    at the same moment give one attempt: a unique index refuses the later one, which then returns
    the open attempt, or checks again if that was already submitted.
    """
    require(policy.may_take_quizzes(actor), msg("Only students take quizzes."))
    place = hold_place(db, actor.user_id, course_key)
    if place is None:
        raise NotFound
    attempts = queries.attempts_at(db, actor.user_id, course_key, quiz_key)
    _settle_all(db, attempts, now=now)
    course, quiz = _quiz_of(db, place, quiz_key)
    done = learned.done_by(db, actor.user_id, course_key)
    allowances = lock_allowances(db, actor.user_id, course_key, quiz_key)
    exceptions = exceptions_at(db, actor.user_id, course_key, quiz)
    obstacle_after = partial(
        start_obstacle, course, quiz, done, allowances=allowances, exceptions=exceptions, now=now
    )
    obstacle = obstacle_after(attempts)
    if obstacle is not None and obstacle.open_attempt is not None:
        return obstacle.open_attempt.id
    _demand_none(obstacle)
    _demand_code(db, place, quiz, access_code)
    attempt_id = AttemptId(new_uuid())
    number = _add_attempt(db, attempt_id, place, quiz, exceptions, now=now)
    if number is None:
        return _open_attempt(db, actor.user_id, course_key, quiz_key)
    record_act(db, actor.user_id, "quizzes.start", attempt_id, actor.user_id, now=now)
    if number > len(attempts) + 1:
        # Some were closed with an earlier place, or one was started and submitted after they were
        # read.
        tries = queries.attempts_at(db, actor.user_id, course_key, quiz_key)
        _demand_none(obstacle_after([attempt for attempt in tries if attempt.id != attempt_id]))
    return attempt_id


def _demand_none(obstacle: StartObstacle | None) -> None:
    if obstacle is not None:
        raise AttemptStartRefused(obstacle.refusal)


def _quiz_of(db: Session, place: ConfirmedPlace, quiz_key: str) -> tuple[Course, Quiz]:
    """Return the course of a place and a quiz of it. Raise NotFound for a quiz that it does not have."""
    course = courses.revision(db, place.revision_id).course
    quiz = course.quiz(quiz_key)
    if quiz is None:
        raise NotFound
    return course, quiz


def _settle_all(db: Session, attempts: Iterable[AttemptFacts], *, now: datetime) -> None:
    """Record what the clock has brought about in some attempts."""
    for attempt in attempts:
        if attempt.due_event(now):
            settled(db, lock_own_attempt(db, attempt.id, attempt.user_id), now=now)


def submit(db: Session, actor: Actor, attempt_id: AttemptId, *, now: datetime) -> Score:
    """End an attempt, mark it and record a pass. A second call changes nothing and returns the
    same. If the time was already over, what the quiz says of that has happened; this call records it,
    and raises AttemptRefused if the attempt has no result because of it.
    """
    require(policy.may_take_quizzes(actor), msg("Only students take quizzes."))
    attempt = settled(db, lock_own_attempt(db, attempt_id, actor.user_id), now=now)
    if attempt.score is None:
        attempt = apply_event(db, attempt, AttemptEvent.submit, actor.user_id, now=now)
    return cast("Score", attempt.score)


def close_overdue(
    db: Session, system: SystemActor, attempt_id: AttemptId, *, now: datetime
) -> None:
    """Record what the clock has brought about for an attempt; the worker calls this. States, marks and
    times do not depend on when it runs. An attempt that has ended in another way meanwhile is not
    changed.
    """
    require(system is SystemActor.worker)
    settle_attempt(db, attempt_id, now=now)


def _demand_code(db: Session, place: ConfirmedPlace, quiz: Quiz, typed: str) -> None:
    if not quiz.needs_access_code:
        return
    refusal = code_obstacle(db, place.revision_id, quiz.key, typed)
    if refusal is not None:
        raise AttemptStartRefused(refusal, fields={"access_code": refusal.message})


def _add_attempt(
    db: Session,
    attempt_id: AttemptId,
    place: ConfirmedPlace,
    quiz: Quiz,
    exceptions: AttemptExceptions,
    *,
    now: datetime,
) -> int | None:
    """Add an attempt and return its number, or None if another start came first."""
    seed = random_token()
    due_at = deadline(quiz, now, exceptions)
    attempt = {
        "id": attempt_id,
        "user_id": place.user_id,
        "enrolment_id": place.enrolment_id,
        "course_key": place.course_key,
        "quiz_key": quiz.key,
        "revision_id": place.revision_id,
        "seed": seed,
        "drawn": stored_documents.write_drawn(draw(quiz, seed)),
        "state": AttemptState.in_progress,
        "version": 0,
        "started_at": now,
        "due_at": due_at,
        "at_time_out": quiz.at_time_out,
        "grace_minutes": quiz.grace,
        "next_deadline_at": due_at,
        "given_back_seconds": 0,
    }
    row = ADD_ATTEMPT[db.get_bind().dialect.name].one_or_none(db, **attempt)
    return None if row is None else row.number


def _open_attempt(db: Session, user_id: UserId, course_key: str, quiz_key: str) -> AttemptId:
    """Return the attempt that another request started a moment ago."""
    attempt_id = db.scalar(
        select(AttemptRow.id).where(
            AttemptRow.user_id == user_id,
            AttemptRow.course_key == course_key,
            AttemptRow.quiz_key == quiz_key,
            IS_RUNNING,
        )
    )
    if attempt_id is None:
        raise AttemptStartRefused(
            msg("Another start came first. Open the quiz again."), reason="already_open"
        )
    return attempt_id
