"""Tables of attempts, answers, further attempts that were allowed, and exceptions."""

from datetime import datetime
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    Row,
    String,
    Text,
    UniqueConstraint,
    cast,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, table_of, word
from app.kit.ids import (
    AllowanceId,
    AttemptId,
    EnrolmentId,
    EventId,
    ExceptionId,
    GroupId,
    IntakeId,
    RevisionId,
    UserId,
)
from app.quizzes.domain import attempt as domain
from app.quizzes.domain.allowing import Allowance
from app.quizzes.domain.exceptions import ExceptionAudience, ExceptionTerms, QuizException
from app.quizzes.domain.extending import Extension, ExtensionKind
from app.quizzes.domain.stored import read_drawn, read_drawn_text
from app.quizzes.domain.transitions import AttemptState, AtTimeOut


class AttemptRow(Base):
    """One try of one student at one quiz. `due_at` None: no time limit. `drawn` holds the drawn
    questions and options in order, with the random tokens the browser knows them by
    (`domain.stored.write_drawn`).

    A graded attempt is stored as `submitted`, with its score: the version before knows that word.
    `at_time_out` None: it is submitted when its time is over. `next_deadline_at` is the next moment at
    which the worker must look at it; the state never depends on whether it did. `given_back_seconds` is how
    much later than its limit it ends, because the academy gave time back (`ExtensionRow`). `version` is what
    earlier versions raised to lock an attempt; nothing reads it.
    """

    __tablename__ = "attempts"
    __table_args__ = (
        UniqueConstraint("user_id", "course_key", "quiz_key", "number"),
        Index(
            "uq_attempts_running",
            "user_id",
            "course_key",
            "quiz_key",
            unique=True,
            sqlite_where=text("state IN ('in_progress', 'overdue')"),
            postgresql_where=text("state IN ('in_progress', 'overdue')"),
        ),
        Index(
            "ix_attempts_sent",
            "course_key",
            "quiz_key",
            "state",
            text("submitted_at DESC"),
            text("id DESC"),
        ),
        Index(
            "ix_attempts_unmarked",
            "id",
            sqlite_where=text("state = 'submitted' AND marks IS NULL"),
            postgresql_where=text("state = 'submitted' AND marks IS NULL"),
        ),
        Index("ix_attempts_due_at", "state", "due_at"),
        Index("ix_attempts_next_deadline_at", "next_deadline_at"),
        CheckConstraint(
            "at_time_out IN ('grace', 'abandon') AND (at_time_out = 'grace') = (grace_minutes IS NOT NULL)"
            " OR at_time_out IS NULL AND grace_minutes IS NULL",
            name="time_out_whole",
        ),
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
    at_time_out: Mapped[AtTimeOut | None] = mapped_column(word(AtTimeOut, length=16))
    grace_minutes: Mapped[int | None]
    next_deadline_at: Mapped[datetime | None]
    given_back_seconds: Mapped[int] = mapped_column(default=0, server_default="0")
    submitted_at: Mapped[datetime | None]
    earned: Mapped[int | None]
    possible: Mapped[int | None]
    passed: Mapped[bool | None]
    marks: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), deferred=True)
    """The points of each question (`domain.stored.write_marks`), written with the score. Empty in attempts of
    older versions until the worker has filled them in."""
    flags: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), deferred=True)
    """The questions to which the student wants to come back (`domain.stored.write_flags`)."""


class AnswerRow(Base):
    """One saved answer; a later `sequence` replaces an earlier one. `response` is a document of
    `domain.stored.write_response`.

    `device` is a random id of the browser that sent it, for this attempt only, and `device_sequence` that
    browser's own count; `made_from` is the `sequence` of the answer that it was made from. They are empty if
    a form sent it, and in answers of older versions. `is_late` answers never count unless their `standing`
    is `accepted`. What is set aside or unreadable is marked as late too, for versions that know no standing.
    """

    __tablename__ = "answers"
    __table_args__ = (
        UniqueConstraint("attempt_id", "question_key", "sequence"),
        Index(
            "uq_answers_device_sequence",
            "attempt_id",
            "question_key",
            "device",
            "device_sequence",
            unique=True,
            sqlite_where=text("device_sequence IS NOT NULL"),
            postgresql_where=text("device_sequence IS NOT NULL"),
        ),
    )

    id: Mapped[EventId] = mapped_column(primary_key=True)
    attempt_id: Mapped[AttemptId] = mapped_column(ForeignKey("attempts.id"))
    question_key: Mapped[str] = mapped_column(String(64))
    sequence: Mapped[int]
    response: Mapped[dict[str, Any]] = mapped_column(JSON)
    is_late: Mapped[bool] = mapped_column(default=False)
    received_at: Mapped[datetime]
    device: Mapped[UUID | None]
    device_sequence: Mapped[int | None]
    made_from: Mapped[int | None]
    standing: Mapped[domain.AnswerStanding | None] = mapped_column(
        word(domain.AnswerStanding, length=16)
    )


