"""Reading notices: scripts mark what is open before a person; elsewhere a button does."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import SmallAcademy
from tests.make.notices import PLACE, a_notice
from tests.sight import checks
from tests.sight.matrix import VIEWS

pytestmark = pytest.mark.browser


@pytest.fixture
def signed_in(small_academy: SmallAcademy, new_context) -> Callable[..., Page]:
    """Open the notices of Ann, who has two that she has not read."""

    def open_notices(**options: object) -> Page:
        ann, token = small_academy.somebody("Ann Able")
        now = datetime.now(UTC)
        with small_academy.database.write() as db:
            a_notice(db, ann, at=now)
            a_notice(db, ann, template="enrolments/confirmed", details=PLACE, at=now)
        url = small_academy.server.url
        context = new_context(base_url=url, **options)
        small_academy.remember(context, token)
        page: Page = context.new_page()
        page.goto("/notices")
        assert page.get_by_text("Unread", exact=True).count() == 2
        return page

    return open_notices


def test_what_is_open_before_somebody_is_marked_by_itself(signed_in):
    page = signed_in()
    ahead = page.evaluate("fetch(document.querySelector('.task-link').href).then(r => r.status)")
    page.reload()
    assert (ahead, page.get_by_text("Unread", exact=True).count()) == (200, 2)
    with page.expect_response("**/api/v1/notices/*/read") as answer:
        page.locator(".task-link").first.click()
    assert answer.value.status == 204
    page.get_by_role("button", name="Mark as read").wait_for(state="hidden")
    page.get_by_role("link", name="All notices").click()
    page.wait_for_url("**/notices")
    assert page.get_by_text("Unread", exact=True).count() == 1


def test_the_button_stays_where_the_server_cannot_be_reached(signed_in):
    page = signed_in()
    page.route("**/api/v1/notices/**", lambda route: route.abort())
    with page.expect_request("**/api/v1/notices/**"):
        page.locator(".task-link").first.click()
    page.get_by_role("button", name="Mark as read").click()
    page.wait_for_url("**/notices")
    assert page.get_by_text("Unread", exact=True).count() == 1


def test_the_pages_can_be_used_by_everybody(signed_in):
    """Unread, as they stand without scripts and before the module has marked them, and on the home page."""
    page = signed_in()
    page.route("**/api/v1/notices/**", lambda route: route.abort())
    wrong = []
    for path in ("/notices", page.locator(".task-link").first.get_attribute("href"), "/home"):
        for width, theme in VIEWS[:2]:
            page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(path)
            wrong += [f"{path}, {width} px, {theme}: {fault}" for fault in checks.axe(page)]
        for check in (checks.shape, checks.reflow, checks.targets):
            wrong += [f"{path}: {fault}" for fault in check(page)]
    assert page.get_by_role("heading", name="News").is_visible()
    assert wrong == []


def test_without_scripts_a_button_marks_it(signed_in):
    page = signed_in(java_script_enabled=False)
    page.locator(".task-link").first.click()
    page.get_by_role("button", name="Mark as read").click()
    page.wait_for_url("**/notices")
    assert page.get_by_text("The notice is marked as read.").is_visible()
    assert page.get_by_text("Unread", exact=True).count() == 1
    page.get_by_role("button", name="Mark all as read").click()
    page.wait_for_url("**/notices")
    assert page.get_by_text("Unread", exact=True).count() == 0
