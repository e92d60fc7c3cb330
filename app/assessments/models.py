"""Tables of assessments and their marks."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.assessments.domain import Mark, Outcome
from app.db.base import Base, word
from app.kit.ids import AssessmentId, EventId, PracticalId, RevisionId, SeatId, UserId


class Assessment(Base):
    """One assessment of one student on one practical. Each command first increases `version`, which
    locks the row. `signed_at` is None while it is open. `number` counts the student's tries at this
    checklist; a discarded assessment has a negative number. `stopped_step` is the step at which it
    was stopped for safety."""

    __tablename__ = "assessments"
    __table_args__ = (
        UniqueConstraint("student_id", "course_key", "checklist_key", "number"),
        Index("ix_assessments_seat_id", "seat_id"),
        Index("ix_assessments_practical_id", "practical_id"),
        Index("ix_assessments_instructor_id", "instructor_id", "signed_at"),
    )

    id: Mapped[AssessmentId] = mapped_column(primary_key=True)
    seat_id: Mapped[SeatId] = mapped_column(ForeignKey("seats.id"))
    practical_id: Mapped[PracticalId] = mapped_column(ForeignKey("practicals.id"))
    student_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"))
    instructor_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"))
    course_key: Mapped[str] = mapped_column(String(64))
    checklist_key: Mapped[str] = mapped_column(String(64))
    revision_id: Mapped[RevisionId] = mapped_column(ForeignKey("course_revisions.id"))
    number: Mapped[int]
    version: Mapped[int] = mapped_column(default=0)
    identity_confirmed_at: Mapped[datetime]
    started_at: Mapped[datetime]
    comment: Mapped[str] = mapped_column(Text, default="")
    comment_revision: Mapped[int] = mapped_column(default=0)
    signed_at: Mapped[datetime | None]
    outcome: Mapped[Outcome | None] = mapped_column(word(Outcome))
    earned: Mapped[int | None]
    possible: Mapped[int | None]
    stopped_at: Mapped[datetime | None]
    stopped_step: Mapped[str | None] = mapped_column(String(64))
    discarded_at: Mapped[datetime | None]
    discarded_by: Mapped[UserId | None]
    discard_reason: Mapped[str | None] = mapped_column(Text)


class StepMark(Base):
    """One mark of one step; the highest `revision` of a step is the current one."""

    __tablename__ = "step_marks"
    __table_args__ = (UniqueConstraint("assessment_id", "step_key", "revision"),)

    id: Mapped[EventId] = mapped_column(primary_key=True)
    assessment_id: Mapped[AssessmentId] = mapped_column(ForeignKey("assessments.id"))
    step_key: Mapped[str] = mapped_column(String(64))
    revision: Mapped[int]
    mark: Mapped[Mark] = mapped_column(word(Mark))
    note: Mapped[str] = mapped_column(Text, default="")
    marked_by: Mapped[UserId]
    marked_at: Mapped[datetime]
