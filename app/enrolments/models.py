"""Tables of intakes and enrolments."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, ByteOrderedText, word
from app.db.search_texts import searched_by
from app.enrolments.domain import EnrolmentState, IntakeStatus
from app.kit.ids import DecisionId, EnrolmentId, EventId, IntakeId, RevisionId, UserId

LIVE = "state IN ('requested', 'confirmed', 'waiting')"
INVOICED = "invoice_number IS NOT NULL"


@searched_by("title", "course_key")
class IntakeRow(Base):
    """A run of a course; commands lock this row. `taken` is the number of requested and confirmed
    places, `override` the number by which they exceed `places`."""

    __tablename__ = "intakes"
    __table_args__ = (
        CheckConstraint("taken >= 0 AND taken <= places + override", name="taken_within_places"),
        CheckConstraint("places >= 0", name="places_not_negative"),
        Index("ix_intakes_course_key", "course_key", "starts_on"),
    )

    id: Mapped[IntakeId] = mapped_column(primary_key=True)
    course_key: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(120))
    search_text: Mapped[str | None] = mapped_column(ByteOrderedText)
    """See app/db/search_texts.py."""
    starts_on: Mapped[date] = mapped_column(Date)
    price_pence: Mapped[int]
    places: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    override: Mapped[int] = mapped_column(default=0)
    waiting_sequence: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=0)
    status: Mapped[IntakeStatus] = mapped_column(word(IntakeStatus))
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    created_at: Mapped[datetime]


class Enrolment(Base):
    """One person's place, request or waiting-list entry in an intake.

    `price_pence` is the price that was agreed when the row was made; a later price of the intake changes
    nothing. It is None in a row that an earlier version wrote: its price is that of the intake."""

    __tablename__ = "enrolments"
    __table_args__ = (
        Index(
            "uq_enrolments_live",
            "intake_id",
            "user_id",
            unique=True,
            sqlite_where=text(LIVE),
            postgresql_where=text(LIVE),
        ),
        Index("ix_enrolments_user_id", "user_id", "state"),
        Index("ix_enrolments_queue", "intake_id", "state", "waiting_number"),
        Index(
            "ix_enrolments_invoiced",
            "invoiced_at",
            "id",
            sqlite_where=text(INVOICED),
            postgresql_where=text(INVOICED),
        ),
        Index("ix_enrolments_decided", "intake_id", "state", text("decided_at DESC"), "id"),
    )

    id: Mapped[EnrolmentId] = mapped_column(primary_key=True)
    intake_id: Mapped[IntakeId] = mapped_column(ForeignKey("intakes.id"))
    user_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"))
    course_key: Mapped[str] = mapped_column(String(64))
    revision_id: Mapped[RevisionId | None] = mapped_column(ForeignKey("course_revisions.id"))
    state: Mapped[EnrolmentState] = mapped_column(word(EnrolmentState))
    price_pence: Mapped[int | None]
    reserved_by: Mapped[UserId | None]
    waiting_number: Mapped[int | None]
    note: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    requested_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UserId | None]
    invoice_number: Mapped[str | None] = mapped_column(String(60))
    invoiced_at: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]


class StudyPlanRow(Base):
    """How many hours a week somebody wants to learn for the course of a place (`study_plans.StudyPlan`), and
    when the next mail about it leaves: None if none will. `mailed_on` is the day of the last mail."""

    __tablename__ = "study_plans"
    __table_args__ = (
        CheckConstraint(
            "minutes_a_week BETWEEN 30 AND 2400 AND minutes_a_week % 30 = 0", name="half_hours"
        ),
        CheckConstraint("minutes_then >= 0", name="minutes_not_negative"),
        CheckConstraint("mail_weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint(
            "next_mail_on IS NULL OR mail_weekday IS NOT NULL", name="mail_has_weekday"
        ),
        Index("ix_study_plans_user_id", "user_id"),
        Index("ix_study_plans_next_mail_on", "next_mail_on"),
    )

    enrolment_id: Mapped[EnrolmentId] = mapped_column(ForeignKey("enrolments.id"), primary_key=True)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"))
    minutes_a_week: Mapped[int]
    counted_from: Mapped[date] = mapped_column(Date)
    minutes_then: Mapped[int]
    paused_until: Mapped[date | None] = mapped_column(Date)
    mail_weekday: Mapped[int | None]
    mailed_on: Mapped[date | None] = mapped_column(Date)
    next_mail_on: Mapped[date | None] = mapped_column(Date)


class UndoableDecision(Base):
    """A decision of the office whose mail waits a few seconds, and what it changed.

    `cause_id` is set for a person who moved up because of another decision; undoing that one undoes both.
    `override_before` is by how many places the intake was overbooked before. `mail_id` is the mail that
    waits, or None if none was written.
    """

    __tablename__ = "undoable_decisions"
    __table_args__ = (
        Index("ix_undoable_decisions_enrolment_id", "enrolment_id"),
        Index("ix_undoable_decisions_cause_id", "cause_id"),
        Index("ix_undoable_decisions_decided_at", "decided_at"),
    )

    id: Mapped[DecisionId] = mapped_column(primary_key=True)
    enrolment_id: Mapped[EnrolmentId] = mapped_column(ForeignKey("enrolments.id"))
    cause_id: Mapped[DecisionId | None]
    state_before: Mapped[EnrolmentState] = mapped_column(word(EnrolmentState))
    state_after: Mapped[EnrolmentState] = mapped_column(word(EnrolmentState))
    override_before: Mapped[int]
    mail_id: Mapped[EventId | None]
    decided_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
