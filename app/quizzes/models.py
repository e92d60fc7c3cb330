"""Tables of attempts and answers."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, word
from app.kit.ids import AttemptId, EnrolmentId, EventId, RevisionId, UserId
from app.quizzes.domain import attempt as domain
from app.quizzes.domain.drawing import DrawnQuestion
from app.quizzes.domain.responses import Response


class AttemptState(StrEnum):
    in_progress = "in_progress"
    submitted = "submitted"


class Attempt(Base):
    """One try of one student at one quiz. `due_at` None: no time limit. `drawn` holds the drawn
    questions and options in order, with the random tokens the browser knows them by."""

    __tablename__ = "attempts"
    __table_args__ = (
        UniqueConstraint("user_id", "course_key", "quiz_key", "number"),
        Index(
            "uq_attempts_open",
            "user_id",
            "course_key",
            "quiz_key",
            unique=True,
            sqlite_where=text("state = 'in_progress'"),
            postgresql_where=text("state = 'in_progress'"),
        ),
        Index("ix_attempts_quiz", "course_key", "quiz_key", "state"),
        Index("ix_attempts_due_at", "state", "due_at"),
    )

    id: Mapped[AttemptId] = mapped_column(primary_key=True)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"))
    enrolment_id: Mapped[EnrolmentId] = mapped_column(ForeignKey("enrolments.id"))
    course_key: Mapped[str] = mapped_column(String(64))
    quiz_key: Mapped[str] = mapped_column(String(64))
    revision_id: Mapped[RevisionId] = mapped_column(ForeignKey("course_revisions.id"))
    number: Mapped[int]
    seed: Mapped[str] = mapped_column(String(64))
    drawn: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    state: Mapped[AttemptState] = mapped_column(word(AttemptState))
    version: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    earned: Mapped[int | None]
    possible: Mapped[int | None]
    passed: Mapped[bool | None]

    def to_domain(self) -> domain.Attempt:
        score = None
        if self.earned is not None and self.possible is not None:
            score = domain.Score(self.earned, self.possible, bool(self.passed))
        return domain.Attempt(
            id=self.id,
            user_id=self.user_id,
            course_key=self.course_key,
            quiz_key=self.quiz_key,
            revision_id=self.revision_id,
            number=self.number,
            drawn=tuple(DrawnQuestion.from_json(question) for question in self.drawn),
            started_at=self.started_at,
            due_at=self.due_at,
            submitted_at=self.submitted_at,
            score=score,
        )


class Answer(Base):
    """One saved answer; a later `sequence` replaces an earlier one, `is_late` never counts."""

    __tablename__ = "answers"
    __table_args__ = (UniqueConstraint("attempt_id", "question_key", "sequence"),)

    id: Mapped[EventId] = mapped_column(primary_key=True)
    attempt_id: Mapped[AttemptId] = mapped_column(ForeignKey("attempts.id"))
    question_key: Mapped[str] = mapped_column(String(64))
    sequence: Mapped[int]
    response: Mapped[dict[str, Any]] = mapped_column(JSON)
    is_late: Mapped[bool] = mapped_column(default=False)
    received_at: Mapped[datetime]

    def to_domain(self) -> domain.SavedAnswer:
        return domain.SavedAnswer(
            question_key=self.question_key,
            sequence=self.sequence,
            response=Response.from_json(self.response),
            is_late=self.is_late,
            received_at=self.received_at,
        )
