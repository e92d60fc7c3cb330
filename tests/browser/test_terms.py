"""Terms of the glossary open their definitions on the page of the lesson: with scripts, without them, and in
a browser that has no popovers."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import SmallAcademy
from tests.make.quizzes import a_place
from tests.sight.checks import axe

LESSON = "/learn/small-course/lessons/skin-layers"


@pytest.fixture
def lesson(
    small_academy: SmallAcademy, new_context: Callable[..., BrowserContext]
) -> Callable[..., Page]:
    reader, token = small_academy.somebody("Tamar Terms")
    with small_academy.database.write() as db:
        a_place(db, reader, small_academy.revision_id)

    def opened(*, script: str = "", **options: object) -> Page:
        size = {"width": 360, "height": 640}
        context = new_context(base_url=small_academy.server.url, viewport=size, **options)
        small_academy.remember(context, token)
        context.add_init_script(script)
        page = context.new_page()
        page.goto(LESSON)
        return page

    return opened


@pytest.mark.browser
def test_a_term_opens_its_definition_with_and_without_scripts_and_popovers(lesson):
    page = lesson()
    page.locator('html[data-scripts="attached"]').wait_for()
    sheet = page.get_by_role("group", name="Dermis")
    button = page.get_by_role("button", name="working layer")
    expect(sheet).to_be_hidden()
    button.press("Enter")
    expect(sheet).to_be_visible()
    assert axe(page) == []
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(button).to_be_focused()

    old = "delete HTMLElement.prototype.popover"
    for page in (lesson(java_script_enabled=False), lesson(script=old)):
        sheet = page.get_by_role("group", name="Dermis")
        link = page.get_by_role("link", name="working layer")
        expect(sheet).to_be_hidden()
        link.press("Enter")
        expect(sheet).to_be_in_viewport(ratio=1)
        sheet.get_by_role("link", name="Back to the text").press("Enter")
        expect(sheet).to_be_hidden()
        expect(link).to_be_in_viewport()
    link.press("Enter")
    assert axe(page) == []
