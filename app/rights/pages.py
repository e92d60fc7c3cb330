"""The office's page of things that people hold without a right to them. Older versions did not end
these."""

from fastapi import Response

from app.kit.messages import msgs
from app.rights import queries, service
from app.web.access import ADMIN
from app.web.forms import ButtonForm, Submitted
from app.web.request_context import Visit
from app.web.routing import Pages

pages = Pages(prefix="/admin/leftovers")


@pages.get("", name="rights.leftovers", access=ADMIN)
def show_leftovers(visit: Visit) -> Response:
    with visit.database.read() as db:
        leftovers = queries.leftovers(db, now=visit.now)
    return visit.render("rights/leftovers.html", leftovers=leftovers)


@pages.post("", name="rights.end_leftovers", access=ADMIN)
def end_leftovers(visit: Visit, submitted: Submitted) -> Response:
    ButtonForm.read(submitted)
    with visit.database.write() as db:
        people = service.end_leftovers(db, visit.actor, now=visit.now)
    said = msgs(
        "Ended, for {n} person. Each gets one mail.",
        "Ended, for {n} people. Each gets one mail.",
        people,
    )
    return visit.redirect(visit.url("rights.leftovers"), flash=said)
