"""Locking a conversation, and adding a message to it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.conversations.models import Conversation, ConversationMessage
from app.kit.errors import NotFound
from app.kit.ids import ConversationId, MessageId, UserId, new_uuid


def lock_conversation(db: Session, conversation_id: ConversationId) -> Conversation:
    """Return a conversation, locked until the end of the transaction. Raise NotFound."""
    row = db.scalars(
        select(Conversation)
        .where(Conversation.id == conversation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def add_message(
    db: Session, row: Conversation, author_id: UserId, words: str, *, now: datetime
) -> MessageId:
    """Add a message to a locked conversation. Its student has read what they write themselves."""
    by_student = author_id == row.student_id
    row.messages += 1
    row.changed_at = now
    if by_student:
        row.student_seen = row.messages
    message = ConversationMessage(
        id=MessageId(new_uuid()),
        conversation_id=row.id,
        number=row.messages,
        author_id=author_id,
        by_student=by_student,
        words=words,
        sent_at=now,
    )
    db.flush()  # the conversation before its message
    db.add(message)
    return message.id


def reopen(row: Conversation) -> None:
    """Forget that a conversation was closed, because somebody writes in it."""
    row.closed_at = row.closed_by = None
