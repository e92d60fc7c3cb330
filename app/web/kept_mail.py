"""Mails that were kept instead of sent, to be read where no mail server is set: demo and tests."""

from fastapi import Response

from app.kit.errors import NotFound
from app.kit.ids import EventId
from app.outbox import queries
from app.web.access import EVERYONE
from app.web.routing import Pages
from app.web.visit import Visit, VisitContext

pages = Pages(prefix="/dev/mail")


@pages.get("", name="web.mails", access=EVERYONE)
def show_mails(*, visit: Visit) -> Response:
    _demand_demo(visit)
    with visit.database.read() as db:
        page = queries.kept_mails(db)
    return visit.render("outbox/mails.html", page=page)


@pages.get("/{mail_id}", name="web.mail", access=EVERYONE)
def show_mail(*, visit: Visit, mail_id: EventId) -> Response:
    _demand_demo(visit)
    with visit.database.read() as db:
        page = queries.kept_mail(db, mail_id)
    return visit.render("outbox/mail.html", page=page)


def _demand_demo(visit: VisitContext) -> None:
    """In production nobody reads other people's mail, so there is no such page."""
    if visit.settings.env == "production":
        raise NotFound
