"""Pages of a demo academy: signing in as one of its people, and hiding the line that says what it is."""

from fastapi import Response

from app.accounts import queries, sign_ins
from app.accounts.forms import DemoForm, HideBannerForm
from app.accounts.sign_in_cookies import browser_of, led_on
from app.kit.errors import NotFound
from app.kit.messages import Message
from app.settings import Environment
from app.web.access import EVERYONE
from app.web.forms import Submitted
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages
from app.web.safe_paths import HOME, local_path

pages = Pages()


@pages.get("/demo", name="accounts.demo", access=EVERYONE)
def show_demo(*, visit: Visit) -> Response:
    """Show the people as whom visitors can try the demo. NotFound outside the demo."""
    if visit.settings.env is not Environment.demo:
        raise NotFound
    return visit.render("accounts/demo.html", guests=guests_of(visit))


@pages.post("/demo/sign-in", name="accounts.demo_sign_in", access=EVERYONE)
def demo_sign_in(*, visit: Visit, submitted: Submitted) -> Response:
    """Sign in as one of the demo's guests with one click. NotFound outside the demo."""
    if visit.settings.env is not Environment.demo:
        raise NotFound
    form = DemoForm.read(submitted)
    person = next((person for person, _ in guests_of(visit) if person.email == form.email), None)
    if person is None:
        raise NotFound
    with visit.database.write() as db:
        started = sign_ins.sign_in_demo(db, person.user_id, browser_of(visit), now=visit.now)
    return led_on(visit, started, HOME)


@pages.post("/demo/hide-banner", name="accounts.hide_demo_banner", access=EVERYONE)
def hide_demo_banner(*, visit: Visit, submitted: Submitted) -> Response:
    """Hide the line about the demo in this browser. NotFound outside the demo."""
    if visit.settings.env is not Environment.demo:
        raise NotFound
    form = HideBannerForm.read(submitted)
    response = visit.redirect(local_path(form.next))
    visit.hide_demo_banner(response)
    return response


def guests_of(visit: RequestContext) -> tuple[tuple[queries.Person, Message], ...]:
    """Return the people that the demo offers, each with a hint; nobody outside the demo."""
    words = {guest.email: guest.words for guest in visit.app_context.guests}
    if not words:
        return ()
    with visit.database.read() as db:
        people = queries.people_by_email(db, tuple(words))
    return tuple((person, words[person.email]) for person in people)
