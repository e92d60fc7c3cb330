"""Locking a practical: the first step of every use-case that changes something on it."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.kit.ids import PracticalId
from app.practicals.domain.seat_guards import SeatFacts, has_lapsed
from app.practicals.domain.seats import Practical
from app.practicals.domain.transitions import SeatEvent, SeatRefused, decide, source_states
from app.practicals.models import Seat
from app.practicals.queries.stored_seats import stored_seats
from app.practicals.seat_conditions import is_any_of
from app.practicals.steps.counting import lock_row, note_free_place, note_next_lapse
from app.practicals.steps.seat_writing import SeatAct, change_seat


def lock_practical(db: Session, practical_id: PracticalId, *, now: datetime) -> Practical:
    """Lock a practical until the commit, end the holds and offers on it that have lapsed, and return its
    newest values. Raise NotFound if it does not exist.

    The free places that this leaves go to the people who wait when the use-case is done, or by the worker
    within seconds.
    """
    practical, next_lapse_at = lock_row(db, practical_id)
    if next_lapse_at is None or not has_lapsed(next_lapse_at, now):
        return practical
    lapsed = stored_seats(
        db,
        Seat.practical_id == practical_id,
        is_any_of(Seat.state, source_states(SeatEvent.lapse)),
        Seat.deadline_at <= now,
    )
    for seat in lapsed:
        facts = SeatFacts(practical=practical, now=now, seat=seat.standing(practical))
        row = decide(seat.state, SeatEvent.lapse, facts)
        if not isinstance(row, SeatRefused):
            practical = change_seat(db, practical, row, seat, SeatAct(by=None, now=now)).practical
    note_next_lapse(db, practical)
    note_free_place(db, practical, next_lapse_at)
    return practical
