"""Reading notices: scripts mark what is open before a person; elsewhere a button does."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.db.database import Database
from app.db.migrate import upgrade
from tests.make.notices import PLACE, a_notice
from tests.make.people import a_sign_in, a_user
from tests.make.server import Server, a_server
from tests.sight import checks
from tests.sight.matrix import VIEWS

pytestmark = pytest.mark.browser


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """An academy in which Ann has two notices that she has not read."""
    database = Database(f"sqlite:///{tmp_path / 'preceptor.db'}")
    upgrade(database)
    now = datetime.now(UTC)
    with database.write() as db:
        ann = a_user(db, "Ann Able", now=now)
        a_sign_in(db, ann, token="token-of-ann", now=now)
        a_notice(db, ann, at=now)
        a_notice(db, ann, template="enrolments/confirmed", details=PLACE, at=now)
    database.close()
    server = a_server(f"sqlite:///{tmp_path / 'preceptor.db'}", tmp_path)
    server.start()
    yield server
    server.stop()


def signed_in(new_context, server: Server, **options: object):
    context = new_context(base_url=server.url, reduced_motion="reduce", **options)
    context.add_cookies([{"name": "preceptor-sid", "value": "token-of-ann", "url": server.url}])
    page = context.new_page()
    page.goto("/notices")
    assert page.get_by_text("Unread").count() == 2
    return page


def test_what_is_open_before_somebody_is_marked_by_itself(server, new_context):
    page = signed_in(new_context, server)
    ahead = page.evaluate("fetch(document.querySelector('.task-link').href).then(r => r.status)")
    page.reload()
    assert (ahead, page.get_by_text("Unread").count()) == (200, 2)
    with page.expect_response("**/api/v1/notices/*/read") as answer:
        page.locator(".task-link").first.click()
    assert answer.value.status == 204
    page.get_by_role("button", name="Mark as read").wait_for(state="hidden")
    page.get_by_role("link", name="All notices").click()
    page.wait_for_url("**/notices")
    assert page.get_by_text("Unread").count() == 1


def test_the_button_stays_where_the_server_cannot_be_reached(server, new_context):
    page = signed_in(new_context, server)
    page.route("**/api/v1/notices/**", lambda route: route.abort())
    with page.expect_request("**/api/v1/notices/**"):
        page.locator(".task-link").first.click()
    page.get_by_role("button", name="Mark as read").click()
    page.wait_for_url("**/notices")
    assert page.get_by_text("Unread").count() == 1


def test_the_pages_can_be_used_by_everybody(server, new_context):
    """Unread, as they stand without scripts and before the module has marked them, and on the home page."""
    page = signed_in(new_context, server)
    page.route("**/api/v1/notices/**", lambda route: route.abort())
    wrong = []
    for path in ("/notices", page.locator(".task-link").first.get_attribute("href"), "/home"):
        for width, theme in VIEWS:
            page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(path)
            wrong += [f"{path}, {width} px, {theme}: {fault}" for fault in checks.axe(page)]
        for check in (checks.shape, checks.reflow, checks.targets):
            wrong += [f"{path}: {fault}" for fault in check(page)]
    assert page.get_by_role("heading", name="News").is_visible()
    assert wrong == []


def test_without_scripts_a_button_marks_it(server, new_context):
    page = signed_in(new_context, server, java_script_enabled=False)
    page.locator(".task-link").first.click()
    page.get_by_role("button", name="Mark as read").click()
    page.wait_for_url("**/notices")
    assert page.get_by_text("The notice is marked as read.").is_visible()
    assert page.get_by_text("Unread").count() == 1
    page.get_by_role("button", name="Mark all as read").click()
    page.wait_for_url("**/notices")
    assert page.get_by_text("Unread").count() == 0
