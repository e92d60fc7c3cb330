"""One conversation with its messages, as its student, its instructors and admins read it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, select
from sqlalchemy.orm import Session

from app.accounts.person_columns import PEOPLE, PERSON
from app.conversations import domain
from app.conversations.domain import (
    AskedPlace,
    AskedSection,
    ConversationStanding,
    ConversationState,
)
from app.conversations.models import Conversation, ConversationMessage
from app.kit.errors import Refusal
from app.kit.ids import ConversationId, MessageId, UserId

FIRST_LETTERS = 160
"""How much of a question a list shows."""


@dataclass(frozen=True, slots=True)
class ThreadMessage:
    """A message. `words` is None for readers who may not see a removed one; `removal_reason` is None unless
    it was removed."""

    message_id: MessageId
    number: int
    author: str
    by_student: bool
    is_own: bool
    words: str | None = field(repr=False)
    sent_at: datetime
    removal_reason: str | None

    @property
    def is_removed(self) -> bool:
        return self.removal_reason is not None


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation. `writing` is why its reader cannot write in it, `closing` why they cannot close it, or
    None. `seen` is the number of messages, which a form sends back; `unread` are those
    that the student has not read. `close_reason` is that of an admin."""

    conversation_id: ConversationId
    student_id: UserId
    student: str
    place: AskedPlace
    state: ConversationState
    asked_at: datetime
    closed_at: datetime | None
    close_reason: str | None
    messages: tuple[ThreadMessage, ...]
    unread: int
    writing: Refusal | None
    closing: Refusal | None

    @property
    def seen(self) -> int:
        return len(self.messages)

    @property
    def is_open(self) -> bool:
        return self.state is ConversationState.open

    @property
    def is_closed(self) -> bool:
        return self.state is ConversationState.closed


def place_of(row: Conversation) -> AskedPlace:
    """Return what a stored conversation is about."""
    section = None
    if row.section_anchor is not None:
        section = AskedSection(row.section_anchor, row.section_title or row.section_anchor)
    return AskedPlace(
        row.course_key, row.course_title, row.lesson_key, row.lesson_title, section, row.language
    )


def standing_of(row: Conversation) -> ConversationStanding:
    """Return what decides whether somebody may write in a stored conversation."""
    return ConversationStanding(row.state, row.messages, row.close_reason is not None)


def thread_of(
    db: Session,
    row: Conversation,
    reader_id: UserId,
    *,
    student: str,
    reads_removed: bool,
    writing: Refusal | None,
    by_academy: bool,
) -> Thread:
    """Return a conversation with its messages, in one statement. Callers check permissions. `reads_removed`:
    the reader may see the words of messages that were removed."""
    messages = db.execute(
        select(ConversationMessage, PERSON.name)
        .join(PEOPLE, PERSON.id == ConversationMessage.author_id)
        .where(ConversationMessage.conversation_id == row.id)
        .order_by(ConversationMessage.number)
    ).all()
    return Thread(
        conversation_id=row.id,
        student_id=row.student_id,
        student=student,
        place=place_of(row),
        state=row.state,
        asked_at=row.asked_at,
        closed_at=row.closed_at,
        close_reason=row.close_reason,
        unread=row.messages - row.student_seen,
        messages=_shown(messages, reader_id, reads_removed=reads_removed),
        writing=writing,
        closing=domain.closing_refusal(standing_of(row), by_academy=by_academy),
    )


def first_words_of() -> ColumnElement[str | None]:
    """Return SQL for the beginning of a conversation's first message, unless it was removed."""
    return (
        select(func.substr(ConversationMessage.words, 1, FIRST_LETTERS))
        .where(
            and_(
                ConversationMessage.conversation_id == Conversation.id,
                ConversationMessage.number == 1,
                ConversationMessage.removed_at.is_(None),
            )
        )
        .scalar_subquery()
    )


def _shown(
    rows: Sequence[Row[ConversationMessage, Any]], reader_id: UserId, *, reads_removed: bool
) -> tuple[ThreadMessage, ...]:
    return tuple(
        ThreadMessage(
            message_id=message.id,
            number=message.number,
            author=name,
            by_student=message.by_student,
            is_own=message.author_id == reader_id,
            words=message.words if reads_removed or message.removed_at is None else None,
            sent_at=message.sent_at,
            removal_reason=message.removal_reason,
        )
        for message, name in rows
    )
