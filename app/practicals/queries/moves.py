"""Reads to which other days a person with a place can be moved."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.kit.errors import NotFound
from app.kit.ids import PracticalId, SeatId
from app.practicals.domain.states import LIVE
from app.practicals.queries.cancelled_days import other_days
from app.practicals.queries.stored_seats import seat_on
from app.practicals.queries.summaries import PracticalSummary, practical_summary


@dataclass(frozen=True, slots=True)
class MovePage:
    """A person with a place on a day, and the other days of its kind with a free place. `has_ended`: the
    place has ended meanwhile."""

    practical: PracticalSummary
    seat_id: SeatId
    name: str
    has_ended: bool
    days: tuple[PracticalSummary, ...]


def move_page(
    db: Session, practical_id: PracticalId, seat_id: SeatId, *, now: datetime
) -> MovePage:
    """Return where the holder of a seat can be moved, or raise NotFound. Callers check permissions."""
    day = practical_summary(db, practical_id)
    seat = seat_on(db, practical_id, seat_id)
    if day is None or seat is None or seat.user_id is None:
        raise NotFound
    name = accounts.people(db, [seat.user_id])[seat.user_id].name
    return MovePage(day, seat_id, name, seat.state not in LIVE, other_days(db, day, now=now))
