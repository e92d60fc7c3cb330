"""Reading in a real browser: the way to the search by keys, and the contents that follow the reader."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from app.db.database import Database
from app.db.migrate import upgrade
from tests.make.learning import a_learner_place, a_published_course
from tests.make.people import a_sign_in, a_user
from tests.make.server import a_server

TOKEN = "a-reader-in-a-browser"
LESSON = "/learn/small-course/lessons/skin-layers"


@pytest.fixture
def context(tmp_path: Path, new_context: Callable[..., BrowserContext]) -> Iterator[BrowserContext]:
    database = Database(f"sqlite:///{tmp_path / 'preceptor.db'}")
    upgrade(database)
    now = datetime.now(UTC)
    with database.write() as db:
        reader = a_user(db, "Rhea Reader", now=now)
        a_learner_place(db, reader, a_published_course(db, now=now), now=now)
        a_sign_in(db, reader, token=TOKEN, now=now)
    server = a_server(str(database.url), tmp_path)
    server.start()
    context = new_context(base_url=server.url, viewport={"width": 1280, "height": 500})
    context.add_cookies([{"name": "preceptor-sid", "value": TOKEN, "url": server.url}])
    yield context
    server.stop()
    database.close()


@pytest.mark.browser
def test_control_k_leads_to_the_search(context):
    page = context.new_page()
    attached = page.locator('html[data-scripts="attached"]')
    page.goto(LESSON)
    attached.wait_for()
    page.keyboard.press("Control+k")
    page.wait_for_url("**/learn/small-course/search")
    attached.wait_for()
    page.keyboard.press("Meta+k")
    field = page.get_by_role("searchbox")
    expect(field).to_be_focused()
    field.fill("epidermis")
    page.keyboard.press("Control+k")
    page.keyboard.type("dermis")
    expect(field).to_have_value("dermis")


@pytest.mark.browser
def test_the_contents_say_where_one_reads(context):
    page = context.new_page()
    page.goto(LESSON, wait_until="networkidle")
    contents = page.locator(".contents-aside")
    expect(contents.locator("[aria-current]")).to_have_count(0)
    last = contents.get_by_role("link").last
    last.click()
    expect(last).to_have_attribute("aria-current", "location")
    expect(contents.locator("[aria-current]")).to_have_count(1)
