"""The information pages of the site, and what search engines read."""

from fastapi import Response

from app.accounts.domain import idle_time, longest_time
from app.accounts.factors import fresh_codes
from app.accounts.factors.domain import PENDING_LASTS
from app.accounts.known_devices import DEVICE_LASTS
from app.accounts.life_support_queries import has_proofs
from app.accounts.sign_in_cookies import WAITING
from app.courses import queries as courses
from app.home.information import ACCESSIBILITY, Cookie, Information, cookies, privacy
from app.home.search_engines import robots, sitemap
from app.kit.actor import Role
from app.kit.messages import msg
from app.quizzes.pages import NUMBER_KEYS, NUMBER_KEYS_LAST
from app.settings import Environment
from app.web import flash_messages
from app.web.access import EVERYONE
from app.web.csrf import cookie_name
from app.web.frame import Preview
from app.web.request_context import (
    DEMO_BANNER,
    DEMO_BANNER_LASTS,
    VISITOR_LASTS,
    RequestContext,
    Visit,
)
from app.web.routing import Pages

pages = Pages()
AN_HOUR = {"cache-control": "public, max-age=3600"}


@pages.get("/about", name="home.about", access=EVERYONE)
def show_about(visit: Visit) -> Response:
    preview = Preview(
        msg("About us"),
        msg(
            "How the academy teaches and assesses, what a certificate is worth, and what we do not promise."
        ),
        "/about",
    )
    return visit.render("home/about.html", preview=preview)


@pages.get("/contact", name="home.contact", access=EVERYONE)
def show_contact(visit: Visit) -> Response:
    preview = Preview(
        msg("Contact"), msg("How to reach the academy, for which question."), "/contact"
    )
    return visit.render("home/contact.html", preview=preview)


@pages.get("/privacy", name="home.privacy", access=EVERYONE)
def show_privacy(visit: Visit) -> Response:
    with visit.database.read() as db:
        asks = visit.app_context.subjects(db).asks_life_support
        has_life_support = asks or has_proofs(db)
    page = privacy(visit.academy, has_life_support=has_life_support)
    return _information(visit, page, "/privacy")


@pages.get("/accessibility", name="home.accessibility", access=EVERYONE)
def show_accessibility(visit: Visit) -> Response:
    return _information(visit, ACCESSIBILITY, "/accessibility")


@pages.get("/cookies", name="home.cookies", access=EVERYONE)
def show_cookies(visit: Visit) -> Response:
    """Show the cookies; names and lifetimes come from the code that sets them."""
    student, staff = {Role.student}, {Role.instructor}
    site_cookies: tuple[Cookie, ...] = cookies(
        sid=cookie_name(visit.settings, "sid"),
        step=cookie_name(visit.settings, WAITING),
        codes=cookie_name(visit.settings, fresh_codes.COOKIE),
        visitor=cookie_name(visit.settings, "visitor"),
        device=cookie_name(visit.settings, "device"),
        student=(idle_time(student), longest_time(student)),
        staff=(idle_time(staff), longest_time(staff)),
        step_lasts=PENDING_LASTS,
        codes_last=fresh_codes.LASTS,
        visitor_seconds=VISITOR_LASTS,
        device_lasts=DEVICE_LASTS,
        flash=cookie_name(visit.settings, "flash"),
        flash_seconds=flash_messages.LASTS,
        number_keys=(cookie_name(visit.settings, NUMBER_KEYS), NUMBER_KEYS_LAST),
        demo_banner=_of_the_demo(visit),
    )
    preview = Preview(
        msg("Cookies"),
        msg("The cookies of this site, what each is for and how long it lasts."),
        "/cookies",
    )
    return visit.render("home/cookies.html", preview=preview, page=site_cookies)


def _of_the_demo(visit: RequestContext) -> tuple[str, int] | None:
    """Return the name and the seconds of the cookie that only the demo sets, or None elsewhere."""
    if visit.settings.env is not Environment.demo:
        return None
    return cookie_name(visit.settings, DEMO_BANNER), DEMO_BANNER_LASTS


@pages.get("/sitemap.xml", name="home.sitemap", access=EVERYONE)
def show_sitemap(visit: Visit) -> Response:
    with visit.database.read() as db:
        published = courses.published_at(db)
    text = sitemap(visit.settings.base_url, published)
    return Response(text, media_type="application/xml", headers=AN_HOUR)


@pages.get("/robots.txt", name="home.robots", access=EVERYONE)
def show_robots(visit: Visit) -> Response:
    text = robots(visit.settings.base_url, visit.request.app.state.policies)
    return Response(text, media_type="text/plain", headers=AN_HOUR)


def _information(visit: RequestContext, page: Information, path: str) -> Response:
    return visit.render(
        "home/information.html",
        preview=Preview(page.title, page.lead, path),
        page=page,
    )
