"""Putting items in order in a real browser: by buttons and the keyboard, saved, and shown again."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SmallAcademy
from tests.integration.quizzes.conftest import Pupil
from tests.make.ordering import ORDER, course_with_an_order
from tests.make.quizzes import a_place, a_published_course
from tests.sight import checks

WORDS = {"disinfect": "Disinfect the skin", "dry": "Let it dry", "inject": "Inject"}


@pytest.fixture
def page(small_academy: SmallAcademy, new_context) -> Page:
    """The question with an order, of an attempt that has just begun, on the narrowest phone."""
    parsed = course_with_an_order()
    actor, token = small_academy.somebody("Ona Petrov")
    with small_academy.database.write() as db:
        revision_id = a_published_course(db, parsed.course, parsed.keys)
        a_place(db, actor, revision_id)
    attempt_id = Pupil(small_academy.database, actor, revision_id).start()
    context = new_context(base_url=small_academy.server.url, viewport={"width": 320, "height": 640})
    small_academy.remember(context, token)
    page = context.new_page()
    page.goto(f"/attempts/{attempt_id}/questions/1")
    return page


def items(page: Page) -> list[str]:
    return page.locator(".place-words").all_inner_texts()


@pytest.mark.browser
def test_an_order_is_made_with_the_keyboard_and_kept(page: Page):
    keep = page.get_by_role("button", name="Keep this order")
    expect(keep).to_be_visible()
    assert checks.axe(page) == []
    for place, key in enumerate(ORDER):
        up = page.get_by_role("button", name=f"Move up {WORDS[key]}", exact=True)
        while items(page).index(WORDS[key]) > place:
            before = items(page)
            up.focus()
            page.keyboard.press("Enter")
            expect(page.locator(".place-words")).not_to_have_text(before)
            expect(page.locator("button:focus")).to_have_attribute("data-move", re.compile("1"))
    if keep.is_visible():
        keep.click()
    expect(page.locator("#save-chip")).to_have_attribute("data-state", "saved")
    expect(page.locator("[data-number]")).to_have_text(["1", "2", "3"])
    expect(page.locator("a[data-position='1']")).to_have_attribute("data-answered", "")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.reload()
    expect(page.locator(".place-words")).to_have_text([WORDS[key] for key in ORDER])
    expect(keep).to_be_hidden()
    assert checks.axe(page) == []