class AllowanceRow(Base):
    """One more attempt that the academy allowed a student at a quiz, beyond the number of the quiz.

    It adds `attempts`: one, or more where they had used more than their course allows now. Rows are never
    deleted: one that was taken back says when and by whom. `reason` is for staff; with `reason_is_told` the
    student reads it too. `number` counts a student's allowances at one quiz, so that two admins at the same
    moment cannot allow two. Whoever starts an attempt raises `version`, so that an allowance on which it
    starts cannot be taken back meanwhile.
    """

    __tablename__ = "attempt_allowances"
    __table_args__ = (
        UniqueConstraint("user_id", "course_key", "quiz_key", "number"),
        CheckConstraint(
            "(taken_back_at IS NULL) = (taken_back_by IS NULL)", name="taken_back_by_somebody"
        ),
    )

    id: Mapped[AllowanceId] = mapped_column(primary_key=True)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"))
    course_key: Mapped[str] = mapped_column(String(64))
    quiz_key: Mapped[str] = mapped_column(String(64))
    number: Mapped[int]
    attempts: Mapped[int] = mapped_column(default=1)
    reason: Mapped[str | None] = mapped_column(Text)
    reason_is_told: Mapped[bool] = mapped_column(default=False)
    given_at: Mapped[datetime]
    given_by: Mapped[UserId] = mapped_column(ForeignKey("users.id"))
    taken_back_at: Mapped[datetime | None]
    taken_back_by: Mapped[UserId | None] = mapped_column(ForeignKey("users.id"))
    version: Mapped[int] = mapped_column(default=0)


class ExtensionRow(Base):
    """What the academy did once for one attempt: gave it time back, opened it again after its end, or gave
    back what an outage took. `seconds` is how much later it ended because of it.

    Rows are never deleted. `outage_from` and `outage_to` are the outage, for which an attempt gets its time
    once. `reason` is for staff; with `reason_is_told` the student reads it too.
    """

    __tablename__ = "attempt_extensions"
    __table_args__ = (
        UniqueConstraint("attempt_id", "outage_from", "outage_to"),
        Index("ix_attempt_extensions_user_id", "user_id"),
        CheckConstraint(
            "kind = 'outage' AND outage_from < outage_to"
            " OR kind <> 'outage' AND outage_from IS NULL AND outage_to IS NULL",
            name="outage_whole",
        ),
    )

    id: Mapped[EventId] = mapped_column(primary_key=True)
    attempt_id: Mapped[AttemptId] = mapped_column(ForeignKey("attempts.id"))
    user_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[ExtensionKind] = mapped_column(word(ExtensionKind, length=16))
    seconds: Mapped[int]
    outage_from: Mapped[datetime | None]
    outage_to: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(Text)
    reason_is_told: Mapped[bool] = mapped_column(default=False)
    given_at: Mapped[datetime]
    given_by: Mapped[UserId] = mapped_column(ForeignKey("users.id"))


class ExceptionRow(Base):
    """What the academy gave one person, a group or an intake at a quiz; an empty `quiz_key` means every quiz
    of the course.

    Rows are never changed but for their end, and never deleted. An exception that replaces another ends it.
    `time_percent`: the limit is multiplied by it, 150 for half as much again. `reason` is for staff; with
    `reason_is_told` the students read it too.
    """

    __tablename__ = "attempt_exceptions"
    __table_args__ = (
        *(
            Index(
                f"uq_attempt_exceptions_live_{whose}",
                f"{whose}_id",
                "course_key",
                "quiz_key",
                unique=True,
                sqlite_where=text("ended_at IS NULL"),
                postgresql_where=text("ended_at IS NULL"),
            )
            for whose in ("user", "group", "intake")
        ),
        Index("ix_attempt_exceptions_given_at", "given_at", "id"),
        CheckConstraint(
            "(CASE WHEN user_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN group_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN intake_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_audience",
        ),
        CheckConstraint("extra_minutes IS NULL OR time_percent IS NULL", name="one_kind_of_time"),
        CheckConstraint("opens_at < closes_at", name="window_forwards"),
        CheckConstraint("(ended_at IS NULL) = (ended_by IS NULL)", name="ended_by_somebody"),
    )

    id: Mapped[ExceptionId] = mapped_column(primary_key=True)
    user_id: Mapped[UserId | None] = mapped_column(ForeignKey("users.id"))
    group_id: Mapped[GroupId | None] = mapped_column(ForeignKey("groups.id"))
    intake_id: Mapped[IntakeId | None] = mapped_column(ForeignKey("intakes.id"))
    course_key: Mapped[str] = mapped_column(String(64))
    quiz_key: Mapped[str] = mapped_column(String(64))
    extra_minutes: Mapped[int | None]
    time_percent: Mapped[int | None]
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    extra_attempts: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(Text)
    reason_is_told: Mapped[bool] = mapped_column(default=False)
    given_at: Mapped[datetime]
    given_by: Mapped[UserId] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UserId | None] = mapped_column(ForeignKey("users.id"))


