"""Cancelling a practical: everything on it ends, and everyone is told."""

from datetime import datetime

from sqlalchemy import Row, update
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.kit.actor import Actor, require
from app.kit.errors import Invalid
from app.kit.ids import PracticalId, SeatId, UserId
from app.kit.messages import msg
from app.practicals import policy
from app.practicals.domain.recipients import Recipients
from app.practicals.domain.seats import Practical, PracticalStatus, SeatState
from app.practicals.mails import (
    PracticalCalledOffMail,
    TeachingCalledOffMail,
    WaitersDayCalledOffMail,
)
from app.practicals.models import Seat
from app.practicals.queries.summaries import instructor_ids
from app.practicals.steps.attendance_evidence import demand_nobody_attended
from app.practicals.steps.locking import lock_practical
from app.practicals.steps.notifications import tell_instructors, tell_of_list, tell_of_seat
from app.practicals.steps.plans import demand_changeable, record_act, set_status
from app.practicals.steps.waits import end_waiting


def cancel_practical(
    db: Session, actor: Actor, practical_id: PracticalId, *, reason: str, now: datetime
) -> Recipients:
    """Cancel a practical. Everyone with a place or on the waiting list, and its instructors, are
    told the reason. All places end, and nobody is promoted. Refused once it has begun. Return who
    was told."""
    require(policy.may_manage(actor))
    if not reason.strip():
        raise Invalid(msg("Say why you cancel it."), fields={"reason": msg("Enter a reason.")})
    practical = lock_practical(db, practical_id)
    demand_changeable(practical, now=now)
    demand_nobody_attended(db, practical)
    set_status(db, practical, PracticalStatus.cancelled, has_places=False)
    ended = _end_every_seat(db, practical, reason=reason, now=now)
    waited = end_waiting(db, practical, now=now)
    people = accounts.people(db, [*waited, *(seat.user_id for seat in ended)])
    for user_id, seat_id, sequence in ended:
        tell_of_seat(
            db,
            PracticalCalledOffMail,
            practical,
            people[user_id],
            seat_id,
            sequence=sequence,
            method="CANCEL",
            now=now,
            reason=reason,
        )
        record_act(
            db,
            actor,
            practical.id,
            "practicals.took_seat_away",
            now=now,
            person_id=user_id,
            reason=reason,
        )
    for user_id in waited:
        tell_of_list(
            db, WaitersDayCalledOffMail, practical, people[user_id], now=now, reason=reason
        )
    record_act(db, actor, practical.id, "practicals.cancelled", now=now, reason=reason)
    return Recipients(
        len(ended), len(waited), _tell_instructors(db, practical, reason=reason, now=now)
    )


def _tell_instructors(db: Session, practical: Practical, *, reason: str, now: datetime) -> int:
    """Tell the instructors, unless it is a draft, about which nobody was told."""
    if practical.status is not PracticalStatus.published:
        return 0
    return tell_instructors(
        db,
        TeachingCalledOffMail,
        practical,
        instructor_ids(db, practical.id),
        method="CANCEL",
        reason=reason,
        now=now,
    )


def _end_every_seat(
    db: Session, practical: Practical, *, reason: str, now: datetime
) -> list[Row[UserId, SeatId, int]]:
    """End the held places and return their holders with the new sequence number of the calendar
    entry, always in the same order."""
    ended = db.execute(
        update(Seat)
        .where(Seat.practical_id == practical.id, Seat.state == SeatState.confirmed)
        .values(
            state=SeatState.cancelled_by_admin,
            ended_at=now,
            reason=reason,
            calendar_sequence=Seat.calendar_sequence + 1,
        )
        .returning(Seat.user_id, Seat.id, Seat.calendar_sequence)
        .execution_options(synchronize_session=False)
    )
    return sorted(ended, key=lambda seat: seat.id)
