"""Use-cases of admins: removing a message, and closing a question for good."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.conversations import domain, policy
from app.conversations.domain import ConversationState
from app.conversations.errors import ConversationClosed, MessageRemoved
from app.conversations.models import Conversation, ConversationMessage
from app.conversations.staff_queries import sees
from app.conversations.steps.telling import tell_of_moderation
from app.conversations.steps.writing import lock_conversation
from app.conversations.threads import standing_of
from app.kit.actor import Actor, require
from app.kit.errors import NotFound
from app.kit.ids import ConversationId, MessageId


def remove_message(
    db: Session,
    actor: Actor,
    conversation_id: ConversationId,
    message_id: MessageId,
    *,
    reason: str,
    now: datetime,
) -> None:
    """Take a message out of sight. Its student and instructors read that the academy removed it, and why;
    admins still read its words. Raise NotFound or MessageRemoved."""
    require(policy.may_moderate(actor))
    row = _visible(db, actor, conversation_id, now)
    message = db.scalars(
        select(ConversationMessage).where(
            ConversationMessage.id == message_id,
            ConversationMessage.conversation_id == conversation_id,
        )
    ).one_or_none()
    if message is None:
        raise NotFound
    refusal = domain.removal_refusal(is_removed=message.removed_at is not None)
    if refusal is not None:
        raise MessageRemoved(refusal)
    message.removed_at, message.removed_by, message.removal_reason = now, actor.user_id, reason
    if message.author_id != actor.user_id:
        tell_of_moderation(db, row, message.author_id, "removed", now=now)
    _record(db, actor, row, "conversation.message_removed", reason, now)


def close_for_good(
    db: Session, actor: Actor, conversation_id: ConversationId, *, reason: str, now: datetime
) -> None:
    """Close a question so that nobody can write in it any more. Raise NotFound or ConversationClosed."""
    require(policy.may_moderate(actor))
    row = _visible(db, actor, conversation_id, now)
    refusal = domain.closing_refusal(standing_of(row), by_academy=True)
    if refusal is not None:
        raise ConversationClosed(refusal)
    row.state, row.changed_at = ConversationState.closed, now
    row.closed_at, row.closed_by, row.close_reason = now, actor.user_id, reason
    tell_of_moderation(db, row, row.student_id, "closed", now=now)
    _record(db, actor, row, "conversation.closed", reason, now)


def _visible(
    db: Session, actor: Actor, conversation_id: ConversationId, now: datetime
) -> Conversation:
    row = lock_conversation(db, conversation_id)
    if not sees(db, actor, conversation_id, now=now):
        raise NotFound
    return row


def _record(
    db: Session, actor: Actor, row: Conversation, act: str, reason: str, now: datetime
) -> None:
    audit.record(
        db,
        actor.user_id,
        act,
        now=now,
        subject_kind="conversation",
        subject_id=row.id,
        person_id=row.student_id,
        reason=reason,
    )
