"""Pages of the mails that were stored instead of sent, because no mail server is set (demo and
tests)."""

from email import message_from_string
from email.message import EmailMessage
from email.policy import default

from fastapi import Response
from fastapi.responses import HTMLResponse

from app.db.paging import page_number
from app.kit.errors import NotFound
from app.kit.ids import EventId
from app.outbox import queries
from app.web.access import EVERYONE
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages(prefix="/dev/mail")
OWN_STYLES_ONLY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; sandbox allow-top-navigation-by-user-activation"
)
"""No scripts and no requests; a mail has its styles on its elements."""


@pages.get("", name="web.mails", access=EVERYONE)
def show_mails(*, visit: Visit) -> Response:
    _demand_demo(visit)
    number = page_number(visit.request.query_params.get("page"))
    with visit.database.read() as db:
        page = queries.kept_mail_page(db, number=number)
    return visit.render("outbox/mails.html", page=page)


@pages.get("/{mail_id}", name="web.mail", access=EVERYONE)
def show_mail(*, visit: Visit, mail_id: EventId) -> Response:
    _demand_demo(visit)
    with visit.database.read() as db:
        page = queries.kept_mail(db, mail_id)
    return visit.render("outbox/mail.html", page=page)


@pages.get("/{mail_id}/html", name="web.mail_html", access=EVERYONE)
def show_html(*, visit: Visit, mail_id: EventId) -> Response:
    """Show the HTML part of a mail as a separate page that cannot reach ours."""
    _demand_demo(visit)
    with visit.database.read() as db:
        source = queries.mail_source(db, mail_id)
    part = message_from_string(source, policy=default).get_body(("html",))
    if not isinstance(part, EmailMessage):
        raise NotFound
    return HTMLResponse(part.get_content(), headers={"content-security-policy": OWN_STYLES_ONLY})


def _demand_demo(visit: RequestContext) -> None:
    """Raise NotFound in production, where nobody may read other people's mail."""
    if visit.settings.env == "production":
        raise NotFound
