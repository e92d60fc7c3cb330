"""Taking places and giving them up: each use-case locks the practical, then lets the engine decide."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.kit.actor import Actor, require
from app.kit.errors import Invalid, NotFound
from app.kit.ids import PracticalId, ReservationId, SeatId, UserId
from app.kit.messages import msg
from app.practicals import policy
from app.practicals.domain.seats import PracticalStatus, reservation_refusal
from app.practicals.domain.transitions import SeatEvent
from app.practicals.queries.stored_seats import live_seat_of, seat_on
from app.practicals.steps.allocation import lock_and_read_with_queue
from app.practicals.steps.engine import apply, take_seat
from app.practicals.steps.locking import lock_practical
from app.practicals.steps.seat_writing import SeatAct


def book_seat(db: Session, actor: Actor, practical_id: PracticalId, *, now: datetime) -> SeatId:
    """Give the student a place, or raise PlaceRefused with all reasons. A hold of theirs becomes the
    place; otherwise eligible people on the waiting list are never overtaken. The student gets a mail with a
    calendar invite."""
    require(policy.may_book(actor))
    practical = lock_practical(db, practical_id, now=now)
    if practical.status is PracticalStatus.draft:
        raise NotFound
    candidate = lock_and_read_with_queue(db, practical, actor.user_id)
    act = SeatAct(by=actor.user_id, now=now)
    own = live_seat_of(db, practical.id, actor.user_id) if candidate.facts.has_seat else None
    if own is not None and own.is_held:
        event, person = SeatEvent.confirm, candidate.facts
        return apply(db, practical, own, event, act, person=person).seat_id
    return take_seat(db, practical, SeatEvent.book, candidate, act)


def cancel_seat(db: Session, actor: Actor, practical_id: PracticalId, *, now: datetime) -> None:
    """Give up the student's own place, until the deadline. The next eligible person on the waiting
    list gets it in the same transaction."""
    require(policy.may_book(actor))
    practical = lock_practical(db, practical_id, now=now)
    if practical.status is PracticalStatus.draft:
        raise NotFound
    own = live_seat_of(db, practical.id, actor.user_id)
    apply(db, practical, own, SeatEvent.cancel, SeatAct(by=actor.user_id, now=now))


def reserve_seat(
    db: Session,
    actor: Actor,
    practical_id: PracticalId,
    user_id: UserId,
    *,
    reason: str,
    override: bool,
    now: datetime,
    reservation_id: ReservationId | None = None,
) -> SeatId:
    """Give a person a place, for an admin's reason, even outside the booking window. `override`
    waives eligibility, waiting list and the number of places; the audit trail records what it
    waived. `reservation_id` names the group with which it is reserved."""
    require(policy.may_manage(actor))
    if not reason.strip():
        raise Invalid(
            msg("Say why you reserve this place."), fields={"reason": msg("Enter a reason.")}
        )
    practical = lock_practical(db, practical_id, now=now)
    candidate = lock_and_read_with_queue(db, practical, user_id)
    act = SeatAct(
        by=actor.user_id,
        now=now,
        reason=reason,
        overridden=reservation_refusal(practical, candidate.facts, now, override=False),
        overlap=candidate.facts.overlap,
        reservation_id=reservation_id,
    )
    return take_seat(db, practical, SeatEvent.reserve, candidate, act, override=override)


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
    practical = lock_practical(db, practical_id, now=now)
    seat = seat_on(db, practical.id, seat_id)
    if seat is None:
        raise NotFound
    apply(
        db,
        practical,
        seat,
        SeatEvent.take_away,
        SeatAct(by=actor.user_id, now=now, reason=reason),
    )
