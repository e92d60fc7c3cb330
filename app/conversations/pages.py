"""A student's pages: asking about a section of a lesson, their questions, and one of them."""

from fastapi import Response

from app.conversations import asking_reader, domain, queries, service
from app.conversations.asking_reader import AskingPage
from app.conversations.errors import ConversationClosed, MessageNotSent
from app.conversations.forms import AskForm, ReplyForm
from app.conversations.threads import Thread
from app.db.paging import page_number
from app.kit.errors import Invalid, Refused, TooMany
from app.kit.ids import ConversationId
from app.kit.messages import msg
from app.learning.errors import ModuleLocked
from app.web.access import STUDENT
from app.web.errors import status_of
from app.web.form_pages import form_page
from app.web.forms import ButtonForm, Submission, Submitted
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages()
ASK = "/learn/{course_key}/lessons/{lesson_key}/ask"


@pages.get(ASK, name="conversations.ask", access=STUDENT)
def show_form(visit: Visit, course_key: str, lesson_key: str) -> Response:
    """Show the form. `?section=` preselects a section for people who come from it."""
    try:
        with visit.database.read() as db:
            page = asking_reader.asking_page(db, visit.actor, course_key, lesson_key)
    except ModuleLocked as refused:
        return _show_lock(visit, refused)
    values = {"section": visit.request.query_params.get("section", "")[: domain.LONGEST_ANCHOR]}
    return _form(visit, page, values=values)


@pages.post(ASK, name="conversations.ask.post", access=STUDENT)
def ask(visit: Visit, course_key: str, lesson_key: str, submitted: Submitted) -> Response:
    try:
        form = AskForm.read(submitted)
        with visit.database.write() as db:

            def effect() -> str:
                conversation_id = service.ask(
                    db,
                    visit.actor,
                    course_key,
                    lesson_key,
                    section=form.section,
                    words=form.question,
                    now=visit.now,
                )
                return visit.url("conversations.own_thread", conversation_id=conversation_id)

            to = visit.once(db, submitted, effect)
    except ModuleLocked as refused:
        return _show_lock(visit, refused)
    except (Invalid, MessageNotSent, TooMany) as refused:
        return _form_again(visit, course_key, lesson_key, submitted, refused)
    sent = msg("Your question is sent. You get a mail and a notice when an instructor answers.")
    return visit.redirect(to, flash=sent)


@pages.get("/questions", name="conversations.own", access=STUDENT)
def show_own(visit: Visit) -> Response:
    number = page_number(visit.request.query_params.get("page"))
    with visit.database.read() as db:
        page = queries.own_conversations(db, visit.actor, number=number)
    return visit.render("conversations/own.html", page=page)


@pages.get("/questions/new", name="conversations.choose", access=STUDENT)
def choose_lesson(visit: Visit) -> Response:
    """Show the lessons that can be asked about."""
    with visit.database.read() as db:
        page = asking_reader.courses_to_ask_about(db, visit.actor)
    return visit.render("conversations/choose.html", page=page)


@pages.get("/questions/{conversation_id}", name="conversations.own_thread", access=STUDENT)
def show_thread(visit: Visit, conversation_id: ConversationId) -> Response:
    return _thread(visit, conversation_id)


@pages.post("/questions/{conversation_id}/reply", name="conversations.reply", access=STUDENT)
def reply(visit: Visit, conversation_id: ConversationId, submitted: Submitted) -> Response:
    try:
        form = ReplyForm.read(submitted)
        with visit.database.write() as db:
            if visit.is_first(db, submitted):
                service.reply(
                    db,
                    visit.actor,
                    conversation_id,
                    words=form.reply,
                    seen=form.seen,
                    now=visit.now,
                )
    except (Invalid, MessageNotSent, TooMany) as refused:
        return _thread(visit, conversation_id, submitted, refused)
    to = visit.url("conversations.own_thread", conversation_id=conversation_id)
    return visit.redirect(to, flash=msg("Your message is sent."))


@pages.post("/questions/{conversation_id}/close", name="conversations.close", access=STUDENT)
def close(visit: Visit, conversation_id: ConversationId, submitted: Submitted) -> Response:
    ButtonForm.read(submitted)
    try:
        with visit.database.write() as db:
            service.close(db, visit.actor, conversation_id, now=visit.now)
    except ConversationClosed as refused:
        return _thread(visit, conversation_id, submitted, refused)
    to = visit.url("conversations.own_thread", conversation_id=conversation_id)
    return visit.redirect(
        to, flash=msg("The question is closed. Write in it at any time to open it again.")
    )


def _thread(
    visit: RequestContext,
    conversation_id: ConversationId,
    submitted: Submission | None = None,
    refused: Refused | None = None,
) -> Response:
    with visit.database.read() as db:
        thread = queries.own_conversation(db, visit.actor, conversation_id)
    if submitted is None:
        _note_seen(visit, thread)
    return form_page(
        visit,
        "conversations/own_thread.html",
        submitted,
        refused,
        page=thread,
        longest=domain.LONGEST_MESSAGE,
    )


def _note_seen(visit: RequestContext, thread: Thread) -> None:
    """Note after the page that its messages are read, if there is something to note."""
    if not thread.unread:
        return
    actor, conversation_id, seen = visit.actor, thread.conversation_id, thread.seen
    visit.database.later.add(
        lambda db: service.mark_seen(db, actor, conversation_id, seen=seen),
        key=("conversation read", conversation_id),
    )


def _form(
    visit: RequestContext,
    page: AskingPage,
    submitted: Submission | None = None,
    refused: Refused | None = None,
    *,
    values: dict[str, str] | None = None,
    may_send: bool = True,
) -> Response:
    return form_page(
        visit,
        "conversations/ask.html",
        submitted,
        refused,
        values=values,
        page=page,
        longest=domain.LONGEST_MESSAGE,
        may_send=may_send,
    )


def _form_again(
    visit: RequestContext,
    course_key: str,
    lesson_key: str,
    submitted: Submission,
    refused: Refused,
) -> Response:
    """Show the form with what was typed. Who has no place any more reads the lesson as it is now."""
    is_over = refused.reason == domain.PLACE_ENDED.reason
    read = asking_reader.past_asking_page if is_over else asking_reader.asking_page
    with visit.database.read() as db:
        page = read(db, visit.actor, course_key, lesson_key)
    return _form(visit, page, submitted, refused, may_send=not is_over)


def _show_lock(visit: RequestContext, refused: ModuleLocked) -> Response:
    return visit.render("learning/locked.html", status=status_of(refused), page=refused)
