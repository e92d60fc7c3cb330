"""Reading intakes and enrolments."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enrolments.models import Enrolment, EnrolmentState, Intake, IntakeStatus
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


def places_of_many(
    db: Session, user_ids: Iterable[UserId], course_key: str
) -> dict[UserId, tuple[Place, ...]]:
    """Return the confirmed places of many people on one course, newest first, in one statement."""
    wanted = list(user_ids)
    found: dict[UserId, tuple[Place, ...]] = dict.fromkeys(wanted, ())
    rows = db.execute(
        select(Enrolment.id, Enrolment.intake_id, Enrolment.user_id, Enrolment.revision_id)
        .where(
            Enrolment.user_id.in_(wanted),
            Enrolment.course_key == course_key,
            Enrolment.state == EnrolmentState.confirmed,
        )
        .order_by(Enrolment.decided_at.desc(), Enrolment.id.desc())
    )
    for enrolment_id, intake_id, user_id, revision_id in rows:
        if revision_id is None:  # as above: never, for a confirmed place
            continue
        place = Place(enrolment_id, intake_id, user_id, course_key, revision_id)
        found[user_id] = (*found[user_id], place)
    return found


@dataclass(frozen=True, slots=True)
class NamedIntake:
    """An intake to choose from a list."""

    intake_id: IntakeId
    course_key: str
    title: str


def named_intakes(db: Session) -> tuple[NamedIntake, ...]:
    """Return the intakes that were not cancelled, newest start first."""
    rows = db.execute(
        select(Intake.id, Intake.course_key, Intake.title)
        .where(Intake.status != IntakeStatus.cancelled)
        .order_by(Intake.starts_on.desc(), Intake.id)
        .limit(200)
    )
    return tuple(NamedIntake(*row) for row in rows)
