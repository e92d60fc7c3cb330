"""Tables of practicals, seats and waiting entries."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, ByteOrderedText, word
from app.db.search_texts import searched_by
from app.kit.ids import IntakeId, PracticalId, RevisionId, SeatId, UserId, WaitingId
from app.practicals.domain.seats import Attendance, PracticalStatus, SeatState, WaitingState


@searched_by("title", "room")
class PracticalRow(Base):
    """A practical; commands lock this row. `taken` is the number of confirmed seats."""

    __tablename__ = "practicals"
    __table_args__ = (
        CheckConstraint(
            "taken >= 0 AND taken <= capacity + override", name="taken_within_capacity"
        ),
        CheckConstraint("capacity >= 0", name="capacity_not_negative"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        Index("ix_practicals_starts_at", "starts_at"),
        Index("ix_practicals_intake_id", "intake_id"),
    )

    id: Mapped[PracticalId] = mapped_column(primary_key=True)
    course_key: Mapped[str] = mapped_column(String(64))
    kind_key: Mapped[str] = mapped_column(String(64))
    revision_id: Mapped[RevisionId] = mapped_column(ForeignKey("course_revisions.id"))
    intake_id: Mapped[IntakeId | None] = mapped_column(ForeignKey("intakes.id"))
    title: Mapped[str] = mapped_column(String(120))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    zone: Mapped[str] = mapped_column(String(60))
    room: Mapped[str] = mapped_column(String(200))
    search_text: Mapped[str | None] = mapped_column(ByteOrderedText)
    """See app/db/search_texts.py."""
    capacity: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    override: Mapped[int] = mapped_column(default=0)
    waiting_sequence: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=0)
    status: Mapped[PracticalStatus] = mapped_column(word(PracticalStatus))
    booking_opens_at: Mapped[datetime]
    booking_closes_at: Mapped[datetime]
    cancel_until: Mapped[datetime]
    note: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]


class PracticalInstructor(Base):
    """An instructor of a practical day."""

    __tablename__ = "practical_instructors"

    practical_id: Mapped[PracticalId] = mapped_column(ForeignKey("practicals.id"), primary_key=True)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)


class Seat(Base):
    """One person's place on a practical. `calendar_sequence` increases with each visible change.
    `cancel_until` is later than the practical's if the place was given late or the practical was
    moved. `waived` are the reasons that an admin overrode when giving the place (see
    `domain.lost_rights`)."""

    __tablename__ = "seats"
    __table_args__ = (
        Index(
            "uq_seats_live",
            "practical_id",
            "user_id",
            unique=True,
            sqlite_where=text("state = 'confirmed'"),
            postgresql_where=text("state = 'confirmed'"),
        ),
        Index("ix_seats_user_id", "user_id", "state"),
        Index("ix_seats_practical_id", "practical_id", "state"),
    )

    id: Mapped[SeatId] = mapped_column(primary_key=True)
    practical_id: Mapped[PracticalId] = mapped_column(ForeignKey("practicals.id"))
    user_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"))
    state: Mapped[SeatState] = mapped_column(word(SeatState))
    reserved_by: Mapped[UserId | None]
    waived: Mapped[str | None] = mapped_column(String(120))
    reason: Mapped[str | None] = mapped_column(Text)
    booked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    calendar_sequence: Mapped[int] = mapped_column(default=0)
    cancel_until: Mapped[datetime | None]
    attendance: Mapped[Attendance | None] = mapped_column(word(Attendance))
    attendance_at: Mapped[datetime | None]
    attendance_by: Mapped[UserId | None]


class WaitingEntry(Base):
    """A person who waits for a seat. The order is by `number`, which is assigned under the lock."""

    __tablename__ = "waiting_entries"
    __table_args__ = (
        Index(
            "uq_waiting_entries_live",
            "practical_id",
            "user_id",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_waiting_entries_queue",
            "practical_id",
            "number",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_waiting_entries_user_id", "user_id", "state"),
    )

    id: Mapped[WaitingId] = mapped_column(primary_key=True)
    practical_id: Mapped[PracticalId] = mapped_column(ForeignKey("practicals.id"))
    user_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"))
    number: Mapped[int]
    state: Mapped[WaitingState] = mapped_column(word(WaitingState))
    joined_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
