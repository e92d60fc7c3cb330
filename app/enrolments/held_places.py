"""Reads the places that end with an account, and whether a place still stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.courses import queries as courses
from app.enrolments import domain
from app.enrolments.domain import EnrolmentState
from app.enrolments.models import Enrolment, IntakeRow
from app.kit.ids import EnrolmentId, IntakeId, UserId


@dataclass(frozen=True, slots=True)
class PlaceHeld:
    """A place or waiting-list entry that ends with the account of its holder."""

    enrolment_id: EnrolmentId
    intake_id: IntakeId
    user_id: UserId
    state: EnrolmentState
    course_title: str
    intake_title: str


def places_to_end(
    db: Session, user_ids: Iterable[UserId], *, now: datetime
) -> tuple[PlaceHeld, ...]:
    """Return the enrolments that end when the accounts of these people are closed, in the order of
    the intakes' ids. A confirmed place stays if its intake has begun and takes no more
    reservations: it is the record of who took part.
    """
    rows = db.execute(
        select(Enrolment, IntakeRow)
        .join(IntakeRow, IntakeRow.id == Enrolment.intake_id)
        .where(Enrolment.user_id.in_(list(user_ids)), Enrolment.state.in_(domain.LIVE))
        .order_by(IntakeRow.id, Enrolment.id)
    ).all()
    titles = (
        {entry.course_key: entry.course.title for entry in courses.catalogue(db)} if rows else {}
    )
    return tuple(
        PlaceHeld(
            row.id,
            intake.id,
            row.user_id,
            row.state,
            titles.get(row.course_key, row.course_key),
            intake.title,
        )
        for row, intake in rows
        if domain.ends_with_account(
            row.state, starts_on=intake.starts_on, closes_at=intake.closes_at, now=now
        )
    )


def still_stands(db: Session, enrolment_id: EnrolmentId) -> bool:
    """Tell whether an enrolment still holds a place or waits."""
    live = select(Enrolment.id).where(
        Enrolment.id == enrolment_id, Enrolment.state.in_(domain.LIVE)
    )
    return db.scalar(live) is not None
