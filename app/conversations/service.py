"""Use-cases of a student: asking, writing on, and closing their own question."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.conversations import domain, policy
from app.conversations.asking_reader import asking_page
from app.conversations.domain import ConversationState
from app.conversations.errors import ConversationClosed, MessageNotSent
from app.conversations.models import Conversation
from app.conversations.steps.telling import tell_instructors
from app.conversations.steps.writing import add_message, lock_conversation, reopen
from app.conversations.threads import standing_of
from app.db.rate_limits import Limit, take
from app.enrolments.queries import place_on
from app.kit.actor import Actor, require
from app.kit.errors import NotFound
from app.kit.ids import ConversationId, new_uuid

ASKED: Final = Limit("question asked", 20, timedelta(days=1))
REPLIED: Final = Limit("question reply", 60, timedelta(days=1))


def ask(
    db: Session,
    actor: Actor,
    course_key: str,
    lesson_key: str,
    *,
    section: str | None,
    words: str,
    now: datetime,
) -> ConversationId:
    """Ask about a section of a lesson that is open to the actor, or about the whole lesson for None.

    Raises NotFound, ModuleLocked, MessageNotSent where the place on the course has ended, UnknownSection,
    and TooMany above the questions of a day.
    """
    require(policy.may_ask(actor))
    place = asking_page(db, actor, course_key, lesson_key).asked_place(section)
    take(db, ASKED, str(actor.user_id), now=now)
    row = Conversation(
        id=ConversationId(new_uuid()),
        student_id=actor.user_id,
        course_key=place.course_key,
        course_title=place.course_title,
        lesson_key=place.lesson_key,
        lesson_title=place.lesson_title,
        section_anchor=place.section.anchor if place.section else None,
        section_title=place.section.title if place.section else None,
        language=place.language,
        state=ConversationState.open,
        messages=0,
        student_seen=0,
        asked_at=now,
        changed_at=now,
        waits_since=now,
    )
    db.add(row)
    add_message(db, row, actor.user_id, words, now=now)
    tell_instructors(db, row, now=now)
    return row.id


def reply(
    db: Session,
    actor: Actor,
    conversation_id: ConversationId,
    *,
    words: str,
    seen: int | None,
    now: datetime,
) -> None:
    """Write on in one's own question, which waits for an answer then. `seen` is the number of messages that
    the page showed; None if the caller does not know.

    Raises NotFound, MessageNotSent with the reason, and TooMany above the messages of a day.
    """
    require(policy.may_ask(actor))
    row = _own(db, actor, conversation_id)
    holds_place = place_on(db, actor.user_id, row.course_key) is not None
    refusal = domain.reply_refusal(standing_of(row), holds_place=holds_place, seen=seen)
    if refusal is not None:
        raise MessageNotSent(refusal)
    take(db, REPLIED, str(actor.user_id), now=now)
    if row.state is not ConversationState.open:
        reopen(row)
        row.state, row.waits_since = ConversationState.open, now
        tell_instructors(db, row, now=now)
    add_message(db, row, actor.user_id, words, now=now)


def close(db: Session, actor: Actor, conversation_id: ConversationId, *, now: datetime) -> None:
    """Close one's own question, because it is answered. Raise NotFound or ConversationClosed."""
    require(policy.may_ask(actor))
    row = _own(db, actor, conversation_id)
    refusal = domain.closing_refusal(standing_of(row), by_academy=False)
    if refusal is not None:
        raise ConversationClosed(refusal)
    row.state, row.changed_at = ConversationState.closed, now
    row.closed_at, row.closed_by = now, actor.user_id


def mark_seen(db: Session, actor: Actor, conversation_id: ConversationId, *, seen: int) -> None:
    """Note that the actor has read so many messages of their own question. The page of the question shows
    them first and calls this afterwards."""
    require(policy.may_ask(actor))
    db.execute(
        update(Conversation)
        .where(
            Conversation.id == conversation_id,
            Conversation.student_id == actor.user_id,
            Conversation.student_seen < seen,
            Conversation.messages >= seen,
        )
        .values(student_seen=seen)
        .execution_options(synchronize_session=False)
    )


def _own(db: Session, actor: Actor, conversation_id: ConversationId) -> Conversation:
    row = lock_conversation(db, conversation_id)
    if row.student_id != actor.user_id:
        raise NotFound
    return row
