"""Reads a person's own enrolments, with their intakes and waiting numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, or_, select
from sqlalchemy.orm import Session

from app.courses import queries as courses
from app.db.base import table_of
from app.db.prepared import Prepared
from app.enrolments import domain
from app.enrolments.domain import EnrolmentState
from app.enrolments.models import Enrolment, IntakeRow, StudyPlanRow
from app.enrolments.queries import (
    AGREED_PENCE,
    ENROLMENT,
    INTAKE,
    PLAN_COLUMNS,
    PLAN_OF_PLACE,
    ConfirmedPlace,
    intake_from,
    plan_from,
)
from app.kit.ids import EnrolmentId, IntakeId, UserId
from app.kit.messages import Text
from app.kit.stored_messages import read_reason


@dataclass(frozen=True, slots=True)
class OwnPlace:
    """One of a person's own enrolments. `position` is set while they wait."""

    enrolment_id: EnrolmentId
    intake_id: IntakeId
    course_key: str
    course_title: str
    intake_title: str
    starts_on: date
    price_pence: int
    state: EnrolmentState
    position: int | None
    waiting: int
    requested_at: datetime
    reason: Text | None
    is_invoiced: bool
    is_paid: bool
    may_withdraw: bool


@dataclass(frozen=True, slots=True)
class LivePlaces:
    """What a person holds or waits for: confirmed places, the newest decision first, and undecided
    requests and waiting-list entries, the newest request first, without lists that are over. `starts_on` is
    the first day of the intake of each confirmed place."""

    confirmed: tuple[ConfirmedPlace, ...]
    undecided: tuple[OwnPlace, ...]
    starts_on: Mapping[EnrolmentId, date]


_ahead = table_of(Enrolment).alias("ahead")


def _waiting_in(intake_id: Any, *conditions: ColumnElement[bool]) -> Any:
    """Return SQL for the number of people who wait in an intake; `intake_id` is a column."""
    return (
        select(func.count())
        .select_from(_ahead)
        .where(
            _ahead.c.intake_id == intake_id, _ahead.c.state == EnrolmentState.waiting, *conditions
        )
        .correlate(table_of(Enrolment))
        .scalar_subquery()
    )


_own_rows = (
    select(
        ENROLMENT.id,
        ENROLMENT.state,
        ENROLMENT.requested_at,
        ENROLMENT.decided_at,
        ENROLMENT.reason,
        ENROLMENT.invoice_number,
        ENROLMENT.paid_at,
        ENROLMENT.revision_id,
        AGREED_PENCE.label("agreed_pence"),
        *(column for column in INTAKE if column.key != "id"),
        INTAKE.id.label("intake_id"),
        _waiting_in(ENROLMENT.intake_id).label("waiting"),
        _waiting_in(ENROLMENT.intake_id, _ahead.c.waiting_number <= ENROLMENT.waiting_number).label(
            "position"
        ),
        courses.current_revision_of(INTAKE.course_key).label("head"),
    )
    .join_from(table_of(Enrolment), table_of(IntakeRow), INTAKE.id == ENROLMENT.intake_id)
    .where(ENROLMENT.user_id == bindparam("user_id"))
    .order_by(ENROLMENT.requested_at.desc(), ENROLMENT.id.desc())
)
OWN_LIVE = Prepared(
    _own_rows.add_columns(*PLAN_COLUMNS)
    .outerjoin(table_of(StudyPlanRow), PLAN_OF_PLACE)
    .where(
        or_(
            ENROLMENT.state == EnrolmentState.requested,
            ENROLMENT.state == EnrolmentState.waiting,
            ENROLMENT.state == EnrolmentState.confirmed,
        )
    )
)


def own_places(db: Session, user_id: UserId, *, today: date, now: datetime) -> tuple[OwnPlace, ...]:
    """Return a person's own enrolments: live ones first, then the newest."""
    rows = db.execute(_own_rows, {"user_id": user_id}).all()
    own = (_own(db, row, today, now) for row in rows)
    return tuple(sorted(own, key=lambda place: place.state not in domain.LIVE))


def live_places(db: Session, user_id: UserId, *, today: date, now: datetime) -> LivePlaces:
    """Return a person's confirmed places and their undecided enrolments, in one statement while the
    courses are in memory."""
    rows = OWN_LIVE.all(db, user_id=user_id)
    confirmed = [
        row for row in rows if row.state is EnrolmentState.confirmed and row.revision_id is not None
    ]
    confirmed.sort(key=lambda row: (row.decided_at, row.id), reverse=True)
    undecided = (
        _own(db, row, today, now) for row in rows if row.state is not EnrolmentState.confirmed
    )
    return LivePlaces(
        tuple(
            ConfirmedPlace(
                row.id, row.intake_id, user_id, row.course_key, row.revision_id, plan_from(row)
            )
            for row in confirmed
        ),
        tuple(place for place in undecided if place.state in domain.LIVE),
        {row.id: row.starts_on for row in confirmed},
    )


def _own(db: Session, row: Any, today: date, now: datetime) -> OwnPlace:
    state = domain.state_now(row.state, row.closes_at, now)
    head = courses.readable(db, row.head) if row.head else None
    return OwnPlace(
        enrolment_id=row.id,
        intake_id=row.intake_id,
        course_key=row.course_key,
        course_title=head.course.title if head else row.course_key,
        intake_title=row.title,
        starts_on=row.starts_on,
        price_pence=row.agreed_pence,
        state=state,
        position=row.position if state is EnrolmentState.waiting else None,
        waiting=row.waiting,
        requested_at=row.requested_at,
        reason=read_reason(row.reason),
        is_invoiced=row.invoice_number is not None,
        is_paid=row.paid_at is not None,
        may_withdraw=domain.withdraw_refusal(intake_from(row), state, today=today) is None,
    )
