"""The pages of instructors and admins: the inbox, one question, and what admins take out of sight."""

from urllib.parse import urlencode

from fastapi import Response

from app.conversations import answering, domain, moderating, staff_queries
from app.conversations.errors import ConversationClosed, MessageNotSent, MessageRemoved
from app.conversations.forms import ClosingForm, InboxChoice, QuestionAnswerForm, RemovalForm
from app.conversations.staff_queries import InboxFilter
from app.db.paging import page_number
from app.kit.errors import Invalid, Refused
from app.kit.ids import ConversationId, MessageId
from app.kit.messages import msg
from app.web.access import ADMIN, STAFF
from app.web.form_pages import form_page
from app.web.forms import Submission, Submitted
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages()


@pages.get("/teach/questions", name="conversations.inbox", access=STAFF)
def show_inbox(visit: Visit) -> Response:
    query = visit.request.query_params
    choice = InboxChoice.of(query.get("which"), query.get("q"))
    which, text, number = choice.which, choice.text, page_number(query.get("page"))
    with visit.database.read() as db:
        page = staff_queries.inbox(
            db, visit.actor, which=which, text=text, number=number, now=visit.now
        )
    base = visit.url("conversations.inbox")

    def link(to: int = 1, view: str = which) -> str:
        query = {"which": str(view), "q": text, "page": str(to) if to > 1 else ""}
        return f"{base}?{urlencode({name: value for name, value in query.items() if value})}"

    return visit.render(
        "conversations/inbox.html",
        page=page,
        which=which,
        views=tuple(InboxFilter),
        text=text,
        link=link,
    )


@pages.get("/teach/questions/{conversation_id}", name="conversations.show", access=STAFF)
def show_question(visit: Visit, conversation_id: ConversationId) -> Response:
    return _thread(visit, conversation_id)


@pages.post("/teach/questions/{conversation_id}/answer", name="conversations.answer", access=STAFF)
def answer(visit: Visit, conversation_id: ConversationId, submitted: Submitted) -> Response:
    try:
        form = QuestionAnswerForm.read(submitted)
        with visit.database.write() as db:
            if visit.is_first(db, submitted):
                answering.answer(
                    db,
                    visit.actor,
                    conversation_id,
                    words=form.answer,
                    seen=form.seen,
                    now=visit.now,
                )
    except (Invalid, MessageNotSent) as refused:
        return _thread(visit, conversation_id, submitted, refused)
    to = visit.url("conversations.show", conversation_id=conversation_id)
    return visit.redirect(
        to, flash=msg("Your answer is sent. The student gets a mail and a notice.")
    )


@pages.get(
    "/admin/questions/{conversation_id}/messages/{message_id}/remove",
    name="conversations.remove",
    access=ADMIN,
)
def show_removal(visit: Visit, conversation_id: ConversationId, message_id: MessageId) -> Response:
    return _removal(visit, conversation_id, message_id)


@pages.post(
    "/admin/questions/{conversation_id}/messages/{message_id}/remove",
    name="conversations.remove.post",
    access=ADMIN,
)
def remove(
    visit: Visit, conversation_id: ConversationId, message_id: MessageId, submitted: Submitted
) -> Response:
    try:
        form = RemovalForm.read(submitted)
        with visit.database.write() as db:
            moderating.remove_message(
                db, visit.actor, conversation_id, message_id, reason=form.reason, now=visit.now
            )
    except (Invalid, MessageRemoved) as refused:
        return _removal(visit, conversation_id, message_id, submitted, refused)
    to = visit.url("conversations.show", conversation_id=conversation_id)
    return visit.redirect(to, flash=msg("The message is removed. Its writer gets a mail."))


@pages.get("/admin/questions/{conversation_id}/close", name="conversations.end", access=ADMIN)
def show_closing(visit: Visit, conversation_id: ConversationId) -> Response:
    return _closing(visit, conversation_id)


@pages.post("/admin/questions/{conversation_id}/close", name="conversations.end.post", access=ADMIN)
def close(visit: Visit, conversation_id: ConversationId, submitted: Submitted) -> Response:
    try:
        form = ClosingForm.read(submitted)
        with visit.database.write() as db:
            moderating.close_for_good(
                db, visit.actor, conversation_id, reason=form.reason, now=visit.now
            )
    except (Invalid, ConversationClosed) as refused:
        return _closing(visit, conversation_id, submitted, refused)
    to = visit.url("conversations.show", conversation_id=conversation_id)
    return visit.redirect(to, flash=msg("The question is closed. The student gets a mail."))


def _thread(
    visit: RequestContext,
    conversation_id: ConversationId,
    submitted: Submission | None = None,
    refused: Refused | None = None,
) -> Response:
    with visit.database.read() as db:
        thread = staff_queries.staff_thread(db, visit.actor, conversation_id, now=visit.now)
    return form_page(
        visit,
        "conversations/thread.html",
        submitted,
        refused,
        page=thread,
        longest=domain.LONGEST_MESSAGE,
    )


def _removal(
    visit: RequestContext,
    conversation_id: ConversationId,
    message_id: MessageId,
    submitted: Submission | None = None,
    refused: Refused | None = None,
) -> Response:
    with visit.database.read() as db:
        thread, message = staff_queries.staff_message(
            db, visit.actor, conversation_id, message_id, now=visit.now
        )
    return form_page(
        visit, "conversations/remove.html", submitted, refused, page=thread, message=message
    )


def _closing(
    visit: RequestContext,
    conversation_id: ConversationId,
    submitted: Submission | None = None,
    refused: Refused | None = None,
) -> Response:
    with visit.database.read() as db:
        thread = staff_queries.staff_thread(db, visit.actor, conversation_id, now=visit.now)
    return form_page(visit, "conversations/close.html", submitted, refused, page=thread)
