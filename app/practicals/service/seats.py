"""Taking places and giving them up. Each command locks the practical first and promotes people who
wait last."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.audit.service import record
from app.kit.actor import Actor, require
from app.kit.errors import Invalid, NotFound
from app.kit.ids import PracticalId, SeatId, UserId
from app.kit.messages import msg
from app.practicals import policy
from app.practicals.domain.refusals import BEGUN, NO_SEAT, SEAT_ENDED
from app.practicals.domain.seats import (
    Attendance,
    Practical,
    PracticalStatus,
    SeatState,
    booking_refusal,
    cancel_refusal,
    reservation_refusal,
)
from app.practicals.domain.terms import cancel_deadline
from app.practicals.errors import PlaceRefused
from app.practicals.mails import SeatGivenBackMail, SeatTakenAwayMail
from app.practicals.models import Seat
from app.practicals.steps.allocation import (
    allocate_seat,
    lock_and_read_with_queue,
    promote_waiting,
)
from app.practicals.steps.attendance_evidence import demand_not_attended
from app.practicals.steps.locking import lock_practical, move_taken
from app.practicals.steps.notifications import tell_of_seat


def book_seat(db: Session, actor: Actor, practical_id: PracticalId, *, now: datetime) -> SeatId:
    """Give the student a place, or raise PlaceRefused with all reasons. Eligible people on the
    waiting list are never overtaken. The student gets a mail with a calendar invite."""
    require(policy.may_book(actor))
    practical = lock_practical(db, practical_id)
    if practical.status is PracticalStatus.draft:
        raise NotFound
    candidate = lock_and_read_with_queue(db, practical, actor.user_id)
    if unmet := booking_refusal(practical, candidate.facts, now):
        raise PlaceRefused(unmet)
    practical, seat_id = allocate_seat(db, practical, candidate.person, actor, "booked", now=now)
    promote_waiting(db, practical, now=now)
    return seat_id


def cancel_seat(db: Session, actor: Actor, practical_id: PracticalId, *, now: datetime) -> None:
    """Give up the student's own place, until the deadline. The next eligible person on the waiting
    list gets it in the same transaction."""
    require(policy.may_book(actor))
    practical = lock_practical(db, practical_id)
    if practical.status is PracticalStatus.draft:
        raise NotFound
    own = _own_seat(db, practical, actor.user_id)
    if unmet := cancel_refusal(
        practical, cancel_deadline(practical, own.cancel_until if own else None), now
    ):
        raise PlaceRefused((unmet,))
    demand_not_attended(own.attendance if own else None)
    _end_seat(
        db, practical, actor, actor.user_id, SeatState.cancelled_by_student, now=now, reason=None
    )


def reserve_seat(
    db: Session,
    actor: Actor,
    practical_id: PracticalId,
    user_id: UserId,
    *,
    reason: str,
    override: bool,
    now: datetime,
) -> SeatId:
    """Give a person a place, for an admin's reason, even outside the booking window. `override`
    waives eligibility, waiting list and the number of places; the audit trail records what it
    waived."""
    require(policy.may_manage(actor))
    if not reason.strip():
        raise Invalid(
            msg("Say why you reserve this place."), fields={"reason": msg("Enter a reason.")}
        )
    practical = lock_practical(db, practical_id)
    candidate = lock_and_read_with_queue(db, practical, user_id)
    if unmet := reservation_refusal(practical, candidate.facts, now, override=override):
        raise PlaceRefused(unmet)
    passed = reservation_refusal(practical, candidate.facts, now, override=False)
    practical, seat_id = allocate_seat(
        db,
        practical,
        candidate.person,
        actor,
        "reserved",
        now=now,
        reason=reason,
        overridden=passed,
        overlap=candidate.facts.overlap,
    )
    promote_waiting(db, practical, now=now)
    return seat_id


def take_seat_away(
    db: Session,
    actor: Actor,
    practical_id: PracticalId,
    seat_id: SeatId,
    *,
    reason: str,
    now: datetime,
) -> None:
    """End a person's place, for an admin's reason that they are told. The next person who waits
    gets it. Refused once the practical has begun, because attendance then records who was there."""
    require(policy.may_manage(actor))
    if not reason.strip():
        raise Invalid(
            msg("Say why you take this place away."), fields={"reason": msg("Enter a reason.")}
        )
    practical = lock_practical(db, practical_id)
    seat = db.get(Seat, seat_id)
    if seat is None or seat.practical_id != practical.id:
        raise NotFound
    if now >= practical.starts_at:
        raise PlaceRefused((BEGUN,))
    if seat.state is not SeatState.confirmed:
        raise PlaceRefused((SEAT_ENDED,))
    demand_not_attended(seat.attendance)
    _end_seat(
        db, practical, actor, seat.user_id, SeatState.cancelled_by_admin, now=now, reason=reason
    )


def _own_seat(
    db: Session, practical: Practical, user_id: UserId
) -> Row[datetime | None, Attendance | None] | None:
    """Return the deadline of this person's place, and whether they attended. The caller has locked
    the practical."""
    return db.execute(
        select(Seat.cancel_until, Seat.attendance).where(
            Seat.practical_id == practical.id,
            Seat.user_id == user_id,
            Seat.state == SeatState.confirmed,
        )
    ).one_or_none()


def _end_seat(
    db: Session,
    practical: Practical,
    actor: Actor,
    user_id: UserId,
    state: SeatState,
    *,
    now: datetime,
    reason: str | None,
) -> None:
    seat_id, sequence = _close_seat(db, practical, user_id, state, now=now, reason=reason)
    practical = move_taken(db, practical, -1)
    own = state is SeatState.cancelled_by_student
    record(
        db,
        actor.user_id,
        "practicals.cancelled_seat" if own else "practicals.took_seat_away",
        now=now,
        subject_kind="practical",
        subject_id=practical.id,
        person_id=user_id,
        reason=reason,
        details={"seat_id": str(seat_id)},
    )
    further: dict[str, Any] = {} if own else {"reason": reason}
    tell_of_seat(
        db,
        SeatGivenBackMail if own else SeatTakenAwayMail,
        practical,
        accounts.people(db, [user_id])[user_id],
        seat_id,
        sequence=sequence,
        method="CANCEL",
        now=now,
        **further,
    )
    promote_waiting(db, practical, now=now)


def _close_seat(
    db: Session,
    practical: Practical,
    user_id: UserId,
    state: SeatState,
    *,
    now: datetime,
    reason: str | None,
) -> Row[SeatId, int]:
    """End a held place; return its id and the new sequence number of its calendar entry. The update
    compares the state, so a second cancellation is refused and the counter is lowered only once."""
    closed = db.execute(
        update(Seat)
        .where(
            Seat.practical_id == practical.id,
            Seat.user_id == user_id,
            Seat.state == SeatState.confirmed,
        )
        .values(
            state=state,
            ended_at=now,
            reason=reason,
            calendar_sequence=Seat.calendar_sequence + 1,
        )
        .returning(Seat.id, Seat.calendar_sequence)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if closed is None:
        raise PlaceRefused((NO_SEAT,))
    return closed
