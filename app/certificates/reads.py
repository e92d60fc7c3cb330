"""What certificates need to know of practicals."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.certificates.domain import Attended
from app.kit.ids import UserId
from app.practicals.models import Attendance, Practical, Seat, SeatState


def attended_seats(db: Session, user_id: UserId, course_key: str) -> tuple[Attended, ...]:
    rows = db.execute(
        select(Seat.id, Practical.kind_key, Practical.starts_at, Practical.zone)
        .join(Practical, Practical.id == Seat.practical_id)
        .where(
            Seat.user_id == user_id,
            Practical.course_key == course_key,
            Seat.state == SeatState.confirmed,
            Seat.attendance == Attendance.attended,
        )
        .order_by(Practical.starts_at)
    )
    return tuple(Attended(row.id, row.kind_key, row.starts_at, row.zone) for row in rows)
