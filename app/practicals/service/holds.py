"""Keeping a place for a student for a few minutes while they decide: holding it, for longer once, and letting
it go. `book_seat` books it."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.kit.actor import Actor, require
from app.kit.errors import NotFound
from app.kit.ids import PracticalId, SeatId
from app.practicals import policy
from app.practicals.domain.holds import first_deadline, later_deadline
from app.practicals.domain.seat_refusals import LAPSED
from app.practicals.domain.seats import Practical, PracticalStatus
from app.practicals.domain.transitions import SeatEvent
from app.practicals.errors import PlaceRefused
from app.practicals.queries.stored_seats import StoredSeat, holds_elsewhere, live_seat_of
from app.practicals.steps.allocation import lock_and_read_with_queue
from app.practicals.steps.engine import apply, take_seat
from app.practicals.steps.locking import lock_practical
from app.practicals.steps.seat_writing import SeatAct


def hold_seat(db: Session, actor: Actor, practical_id: PracticalId, *, now: datetime) -> SeatId:
    """Keep a place for the student for a few minutes, or raise PlaceRefused with all reasons. Who has a hold
    already keeps it with its time: asking again makes it no longer."""
    practical = _locked(db, actor, practical_id, now=now)
    candidate = lock_and_read_with_queue(db, practical, actor.user_id)
    own = live_seat_of(db, practical.id, actor.user_id) if candidate.facts.has_seat else None
    if own is not None and own.is_held:
        return own.seat_id
    act = SeatAct(by=actor.user_id, now=now, deadline_at=first_deadline(now))
    held = holds_elsewhere(db, practical.id, actor.user_id, now=now)
    return take_seat(db, practical, SeatEvent.hold, candidate, act, held=held)


def extend_hold(db: Session, actor: Actor, practical_id: PracticalId, *, now: datetime) -> SeatId:
    """Keep the place for longer, once. Refused when its time is over."""
    practical = _locked(db, actor, practical_id, now=now)
    own = _own_hold(db, practical, actor)
    until = later_deadline(own.kept_until)
    act = SeatAct(by=actor.user_id, now=now, deadline_at=until)
    return apply(db, practical, own, SeatEvent.extend, act).seat_id


def release_hold(db: Session, actor: Actor, practical_id: PracticalId, *, now: datetime) -> None:
    """Let the place go that is kept for the student. The next eligible person on the waiting list gets it in
    the same transaction."""
    practical = _locked(db, actor, practical_id, now=now)
    own = _own_hold(db, practical, actor)
    apply(db, practical, own, SeatEvent.let_go, SeatAct(by=actor.user_id, now=now))


def _locked(db: Session, actor: Actor, practical_id: PracticalId, *, now: datetime) -> Practical:
    require(policy.may_book(actor))
    practical = lock_practical(db, practical_id, now=now)
    if practical.status is PracticalStatus.draft:
        raise NotFound
    return practical


def _own_hold(db: Session, practical: Practical, actor: Actor) -> StoredSeat:
    own = live_seat_of(db, practical.id, actor.user_id)
    if own is None or not own.is_held:
        raise PlaceRefused((LAPSED,))
    return own
