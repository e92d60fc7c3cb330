"""Closes the waiting lists of intakes. Nobody moves up after reservations have closed."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.enrolments import domain, notifications
from app.enrolments.domain import EnrolmentState, IntakeStatus
from app.enrolments.locking import lock_intake
from app.enrolments.models import Enrolment, IntakeRow
from app.kit.ids import IntakeId


def lists_to_close(db: Session, *, now: datetime) -> tuple[IntakeId, ...]:
    """Return the intakes whose reservations have closed and in which people still wait."""
    waits = select(Enrolment.id).where(
        Enrolment.intake_id == IntakeRow.id, Enrolment.state == EnrolmentState.waiting
    )
    return tuple(
        db.scalars(
            select(IntakeRow.id)
            .where(
                IntakeRow.status == IntakeStatus.open, IntakeRow.closes_at <= now, waits.exists()
            )
            .order_by(IntakeRow.id)
        )
    )


def close_waiting_list(db: Session, intake_id: IntakeId, *, now: datetime) -> int:
    """End all waiting-list entries of an intake whose reservations have closed, tell each person,
    and return their number. Does nothing while somebody may still move up. The worker calls this;
    it needs no permission, because only the rules and the time decide."""
    intake = lock_intake(db, intake_id)
    if not domain.is_list_over(intake.closes_at, now):
        return 0
    ended = db.execute(
        update(Enrolment)
        .where(Enrolment.intake_id == intake_id, Enrolment.state == EnrolmentState.waiting)
        .values(state=EnrolmentState.closed, decided_at=now)
        .returning(Enrolment.id, Enrolment.user_id)
        .execution_options(synchronize_session=False)
    ).all()
    for enrolment_id, user_id in ended:
        audit.record(
            db,
            None,
            "enrolment.closed",
            now=now,
            subject_kind="enrolment",
            subject_id=enrolment_id,
            person_id=user_id,
            details={"intake_id": str(intake_id)},
        )
    notifications.send(db, "list-closed", intake, [user_id for _, user_id in ended], now=now)
    return len(ended)
