"""What must always hold of attempts and answers; `preceptor audit` asks."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.accounts.actor import roles_held
from app.accounts.models import User
from app.db.base import table_of
from app.kit.ids import AttemptId, UserId
from app.learning import queries as learning
from app.quizzes import marking, models, queries
from app.quizzes.domain.attempt import Attempt, SavedAnswer, is_past
from app.quizzes.domain.starting import may_go_on
from app.quizzes.queries import ATTEMPT

AT_ONCE = 200
USER = table_of(User).c
ROLE_FLAGS = (USER.is_student, USER.is_instructor, USER.is_admin)


def broken(db: Session, *, now: datetime) -> list[str]:
    """Return one sentence for every invariant that is broken; an empty list is good."""
    found = _answers_without_attempt(db) + _open_without_right(db, now)
    for attempts in _attempts(db):
        answers = queries.answers_of_many(db, [attempt.id for attempt in attempts])
        for attempt in attempts:
            found += _wrong_answers(attempt, answers[attempt.id])
            found += _wrong_marks(db, attempt, answers[attempt.id])
        found += _passes_without_completion(db, attempts)
    return found


def _answers_without_attempt(db: Session) -> list[str]:
    # Foreign keys should forbid it; a join from the answers is the only way to see it all the same.
    rows = db.execute(
        text(
            "SELECT answers.id FROM answers LEFT JOIN attempts ON attempts.id = answers.attempt_id "
            "WHERE attempts.id IS NULL"
        )
    )
    return [f"Answer {UUID(str(row.id))} belongs to no attempt." for row in rows]


def _open_without_right(db: Session, now: datetime) -> list[str]:
    """An open attempt whose student may not go on with it. One whose time is over is closed anyway."""
    rows = db.execute(
        select(ATTEMPT.id, ATTEMPT.due_at, *ROLE_FLAGS, USER.disabled_at, queries.HOLDS_PLACE)
        .join_from(table_of(models.Attempt), table_of(User), USER.id == ATTEMPT.user_id)
        .where(ATTEMPT.state == models.AttemptState.in_progress)
        .order_by(ATTEMPT.id)
    )
    return [
        f"Attempt {attempt_id} is open, but its student has no right to it any more."
        for attempt_id, due_at, student, instructor, admin, closed_at, has_place in rows
        if not is_past(due_at, now)
        and not may_go_on(
            roles_held(is_student=student, is_instructor=instructor, is_admin=admin),
            is_closed=closed_at is not None,
            has_place=has_place,
        )
    ]


def _attempts(db: Session) -> Iterator[list[Attempt]]:
    after = AttemptId(UUID(int=0))
    while True:
        rows = db.scalars(
            select(models.Attempt)
            .where(models.Attempt.id > after)
            .order_by(models.Attempt.id)
            .limit(AT_ONCE)
        ).all()
        if not rows:
            return
        after = rows[-1].id
        yield [models.attempt_from(row) for row in rows]


def _wrong_answers(attempt: Attempt, answers: tuple[SavedAnswer, ...]) -> list[str]:
    strange = {answer.question_key for answer in answers} - {one.key for one in attempt.drawn}
    return [
        f"Attempt {attempt.id} answers “{key}”, which it never drew." for key in sorted(strange)
    ]


def _wrong_marks(db: Session, attempt: Attempt, answers: tuple[SavedAnswer, ...]) -> list[str]:
    """A submitted attempt has exactly the score that its answers earn, whenever it is marked."""
    if attempt.submitted_at is None:
        return []
    again = marking.mark_saved(db, attempt, answers).score
    if again == attempt.score:
        return []
    return [f"Attempt {attempt.id} has the score {attempt.score}; its answers earn {again}."]


def _passes_without_completion(db: Session, attempts: list[Attempt]) -> list[str]:
    passed: dict[str, dict[AttemptId, tuple[UserId, str]]] = defaultdict(dict)
    for attempt in attempts:
        if attempt.score is not None and attempt.score.passed:
            passed[attempt.course_key][attempt.id] = (attempt.user_id, attempt.quiz_key)
    found: list[str] = []
    for course_key, passes in passed.items():
        done = learning.done_by_many(db, {user_id for user_id, _ in passes.values()}, course_key)
        found += [
            f"Attempt {attempt_id} is passed, but its quiz does not count as completed."
            for attempt_id, (user_id, quiz_key) in passes.items()
            if quiz_key not in done[user_id].quizzes
        ]
    return found
