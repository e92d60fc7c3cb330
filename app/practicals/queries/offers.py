"""Reads the offers of the waiting list: whose answer is awaited, and where time has run out."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kit.ids import PracticalId, UserId
from app.practicals.domain.seat_guards import GRACE
from app.practicals.domain.states import LIVE
from app.practicals.domain.transitions import SeatEvent, source_states
from app.practicals.models import PracticalRow, Seat
from app.practicals.queries.stored_seats import StoredSeat, stored_seats
from app.practicals.seat_conditions import is_any_of


def answerable_seat(db: Session, practical_id: PracticalId, user_id: UserId) -> StoredSeat | None:
    """Return the seat of a person on a practical that an answer is about: the living one, else the last that
    was offered to them and has run out, or None."""
    was_offered = (
        is_any_of(Seat.state, source_states(SeatEvent.accept) - LIVE),
        Seat.entry_id.is_not(None),
    )
    own = (Seat.practical_id == practical_id, Seat.user_id == user_id)
    living = stored_seats(db, *own, is_any_of(Seat.state, LIVE))
    return next(iter(living or reversed(stored_seats(db, *own, *was_offered))), None)


def lapses_due(db: Session, *, now: datetime) -> Sequence[PracticalId]:
    """Return the practicals on which a hold or an offer has run out, the longest ago first."""
    return db.scalars(
        select(PracticalRow.id)
        .where(PracticalRow.next_lapse_at <= now - GRACE)
        .order_by(PracticalRow.next_lapse_at, PracticalRow.id)
    ).all()
