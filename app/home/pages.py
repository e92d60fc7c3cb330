"""The front door, the home page of each role, and the pages of information."""

from fastapi import Response

from app.home import queries
from app.home.information import ACCESSIBILITY, COOKIES, PRIVACY
from app.kit.errors import NotFound
from app.settings import Environment
from app.web.access import EVERYONE, SIGNED_IN
from app.web.routing import Pages
from app.web.visit import Visit

pages = Pages()


@pages.get("/", name="home.visitor", access=EVERYONE)
def show_front_door(visit: Visit) -> Response:
    if visit.maybe_actor is not None:
        return visit.redirect("/home")
    with visit.database.read() as db:
        page = queries.visitor_page(db)
    return visit.render("home/visitor.html", page=page)


@pages.get("/home", name="home.home", access=SIGNED_IN)
def show_home(visit: Visit) -> Response:
    """What matters now, for each role the person holds."""
    with visit.database.read() as db:
        page = queries.home_page(db, visit.actor, zone=visit.settings.time_zone, now=visit.now)
    return visit.render("home/home.html", page=page)


@pages.get("/privacy", name="home.privacy", access=EVERYONE)
def show_privacy(visit: Visit) -> Response:
    return visit.render("home/information.html", page=PRIVACY)


@pages.get("/cookies", name="home.cookies", access=EVERYONE)
def show_cookies(visit: Visit) -> Response:
    return visit.render("home/information.html", page=COOKIES)


@pages.get("/accessibility", name="home.accessibility", access=EVERYONE)
def show_accessibility(visit: Visit) -> Response:
    return visit.render("home/information.html", page=ACCESSIBILITY)


@pages.get("/_kit", name="home.kit", access=EVERYONE)
def show_kit(visit: Visit) -> Response:
    """Every component in every state, for builders; not in production."""
    if visit.settings.env is Environment.production:
        raise NotFound
    return visit.render("kit.html")
