"""Reads seats as they are stored, for the engine. The caller has locked the practical."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.kit.ids import PracticalId, SeatId, UserId
from app.practicals.domain.lost_rights import read_waived
from app.practicals.domain.seat_guards import SeatStanding
from app.practicals.domain.seat_policies import policy_of
from app.practicals.domain.seats import Attendance, Practical, SeatState
from app.practicals.domain.terms import cancel_deadline
from app.practicals.models import Seat
from app.practicals.seat_conditions import is_live


@dataclass(frozen=True, slots=True)
class StoredSeat:
    """One seat. `policy` is the document of its terms; None for a seat that was taken before terms were
    stored."""

    seat_id: SeatId
    user_id: UserId | None
    state: SeatState
    attendance: Attendance | None
    cancel_until: datetime | None
    deadline_at: datetime | None
    waived: str | None
    policy: Mapping[str, Any] | None
    moves: int

    def standing(self, practical: Practical) -> SeatStanding:
        """Return what the guards need to know of it."""
        return SeatStanding(
            until=cancel_deadline(practical, self.cancel_until),
            policy=policy_of(self.policy, practical),
            attendance=self.attendance,
            is_named=self.user_id is not None,
            deadline_at=self.deadline_at,
            moves=self.moves,
            waived=read_waived(self.waived),
        )


def stored_seats(db: Session, *where: ColumnElement[bool]) -> tuple[StoredSeat, ...]:
    """Return the seats that meet these conditions, in the order of their ids."""
    rows = db.execute(
        select(
            Seat.id,
            Seat.user_id,
            Seat.state,
            Seat.attendance,
            Seat.cancel_until,
            Seat.deadline_at,
            Seat.waived,
            Seat.policy,
            Seat.moves,
        )
        .where(*where)
        .order_by(Seat.id)
    )
    return tuple(StoredSeat(*row) for row in rows)


def live_seat_of(db: Session, practical_id: PracticalId, user_id: UserId) -> StoredSeat | None:
    """Return the living seat of a person on a practical, or None."""
    return next(
        iter(
            stored_seats(
                db,
                Seat.practical_id == practical_id,
                Seat.user_id == user_id,
                is_live(Seat.state),
            )
        ),
        None,
    )


def seat_on(db: Session, practical_id: PracticalId, seat_id: SeatId) -> StoredSeat | None:
    """Return a seat of a practical, whatever its state, or None."""
    return next(iter(stored_seats(db, Seat.id == seat_id, Seat.practical_id == practical_id)), None)
