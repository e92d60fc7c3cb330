"""Giving an attempt time back, and opening it again. The use-cases have
locked and settled it, and decided."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.kit.ids import EventId, UserId, new_uuid
from app.learning.steps.completions import record_quiz_passed, withdraw_quiz_pass
from app.quizzes import queries
from app.quizzes.domain.attempt import Attempt
from app.quizzes.domain.extending import ExtensionKind, seconds_given
from app.quizzes.domain.transitions import AttemptEvent
from app.quizzes.models import ExtensionRow
from app.quizzes.steps.ending import apply_event


def extend_to(
    db: Session,
    attempt: Attempt,
    kind: ExtensionKind,
    end: datetime | None,
    *,
    by: UserId,
    reason: str,
    reason_is_told: bool,
    now: datetime,
) -> Attempt:
    """Let an attempt end at `end`, record who gave how much and why, and return it. One that had ended runs
    again, without its marks."""
    has_ended = kind is ExtensionKind.reopened
    seconds = seconds_given(attempt, end)
    moved = replace(
        attempt,
        due_at=attempt.due_at and attempt.due_at + timedelta(seconds=seconds),
        given_back_seconds=attempt.given_back_seconds + seconds,
    )
    event = AttemptEvent.reopen if has_ended else AttemptEvent.extend
    extended = apply_event(db, moved, event, by, now=now)
    db.add(
        ExtensionRow(
            id=EventId(new_uuid()),
            attempt_id=attempt.id,
            user_id=attempt.user_id,
            kind=kind,
            seconds=seconds,
            reason=reason,
            reason_is_told=reason_is_told,
            given_at=now,
            given_by=by,
        )
    )
    return extended


def withdraw_pass(db: Session, attempt: Attempt) -> None:
    """Remove that the quiz is passed, because an attempt that passed it is opened again. Where another
    attempt has passed it too, that one counts now. Nobody issues a certificate meanwhile."""
    withdraw_quiz_pass(db, attempt.user_id, attempt.course_key, attempt.quiz_key)
    for other in queries.attempts_at(db, attempt.user_id, attempt.course_key, attempt.quiz_key):
        if other.id == attempt.id or other.score is None or not other.score.passed:
            continue
        record_quiz_passed(
            db,
            other.user_id,
            course_key=other.course_key,
            quiz_key=other.quiz_key,
            revision_id=other.revision_id,
            attempt_id=other.id,
            now=other.submitted_at or other.started_at,
        )
        return
