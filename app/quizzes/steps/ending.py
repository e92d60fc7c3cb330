"""The engine of attempts: under its lock, one is led from state to state by the table of
`domain.transitions`."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.audit import service as audit
from app.db.base import table_of
from app.db.prepared import Prepared, values_named
from app.enrolments import queries as enrolments
from app.kit.errors import Refusal
from app.kit.ids import AttemptId, UserId
from app.learning.steps.completions import record_quiz_passed
from app.outbox import service as outbox
from app.quizzes import marking, queries, saved_answers
from app.quizzes.attempt_conditions import IS_TRY
from app.quizzes.domain import attempt as domain
from app.quizzes.domain import stored as stored_documents
from app.quizzes.domain.attempt import Score
from app.quizzes.domain.starting import may_go_on
from app.quizzes.domain.transitions import AttemptEvent, Effect, decide, next_deadline
from app.quizzes.errors import AttemptRefused
from app.quizzes.facts import QuizSubmitted
from app.quizzes.models import DRAWN_TEXT, AttemptRow, attempt_from_text

ATTEMPT = table_of(AttemptRow).c
NOT_OF_THE_RULES = frozenset(
    {"enrolment_id", "seed", "drawn", "version", "marks", "flags", "next_deadline_at"}
)
# On SQLite the write block is the lock, and saving an answer writes nothing of the attempt.
LOCK_ATTEMPT = (
    select(*(column for column in ATTEMPT if column.key not in NOT_OF_THE_RULES), DRAWN_TEXT)
    .where(ATTEMPT.id == bindparam("attempt"), IS_TRY)
    .with_for_update(key_share=True, of=table_of(AttemptRow))
)
UNMARKED: Final = {"earned": None, "possible": None, "passed": None, "marks": None}
CHANGED = {
    *("state", "next_deadline_at", "submitted_at"),
    *("earned", "possible", "passed", "marks"),
}
"""What changes in an attempt that is marked at its end."""
END_ATTEMPT = update(table_of(AttemptRow)).where(ATTEMPT.id == bindparam("attempt"))
END_MARKED = Prepared(
    END_ATTEMPT.values(values_named(table_of(AttemptRow), CHANGED)).returning(ATTEMPT.id)
)


def end_attempts(
    db: Session, user_id: UserId, *, by: UserId | None, now: datetime
) -> tuple[domain.AttemptFacts, ...]:
    """Close the running attempts that a person has no right to any more, and return them.

    Answers are kept. An attempt whose time was already over ends as the worker would have ended it. A
    second call changes nothing.
    """
    person = accounts.people(db, [user_id])[user_id]
    ended = []
    for attempt_id, course_key in queries.open_attempts_of(db, user_id):
        has_place = enrolments.place_on(db, user_id, course_key) is not None
        if may_go_on(person.roles, is_closed=person.is_closed, has_place=has_place):
            continue
        attempt = settle_attempt(db, attempt_id, now=now)
        if attempt is None or attempt.has_ended(now):
            continue
        ended.append(apply_event(db, attempt, AttemptEvent.right_ended, by, now=now))
    return tuple(ended)


def settle_attempt(db: Session, attempt_id: AttemptId, *, now: datetime) -> domain.Attempt | None:
    """Lock an attempt, record what the clock has brought about, and return the attempt as it is now; None
    if it does not count as a try."""
    row = db.execute(LOCK_ATTEMPT, {"attempt": attempt_id}).one_or_none()
    return None if row is None else settled(db, attempt_from_text(row), now=now)


def settled(db: Session, attempt: domain.Attempt, *, now: datetime) -> domain.Attempt:
    """Record what the clock has brought about for an attempt that is locked, and return it as it is now."""
    while event := attempt.due_event(now):
        attempt = apply_event(db, attempt, event, None, now=now)
    return attempt


def apply_event(
    db: Session,
    attempt: domain.Attempt,
    event: AttemptEvent,
    actor_id: UserId | None,
    *,
    now: datetime,
) -> domain.Attempt:
    """Lead an attempt that is locked to its next state, in one statement with its marks if it is submitted,
    and return it. `actor_id` None: the clock did it. Raise AttemptRefused if the table has no such row."""
    transition = decide(attempt.state, event, attempt.at_time_out)
    if isinstance(transition, Refusal):
        raise AttemptRefused(transition)
    following = replace(
        attempt,
        state=transition.to,
        submitted_at=attempt.ended_at(now) if Effect.finish in transition.effects else None,
    )
    values: dict[str, Any] = {
        "state": transition.to,
        "next_deadline_at": next_deadline(transition.to, attempt.clock),
        "submitted_at": following.submitted_at,
    }
    if Effect.move_end in transition.effects:
        values |= {"due_at": attempt.due_at, "given_back_seconds": attempt.given_back_seconds}
    if Effect.unmark in transition.effects:
        following = replace(following, score=None)
        values |= UNMARKED
    if Effect.mark in transition.effects:
        following = _marked(db, following, values)
    if values.keys() == CHANGED:
        END_MARKED.all(db, attempt=attempt.id, **values)
    else:
        db.execute(END_ATTEMPT, {"attempt": attempt.id, **values})
    if following.score is not None:
        _tell_of_result(db, following, following.score, now=now)
    if transition.act is not None:
        record_act(db, actor_id, transition.act, attempt.id, attempt.user_id, now=now)
    return following


def _marked(db: Session, attempt: domain.Attempt, values: dict[str, Any]) -> domain.Attempt:
    """Mark a submitted attempt: add what is stored to `values`, and return it graded. It stays stored as
    submitted, with its score."""
    transition = decide(attempt.state, AttemptEvent.mark, attempt.at_time_out)
    if isinstance(transition, Refusal):
        raise AttemptRefused(transition)
    marks = marking.mark_saved(db, attempt, saved_answers.answers_of(db, attempt.id))
    values["earned"], values["possible"] = marks.score.earned, marks.score.possible
    values["passed"] = marks.score.passed
    values["marks"] = stored_documents.write_marks(marks.marks)
    return replace(attempt, state=transition.to, score=marks.score)


def _tell_of_result(db: Session, attempt: domain.Attempt, score: Score, *, now: datetime) -> None:
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
    outbox.announce(db, fact, now=now, at_once=True)


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
        at_once=True,
    )
