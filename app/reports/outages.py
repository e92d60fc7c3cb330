"""Use-cases of admins: give everybody who was sitting a quiz the time back that an outage took."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.audit.changed_fields import ChangedField
from app.audit.changes import FieldChange
from app.audit.service import record
from app.courses import queries as courses
from app.enrolments.steps.place_locks import lock_places
from app.kit.actor import Actor, require
from app.kit.ids import AttemptId
from app.notices.steps.sending import send
from app.quizzes.domain.outage import OutageGain
from app.quizzes.mails import AttemptReopenedMail, TimeGivenBackMail
from app.quizzes.steps.ending import settle_attempt
from app.quizzes.steps.outages import give_outage_back
from app.reports import policy
from app.reports.outage_candidates import OutageLine, OutageScope, gaining, outage_lines

AT_ONCE = 50
"""How many attempts one transaction gives their time back."""


def give_time_back_after_outage(
    db: Session,
    actor: Actor,
    scope: OutageScope,
    previewed: Sequence[OutageLine],
    *,
    reason: str,
    reason_is_told: bool,
    now: datetime,
) -> int:
    """Give some attempts of a preview the time back that they lost, tell their students, and return how many
    got it. It is decided again under the locks, so a second press gives nothing twice."""
    require(policy.may_make_outages_good(actor))
    lock_places(db, {line.attempt.user_id for line in previewed}, scope.course_key)
    lines = gaining(
        outage_lines(db, scope, now=now, only=[line.attempt.id for line in previewed]), actor
    )
    give_outage_back(
        db,
        [(line.attempt, gain) for line, gain in lines],
        scope.outage,
        by=actor.user_id,
        reason=reason,
        reason_is_told=reason_is_told,
        now=now,
    )
    for line, gain in lines:
        _note_attempt(db, actor, line, gain, reason, now=now)
        _tell(db, line, gain, reason if reason_is_told else None, now=now)
    return len(lines)


def settle_before_outage(
    db: Session, actor: Actor, attempt_ids: Collection[AttemptId], *, now: datetime
) -> None:
    """Record what the clock has brought about for attempts at which the worker has not looked yet: one of
    them may be passed, and is not opened again."""
    require(policy.may_make_outages_good(actor))
    for attempt_id in attempt_ids:
        settle_attempt(db, attempt_id, now=now)


def note_outage(
    db: Session, actor: Actor, scope: OutageScope, reason: str, *, attempts: int, now: datetime
) -> None:
    """Record in the audit trail for which outage time was given back, and to how many attempts."""
    require(policy.may_make_outages_good(actor))
    record(
        db,
        actor.user_id,
        "quizzes.outage_made_good",
        now=now,
        subject_kind="course",
        reason=reason,
        details={
            "course": scope.course_key,
            "quiz": scope.quiz_key,
            "from": scope.outage.began_at.isoformat(),
            "to": scope.outage.ended_at.isoformat(),
            "attempts": attempts,
        },
    )


def _note_attempt(
    db: Session, actor: Actor, line: OutageLine, gain: OutageGain, reason: str, *, now: datetime
) -> None:
    record(
        db,
        actor.user_id,
        "quizzes.reopen" if gain.is_reopened else "quizzes.time_given_back",
        now=now,
        subject_kind="attempt",
        subject_id=line.attempt.id,
        person_id=line.attempt.user_id,
        reason=reason,
        changes=(FieldChange(ChangedField.ends_at, line.attempt.due_at, gain.new_end),),
    )


def _tell(
    db: Session, line: OutageLine, gain: OutageGain, reason: str | None, *, now: datetime
) -> None:
    course = courses.revision(db, line.attempt.revision_id).course
    quiz = course.quiz(line.attempt.quiz_key)
    told = {
        "name": line.person.name,
        "course": course.title,
        "quiz": quiz.title if quiz else line.attempt.quiz_key,
        "attempt_id": line.attempt.id,
        "ends_at": gain.new_end,
        "reason": reason,
    }
    kind = AttemptReopenedMail if gain.is_reopened else TimeGivenBackMail
    send(db, line.person, kind.model_validate(told), now=now)
