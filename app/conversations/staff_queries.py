"""The inbox of instructors and admins: the questions that they may see."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from app.accounts.person_columns import PEOPLE, PERSON
from app.conversations import domain, policy
from app.conversations.domain import AskedPlace, ConversationState
from app.conversations.models import Conversation, ConversationMessage
from app.conversations.threads import (
    Thread,
    ThreadMessage,
    first_words_of,
    place_of,
    standing_of,
    thread_of,
)
from app.conversations.visibility import visible_to
from app.db.paging import PAGE_SIZE, Page, page_of
from app.db.search_texts import holds_words
from app.kit.actor import Actor, require
from app.kit.errors import NotFound
from app.kit.ids import ConversationId, MessageId
from app.kit.labelled_enum import LabelledEnum
from app.kit.messages import msg


class InboxFilter(LabelledEnum):
    """The views of the inbox. `mine` are those that the reader has answered."""

    all = "all", msg("All")
    open = "open", msg("Waiting")
    answered = "answered", msg("Answered")
    closed = "closed", msg("Closed")
    mine = "mine", msg("Answered by me")


STATES: Final[Mapping[InboxFilter, ConversationState]] = {
    InboxFilter.answered: ConversationState.answered,
    InboxFilter.closed: ConversationState.closed,
}
_WAITS: Final = and_(Conversation.state == ConversationState.open, ~PERSON.is_closed)
"""A question waits for an answer. That of a closed account does not: nobody would read it."""


@dataclass(frozen=True, slots=True)
class InboxRow:
    """`first_words` begins the question, or is empty if it was removed."""

    conversation_id: ConversationId
    student: str = field(repr=False)
    place: AskedPlace
    state: ConversationState
    first_words: str = field(repr=False)
    waits_since: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class WaitingQuestions:
    """How many questions wait for an answer, and since when the first does."""

    count: int
    oldest_at: datetime


def inbox(
    db: Session, actor: Actor, *, which: InboxFilter, text: str, number: int, now: datetime
) -> Page[InboxRow]:
    """Return one page in two statements: questions that wait, the oldest first, then the others, the newest
    first."""
    require(policy.may_see_inbox(actor))
    matching = _matching(actor, which, text)
    total = db.scalar(_seen(actor, now).with_only_columns(func.count()).where(*matching)) or 0
    rows = db.execute(
        _seen(actor, now)
        .with_only_columns(Conversation, PERSON.name, first_words_of())
        .where(*matching)
        .order_by(
            case((_WAITS, 0), else_=1),
            case((_WAITS, Conversation.waits_since)),
            Conversation.changed_at.desc(),
            Conversation.id,
        )
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    )
    shown = [_row(row, name, words or "") for row, name, words in rows]
    return page_of(shown, number=number, total=total)


def staff_thread(
    db: Session, actor: Actor, conversation_id: ConversationId, *, now: datetime
) -> Thread:
    """Return a conversation for the staff, in two statements. Raise NotFound for one that this person does
    not see."""
    require(policy.may_see_inbox(actor))
    seen_row = db.execute(
        _seen(actor, now)
        .with_only_columns(Conversation, PERSON.name, PERSON.is_closed)
        .where(Conversation.id == conversation_id)
    ).one_or_none()
    if seen_row is None:
        raise NotFound
    row, name, is_closed = seen_row
    return thread_of(
        db,
        row,
        actor.user_id,
        student=name,
        reads_removed=actor.is_admin,
        writing=domain.answer_refusal(standing_of(row), is_account_closed=is_closed),
        by_academy=True,
    )


def staff_message(
    db: Session,
    actor: Actor,
    conversation_id: ConversationId,
    message_id: MessageId,
    *,
    now: datetime,
) -> tuple[Thread, ThreadMessage]:
    """Return a conversation and one message of it. Raise NotFound."""
    thread = staff_thread(db, actor, conversation_id, now=now)
    for message in thread.messages:
        if message.message_id == message_id:
            return thread, message
    raise NotFound


def sees(db: Session, actor: Actor, conversation_id: ConversationId, *, now: datetime) -> bool:
    """Return whether this person of the staff sees a conversation."""
    seen = _seen(actor, now).where(Conversation.id == conversation_id)
    return policy.may_see_inbox(actor) and db.scalar(seen) is not None


def waiting_questions(db: Session, actor: Actor, *, now: datetime) -> WaitingQuestions | None:
    """Return how many questions wait that this person may answer, or None if there are none: an admin sees
    all but their own. One statement, for their home page."""
    count, oldest_at = db.execute(
        _seen(actor, now)
        .with_only_columns(func.count(), func.min(Conversation.waits_since))
        .where(_WAITS)
    ).one()
    return WaitingQuestions(count, oldest_at) if count else None


def _seen(actor: Actor, now: datetime) -> Select[Any]:
    """Return the conversations that this person sees, joined with their students."""
    return (
        select(Conversation.id)
        .join(PEOPLE, PERSON.id == Conversation.student_id)
        .where(visible_to(actor, now=now))
    )


def _matching(actor: Actor, which: InboxFilter, text: str) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if which is InboxFilter.mine:
        conditions.append(_written_by(actor))
    elif which is InboxFilter.open:
        conditions.append(_WAITS)
    elif which in STATES:
        conditions.append(Conversation.state == STATES[which])
    if text:
        said = select(ConversationMessage.conversation_id).where(
            ConversationMessage.removed_at.is_(None),
            holds_words(ConversationMessage.search_text, text),
        )
        conditions.append(or_(holds_words(PERSON.search_text, text), Conversation.id.in_(said)))
    return conditions


def _written_by(actor: Actor) -> ColumnElement[bool]:
    return Conversation.id.in_(
        select(ConversationMessage.conversation_id).where(
            ConversationMessage.author_id == actor.user_id,
            ConversationMessage.by_student.is_(False),
        )
    )


def _row(row: Conversation, student: str, first_words: str) -> InboxRow:
    return InboxRow(
        row.id, student, place_of(row), row.state, first_words, row.waits_since, row.changed_at
    )
