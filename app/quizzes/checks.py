"""Invariants of attempts and answers, checked by `preceptor audit`."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.orm import Session, undefer

from app.courses import queries as courses
from app.db.auditing import Check, findings, findings_of_each
from app.db.base import table_of
from app.kit.ids import AttemptId, UserId
from app.learning import queries as learning
from app.quizzes import marking, models, saved_answers
from app.quizzes.attempt_conditions import ATTEMPT, IS_RUNNING
from app.quizzes.domain.attempt import Attempt, SavedAnswer
from app.quizzes.domain.stored import read_marks
from app.quizzes.domain.transitions import next_deadline
from app.quizzes.due_attempts import due_attempts
from app.quizzes.lost_rights import attempts_without_right

Answers = Mapping[AttemptId, tuple[SavedAnswer, ...]]
AT_ONCE = 200
SWEPT_WITHIN = timedelta(minutes=10)
"""After this time an end that is not recorded is a finding. The worker looks every few seconds, and a restart
takes a minute."""
EXTENSION = table_of(models.ExtensionRow).c


def broken(db: Session, *, now: datetime) -> list[str]:
    """Return a sentence for each broken invariant; empty if all is well."""
    return findings(db, CHECKS, now=now)


def attempts_add_up(db: Session, *, now: datetime) -> list[str]:
    """An attempt has answers to questions it did not draw, or a score that its answers do not earn."""
    problems: list[str] = []
    for rows in _attempts(db):
        answers = saved_answers.answers_of_many(db, [row.id for row in rows])

        def look(row: models.AttemptRow, answers: Answers = answers) -> Iterator[str]:
            attempt = models.attempt_from(row)
            yield from _wrong_answers(attempt, answers[row.id])
            yield from _wrong_types(db, attempt, answers[row.id])
            yield from _wrong_marks(db, attempt, row.marks, answers[row.id])

        problems += findings_of_each(rows, lambda row: f"Attempt {row.id}", look)
    return problems


def passes_are_completions(db: Session, *, now: datetime) -> list[str]:
    """A passed quiz is not recorded as completed."""
    return [sentence for rows in _attempts(db) for sentence in _passes_without_completion(db, rows)]


def answers_have_an_attempt(db: Session, *, now: datetime) -> list[str]:
    """An answer belongs to no attempt."""
    # Foreign keys should prevent this; only a join from the answers finds it if they failed.
    rows = db.execute(
        text(
            "SELECT answers.id FROM answers LEFT JOIN attempts ON attempts.id = answers.attempt_id "
            "WHERE attempts.id IS NULL"
        )
    )
    return [f"Answer {UUID(str(row.id))} belongs to no attempt." for row in rows]


def open_attempts_may_go_on(db: Session, *, now: datetime) -> list[str]:
    """A person has an open attempt that they may not continue. Attempts whose time is over are
    closed anyway."""
    return [
        f"Attempt {attempt.attempt_id} is open, but its student has no right to it any more."
        for attempt in attempts_without_right(db, now=now)
    ]


def deadlines_follow_from_the_end(db: Session, *, now: datetime) -> list[str]:
    """The next deadline of a running attempt is not what its state and its end give. An attempt that the
    version before started has none."""
    problems: list[str] = []
    for rows in _attempts(db, IS_RUNNING, ATTEMPT.next_deadline_at.is_not(None)):

        def look(row: models.AttemptRow) -> Iterator[str]:
            due = next_deadline(row.state, models.attempt_from(row).clock)
            if row.next_deadline_at != due:
                yield f"Attempt {row.id} has another next deadline than its end gives."

        problems += findings_of_each(rows, lambda row: f"Attempt {row.id}", look)
    return problems


def attempts_end_in_time(db: Session, *, now: datetime) -> list[str]:
    """An attempt runs past its end, and the worker has not recorded it for longer than a few rounds."""
    late = due_attempts(db, now=now - SWEPT_WITHIN, most=AT_ONCE)
    return [
        f"The time of attempt {attempt_id} is over, and the worker has not recorded it."
        for attempt_id in late
    ]


def time_given_back_is_recorded(db: Session, *, now: datetime) -> list[str]:
    """An attempt has got back another time than what was recorded for it."""
    recorded = (
        select(func.coalesce(func.sum(EXTENSION.seconds), 0))
        .where(EXTENSION.attempt_id == ATTEMPT.id)
        .scalar_subquery()
    )
    wrong = select(ATTEMPT.id).where(ATTEMPT.given_back_seconds != recorded).order_by(ATTEMPT.id)
    return [
        f"Attempt {attempt_id} has got back another time than what is recorded for it."
        for attempt_id in db.scalars(wrong)
    ]


def _attempts(db: Session, *where: ColumnElement[bool]) -> Iterator[Sequence[models.AttemptRow]]:
    after = AttemptId(UUID(int=0))
    while True:
        rows = db.scalars(
            select(models.AttemptRow)
            .options(undefer(models.AttemptRow.marks))
            .where(models.AttemptRow.id > after, *where)
            .order_by(models.AttemptRow.id)
            .limit(AT_ONCE)
        ).all()
        if not rows:
            return
        after = rows[-1].id
        yield rows


def _wrong_answers(attempt: Attempt, answers: tuple[SavedAnswer, ...]) -> list[str]:
    strange = {answer.question_key for answer in answers} - {
        drawn_question.key for drawn_question in attempt.drawn
    }
    return [
        f"Attempt {attempt.id} answers “{key}”, which it never drew." for key in sorted(strange)
    ]


def _wrong_types(db: Session, attempt: Attempt, answers: tuple[SavedAnswer, ...]) -> Iterator[str]:
    """A document that names the type of its question names the one that the question has."""
    quiz = courses.revision(db, attempt.revision_id).course.quiz(attempt.quiz_key)
    types = {question.key: question.type for question in quiz.questions} if quiz else {}
    named = {(question.key, question.type) for question in attempt.drawn}
    named |= {(answer.question_key, answer.type) for answer in answers}
    for key, question_type in sorted(named, key=str):
        if question_type is not None and types.get(key, question_type) != question_type:
            yield f"Attempt {attempt.id} stores “{key}” as {question_type}, which it is not."


def _wrong_marks(
    db: Session, attempt: Attempt, stored: dict[str, Any] | None, answers: tuple[SavedAnswer, ...]
) -> list[str]:
    """A submitted attempt has a score or marks that its answers do not earn. Attempts of older
    versions have no marks until the worker has written them."""
    if attempt.submitted_at is None:
        return []
    if courses.revision(db, attempt.revision_id).course.quiz(attempt.quiz_key) is None:
        return [f"Attempt {attempt.id}: its revision has no quiz {attempt.quiz_key}."]
    again = marking.mark_saved(db, attempt, answers)
    problems = []
    if again.score != attempt.score:
        problems.append(
            f"Attempt {attempt.id} has the score {attempt.score}; its answers earn {again.score}."
        )
    if stored is not None and read_marks(stored) != again.marks:
        problems.append(f"Attempt {attempt.id} has marks that its answers do not earn.")
    return problems


def _passes_without_completion(db: Session, attempts: Sequence[models.AttemptRow]) -> list[str]:
    passed: dict[str, dict[AttemptId, tuple[UserId, str]]] = defaultdict(dict)
    for attempt in attempts:
        if attempt.passed:
            passed[attempt.course_key][attempt.id] = (attempt.user_id, attempt.quiz_key)
    problems: list[str] = []
    for course_key, passes in passed.items():
        done = learning.done_by_many(db, {user_id for user_id, _ in passes.values()}, course_key)
        problems += [
            f"Attempt {attempt_id} is passed, but its quiz does not count as completed."
            for attempt_id, (user_id, quiz_key) in passes.items()
            if quiz_key not in done[user_id].quizzes
        ]
    return problems


CHECKS: tuple[Check, ...] = (
    answers_have_an_attempt,
    open_attempts_may_go_on,
    attempts_add_up,
    passes_are_completions,
    deadlines_follow_from_the_end,
    attempts_end_in_time,
    time_given_back_is_recorded,
)
