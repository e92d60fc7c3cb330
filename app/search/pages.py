"""The page of hits. Its field stands in the header of every page of staff."""

from fastapi import Response

from app.search.queries import search
from app.web.access import STAFF
from app.web.request_context import Visit
from app.web.routing import Pages

pages = Pages()


@pages.get("/search", name="search.page", access=STAFF)
def show_hits(visit: Visit) -> Response:
    with visit.database.read() as db:
        results = search(
            db,
            visit.actor,
            visit.request.query_params.get("q", ""),
            visit.keys.signing,
            zone=visit.academy.zone,
            now=visit.now,
        )
    return visit.render("search/hits.html", page=results)
