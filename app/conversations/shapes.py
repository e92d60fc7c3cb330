"""What the API says of a question with its messages, to the student and to the staff."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from app.conversations.domain import ConversationState
from app.conversations.threads import Thread
from app.kit.ids import ConversationId, MessageId


class QuestionMessageShape(BaseModel):
    """A message. `removal_reason` says why the academy removed it; its `words` are null then, except for
    admins."""

    model_config = ConfigDict(from_attributes=True)

    message_id: MessageId
    number: int
    author: str
    by_student: bool
    words: str | None
    sent_at: datetime
    removal_reason: str | None


class QuestionThreadShape(BaseModel):
    """A question with its messages. `refusal` is the reason why the caller cannot write in it, or null."""

    id: ConversationId
    course: str
    lesson: str
    section: str | None
    state: ConversationState
    close_reason: str | None
    refusal: str | None
    messages: list[QuestionMessageShape]


def thread_shape(thread: Thread) -> QuestionThreadShape:
    """Return a question with its messages as the API says it."""
    place = thread.place
    return QuestionThreadShape(
        id=thread.conversation_id,
        course=place.course_key,
        lesson=place.lesson_key,
        section=place.section.anchor if place.section else None,
        state=thread.state,
        close_reason=thread.close_reason,
        refusal=thread.writing.reason if thread.writing else None,
        messages=[QuestionMessageShape.model_validate(message) for message in thread.messages],
    )
