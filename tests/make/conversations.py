"""Conversations, written straight to the database."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.conversations.domain import ConversationState
from app.conversations.models import Conversation, ConversationMessage
from app.kit.actor import Actor
from app.kit.ids import ConversationId, MessageId, UserId, new_uuid
from tests.make import NOW


def a_conversation(
    db: Session, student: Actor, *words: str, at: datetime = NOW, **columns: Any
) -> ConversationId:
    """Add a question that waits for an answer, with a message of the student for each of the texts."""
    said = words or ("What does the dermis do?",)
    defaults: dict[str, Any] = {
        "id": ConversationId(new_uuid()),
        "student_id": student.user_id,
        "course_key": "small-course",
        "course_title": "A small course in skin and needles",
        "lesson_key": "skin-layers",
        "lesson_title": "The layers of the skin",
        "section_anchor": None,
        "section_title": None,
        "language": "en-GB",
        "state": ConversationState.open,
        "messages": len(said),
        "student_seen": len(said),
        "asked_at": at,
        "changed_at": at,
        "waits_since": at,
    }
    row = Conversation(**{**defaults, **columns})
    db.add(row)
    db.flush()
    for number, text in enumerate(said, start=1):
        a_message(db, row.id, student.user_id, number, text, by_student=True, at=at)
    return row.id


def a_message(
    db: Session,
    conversation_id: ConversationId,
    author_id: UserId,
    number: int,
    words: str,
    *,
    by_student: bool = False,
    at: datetime = NOW,
) -> MessageId:
    """Add a message, without counting it in its conversation."""
    message = ConversationMessage(
        id=MessageId(new_uuid()),
        conversation_id=conversation_id,
        number=number,
        author_id=author_id,
        by_student=by_student,
        words=words,
        sent_at=at,
    )
    db.add(message)
    db.flush()
    return message.id
