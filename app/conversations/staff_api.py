"""JSON routes of instructors and admins: the inbox, one question, answering and closing it, with the same
use-cases as the pages."""

from datetime import datetime
from typing import Annotated

from fastapi import Header, Response
from pydantic import BaseModel, Field

from app.conversations import answering, moderating, staff_queries
from app.conversations.domain import MOST_MESSAGES, ConversationState
from app.conversations.forms import InboxChoice, MessageWords, Reason
from app.conversations.shapes import QuestionThreadShape, thread_shape
from app.conversations.staff_queries import InboxRow
from app.db.paging import page_number
from app.kit.ids import ConversationId
from app.web.access import ADMIN, STAFF
from app.web.forms import Submission
from app.web.json_body import JsonBody
from app.web.request_context import Visit
from app.web.routing import Api

api = Api("/api/v1", tags=["questions"])


class QuestionAnswerIn(JsonBody):
    """An answer. `seen` is the number of messages that its writer has read."""

    answer: MessageWords
    seen: Annotated[int, Field(ge=0, le=MOST_MESSAGES)]


class QuestionClosingIn(JsonBody):
    """Why a question is closed for good."""

    reason: Reason


class InboxLineShape(BaseModel):
    """A question in the inbox. `waits_since` counts while its `state` is open."""

    id: ConversationId
    student: str
    course: str
    lesson: str
    lesson_title: str
    section: str | None
    section_title: str | None
    state: ConversationState
    first_words: str
    waits_since: datetime
    changed_at: datetime


class InboxShape(BaseModel):
    """One page: questions that wait for an answer first, the oldest of them first."""

    questions: list[InboxLineShape]
    page: int
    pages: int
    total: int


class StaffQuestionShape(BaseModel):
    """A question as the staff read it. `thread.refusal` is the reason why nobody can answer, or null."""

    student: str
    thread: QuestionThreadShape


@api.get(
    "/teach/questions", name="api.conversations.inbox", access=STAFF, response_model=InboxShape
)
def list_inbox(
    visit: Visit, which: str | None = None, q: str | None = None, page: str | None = None
) -> InboxShape:
    """The questions that the caller may answer: `which` is all, open, answered, closed or mine."""
    choice = InboxChoice.of(which, q)
    with visit.database.read() as db:
        inbox = staff_queries.inbox(
            db,
            visit.actor,
            which=choice.which,
            text=choice.text,
            number=page_number(page),
            now=visit.now,
        )
    return InboxShape(
        questions=[_line(row) for row in inbox.rows],
        page=inbox.number,
        pages=inbox.count,
        total=inbox.total,
    )


@api.get(
    "/teach/questions/{conversation_id}",
    name="api.conversations.read",
    access=STAFF,
    response_model=StaffQuestionShape,
)
def read_question(visit: Visit, conversation_id: ConversationId) -> StaffQuestionShape:
    """One question with its messages, for the staff."""
    with visit.database.read() as db:
        thread = staff_queries.staff_thread(db, visit.actor, conversation_id, now=visit.now)
    return StaffQuestionShape(student=thread.student, thread=thread_shape(thread))


@api.post(
    "/teach/questions/{conversation_id}/answers",
    name="api.conversations.answer",
    access=STAFF,
    status_code=204,
)
def answer_question(
    visit: Visit,
    conversation_id: ConversationId,
    message: QuestionAnswerIn,
    idempotency_key: Annotated[str, Header()] = "",
) -> Response:
    """Answer a question. The same `Idempotency-Key` within 24 hours answers once."""
    body = f"{conversation_id}\n{message.model_dump_json()}"
    with visit.database.write() as db:
        if visit.is_first(db, Submission(idempotency_key=idempotency_key, body=body)):
            answering.answer(
                db,
                visit.actor,
                conversation_id,
                words=message.answer,
                seen=message.seen,
                now=visit.now,
            )
    return Response(status_code=204)


@api.post(
    "/admin/questions/{conversation_id}/close",
    name="api.conversations.end",
    access=ADMIN,
    status_code=204,
)
def end_question(
    visit: Visit, conversation_id: ConversationId, closing: QuestionClosingIn
) -> Response:
    """Close a question for good: nobody can write in it any more."""
    with visit.database.write() as db:
        moderating.close_for_good(
            db, visit.actor, conversation_id, reason=closing.reason, now=visit.now
        )
    return Response(status_code=204)


def _line(row: InboxRow) -> InboxLineShape:
    section = row.place.section
    return InboxLineShape(
        id=row.conversation_id,
        student=row.student,
        course=row.place.course_key,
        lesson=row.place.lesson_key,
        lesson_title=row.place.lesson_title,
        section=section.anchor if section else None,
        section_title=section.title if section else None,
        state=row.state,
        first_words=row.first_words,
        waits_since=row.waits_since,
        changed_at=row.changed_at,
    )
