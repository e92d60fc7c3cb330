"""Closes the waiting lists of intakes. Nobody moves up after reservations have closed."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.enrolments import domain
from app.enrolments.domain import EnrolmentState
from app.enrolments.mails import IntakeListClosedMail
from app.enrolments.models import Enrolment
from app.enrolments.steps import notifications
from app.enrolments.steps.locking import lock_intake
from app.kit.actor import SystemActor, require
from app.kit.ids import IntakeId


def close_waiting_list(
    db: Session, system: SystemActor, intake_id: IntakeId, *, now: datetime
) -> int:
    """End all waiting-list entries of an intake whose reservations have closed, tell each person,
    and return their number. Does nothing while somebody may still move up. The worker calls this;
    it needs no permission, because only the rules and the time decide."""
    require(system is SystemActor.worker)
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
    notifications.send(db, IntakeListClosedMail, intake, [user_id for _, user_id in ended], now=now)
    return len(ended)
