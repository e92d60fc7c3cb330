"""Steps of the use-cases of places: join, reserve, confirm, end; each writes its own entry in the
audit trail. Callers lock the intake and check permissions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.audit import service as audit
from app.audit.changes import FieldChange
from app.courses import queries as courses
from app.enrolments import domain
from app.enrolments.domain import EnrolmentState, Intake
from app.enrolments.errors import EnrolmentRefused
from app.enrolments.facts import EnrolmentEnded
from app.enrolments.mails import PlaceCancelledMail, PlaceWithdrawnMail
from app.enrolments.models import Enrolment
from app.enrolments.reasons import EnrolmentsReason
from app.enrolments.steps import notifications
from app.enrolments.steps.locking import (
    add_row,
    move_state,
    promote,
    release_places,
    state_change,
)
from app.enrolments.steps.settling import settle
from app.kit.actor import Actor
from app.kit.ids import EnrolmentId, IntakeId, RevisionId, UserId
from app.kit.messages import Message
from app.outbox import service as outbox


def join(
    db: Session,
    actor: Actor,
    intake_id: IntakeId,
    intake: Intake,
    *,
    now: datetime,
    waiting_number: int | None = None,
) -> EnrolmentId:
    """Add the actor's own request or, with a waiting number, their entry on the waiting list."""
    state = EnrolmentState.requested if waiting_number is None else EnrolmentState.waiting
    row = add_row(
        db, intake_id, intake, actor.user_id, state, now=now, waiting_number=waiting_number
    )
    record(db, actor, f"enrolment.{state}", row, now=now)
    return row.id


def reserve(
    db: Session,
    actor: Actor,
    intake_id: IntakeId,
    intake: Intake,
    user_id: UserId,
    row: Enrolment | None,
    revision_id: RevisionId,
    note: str | None,
    now: datetime,
) -> EnrolmentId:
    """Give a person a confirmed place, by changing the row that they have or by adding one. The mail that a
    place became free for them leaves before that of the reservation."""
    if row is not None:
        settle(db, row.id, now=now)
        confirm(db, actor, row, revision_id, now=now, reserved_by=actor.user_id, note=note)
        return row.id
    added = add_row(
        db,
        intake_id,
        intake,
        user_id,
        EnrolmentState.confirmed,
        now=now,
        revision_id=revision_id,
        reserved_by=actor.user_id,
        note=note,
        decided_at=now,
        decided_by=actor.user_id,
    )
    record(db, actor, "enrolment.reserved", added, reason=note, now=now)
    return added.id


def current_revision(db: Session, intake: Intake) -> RevisionId:
    """Return the revision of the course that a confirmed place pins. Refused for a course that is not
    published."""
    published = courses.current_to_pin(db, intake.course_key)
    if published is None:
        raise EnrolmentRefused(EnrolmentsReason.course_unpublished)
    return published.revision_id


def confirm(
    db: Session,
    actor: Actor,
    row: Enrolment,
    revision_id: RevisionId,
    *,
    now: datetime,
    **columns: Any,
) -> None:
    """Confirm a row and pin the revision that the person will learn."""
    changes = state_change(row.state, EnrolmentState.confirmed)
    move_state(
        db,
        row.id,
        row.state,
        EnrolmentState.confirmed,
        revision_id=revision_id,
        decided_at=now,
        decided_by=actor.user_id,
        **columns,
    )
    record(db, actor, "enrolment.confirmed", row, now=now, changes=changes)


def end_one(
    db: Session,
    actor: Actor,
    intake_id: IntakeId,
    intake: Intake,
    row: Enrolment,
    *,
    now: datetime,
    reason: str | None = None,
    is_withdrawn: bool = False,
) -> bool:
    """Cancel a place or a waiting-list entry, tell the person, and give a free place to the next
    person. Return whether the person gets a mail; with a closed account they get none."""
    held = row.state in domain.HOLDING
    end(db, actor, row, EnrolmentState.cancelled, reason=reason, now=now)
    if is_withdrawn:
        mails = notifications.send(db, PlaceWithdrawnMail, intake, [row.user_id], now=now)
    else:
        mail = PlaceCancelledMail
        mails = notifications.send(db, mail, intake, [row.user_id], now=now, reason=reason)
    if held:
        freed = release_places(db, intake_id, intake, 1)
        promote(db, actor.user_id, intake_id, freed, now=now)
    return mails[row.user_id] is not None


def end(
    db: Session,
    actor: Actor,
    row: Enrolment,
    state: EnrolmentState,
    *,
    reason: str | None,
    now: datetime,
) -> None:
    """End a row; the caller releases the place. The end of a confirmed place is announced, so that
    higher features end what depended on it."""
    was_confirmed = row.state is EnrolmentState.confirmed
    changes = state_change(row.state, state)
    move_state(
        db, row.id, row.state, state, reason=reason, decided_at=now, decided_by=actor.user_id
    )
    settle(db, row.id, now=now)
    if was_confirmed:
        fact = EnrolmentEnded(user_id=row.user_id, by=actor.user_id)
        outbox.announce(db, fact, now=now)
    record(db, actor, f"enrolment.{state}", row, reason=reason, now=now, changes=changes)


def record(
    db: Session,
    actor: Actor,
    action: str,
    row: Enrolment,
    *,
    now: datetime,
    reason: str | None = None,
    changes: Sequence[FieldChange] = (),
    details: dict[str, Any] | None = None,
) -> None:
    """Record an act on one enrolment in the audit trail; the page of the person shows it."""
    audit.record(
        db,
        actor.user_id,
        action,
        now=now,
        subject_kind="enrolment",
        subject_id=row.id,
        person_id=row.user_id,
        reason=reason,
        changes=changes,
        details={"intake_id": str(row.intake_id), **(details or {})},
    )


def record_intake(
    db: Session,
    actor: Actor,
    action: str,
    intake_id: IntakeId,
    *,
    now: datetime,
    reason: str | None = None,
    changes: Sequence[FieldChange] = (),
    passed_over: Sequence[Message] = (),
    details: dict[str, Any] | None = None,
) -> None:
    """Record an act on a whole intake in the audit trail; `passed_over` are rules that it set aside."""
    audit.record(
        db,
        actor.user_id,
        action,
        now=now,
        subject_kind="intake",
        subject_id=intake_id,
        reason=reason,
        changes=changes,
        passed_over=passed_over,
        details=details,
    )
