"""Cancelling a practical: everything on it ends, and everyone is told."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.kit.actor import Actor, require
from app.kit.errors import Invalid
from app.kit.ids import PracticalId
from app.kit.messages import msg
from app.practicals import policy
from app.practicals.domain.recipients import Recipients
from app.practicals.domain.seats import Practical, PracticalStatus
from app.practicals.domain.transitions import SeatEvent
from app.practicals.mails import (
    TeachingCalledOffMail,
    WaitersDayCalledOffMail,
)
from app.practicals.queries.summaries import instructor_ids
from app.practicals.steps.attendance_evidence import demand_nobody_attended
from app.practicals.steps.engine import end_every_seat
from app.practicals.steps.locking import lock_practical
from app.practicals.steps.notifications import tell_instructors, tell_of_list
from app.practicals.steps.plans import demand_changeable, record_act, set_status
from app.practicals.steps.seat_writing import SeatAct
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
    practical = lock_practical(db, practical_id, now=now)
    demand_changeable(practical, now=now)
    demand_nobody_attended(db, practical)
    act = SeatAct(by=actor.user_id, now=now, reason=reason)
    practical, holders = end_every_seat(db, practical, SeatEvent.call_off, act)
    set_status(db, practical, PracticalStatus.cancelled)
    waited = end_waiting(db, practical, now=now)
    people = accounts.people(db, waited)
    for user_id in waited:
        tell_of_list(
            db, WaitersDayCalledOffMail, practical, people[user_id], now=now, reason=reason
        )
    record_act(db, actor, practical.id, "practicals.cancelled", now=now, reason=reason)
    return Recipients(
        holders, len(waited), _tell_instructors(db, practical, reason=reason, now=now)
    )


def _tell_instructors(db: Session, practical: Practical, *, reason: str, now: datetime) -> int:
    """Tell the instructors, unless it is a draft, about which nobody was told."""
    if practical.status is not PracticalStatus.published:
        return 0
    told = tell_instructors(
        db,
        TeachingCalledOffMail,
        practical,
        instructor_ids(db, practical.id),
        method="CANCEL",
        reason=reason,
        now=now,
    )
    return len(told)
