"""The office's page of mails and follow-up work that were not delivered: try again, dismiss, take back."""

from collections.abc import Mapping, Sequence

from fastapi import Response

from app.db.paging import page_number
from app.home import service
from app.home.forms import UndeliveredForm
from app.home.undelivered import undelivered
from app.kit.ids import EventId
from app.kit.messages import Message, msg, msgs
from app.notices.rendering import UNREADABLE
from app.outbox.queries import ShownEvents, UndeliveredEvent
from app.retention.rules import RULE
from app.web.access import ADMIN
from app.web.forms import Submitted, filter_value
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages(prefix="/admin/outbox")


@pages.get("", name="home.outbox", access=ADMIN)
def show_outbox(visit: Visit) -> Response:
    query = visit.request.query_params
    refusal = msg("There is no such list of undelivered mails. Choose one of the lists.")
    shown = filter_value(query.get("show"), ShownEvents, refusal)
    number = page_number(query.get("page"))
    with visit.database.read() as db:
        page = undelivered(db, visit.actor, shown=shown, number=number, now=visit.now)
    return visit.render(
        "home/outbox.html",
        page=page,
        subjects=_subjects(visit, page.events.rows.rows),
        rule=RULE["mails_given_up"],
    )


@pages.post("/again", name="home.try_again", access=ADMIN)
def try_again(visit: Visit, submitted: Submitted) -> Response:
    form = UndeliveredForm.read(submitted)
    with visit.database.write() as db:
        if form.every:
            count = service.try_all_again(db, visit.actor, now=visit.now)
        else:
            count = service.try_again(db, visit.actor, form.chosen(), now=visit.now)
    return _back(
        visit, form, count, msgs("{n} is tried again now.", "{n} are tried again now.", count)
    )


@pages.post("/dismiss", name="home.dismiss", access=ADMIN)
def dismiss(visit: Visit, submitted: Submitted) -> Response:
    form = UndeliveredForm.read(submitted)
    with visit.database.write() as db:
        count = service.dismiss(db, visit.actor, form.chosen(), now=visit.now)
    said = msgs(
        "{n} mail is dismissed. It stays under “Dismissed”, from where you can take it back.",
        "{n} mails are dismissed. They stay under “Dismissed”, from where you can take them back.",
        count,
    )
    return _back(visit, form, count, said)


@pages.post("/restore", name="home.restore", access=ADMIN)
def restore(visit: Visit, submitted: Submitted) -> Response:
    form = UndeliveredForm.read(submitted)
    with visit.database.write() as db:
        count = service.restore(db, visit.actor, form.chosen(), now=visit.now)
    return _back(
        visit, form, count, msgs("{n} mail is taken back.", "{n} mails are taken back.", count)
    )


def _back(visit: RequestContext, form: UndeliveredForm, count: int, said: Message) -> Response:
    here = f"{visit.url('home.outbox')}?show={form.show.value}"
    if count:
        return visit.redirect(here, flash=said)
    nothing = msg(
        "Nothing was done: no row was ticked to which this applies. Follow-up work cannot be dismissed."
    )
    return visit.redirect(here, flash=nothing, kind="info")


def _subjects(visit: RequestContext, events: Sequence[UndeliveredEvent]) -> Mapping[EventId, str]:
    """Return the subjects of mails in the language of the reader. One that this version cannot read has the
    name of its template."""
    subjects = {}
    for mail in events:
        if not mail.template:
            continue
        try:
            subjects[mail.id] = visit.app_context.letters.subject(
                mail.template, mail.values, visit.words
            )
        except UNREADABLE:
            subjects[mail.id] = mail.template
    return subjects
