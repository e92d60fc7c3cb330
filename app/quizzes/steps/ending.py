"""Ending attempts: marking one under its lock, and closing those to which the right is lost."""

from datetime import datetime

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.audit import service as audit
from app.db.base import table_of
from app.enrolments import queries as enrolments
from app.kit.ids import AttemptId, UserId
from app.learning.steps.completions import record_quiz_passed
from app.outbox import service as outbox
from app.quizzes import marking, queries, saved_answers
from app.quizzes.domain import attempt as domain
from app.quizzes.domain import stored as stored_documents
from app.quizzes.domain.attempt import Score, is_past
from app.quizzes.domain.starting import may_go_on
from app.quizzes.facts import QuizSubmitted
from app.quizzes.models import AttemptRow, AttemptState, attempt_from, facts_from

ATTEMPT = table_of(AttemptRow).c
NOT_OF_THE_RULES = frozenset({"enrolment_id", "seed", "state", "version", "marks"})
# Built once, from plain columns: saving an answer runs it.
LOCK_ATTEMPT = (
    update(table_of(AttemptRow))
    .where(ATTEMPT.id == bindparam("attempt"), queries.IS_TRY)
    .values(version=ATTEMPT.version + 1)
    .returning(*(column for column in ATTEMPT if column.key not in NOT_OF_THE_RULES))
)
END_ATTEMPT = update(table_of(AttemptRow)).where(ATTEMPT.id == bindparam("attempt"))


def end_attempts(
    db: Session, user_id: UserId, *, by: UserId | None, now: datetime
) -> tuple[domain.AttemptFacts, ...]:
    """Close the open attempts that a person has no right to any more, and return them.

    Answers are kept. An attempt whose time was already over is marked, as the worker would have
    done. A second call changes nothing.
    """
    person = accounts.people(db, [user_id])[user_id]
    ended = []
    for attempt_id, course_key in queries.open_attempts_of(db, user_id):
        has_place = enrolments.place_on(db, user_id, course_key) is not None
        if may_go_on(person.roles, is_closed=person.is_closed, has_place=has_place):
            continue
        row = db.execute(LOCK_ATTEMPT, {"attempt": attempt_id}).one_or_none()
        if row is None or row.submitted_at is not None:
            continue
        if is_past(row.due_at, now):
            close_attempt(db, attempt_from(row), None, now=now)
            continue
        db.execute(END_ATTEMPT, {"attempt": attempt_id, "state": AttemptState.ended})
        record_act(db, by, "quizzes.ended_with_place", attempt_id, user_id, now=now)
        ended.append(facts_from(row))
    return tuple(ended)


def close_attempt(
    db: Session, attempt: domain.Attempt, actor_id: UserId | None, *, now: datetime
) -> Score:
    """AnswerMark an attempt that is locked, once, and return its score. `actor_id` None: its time ran out."""
    if attempt.score is not None:
        return attempt.score
    marks = marking.mark_saved(db, attempt, saved_answers.answers_of(db, attempt.id))
    score = marks.score
    ended = {
        "state": AttemptState.submitted,
        "submitted_at": attempt.ended_at(now),
        "earned": score.earned,
        "possible": score.possible,
        "passed": score.passed,
        "marks": stored_documents.write_marks(marks.marks),
    }
    db.execute(END_ATTEMPT, {"attempt": attempt.id, **ended})
    if score.passed:
        record_quiz_passed(
            db,
            attempt.user_id,
            course_key=attempt.course_key,
            quiz_key=attempt.quiz_key,
            revision_id=attempt.revision_id,
            attempt_id=attempt.id,
            now=now,
        )
    fact = QuizSubmitted(attempt_id=attempt.id, user_id=attempt.user_id)
    outbox.announce(db, fact, now=now)
    record_act(db, actor_id, "quizzes.submit", attempt.id, attempt.user_id, now=now)
    return score


def close_if_overdue(db: Session, attempt_id: AttemptId, *, now: datetime) -> None:
    """Lock an attempt, and mark it if its time is over and that was not recorded yet."""
    row = db.execute(LOCK_ATTEMPT, {"attempt": attempt_id}).one_or_none()
    if row is not None and is_past(row.due_at, now):
        close_attempt(db, attempt_from(row), None, now=now)


def record_act(
    db: Session,
    actor_id: UserId | None,
    action: str,
    attempt_id: AttemptId,
    person_id: UserId,
    *,
    now: datetime,
) -> None:
    audit.record(
        db,
        actor_id,
        action,
        now=now,
        subject_kind="attempt",
        subject_id=attempt_id,
        person_id=person_id,
    )
