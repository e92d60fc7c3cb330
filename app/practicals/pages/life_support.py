"""The office's list of people with a place whose proof of basic life support does not cover the day."""

from fastapi import Response

from app.practicals.queries.life_support import uncovered_days
from app.web.access import ADMIN
from app.web.request_context import Visit
from app.web.routing import Pages

pages = Pages()


@pages.get("/admin/life-support", name="admin.life_support", access=ADMIN)
def list_uncovered(visit: Visit) -> Response:
    with visit.database.read() as db:
        page = uncovered_days(db, now=visit.now)
    return visit.render("practicals/life_support.html", page=page)
