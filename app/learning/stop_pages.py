"""The page on which somebody stops the weekly mails about a plan, by the link in the head of such a mail."""

from typing import Annotated

from fastapi import Depends, Request, Response

from app.learning import plan_reading, planning
from app.learning.plan_reading import MailsOfPlan
from app.learning.stop_links import StopLink, read_stop_token
from app.web.access import EVERYONE
from app.web.csrf import accept_proof_of_link
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages()
PATH = "/stop-weekly-mails"


def stop_path(token: str) -> str:
    """Return the path of the page for a token, as a mail names it."""
    return f"{PATH}?token={token}"


async def link_of(request: Request) -> StopLink | None:
    """Return the link in the address. It is the permission, so the form needs no token of a browser: mail
    programs send it themselves (RFC 8058)."""
    accept_proof_of_link(request)
    return read_stop_token(request.query_params.get("token", ""))


Linked = Annotated[StopLink | None, Depends(link_of)]


@pages.get(PATH, name="learning.stop_mails", access=EVERYONE)
def show(visit: Visit, link: Linked) -> Response:
    """Show the button. Opening the page changes nothing, because mail scanners open links."""
    with visit.database.read() as db:
        page = plan_reading.mails_of(db, link, _secret(visit))
    return _page(visit, page)


@pages.post(PATH, name="learning.stop_mails.post", access=EVERYONE)
def stop(visit: Visit, link: Linked) -> Response:
    """Stop the mails. The answer is a page and no redirect, because mail programs follow none."""
    with visit.database.write() as db:
        planning.stop_mails(db, link, _secret(visit))
    with visit.database.read() as db:
        page = plan_reading.mails_of(db, link, _secret(visit))
    return _page(visit, page)


def _secret(visit: RequestContext) -> str:
    return visit.settings.secret_key.get_secret_value()


def _page(visit: RequestContext, page: MailsOfPlan) -> Response:
    """Show the page. It sends no referrer, so that other sites never learn the token."""
    token = visit.request.query_params["token"]
    response = visit.render("learning/stop_mails.html", page=page, address=stop_path(token))
    response.headers["referrer-policy"] = "no-referrer"
    return response
