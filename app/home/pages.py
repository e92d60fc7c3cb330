"""The public front page, and the home page of each role."""

from fastapi import Response

from app.enrolments.schema_org import CONTEXT, organisation
from app.home import queries
from app.kit.errors import NotFound
from app.notices.rendering import lines
from app.settings import Environment
from app.web.access import EVERYONE, SIGNED_IN
from app.web.frame import Preview
from app.web.request_context import Visit
from app.web.routing import Pages

pages = Pages()


@pages.get("/", name="home.visitor", access=EVERYONE)
def show_front_door(visit: Visit) -> Response:
    if visit.maybe_actor is not None:
        return visit.redirect("/home")
    settings = visit.settings
    with visit.database.read() as db:
        page = queries.visitor_page(db, zone=visit.academy.zone, now=visit.now)
    document = {"@context": CONTEXT, **organisation(visit.academy, settings.base_url)}
    preview = Preview(visit.academy.name, visit.academy.description, "/")
    return visit.render("home/visitor.html", preview=preview, page=page, structured_data=document)


@pages.get("/home", name="home.home", access=SIGNED_IN)
def show_home(visit: Visit) -> Response:
    """Show what matters now, for each role of the person."""
    with visit.database.read() as db:
        page = queries.home_page(
            db, visit.actor, visit.keys.signing, zone=visit.academy.zone, now=visit.now
        )
    news = lines(visit, page.student.news) if page.student else ()
    return visit.render("home/home.html", page=page, news=news)


@pages.get("/_kit", name="home.kit", access=EVERYONE)
def show_kit(visit: Visit) -> Response:
    """Show every component in every state, for developers; not in production."""
    if visit.settings.env is Environment.production:
        raise NotFound
    return visit.render("kit.html")
