"""Reading a lesson in a real browser: the keyboard shortcut of the search, and the table of
contents that marks the present section."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.conftest import SmallAcademy
from tests.make.quizzes import a_place

LESSON = "/learn/small-course/lessons/skin-layers"


@pytest.fixture
def context(
    small_academy: SmallAcademy, new_context: Callable[..., BrowserContext]
) -> BrowserContext:
    reader, token = small_academy.somebody("Rhea Reader")
    with small_academy.database.write() as db:
        a_place(db, reader, small_academy.revision_id)
    url, size = small_academy.server.url, {"width": 1280, "height": 500}
    context = new_context(base_url=url, viewport=size)
    small_academy.remember(context, token)
    return context


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
