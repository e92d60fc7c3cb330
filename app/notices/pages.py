"""Pages of a person's own notices. Opening a notice changes nothing (R-081); a POST marks it as
read. A script sends it when the page opens, and a button does where scripts do not run."""

from fastapi import Response

from app.db.paging import page_number
from app.kit.ids import NoticeId
from app.kit.messages import msg
from app.notices import queries, service
from app.notices.forms import ReadAllForm
from app.notices.rendering import letter_of, lines
from app.web.access import SIGNED_IN
from app.web.forms import ButtonForm, Submitted
from app.web.request_context import Visit
from app.web.routing import Pages

pages = Pages(prefix="/notices")


@pages.get("", name="notices.list", access=SIGNED_IN)
def show_notices(visit: Visit) -> Response:
    number = page_number(visit.request.query_params.get("page"))
    with visit.database.read() as db:
        own = queries.own_notices(db, visit.actor, number=number, now=visit.now)
    return visit.render("notices/list.html", own=own, lines=lines(visit, own.page.rows))


@pages.post("/read", name="notices.read_all", access=SIGNED_IN)
def mark_all_read(visit: Visit, submitted: Submitted) -> Response:
    form = ReadAllForm.read(submitted)
    with visit.database.write() as db:
        service.mark_all_read(db, visit.actor, until=form.until, now=visit.now)
    return visit.redirect(visit.url("notices.list"), flash=msg("Your notices are marked as read."))


@pages.get("/{notice_id}", name="notices.show", access=SIGNED_IN)
def show_notice(visit: Visit, notice_id: NoticeId) -> Response:
    with visit.database.read() as db:
        notice = queries.own_notice(db, visit.actor, notice_id, now=visit.now)
    return visit.render("notices/one.html", notice=notice, letter=letter_of(visit, notice))


@pages.post("/{notice_id}/read", name="notices.read", access=SIGNED_IN)
def mark_read(visit: Visit, submitted: Submitted, notice_id: NoticeId) -> Response:
    ButtonForm.read(submitted)
    with visit.database.write() as db:
        service.mark_read(db, visit.actor, notice_id, now=visit.now)
    return visit.redirect(visit.url("notices.list"), flash=msg("The notice is marked as read."))
