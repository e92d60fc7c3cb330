"""Tables of practicals, seats and waiting entries."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, TextClause, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, ByteOrderedText, word
from app.db.search_texts import searched_by
from app.kit.ids import (
    IntakeId,
    PracticalId,
    ReminderId,
    ReservationId,
    RevisionId,
    SeatId,
    UserId,
    WaitingId,
)
from app.practicals.domain.seats import Attendance, PracticalStatus, SeatState, WaitingState
from app.practicals.domain.states import LIVE, OPEN_ENTRIES, WaitingPolicy


def _in_states(states: Collection[str]) -> TextClause:
    """Return the condition of a partial index on rows in these states."""
    return text("state IN ({})".format(", ".join(f"'{state}'" for state in sorted(states))))


LIVE_SEAT: Final = _in_states(LIVE)
OPEN_ENTRY: Final = _in_states(OPEN_ENTRIES)


@searched_by("title", "room")
class PracticalRow(Base):
    """A practical; commands lock this row. `taken` is the number of seats that hold a place. No hold or
    offer on it lapses before `next_lapse_at`; None: it has none. `schedule_version` rises with each change of
    the time or the room, and `scheduled_at` is when people were last told them; None: when it was made."""

    __tablename__ = "practicals"
    __table_args__ = (
        CheckConstraint(
            "taken >= 0 AND taken <= capacity + override", name="taken_within_capacity"
        ),
        CheckConstraint("capacity >= 0", name="capacity_not_negative"),
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        Index("ix_practicals_starts_at", "starts_at"),
        Index(
            "ix_practicals_next_lapse_at",
            "next_lapse_at",
            sqlite_where=text("next_lapse_at IS NOT NULL"),
            postgresql_where=text("next_lapse_at IS NOT NULL"),
        ),
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
    next_lapse_at: Mapped[datetime | None]
    waiting_sequence: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=0)
    schedule_version: Mapped[int] = mapped_column(default=0, server_default="0")
    scheduled_at: Mapped[datetime | None]
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


class Reservation(Base):
    """Seats that were reserved together, in one act. `places` is how many were ordered."""

    __tablename__ = "reservations"
    __table_args__ = (
        CheckConstraint("places > 0", name="places_positive"),
        Index("ix_reservations_practical_id", "practical_id"),
    )

    id: Mapped[ReservationId] = mapped_column(primary_key=True)
    practical_id: Mapped[PracticalId] = mapped_column(ForeignKey("practicals.id"))
    places: Mapped[int]
    reserved_at: Mapped[datetime]


class Seat(Base):
    """One place on a practical, and who has it; a seat without a name has no `user_id`.
    `calendar_sequence` increases with each visible change. `cancel_until` is later than the practical's if
    the place was given late or the practical was moved. `waived` are the reasons that an admin overrode
    when giving the place (see `domain.lost_rights`). A hold or an offer lapses at `deadline_at`. `entry_id`
    is the entry of the waiting list that it was offered to. `policy` are its terms (see
    `domain.seat_policies`). `moved_from` is the seat on another date in whose place it stands, and `moves`
    how often that has happened."""

    __tablename__ = "seats"
    __table_args__ = (
        Index(
            "uq_seats_live",
            "practical_id",
            "user_id",
            unique=True,
            sqlite_where=LIVE_SEAT,
            postgresql_where=LIVE_SEAT,
        ),
        Index("ix_seats_user_id", "user_id", "state"),
        Index("ix_seats_practical_id", "practical_id", "state"),
    )

    id: Mapped[SeatId] = mapped_column(primary_key=True)
    practical_id: Mapped[PracticalId] = mapped_column(ForeignKey("practicals.id"))
    user_id: Mapped[UserId | None] = mapped_column(ForeignKey("users.id"))
    state: Mapped[SeatState] = mapped_column(word(SeatState))
    reservation_id: Mapped[ReservationId | None]
    reserved_by: Mapped[UserId | None]
    waived: Mapped[str | None] = mapped_column(String(120))
    reason: Mapped[str | None] = mapped_column(Text)
    booked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    calendar_sequence: Mapped[int] = mapped_column(default=0)
    cancel_until: Mapped[datetime | None]
    deadline_at: Mapped[datetime | None]
    entry_id: Mapped[WaitingId | None]
    policy: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    moved_from: Mapped[SeatId | None]
    moves: Mapped[int] = mapped_column(default=0, server_default="0")
    attendance: Mapped[Attendance | None] = mapped_column(word(Attendance))
    attendance_at: Mapped[datetime | None]
    attendance_by: Mapped[UserId | None]


class WaitingEntry(Base):
    """A person who waits for a seat. The order is by `number`, which is assigned under the lock. `policy`
    says how they get it."""

    __tablename__ = "waiting_entries"
    __table_args__ = (
        Index(
            "uq_waiting_entries_live",
            "practical_id",
            "user_id",
            unique=True,
            sqlite_where=OPEN_ENTRY,
            postgresql_where=OPEN_ENTRY,
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
    policy: Mapped[WaitingPolicy] = mapped_column(
        word(WaitingPolicy), default=WaitingPolicy.auto, server_default="auto"
    )
    joined_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class PracticalReminder(Base):
    """A reminder that was sent: one for each place or instructor, number of days before, and version of the
    schedule. `seat_id` is None for an instructor."""

    __tablename__ = "practical_reminders"
    __table_args__ = (
        Index(
            "uq_practical_reminders_seat",
            "seat_id",
            "days_before",
            "schedule_version",
            unique=True,
            sqlite_where=text("seat_id IS NOT NULL"),
            postgresql_where=text("seat_id IS NOT NULL"),
        ),
        Index(
            "uq_practical_reminders_teaching",
            "practical_id",
            "user_id",
            "days_before",
            "schedule_version",
            unique=True,
            sqlite_where=text("seat_id IS NULL"),
            postgresql_where=text("seat_id IS NULL"),
        ),
        Index("ix_practical_reminders_user_id", "user_id"),
    )

    id: Mapped[ReminderId] = mapped_column(primary_key=True)
    practical_id: Mapped[PracticalId] = mapped_column(ForeignKey("practicals.id"))
    user_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"))
    seat_id: Mapped[SeatId | None] = mapped_column(ForeignKey("seats.id"))
    days_before: Mapped[int]
    schedule_version: Mapped[int]
    sent_at: Mapped[datetime]
