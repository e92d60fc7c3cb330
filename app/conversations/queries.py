"""A student's own questions. Nobody reads another's here."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.conversations import domain, policy
from app.conversations.domain import AskedPlace, ConversationState
from app.conversations.models import Conversation
from app.conversations.threads import Thread, first_words_of, place_of, standing_of, thread_of
from app.db.paging import PAGE_SIZE, Page, page_of
from app.enrolments.queries import place_on
from app.kit.actor import Actor, require
from app.kit.errors import NotFound
from app.kit.ids import ConversationId


@dataclass(frozen=True, slots=True)
class OwnConversationRow:
    """One of a student's questions. `first_words` begins it, or is empty if it was removed. `unread` counts
    the messages that the student has not read."""

    conversation_id: ConversationId
    place: AskedPlace
    state: ConversationState
    first_words: str = field(repr=False)
    changed_at: datetime
    unread: int


def own_conversations(db: Session, actor: Actor, *, number: int) -> Page[OwnConversationRow]:
    """Return one page of the actor's questions in two statements: open ones first, then the newest."""
    require(policy.may_ask(actor))
    mine = Conversation.student_id == actor.user_id
    total = db.scalar(select(func.count()).select_from(Conversation).where(mine)) or 0
    is_open = case((Conversation.state == ConversationState.open, 0), else_=1)
    rows = db.execute(
        select(Conversation, first_words_of())
        .where(mine)
        .order_by(is_open, Conversation.changed_at.desc(), Conversation.id)
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    )
    return page_of([_own_row(row, words or "") for row, words in rows], number=number, total=total)


def own_conversation(db: Session, actor: Actor, conversation_id: ConversationId) -> Thread:
    """Return one of the actor's questions. Raise NotFound for one of another person."""
    require(policy.may_ask(actor))
    row = db.get(Conversation, conversation_id)
    if row is None or row.student_id != actor.user_id:
        raise NotFound
    holds_place = place_on(db, actor.user_id, row.course_key) is not None
    return thread_of(
        db,
        row,
        actor.user_id,
        student=actor.name,
        reads_removed=False,
        writing=domain.reply_refusal(standing_of(row), holds_place=holds_place),
        by_academy=False,
    )


def _own_row(row: Conversation, first_words: str) -> OwnConversationRow:
    return OwnConversationRow(
        row.id,
        place_of(row),
        row.state,
        first_words,
        row.changed_at,
        row.messages - row.student_seen,
    )
