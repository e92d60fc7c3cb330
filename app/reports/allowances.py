"""Use-cases of staff: allow a student one more attempt at a quiz, and take it back."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.audit.changed_fields import ChangedField
from app.audit.changes import FieldChange
from app.audit.service import record
from app.kit.actor import Actor, require
from app.kit.errors import NotFound
from app.kit.ids import AllowanceId, UserId
from app.kit.messages import msg
from app.notices.steps.sending import send
from app.quizzes import queries as quizzes
from app.quizzes.allowance_queries import allowance_of, allowances_on
from app.quizzes.domain.allowing import (
    UNUSED,
    Allowance,
    added_after,
    allowing_obstacle,
    taking_back_obstacle,
)
from app.quizzes.mails import AttemptTakenBackMail, OneMoreAttemptMail
from app.quizzes.steps.allowing import (
    add_allowance,
    lock_allowances,
    mark_taken_back,
    numbered_allowances,
)
from app.quizzes.steps.ending import settle_attempt
from app.reports import policy
from app.reports.errors import AllowanceRefused
from app.reports.own_students import looks_after
from app.reports.quiz_standing import StudentAtQuiz, student_at_quiz


def allow_attempt(
    db: Session,
    actor: Actor,
    person_id: UserId,
    course_key: str,
    quiz_key: str,
    *,
    reason: str,
    reason_is_told: bool,
    now: datetime,
) -> AllowanceId:
    """Allow a student one more attempt at a quiz, where none is left, and tell them. Raise AllowanceRefused
    with the reason, also for the second of two people who allow one at the same moment."""
    _require_allowed(db, actor, person_id, now)
    whose = (person_id, course_key, quiz_key)
    _close_overdue(db, *whose, now)
    earlier = numbered_allowances(db, *whose)
    student = student_at_quiz(db, *whose, allowances=lock_allowances(db, *whose))
    if (obstacle := allowing_obstacle(student.standing, now=now)) is not None:
        raise AllowanceRefused(obstacle)
    allowance_id = add_allowance(
        db,
        *whose,
        by=actor.user_id,
        reason=reason,
        reason_is_told=reason_is_told,
        earlier=earlier,
        attempts=student.standing.one_more,
        now=now,
    )
    if allowance_id is None:
        raise AllowanceRefused(UNUSED)
    allowed = student.standing.allowed or 0
    after, act = allowed + student.standing.one_more, "quizzes.attempt_allowed"
    _note(db, actor, act, (allowance_id, *whose), (allowed, after), reason, now)
    _tell_of_allowance(db, person_id, course_key, student, reason if reason_is_told else None, now)
    return allowance_id


def take_back_attempt(
    db: Session, actor: Actor, allowance_id: AllowanceId, *, now: datetime
) -> Allowance:
    """Take an attempt back that was allowed and is not used, and tell the student. Afterwards everything is
    as if it had not been allowed. Raise AllowanceRefused for one that was used or taken back before."""
    require(policy.may_see_results(actor))
    stored = allowance_of(db, allowance_id)
    if stored is None:
        raise NotFound
    whose = (stored.user_id, stored.course_key, stored.quiz_key)
    _require_allowed(db, actor, stored.user_id, now)
    live = lock_allowances(db, *whose)
    allowances = allowances_on(db, stored.user_id, stored.course_key)
    current = next(each for each in allowances if each.id == allowance_id)
    later = added_after(current, allowances)
    student = student_at_quiz(db, *whose, allowances=live)
    if (obstacle := taking_back_obstacle(current, student.standing, later=later)) is not None:
        raise AllowanceRefused(obstacle)
    mark_taken_back(db, allowance_id, by=actor.user_id, now=now)
    allowed = student.standing.allowed or 0
    act = "quizzes.allowed_attempt_taken_back"
    _note(db, actor, act, (allowance_id, *whose), (allowed, allowed - current.attempts), None, now)
    person = accounts.person(db, stored.user_id)
    mail = AttemptTakenBackMail(
        name=person.name,
        course=student.course_title,
        course_key=stored.course_key,
        quiz=student.quiz.title,
    )
    send(db, person, mail, now=now)
    return current


def _require_allowed(db: Session, actor: Actor, person_id: UserId, now: datetime) -> None:
    require(policy.may_see_results(actor))
    is_theirs = looks_after(db, actor, person_id, now=now)
    if not policy.may_see_student(actor, looks_after=is_theirs):
        raise NotFound
    require(
        policy.may_allow_attempt(actor, person_id, looks_after=is_theirs),
        msg("You cannot allow yourself an attempt. Ask a colleague."),
    )


def _close_overdue(
    db: Session, person_id: UserId, course_key: str, quiz_key: str, now: datetime
) -> None:
    """Mark an attempt whose time is over before deciding: it may be passed."""
    for attempt in quizzes.attempts_at(db, person_id, course_key, quiz_key):
        if attempt.due_event(now):
            settle_attempt(db, attempt.id, now=now)


def _note(
    db: Session,
    actor: Actor,
    action: str,
    subject: tuple[AllowanceId, UserId, str, str],
    allowed: tuple[int, int],
    reason: str | None,
    now: datetime,
) -> None:
    """Record the act with the number of attempts that the student had, and has now."""
    allowance_id, person_id, course_key, quiz_key = subject
    record(
        db,
        actor.user_id,
        action,
        now=now,
        subject_kind="allowance",
        subject_id=allowance_id,
        person_id=person_id,
        reason=reason,
        changes=(FieldChange(ChangedField.attempts_allowed, *allowed),),
        details={"course": course_key, "quiz": quiz_key},
    )


def _tell_of_allowance(
    db: Session,
    person_id: UserId,
    course_key: str,
    student: StudentAtQuiz,
    told: str | None,
    now: datetime,
) -> None:
    person = accounts.person(db, person_id)
    mail = OneMoreAttemptMail(
        name=person.name,
        course=student.course_title,
        course_key=course_key,
        quiz=student.quiz.title,
        quiz_key=student.quiz.key,
        reason=told,
    )
    send(db, person, mail, now=now)
