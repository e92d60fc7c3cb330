"""The tables of what students have completed, where they are in their lessons, what they note and
highlight there, and whether it was clear to them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, word
from app.kit.ids import EventId, HighlightId, RevisionId, UserId, VoteId


class Completed(StrEnum):
    lesson = "lesson"
    quiz = "quiz"


class Completion(Base):
    """A student has done a lesson or passed a quiz: once per course, kind and key."""

    __tablename__ = "completions"
    __table_args__ = (
        UniqueConstraint("user_id", "course_key", "kind", "item_key"),
        Index("ix_completions_course_key", "course_key", "user_id"),
    )

    id: Mapped[EventId] = mapped_column(primary_key=True)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"))
    course_key: Mapped[str] = mapped_column(String(64))
    kind: Mapped[Completed] = mapped_column(word(Completed))
    item_key: Mapped[str] = mapped_column(String(64))
    revision_id: Mapped[RevisionId] = mapped_column(ForeignKey("course_revisions.id"))
    completed_at: Mapped[datetime]
    evidence_id: Mapped[EventId | None]


class ReadingPositionRow(Base):
    """Where a person is in a lesson, once per lesson. `read_sections` are the anchors of the sections they
    have read, with spaces between them."""

    __tablename__ = "reading_positions"

    user_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"), primary_key=True)
    course_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    lesson_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    section: Mapped[str] = mapped_column(Text)
    read_sections: Mapped[str] = mapped_column(Text)
    read_at: Mapped[datetime]


class SectionNoteRow(Base):
    """What a person notes for themselves about a section of a lesson, once per section. The titles are
    those that they saw; a note that was emptied stays without words."""

    __tablename__ = "section_notes"

    user_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"), primary_key=True)
    course_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    lesson_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    section: Mapped[str] = mapped_column(Text, primary_key=True)
    lesson_title: Mapped[str] = mapped_column(Text)
    section_title: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime]


class SectionVoteRow(Base):
    """Whether a section of a revision was clear to a person, once per person, revision and section. The
    titles are those that they saw."""

    __tablename__ = "section_votes"
    __table_args__ = (
        UniqueConstraint("user_id", "revision_id", "lesson_key", "section"),
        CheckConstraint("NOT is_clear OR words = ''", name="clear_without_words"),
        Index("ix_section_votes_course_key", "course_key", "revision_id", "lesson_key"),
        Index("ix_section_votes_revision_id", "revision_id", "lesson_key"),
    )

    id: Mapped[VoteId] = mapped_column(primary_key=True)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"))
    course_key: Mapped[str] = mapped_column(String(64))
    revision_id: Mapped[RevisionId] = mapped_column(ForeignKey("course_revisions.id"))
    lesson_key: Mapped[str] = mapped_column(String(64))
    section: Mapped[str] = mapped_column(Text)
    lesson_title: Mapped[str] = mapped_column(Text)
    section_title: Mapped[str] = mapped_column(Text)
    is_clear: Mapped[bool]
    words: Mapped[str] = mapped_column(Text)
    voted_at: Mapped[datetime]


class HighlightRow(Base):
    """A passage that a person highlighted. The titles are those that they saw; `passage` is the document of
    `highlights.stored_passage`."""

    __tablename__ = "highlights"
    __table_args__ = (Index("ix_highlights_user_id", "user_id", "course_key", "lesson_key"),)

    id: Mapped[HighlightId] = mapped_column(primary_key=True)
    user_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"))
    course_key: Mapped[str] = mapped_column(String(64))
    lesson_key: Mapped[str] = mapped_column(String(64))
    section: Mapped[str] = mapped_column(Text)
    lesson_title: Mapped[str] = mapped_column(Text)
    section_title: Mapped[str] = mapped_column(Text)
    passage: Mapped[str] = mapped_column(Text)
    marked_at: Mapped[datetime]
