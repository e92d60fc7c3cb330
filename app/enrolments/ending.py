"""Ends the places of people whose account is closed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.courses import queries as courses
from app.enrolments import domain
from app.enrolments.domain import EnrolmentState, Intake
from app.enrolments.locking import lock_intake, move_state, promote, release_places, row_of
from app.enrolments.models import Enrolment, IntakeRow
from app.kit.ids import EnrolmentId, IntakeId, UserId

REASON = "The account was closed."


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


def end_places(
    db: Session, user_id: UserId, *, by: UserId | None, now: datetime
) -> tuple[PlaceHeld, ...]:
    """End the enrolments of `places_to_end`, give free places to people who wait, and return what
    ended.

    Called for a fact of the outbox; the use-case behind it has checked the permission. A second
    call changes nothing. Only people who move up get a mail here: the person whose account is
    closed gets one mail about everything that ended.
    """
    held = places_to_end(db, [user_id], now=now)
    gates = {place.intake_id: lock_intake(db, place.intake_id) for place in held}
    ended = []
    for place in held:
        row = row_of(db, place.enrolment_id)
        if row.state in domain.LIVE:
            gates[place.intake_id] = _end(db, row, gates[place.intake_id], by=by, now=now)
            ended.append(place)
    return tuple(ended)


def _end(
    db: Session, row: Enrolment, intake: Intake, *, by: UserId | None, now: datetime
) -> Intake:
    held_one = row.state in domain.HOLDING
    move_state(
        db,
        row.id,
        row.state,
        EnrolmentState.cancelled,
        reason=REASON,
        decided_at=now,
        decided_by=by,
    )
    audit.record(
        db,
        by,
        "enrolment.ended_with_account",
        now=now,
        subject_kind="enrolment",
        subject_id=row.id,
        person_id=row.user_id,
        reason=REASON,
        details={"intake_id": str(row.intake_id)},
    )
    if not held_one:
        return intake
    freed = release_places(db, row.intake_id, intake, 1)
    promote(db, by, row.intake_id, freed, now=now)
    return freed
