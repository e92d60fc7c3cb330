"""Reading intakes and enrolments."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enrolments.models import Enrolment, EnrolmentState
from app.kit.ids import EnrolmentId, IntakeId, RevisionId, UserId


@dataclass(frozen=True, slots=True)
class Place:
    """A confirmed place on a course, with the revision it pins."""

    enrolment_id: EnrolmentId
    intake_id: IntakeId
    user_id: UserId
    course_key: str
    revision_id: RevisionId


def place_on(db: Session, user_id: UserId, course_key: str) -> Place | None:
    """Return the person's newest confirmed place on a course, or None."""
    return next((place for place in places_of(db, user_id) if place.course_key == course_key), None)


def places_of(db: Session, user_id: UserId) -> tuple[Place, ...]:
    """Return a person's confirmed places, newest first."""
    rows = db.execute(
        select(
            Enrolment.id,
            Enrolment.intake_id,
            Enrolment.user_id,
            Enrolment.course_key,
            Enrolment.revision_id,
        )
        .where(Enrolment.user_id == user_id, Enrolment.state == EnrolmentState.confirmed)
        .order_by(Enrolment.decided_at.desc(), Enrolment.id.desc())
    )
    # A confirmed place always pins a revision; the filter says so to readers and to the type checker.
    return tuple(
        Place(row.id, row.intake_id, row.user_id, row.course_key, row.revision_id)
        for row in rows
        if row.revision_id is not None
    )
