"""JSON routes of a student's own questions, with the same use-cases as the pages."""

from datetime import datetime
from typing import Annotated

from fastapi import Header, Response
from pydantic import BaseModel, Field

from app.conversations import queries, service
from app.conversations.domain import (
    LONGEST_ANCHOR,
    MOST_MESSAGES,
    ConversationState,
)
from app.conversations.forms import MessageWords
from app.conversations.queries import OwnConversationRow
from app.conversations.shapes import QuestionThreadShape, thread_shape
from app.db.paging import page_number
from app.kit.ids import ConversationId
from app.web.access import STUDENT
from app.web.forms import Submission
from app.web.json_body import JsonBody
from app.web.request_context import Visit
from app.web.routing import Api

api = Api("/api/v1/questions", tags=["questions"])


class QuestionIn(JsonBody):
    """A question about a section of a lesson, named by its anchor, or about the whole lesson for null."""

    course: Annotated[str, Field(max_length=64)]
    lesson: Annotated[str, Field(max_length=64)]
    section: Annotated[str, Field(max_length=LONGEST_ANCHOR)] | None = None
    question: MessageWords


class QuestionReplyIn(JsonBody):
    """What the student writes on. `seen` is the number of messages that they have read."""

    reply: MessageWords
    seen: Annotated[int, Field(ge=0, le=MOST_MESSAGES)] | None = None


class QuestionShape(BaseModel):
    """One of the caller's questions. `section` is null for the whole lesson; `unread` counts messages."""

    id: ConversationId
    course: str
    lesson: str
    lesson_title: str
    section: str | None
    section_title: str | None
    state: ConversationState
    changed_at: datetime
    unread: int


class QuestionsShape(BaseModel):
    """One page: questions that wait for an answer first, then the newest."""

    questions: list[QuestionShape]
    page: int
    pages: int
    total: int


class QuestionAskedShape(BaseModel):
    id: ConversationId


@api.get("", name="api.conversations.list", access=STUDENT, response_model=QuestionsShape)
def list_questions(visit: Visit, page: str | None = None) -> QuestionsShape:
    """The caller's questions to instructors."""
    with visit.database.read() as db:
        own = queries.own_conversations(db, visit.actor, number=page_number(page))
    return QuestionsShape(
        questions=[_line(row) for row in own.rows],
        page=own.number,
        pages=own.count,
        total=own.total,
    )


@api.get(
    "/{conversation_id}",
    name="api.conversations.show",
    access=STUDENT,
    response_model=QuestionThreadShape,
)
def show_question(visit: Visit, conversation_id: ConversationId) -> QuestionThreadShape:
    """One of the caller's questions with its messages. Reading it here does not mark it as read."""
    with visit.database.read() as db:
        return thread_shape(queries.own_conversation(db, visit.actor, conversation_id))


@api.post(
    "",
    name="api.conversations.ask",
    access=STUDENT,
    status_code=201,
    response_model=QuestionAskedShape,
)
def ask_question(
    visit: Visit, question: QuestionIn, idempotency_key: Annotated[str, Header()] = ""
) -> QuestionAskedShape:
    """Ask the instructors. The same `Idempotency-Key` within 24 hours asks once."""
    with visit.database.write() as db:

        def effect() -> str:
            return str(
                service.ask(
                    db,
                    visit.actor,
                    question.course,
                    question.lesson,
                    section=question.section,
                    words=question.question,
                    now=visit.now,
                )
            )

        command = Submission(idempotency_key=idempotency_key, body=question.model_dump_json())
        answer = visit.once(db, command, effect)
    return QuestionAskedShape.model_validate({"id": answer})


@api.post(
    "/{conversation_id}/replies", name="api.conversations.reply", access=STUDENT, status_code=204
)
def reply_to_question(
    visit: Visit,
    conversation_id: ConversationId,
    message: QuestionReplyIn,
    idempotency_key: Annotated[str, Header()] = "",
) -> Response:
    """Write on in one's own question. The same `Idempotency-Key` within 24 hours writes once."""
    body = f"{conversation_id}\n{message.model_dump_json()}"
    with visit.database.write() as db:
        if visit.is_first(db, Submission(idempotency_key=idempotency_key, body=body)):
            service.reply(
                db,
                visit.actor,
                conversation_id,
                words=message.reply,
                seen=message.seen,
                now=visit.now,
            )
    return Response(status_code=204)


@api.post(
    "/{conversation_id}/close", name="api.conversations.close", access=STUDENT, status_code=204
)
def close_question(visit: Visit, conversation_id: ConversationId) -> Response:
    """Close one's own question, because it is answered."""
    with visit.database.write() as db:
        service.close(db, visit.actor, conversation_id, now=visit.now)
    return Response(status_code=204)


def _line(row: OwnConversationRow) -> QuestionShape:
    place = row.place
    return QuestionShape(
        id=row.conversation_id,
        course=place.course_key,
        lesson=place.lesson_key,
        lesson_title=place.lesson_title,
        section=place.section.anchor if place.section else None,
        section_title=place.section.title if place.section else None,
        state=row.state,
        changed_at=row.changed_at,
        unread=row.unread,
    )
