"""The tables of conversations and their messages."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.conversations.domain import ConversationState
from app.db.base import Base, ByteOrderedText, word
from app.db.search_texts import searched_by
from app.kit.ids import ConversationId, MessageId, UserId


class Conversation(Base):
    """A question of one student about a lesson; commands lock this row. The titles are those that the
    student saw. `messages` counts its messages, `student_seen` those that the student has read.
    `waits_since` is the time since which it waits for an answer, or waited the last time."""

    __tablename__ = "conversations"
    __table_args__ = (
        CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL)"
            " AND (closed_at IS NULL) = (closed_by IS NULL)"
            " AND (close_reason IS NULL OR closed_at IS NOT NULL)",
            name="closed_whole",
        ),
        CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL)"
            " AND (state <> 'answered' OR answered_at IS NOT NULL)",
            name="answered_whole",
        ),
        CheckConstraint("student_seen >= 0 AND student_seen <= messages", name="seen_within"),
        Index("ix_conversations_student_id", "student_id", "changed_at"),
        Index("ix_conversations_state", "state", "waits_since"),
    )

    id: Mapped[ConversationId] = mapped_column(primary_key=True)
    student_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"))
    course_key: Mapped[str] = mapped_column(String(64))
    course_title: Mapped[str] = mapped_column(Text)
    lesson_key: Mapped[str] = mapped_column(String(64))
    lesson_title: Mapped[str] = mapped_column(Text)
    section_anchor: Mapped[str | None] = mapped_column(Text)
    section_title: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(35))
    state: Mapped[ConversationState] = mapped_column(word(ConversationState))
    messages: Mapped[int]
    student_seen: Mapped[int]
    asked_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    waits_since: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UserId | None] = mapped_column(ForeignKey("users.id"))
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UserId | None] = mapped_column(ForeignKey("users.id"))
    close_reason: Mapped[str | None] = mapped_column(Text)
    """Why an admin closed it for good; None if the student did."""


@searched_by("words")
class ConversationMessage(Base):
    """A message; `number` counts from 1. `removed_at` and `removal_reason`: an admin took it out of sight;
    its words stay for admins until the conversation ends."""

    __tablename__ = "conversation_messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "number"),
        CheckConstraint(
            "(removed_at IS NULL) = (removed_by IS NULL)"
            " AND (removed_at IS NULL) = (removal_reason IS NULL)",
            name="removed_whole",
        ),
    )

    id: Mapped[MessageId] = mapped_column(primary_key=True)
    conversation_id: Mapped[ConversationId] = mapped_column(ForeignKey("conversations.id"))
    number: Mapped[int]
    author_id: Mapped[UserId] = mapped_column(ForeignKey("users.id"), index=True)
    by_student: Mapped[bool]
    words: Mapped[str] = mapped_column(Text)
    sent_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[UserId | None] = mapped_column(ForeignKey("users.id"))
    removal_reason: Mapped[str | None] = mapped_column(Text)
    search_text: Mapped[str | None] = mapped_column(ByteOrderedText)
    """See app/db/search_texts.py."""
