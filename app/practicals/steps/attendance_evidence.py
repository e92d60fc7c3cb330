"""Attendance is evidence: what others rely on is not taken away, and the seat of a person who was there is
kept."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.kit.errors import NotFound
from app.kit.ids import SeatId
from app.practicals.domain.plan import somebody_attended
from app.practicals.domain.refusals import ATTENDED
from app.practicals.domain.seats import Attendance, Practical
from app.practicals.errors import PlaceRefused, PlanRefused
from app.practicals.models import Seat
from app.practicals.reliances import reliances_on
from app.practicals.seat_conditions import is_expected


def demand_no_reliance(db: Session, seat_id: SeatId) -> None:
    """Raise PlaceRefused with the reason when something relies on the attendance of this seat.

    For use-cases that take "attended" back; they have locked the practical. The seat is locked first, so
    that a signature at the same moment waits and then reads the new attendance.
    """
    lock_seat(db, seat_id)
    if reliances := reliances_on(db, seat_id):
        raise PlaceRefused(reliances)


def lock_seat(db: Session, seat_id: SeatId) -> Seat:
    """Lock one seat until the transaction ends and return it as it is now; raise NotFound."""
    row = db.scalars(
        select(Seat)
        .where(Seat.id == seat_id)
        # Not a plain FOR UPDATE: that would block the foreign keys of assessments that begin.
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def demand_not_attended(attendance: Attendance | None) -> None:
    """Raise PlaceRefused when the holder of a seat is marked as present: that seat is evidence."""
    if attendance is Attendance.attended:
        raise PlaceRefused((ATTENDED,))


def demand_nobody_attended(
    db: Session, practical: Practical, *, starts_at: datetime | None = None
) -> None:
    """Raise PlanRefused when somebody is marked as present on this day already. For use-cases that cancel a
    day, or move it: `starts_at` is the new start."""
    if starts_at == practical.starts_at:
        return
    present = db.scalars(
        select(func.count()).where(
            Seat.practical_id == practical.id,
            is_expected(Seat.state),
            Seat.attendance == Attendance.attended,
        )
    ).one()
    if present:
        raise PlanRefused(somebody_attended(present))
