"""The page of attempts that are running now."""

from urllib.parse import urlencode

from fastapi import Response

from app.db.paging import page_number
from app.reports.forms import LONGEST_SEARCH
from app.reports.running_list import running_page
from app.web.access import STAFF
from app.web.request_context import Visit
from app.web.routing import Pages

pages = Pages(prefix="/results")


@pages.get("/running", name="reports.running", access=STAFF)
def show_running(visit: Visit) -> Response:
    query = visit.request.query_params
    text = " ".join(query.get("q", "").split())[:LONGEST_SEARCH]
    with visit.database.read() as db:
        page = running_page(
            db, visit.actor, text=text, number=page_number(query.get("page")), now=visit.now
        )

    def address(**changes: object) -> str:
        values = {"q": text} | {name: str(value) for name, value in changes.items()}
        return "?" + urlencode({name: value for name, value in values.items() if value})

    return visit.render("reports/running.html", page=page, text=text, address=address)
