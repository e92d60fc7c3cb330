"""What assessing needs to know of practicals."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.actor import Actor
from app.kit.ids import PracticalId, RevisionId, SeatId, UserId
from app.practicals.domain.seats import Attendance, PracticalStatus, SeatState
from app.practicals.models import Practical, PracticalInstructor, Seat


@dataclass(frozen=True, slots=True)
class SeatFacts:
    seat_id: SeatId
    practical_id: PracticalId
    user_id: UserId
    is_confirmed: bool
    is_cancelled_practical: bool
    attended: bool
    booked_at: datetime
    course_key: str
    kind_key: str
    revision_id: RevisionId
    title: str
    starts_at: datetime
    zone: str
    room: str


def seat(db: Session, seat_id: SeatId) -> SeatFacts | None:
    row = db.execute(
        select(Seat, Practical)
        .join(Practical, Practical.id == Seat.practical_id)
        .where(Seat.id == seat_id)
    ).one_or_none()
    if row is None:
        return None
    held, practical = row
    return SeatFacts(
        held.id,
        practical.id,
        held.user_id,
        held.state is SeatState.confirmed,
        practical.status is not PracticalStatus.published,
        held.attendance is Attendance.attended,
        held.booked_at,
        practical.course_key,
        practical.kind_key,
        practical.revision_id,
        practical.title,
        practical.starts_at,
        practical.zone,
        practical.room,
    )


def is_instructor_of(db: Session, actor: Actor, practical_id: PracticalId) -> bool:
    return (
        db.scalar(
            select(PracticalInstructor.user_id).where(
                PracticalInstructor.practical_id == practical_id,
                PracticalInstructor.user_id == actor.user_id,
            )
        )
        is not None
    )


def mark_attended(db: Session, actor: Actor, seat_id: SeatId, *, now: datetime) -> None:
    db.execute(
        update(Seat)
        .where(Seat.id == seat_id)
        .values(attendance=Attendance.attended, attendance_at=now, attendance_by=actor.user_id)
    )
