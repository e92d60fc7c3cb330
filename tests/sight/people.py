"""Chromium, the demo academy, and signing in as one of its people."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from app.demo.people import ADMIN, INSTRUCTORS, PASSWORD, STUDENTS
from app.demo.studying import AT_WORK
from tests.make.chromium import chromium_path
from tests.make.patience import MILLISECONDS
from tests.make.server import MIRRORED, PRECEPTOR, Server, a_server
from tests.sight.forms import send_form

ROLES = ("visitor", "student", "graduate", "instructor", "admin")
PEOPLE = {
    "student": STUDENTS[0],
    "graduate": STUDENTS[1],
    "instructor": INSTRUCTORS[0],
    "admin": ADMIN,
    "at a quiz": next(person for person in STUDENTS if person.name == AT_WORK),
}
BY_PASSWORD = ("at a quiz",)
"""People whom the demo does not offer with one click."""
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=MILLISECONDS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=QUIET)
        yield browser
        browser.close()


@contextmanager
def demo_academy(*, is_mirrored: bool = False) -> Iterator[Server]:
    """A demo academy in a folder of its own, gone afterwards."""
    program = MIRRORED if is_mirrored else (PRECEPTOR,)
    with TemporaryDirectory() as folder:
        place = Path(folder)
        database = f"sqlite:///{place / 'preceptor.db'}"
        server = a_server(database, place, prepare=True, program=program)
        try:
            server.start()
            yield server
        finally:
            server.stop()


def sign_in_as(context: BrowserContext, url: str, role: str) -> None:
    """Sign in with the demo's one click or a password; a visitor stays a stranger."""
    if role == "visitor":
        return
    if role in BY_PASSWORD:
        who = {"email": PEOPLE[role].email, "password": PASSWORD}
        send_form(context.request, f"{url}/sign-in", "/sign-in", who)
        return
    page = context.new_page()
    page.goto(f"{url}/sign-in")
    page.get_by_role("button", name=f"Sign in as {PEOPLE[role].name}", exact=True).click()
    page.wait_for_url("**/home")
    page.close()
