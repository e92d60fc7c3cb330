"""Moves people from their place on one day to a place on another day of the same kind."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.steps.locks import lock_people
from app.kit.actor import Actor, require
from app.kit.errors import Invalid, NotFound
from app.kit.ids import PracticalId, SeatId
from app.kit.messages import msg
from app.practicals import policy
from app.practicals.queries.eligibility_facts import first_waiters
from app.practicals.queries.stored_seats import seat_on
from app.practicals.steps.engine import move_seat
from app.practicals.steps.locking import lock_practical
from app.practicals.steps.seat_writing import SeatAct


def move_person(
    db: Session,
    actor: Actor,
    practical_id: PracticalId,
    seat_id: SeatId,
    to_practical_id: PracticalId,
    *,
    reason: str | None,
    override: bool,
    now: datetime,
) -> SeatId:
    """Move a person to another day for the office, in one act with one mail: they have a place on one of the
    two days at every moment. Who waits for the day that they leave gets the place. Raise PlaceRefused with
    every reason. `override` waives what the person still needs, the waiting list and the number of places of
    the other day, for a reason."""
    require(policy.may_manage(actor))
    if override and not reason:
        raise Invalid(
            msg("Say why you set rules aside."), fields={"reason": msg("Enter a reason.")}
        )
    locked = {
        day_id: lock_practical(db, day_id, now=now)
        for day_id in sorted({practical_id, to_practical_id})
    }
    before, after = locked[practical_id], locked[to_practical_id]
    seat = seat_on(db, practical_id, seat_id)
    if seat is None:
        raise NotFound
    if before == after or (before.course_key, before.kind_key) != (
        after.course_key,
        after.kind_key,
    ):
        raise Invalid(
            msg("There is a problem with what you chose."),
            fields={"day": msg("Choose one of the days of the list.")},
        )
    waiters = (*first_waiters(db, before.id), *first_waiters(db, after.id))
    lock_people(db, [*filter(None, [seat.user_id]), *(waiter.user_id for waiter in waiters)])
    act = SeatAct(by=actor.user_id, now=now, reason=reason)
    return move_seat(db, before, after, seat, act, by_office=True, override=override)
