"""Reads the place that is kept for a student while they decide."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from app.kit.ids import UserId
from app.practicals.domain.seat_guards import SeatFacts, has_lapsed
from app.practicals.domain.seats import Practical
from app.practicals.domain.transitions import SeatEvent, reasons_against
from app.practicals.queries.stored_seats import live_seat_of

SAID_FOR: Final = timedelta(hours=1)
"""How long a page says that the time of a hold is over."""


@dataclass(frozen=True, slots=True)
class OwnHold:
    """A place that is kept for somebody until a time. `is_over`: it has lapsed, and nobody has given the
    place to anybody else yet."""

    until: datetime
    can_extend: bool
    is_over: bool


def own_hold(
    db: Session, practical: Practical, user_id: UserId, *, now: datetime
) -> OwnHold | None:
    """Return the hold of a person on a practical, or None."""
    seat = live_seat_of(db, practical.id, user_id)
    if seat is None or not seat.is_held:
        return None
    facts = SeatFacts(practical=practical, now=now, seat=seat.standing(practical))
    return OwnHold(
        until=seat.kept_until,
        can_extend=not reasons_against(seat.state, SeatEvent.extend, facts),
        is_over=has_lapsed(seat.deadline_at, now),
    )


def is_said(ran_out_at: datetime | None, now: datetime) -> bool:
    """Return whether a page still says that the time of a hold is over."""
    return ran_out_at is not None and now - ran_out_at < SAID_FOR
