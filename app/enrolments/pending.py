"""Work for the office: requests to decide, people who wait although places are free, unpaid
invoices. Callers check permissions."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from app.courses import queries as courses
from app.enrolments.domain import HOLDING, EnrolmentState, IntakeStatus
from app.enrolments.models import Enrolment, IntakeRow, StudyPlanRow
from app.kit.ids import EnrolmentId, IntakeId, RevisionId, UserId


@dataclass(frozen=True, slots=True)
class IntakeToDecide:
    """An intake with undecided requests."""

    intake_id: IntakeId
    course_title: str
    intake_title: str
    count: int
    oldest_at: datetime


def requests_to_decide(db: Session) -> tuple[IntakeToDecide, ...]:
    """Return the intakes with undecided requests, the longest-waiting first."""
    oldest = func.min(Enrolment.requested_at)
    rows = db.execute(
        select(IntakeRow.id, IntakeRow.course_key, IntakeRow.title, func.count(), oldest)
        .join(Enrolment, Enrolment.intake_id == IntakeRow.id)
        .where(Enrolment.state == EnrolmentState.requested)
        .group_by(IntakeRow.id, IntakeRow.course_key, IntakeRow.title)
        .order_by(oldest, IntakeRow.id)
    ).all()
    titles = {entry.course_key: entry.course.title for entry in courses.catalogue(db)}
    return tuple(
        IntakeToDecide(intake_id, titles.get(course_key, course_key), title, count, since)
        for intake_id, course_key, title, count, since in rows
    )


@dataclass(frozen=True, slots=True)
class StrandedIntake:
    """An intake with free places, and people who waited until its list closed."""

    intake_id: IntakeId
    title: str
    waiting: int
    places_left: int


def waiting_beside_places(db: Session, *, today: date, now: datetime) -> tuple[StrandedIntake, ...]:
    """Return the open intakes that have not started, have free places, and have people who waited
    until reservations closed. Nobody moves up automatically after that."""
    waiting = (
        select(func.count())
        .where(
            Enrolment.intake_id == IntakeRow.id,
            or_(
                Enrolment.state == EnrolmentState.waiting, Enrolment.state == EnrolmentState.closed
            ),
        )
        .correlate(IntakeRow)
        .scalar_subquery()
    )
    rows = db.execute(
        select(IntakeRow.id, IntakeRow.title, waiting, IntakeRow.places - IntakeRow.taken)
        .where(
            IntakeRow.status == IntakeStatus.open,
            IntakeRow.starts_on >= today,
            IntakeRow.closes_at <= now,
            IntakeRow.taken < IntakeRow.places,
            waiting > 0,
        )
        .order_by(IntakeRow.starts_on, IntakeRow.id)
    )
    return tuple(StrandedIntake(*row) for row in rows)


IS_UNPAID = and_(
    Enrolment.state.in_(HOLDING), Enrolment.invoice_number.is_not(None), Enrolment.paid_at.is_(None)
)
"""The condition that an invoice is not paid, and that the place is held; `money_rules` says the same."""
UNPAID = select(func.count()).where(IS_UNPAID)
"""Counts the unpaid invoices of held places."""


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


@dataclass(frozen=True, slots=True)
class PlanToMail:
    """A plan of a confirmed place whose weekly mail is due."""

    enrolment_id: EnrolmentId
    user_id: UserId
    course_key: str


def plans_to_mail(db: Session, *, day: date) -> tuple[PlanToMail, ...]:
    """Return the plans whose mail is due on a day or before, in one statement."""
    rows = db.execute(
        select(Enrolment.id, Enrolment.user_id, Enrolment.course_key)
        .join(StudyPlanRow, StudyPlanRow.enrolment_id == Enrolment.id)
        .where(StudyPlanRow.next_mail_on <= day, Enrolment.state == EnrolmentState.confirmed)
        .order_by(StudyPlanRow.next_mail_on, Enrolment.id)
    )
    return tuple(PlanToMail(*row) for row in rows)


@dataclass(frozen=True, slots=True)
class PlaceOfPlan:
    """A place and whether weekly mails about its plan are wanted."""

    user_id: UserId
    course_key: str
    revision_id: RevisionId
    has_mails: bool


def place_of_plan(db: Session, enrolment_id: EnrolmentId) -> PlaceOfPlan | None:
    """Return a place, also one without a plan, or None if there is no such place or it has no course yet."""
    row = db.execute(
        select(
            Enrolment.user_id,
            Enrolment.course_key,
            Enrolment.revision_id,
            StudyPlanRow.mail_weekday,
        )
        .outerjoin(StudyPlanRow, StudyPlanRow.enrolment_id == Enrolment.id)
        .where(Enrolment.id == enrolment_id)
    ).one_or_none()
    if row is None or row.revision_id is None:
        return None
    return PlaceOfPlan(row.user_id, row.course_key, row.revision_id, row.mail_weekday is not None)
