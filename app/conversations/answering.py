"""The use-case of instructors and admins: answering a question."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.queries import person
from app.audit import service as audit
from app.conversations import domain, policy
from app.conversations.domain import ConversationState
from app.conversations.errors import MessageNotSent
from app.conversations.staff_queries import sees
from app.conversations.steps.telling import tell_student
from app.conversations.steps.writing import add_message, lock_conversation, reopen
from app.conversations.threads import standing_of
from app.kit.actor import Actor, require
from app.kit.errors import NotFound
from app.kit.ids import ConversationId


def answer(
    db: Session,
    actor: Actor,
    conversation_id: ConversationId,
    *,
    words: str,
    seen: int,
    now: datetime,
) -> None:
    """Answer a question. `seen` is the number of messages that the page showed: of two who answer at once,
    the later one reads the other's answer first.

    Raises NotFound for a question that the actor does not see, and MessageNotSent with the reason.
    """
    require(policy.may_see_inbox(actor))
    row = lock_conversation(db, conversation_id)
    is_visible = sees(db, actor, conversation_id, now=now)
    if not policy.may_answer(actor, row.student_id, is_visible=is_visible):
        raise NotFound
    is_closed = person(db, row.student_id).is_closed
    refusal = domain.answer_refusal(standing_of(row), is_account_closed=is_closed, seen=seen)
    if refusal is not None:
        raise MessageNotSent(refusal)
    reopen(row)
    row.state = ConversationState.answered
    row.answered_at, row.answered_by = now, actor.user_id
    add_message(db, row, actor.user_id, words, now=now)
    tell_student(db, row, now=now)
    audit.record(
        db,
        actor.user_id,
        "conversation.answered",
        now=now,
        subject_kind="conversation",
        subject_id=row.id,
        person_id=row.student_id,
    )
