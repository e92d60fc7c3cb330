"""Offers of the waiting list: people answer them, and the worker ends the ones that run out.

Each use-case locks the practical, which first ends what has lapsed, so that an answer and the worker never
both decide about one offer.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from app.kit.actor import Actor, SystemActor, require
from app.kit.errors import NotFound
from app.kit.ids import PracticalId, SeatId, UserId
from app.practicals import policy
from app.practicals.domain.seat_refusals import NO_OFFER
from app.practicals.domain.seats import PracticalStatus
from app.practicals.domain.states import LIVE
from app.practicals.domain.transitions import SeatEvent
from app.practicals.errors import PlaceRefused
from app.practicals.queries.offers import answerable_seat
from app.practicals.queries.stored_seats import StoredSeat
from app.practicals.steps.allocation import lock_and_read_with_queue, promote_waiting
from app.practicals.steps.counting import note_next_lapse
from app.practicals.steps.engine import apply, take_seat
from app.practicals.steps.locking import lock_practical
from app.practicals.steps.seat_writing import SeatAct


def accept_offer(db: Session, actor: Actor, practical_id: PracticalId, *, now: datetime) -> SeatId:
    """Book the place that is offered to the student, or raise PlaceRefused with all reasons. An answer that
    comes too late still counts while a place is free and nobody is ahead."""
    require(policy.may_book(actor))
    practical = lock_practical(db, practical_id, now=now)
    if practical.status is PracticalStatus.draft:
        raise NotFound
    candidate = lock_and_read_with_queue(db, practical, actor.user_id)
    seat = _answered(db, practical.id, actor.user_id)
    act = SeatAct(by=actor.user_id, now=now)
    if seat.state not in LIVE:
        return take_seat(db, practical, SeatEvent.accept, candidate, act, ended=seat.state)
    return apply(db, practical, seat, SeatEvent.accept, act, person=candidate.facts).seat_id


def decline_offer(db: Session, actor: Actor, practical_id: PracticalId, *, now: datetime) -> None:
    """Give the place that is offered to the student to the next person who waits."""
    require(policy.may_book(actor))
    practical = lock_practical(db, practical_id, now=now)
    if practical.status is PracticalStatus.draft:
        raise NotFound
    seat = _answered(db, practical.id, actor.user_id)
    apply(db, practical, seat, SeatEvent.decline, SeatAct(by=actor.user_id, now=now))


def _answered(db: Session, practical_id: PracticalId, user_id: UserId) -> StoredSeat:
    """Return the seat that an answer is about, or refuse the answer: nothing is offered to this person."""
    seat = answerable_seat(db, practical_id, user_id)
    if seat is None:
        raise PlaceRefused((NO_OFFER,))
    return seat


def settle_practical(
    db: Session, system: SystemActor, practical_id: PracticalId, *, now: datetime
) -> None:
    """End the holds and offers on a practical that have lapsed; the people who wait get the places."""
    require(system is SystemActor.worker)
    practical = promote_waiting(db, lock_practical(db, practical_id, now=now), now=now)
    note_next_lapse(db, practical)
