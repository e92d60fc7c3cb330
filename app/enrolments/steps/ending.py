"""Ends the places of people whose account is closed."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.audit import service as audit
from app.enrolments import domain
from app.enrolments.domain import EnrolmentState, Intake
from app.enrolments.held_places import PlaceHeld, places_to_end
from app.enrolments.models import Enrolment
from app.enrolments.steps.locking import lock_intake, move_state, promote, release_places, row_of
from app.kit.ids import UserId
from app.kit.stored_reasons import ACCOUNT_CLOSED


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
        reason=ACCOUNT_CLOSED.text,
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
        reason=ACCOUNT_CLOSED.text,
        details={"intake_id": str(row.intake_id)},
    )
    if not held_one:
        return intake
    freed = release_places(db, row.intake_id, intake, 1)
    promote(db, by, row.intake_id, freed, now=now)
    return freed
