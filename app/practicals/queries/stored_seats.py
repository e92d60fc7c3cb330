"""Reads seats as they are stored, for the engine. The caller has locked the practical."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.kit.ids import PracticalId, SeatId, UserId
from app.practicals.domain.holds import was_extended
from app.practicals.domain.lost_rights import read_waived
from app.practicals.domain.seat_guards import GRACE, SeatStanding
from app.practicals.domain.seat_policies import policy_of
from app.practicals.domain.seats import Attendance, Practical, SeatState
from app.practicals.domain.states import HELD
from app.practicals.domain.terms import cancel_deadline
from app.practicals.models import Seat
from app.practicals.seat_conditions import is_held, is_live


@dataclass(frozen=True, slots=True)
class StoredSeat:
    """One seat. `policy` is the document of its terms; None for a seat that was taken before terms were
    stored."""

    seat_id: SeatId
    user_id: UserId | None
    state: SeatState
    booked_at: datetime
    attendance: Attendance | None
    cancel_until: datetime | None
    deadline_at: datetime | None
    waived: str | None
    policy: Mapping[str, Any] | None
    moves: int

    @property
    def is_held(self) -> bool:
        """Whether it is kept for its holder, who has not decided yet."""
        return self.state in HELD

    @property
    def kept_until(self) -> datetime:
        """When the hold or the offer lapses; raises ValueError for a seat that does not."""
        if self.deadline_at is None:
            raise ValueError("deadline_at")
        return self.deadline_at

    def standing(self, practical: Practical) -> SeatStanding:
        """Return what the guards need to know of it."""
        return SeatStanding(
            until=cancel_deadline(practical, self.cancel_until),
            policy=policy_of(self.policy, practical),
            attendance=self.attendance,
            is_named=self.user_id is not None,
            deadline_at=self.deadline_at,
            is_extended=self.is_held and was_extended(self.booked_at, self.kept_until),
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
            Seat.booked_at,
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


def holds_elsewhere(
    db: Session, practical_id: PracticalId, user_id: UserId, *, now: datetime
) -> int:
    """Count the places that are kept for a person on other dates now."""
    return db.scalars(
        select(func.count()).where(
            Seat.user_id == user_id,
            is_held(Seat.state),
            Seat.practical_id != practical_id,
            Seat.deadline_at > now - GRACE,
        )
    ).one()


def is_kept(db: Session, seat_id: UUID, *, now: datetime) -> bool:
    """Return whether this place is still kept for a person who has not decided yet."""
    wanted = select(Seat.id).where(
        Seat.id == seat_id, is_held(Seat.state), Seat.deadline_at > now - GRACE
    )
    return db.scalar(wanted) is not None
