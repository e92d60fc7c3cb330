"""What waits for the office: requests to decide and invoices to be paid. Reads for higher features, which
ask the permission."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.courses import queries as courses
from app.enrolments.domain import EnrolmentState
from app.enrolments.models import Enrolment, Intake
from app.kit.ids import IntakeId


@dataclass(frozen=True, slots=True)
class ToDecide:
    """An intake with requests that nobody has answered yet."""

    intake_id: IntakeId
    course_title: str
    intake_title: str
    count: int
    oldest_at: datetime


def requests_to_decide(db: Session) -> tuple[ToDecide, ...]:
    """Return the intakes with open requests, the longest-waiting first."""
    oldest = func.min(Enrolment.requested_at)
    rows = db.execute(
        select(Intake.id, Intake.course_key, Intake.title, func.count(), oldest)
        .join(Enrolment, Enrolment.intake_id == Intake.id)
        .where(Enrolment.state == EnrolmentState.requested)
        .group_by(Intake.id, Intake.course_key, Intake.title)
        .order_by(oldest, Intake.id)
    ).all()
    titles = {entry.course_key: entry.course.title for entry in courses.catalogue(db)}
    return tuple(
        ToDecide(intake_id, titles.get(course_key, course_key), title, count, since)
        for intake_id, course_key, title, count, since in rows
    )


def unpaid_invoices(db: Session) -> int:
    """Count the invoices of confirmed places that are recorded and not paid."""
    return db.scalars(
        select(func.count()).where(
            Enrolment.state == EnrolmentState.confirmed,
            Enrolment.invoice_number.is_not(None),
            Enrolment.paid_at.is_(None),
        )
    ).one()
