"""Invariants of conversations, checked by `preceptor audit`."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.conversations.models import Conversation, ConversationMessage
from app.db.auditing import Check, findings


def problems(db: Session, *, now: datetime) -> list[str]:
    """Return a sentence for each broken invariant."""
    return findings(db, CHECKS, now=now)


def messages_are_counted(db: Session, *, now: datetime) -> list[str]:
    """A conversation counts another number of messages than it has."""
    counted = (
        select(func.count())
        .where(ConversationMessage.conversation_id == Conversation.id)
        .scalar_subquery()
    )
    rows = db.scalars(
        select(Conversation.id).where(Conversation.messages != counted).order_by(Conversation.id)
    )
    return [f"Conversation {row} counts another number of messages than it has." for row in rows]


CHECKS: tuple[Check, ...] = (messages_are_counted,)
