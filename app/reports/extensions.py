"""Use-cases of staff: give a running attempt time back, and open an ended attempt again."""

from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.audit.changed_fields import ChangedField
from app.audit.changes import FieldChange
from app.audit.service import record
from app.courses import queries as courses
from app.enrolments.steps.place_locks import lock_places
from app.kit.actor import Actor, require
from app.kit.errors import NotFound
from app.kit.ids import AttemptId
from app.kit.messages import msg
from app.notices.steps.sending import send
from app.quizzes import queries as quizzes
from app.quizzes.domain.attempt import Attempt
from app.quizzes.domain.extending import (
    ExtensionKind,
    giving_obstacle,
    reopened_end,
    reopening_obstacle,
)
from app.quizzes.mails import AttemptReopenedMail, TimeGivenBackMail
from app.quizzes.steps.ending import settle_attempt
from app.quizzes.steps.extending import extend_to, withdraw_pass
from app.reports import policy
from app.reports.attempt_standing import extension_case
from app.reports.errors import ExtensionRefused
from app.reports.own_students import looks_after


class Extend(Protocol):
    """One of the two acts below, which differ in the attempts they are for."""

    def __call__(
        self,
        db: Session,
        actor: Actor,
        attempt_id: AttemptId,
        *,
        minutes: int,
        reason: str,
        reason_is_told: bool,
        now: datetime,
    ) -> Attempt: ...


def give_time_back(
    db: Session,
    actor: Actor,
    attempt_id: AttemptId,
    *,
    minutes: int,
    reason: str,
    reason_is_told: bool,
    now: datetime,
) -> Attempt:
    """Let a running attempt end so many minutes later, and tell its student. Raise ExtensionRefused with the
    reason."""
    attempt = locked_attempt(db, actor, attempt_id, now=now)
    case = extension_case(db, attempt, now=now)
    if (obstacle := giving_obstacle(case, minutes, now=now)) is not None:
        raise ExtensionRefused(obstacle)
    end = attempt.due_at + timedelta(minutes=minutes) if attempt.due_at else None
    moved = extend_to(
        db,
        attempt,
        ExtensionKind.given_back,
        end,
        by=actor.user_id,
        reason=reason,
        reason_is_told=reason_is_told,
        now=now,
    )
    _note(db, actor, "quizzes.time_given_back", attempt, moved, reason, now=now)
    _tell(db, moved, reason if reason_is_told else None, is_reopened=False, now=now)
    return moved


def reopen_attempt(
    db: Session,
    actor: Actor,
    attempt_id: AttemptId,
    *,
    minutes: int,
    reason: str,
    reason_is_told: bool,
    now: datetime,
) -> Attempt:
    """Let an ended attempt run again, for so many minutes if its quiz has a limit, and tell its student. Its
    result stops counting until it ends. Raise ExtensionRefused with the reason."""
    attempt = locked_attempt(db, actor, attempt_id, now=now)
    for other in quizzes.attempts_at(db, attempt.user_id, attempt.course_key, attempt.quiz_key):
        if other.due_event(now):  # it may be passed, and no two attempts are stored as running
            settle_attempt(db, other.id, now=now)
    if attempt.score is not None and attempt.score.passed:
        withdraw_pass(db, attempt)
    case = extension_case(db, attempt, now=now)
    if (obstacle := reopening_obstacle(case, now=now)) is not None:
        raise ExtensionRefused(obstacle)
    moved = extend_to(
        db,
        attempt,
        ExtensionKind.reopened,
        reopened_end(attempt, minutes, now=now),
        by=actor.user_id,
        reason=reason,
        reason_is_told=reason_is_told,
        now=now,
    )
    _note(db, actor, "quizzes.reopen", attempt, moved, reason, now=now)
    _tell(db, moved, reason if reason_is_told else None, is_reopened=True, now=now)
    return moved


def locked_attempt(db: Session, actor: Actor, attempt_id: AttemptId, *, now: datetime) -> Attempt:
    """Return an attempt, locked and settled, that this member of the staff may give more time. Its student
    starts no other meanwhile."""
    require(policy.may_see_results(actor))
    stored = quizzes.attempt_for_staff(db, attempt_id)
    person_id = stored.user_id
    is_theirs = looks_after(db, actor, person_id, now=now)
    if not policy.may_see_student(actor, looks_after=is_theirs):
        raise NotFound
    require(
        policy.may_extend_attempt(actor, person_id, looks_after=is_theirs),
        msg("You cannot give yourself time. Ask a colleague."),
    )
    lock_places(db, [person_id], stored.course_key)
    attempt = settle_attempt(db, attempt_id, now=now)
    if attempt is None:
        raise NotFound
    return attempt


def _note(
    db: Session,
    actor: Actor,
    action: str,
    before: Attempt,
    after: Attempt,
    reason: str,
    *,
    now: datetime,
) -> None:
    record(
        db,
        actor.user_id,
        action,
        now=now,
        subject_kind="attempt",
        subject_id=after.id,
        person_id=after.user_id,
        reason=reason,
        changes=(FieldChange(ChangedField.ends_at, before.due_at, after.due_at),),
        details={"percent": before.score.percent} if before.score else None,
    )


def _tell(
    db: Session, attempt: Attempt, reason: str | None, *, is_reopened: bool, now: datetime
) -> None:
    person = accounts.person(db, attempt.user_id)
    told = {
        "name": person.name,
        "course": courses.revision(db, attempt.revision_id).course.title,
        "quiz": quizzes.quiz_of(db, attempt).title,
        "attempt_id": attempt.id,
        "ends_at": attempt.due_at,
        "reason": reason,
    }
    kind = AttemptReopenedMail if is_reopened else TimeGivenBackMail
    send(db, person, kind.model_validate(told), now=now)