DRAWN_TEXT: Final = cast(table_of(AttemptRow).c.drawn, Text).label("drawn_text")


def exception_from(row: ExceptionRow | Row[Any]) -> QuizException:
    """Return an exception as the rules see it, from an entity or from its columns."""
    return QuizException(
        id=row.id,
        audience=ExceptionAudience(
            user_id=row.user_id, group_id=row.group_id, intake_id=row.intake_id
        ),
        course_key=row.course_key,
        quiz_key=row.quiz_key,
        terms=ExceptionTerms(
            extra_minutes=row.extra_minutes,
            factor=None if row.time_percent is None else Fraction(row.time_percent, 100),
            opens_at=row.opens_at,
            closes_at=row.closes_at,
            extra_attempts=row.extra_attempts,
        ),
        reason=row.reason,
        reason_is_told=row.reason_is_told,
        given_at=row.given_at,
        given_by=row.given_by,
        ended_at=row.ended_at,
        ended_by=row.ended_by,
    )


def allowance_from(row: AllowanceRow) -> Allowance:
    """Return an allowance as the rules see it."""
    return Allowance(
        id=row.id,
        user_id=row.user_id,
        course_key=row.course_key,
        quiz_key=row.quiz_key,
        number=row.number,
        attempts=row.attempts,
        reason=row.reason,
        reason_is_told=row.reason_is_told,
        given_at=row.given_at,
        given_by=row.given_by,
        taken_back_at=row.taken_back_at,
        taken_back_by=row.taken_back_by,
    )


def extension_from(row: ExtensionRow) -> Extension:
    """Return what was done for an attempt as the rules see it."""
    return Extension(
        id=row.id,
        kind=row.kind,
        seconds=row.seconds,
        reason=row.reason,
        reason_is_told=row.reason_is_told,
        given_at=row.given_at,
        given_by=row.given_by,
    )


def facts_from(row: AttemptRow | Row[Any]) -> domain.AttemptFacts:
    """Return an attempt without its questions, from an entity or from its columns."""
    return domain.AttemptFacts(**_facts(row))


def summary_from(row: Row[Any]) -> domain.AttemptSummary:
    """Return an attempt in short, from the columns of `queries.TRIES`."""
    return domain.AttemptSummary(
        attempt_id=row.id,
        course_key=row.course_key,
        quiz_key=row.quiz_key,
        revision_id=row.revision_id,
        number=row.number,
        state=row.state,
        due_at=row.due_at,
        at_time_out=row.at_time_out or AtTimeOut.submit,
        grace_minutes=row.grace_minutes,
        submitted_at=row.submitted_at,
        passed=row.passed,
        allowances=row.allowances,
    )


def attempt_from(row: AttemptRow | Row[Any]) -> domain.Attempt:
    """Return an attempt as the rules see it, from an entity or from its columns. Raises a refusal where this
    version cannot read its questions (`app.kit.stored_documents`)."""
    return domain.Attempt(**_facts(row), drawn=read_drawn(row.drawn))


def attempt_from_text(row: Row[*tuple[Any, ...]]) -> domain.Attempt:
    """Return an attempt from columns that have `DRAWN_TEXT` instead of the drawn questions, for what a
    running attempt asks again and again. Raises what `attempt_from` raises."""
    return domain.Attempt(**_facts(row), drawn=read_drawn_text(row.drawn_text))


def _facts(row: AttemptRow | Row[Any]) -> dict[str, Any]:
    score = None
    if row.earned is not None and row.possible is not None:
        score = domain.Score(row.earned, row.possible, bool(row.passed))
    has_marks = row.state is AttemptState.submitted and score is not None
    return {
        "id": row.id,
        "user_id": row.user_id,
        "course_key": row.course_key,
        "quiz_key": row.quiz_key,
        "revision_id": row.revision_id,
        "number": row.number,
        "started_at": row.started_at,
        "state": AttemptState.graded if has_marks else row.state,
        "due_at": row.due_at,
        "at_time_out": row.at_time_out or AtTimeOut.submit,
        "grace_minutes": row.grace_minutes,
        "given_back_seconds": row.given_back_seconds,
        "submitted_at": row.submitted_at,
        "score": score,
    }
