"""A page with several questions in a real browser: each says where its answer is, the chip the worst."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import SmallAcademy
from tests.browser.test_quiz import SPOKEN, chip
from tests.integration.quizzes.conftest import Pupil
from tests.make.ordering import course_with_an_order
from tests.make.patience import until
from tests.make.quizzes import a_place, a_published_course
from tests.sight import checks


@pytest.fixture
def page(small_academy: SmallAcademy, new_context) -> Page:
    """All questions on one page, of an attempt that has just begun, on the narrowest phone."""
    parsed = course_with_an_order(per_page="all")
    actor, token = small_academy.somebody("Sela Veral")
    with small_academy.database.write() as db:
        revision_id = a_published_course(db, parsed.course, parsed.keys)
        a_place(db, actor, revision_id)
    attempt_id = Pupil(small_academy.database, actor, revision_id).start()
    context = new_context(base_url=small_academy.server.url, viewport={"width": 320, "height": 640})
    small_academy.remember(context, token)
    page = context.new_page()
    page.goto("/learn/small-course/quizzes/skin-quiz")
    page.get_by_role("button", name="Turn the number keys on").click()
    page.goto(f"/attempts/{attempt_id}/questions/1", wait_until="networkidle")
    page.evaluate(SPOKEN)
    return page


def state(page: Page, position: int, name: str) -> None:
    expect(page.locator(f"#save-state-{position}")).to_have_attribute("data-state", name)


@pytest.mark.browser
def test_each_question_says_where_its_answer_is(page: Page):
    """The keys choose in the question that has the focus; what is refused is marked in its place."""
    assert checks.axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.locator("#question-3 input").first.focus()
    page.keyboard.press("2")
    state(page, 3, "saved")
    chip(page, "saved", "Saved")
    assert [page.locator(f"#question-{each} input:checked").count() for each in (2, 3)] == [0, 1]
    expect(page.locator("[data-answered-count]")).to_have_text("1")
    until(lambda: page.evaluate("spoken.length"))
    assert re.fullmatch(r"Question 3: Saved \d\d:\d\d", page.evaluate("spoken.at(-1)"))

    number = page.get_by_role("textbox")
    number.fill("1,000")
    state(page, 5, "failed")
    state(page, 3, "saved")
    chip(page, "failed", "Question 5: Not saved")
    expect(number).to_have_attribute("aria-invalid", "true")
    expect(number).to_have_attribute("aria-describedby", "save-message-5 answer-hint-5")
    expect(page.locator("#save-message-5")).to_contain_text("thousands")
    assert checks.axe(page) == []
    page.keyboard.press("Enter")
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.locator("#question-3 input:checked")).to_have_count(1)
    number.fill("1.0")
    state(page, 5, "saved")
    expect(page.locator("#answer-error-5")).to_be_hidden()

    page.locator("[popovertarget=question-list]").click()
    page.locator("#questions a[data-position='4']").click()
    expect(page.locator("#question-list")).to_be_hidden()
    assert page.evaluate("location.hash") == "#question-4"

    page.context.set_offline(True)
    page.locator("#question-4 label").first.click()
    chip(page, "device", "Question 4: Saved on this device")
    state(page, 5, "saved")
    page.get_by_role("button", name="Save and check answers").click()
    expect(page.locator("#save-message-4")).to_contain_text("The page that you want opens")
    page.context.set_offline(False)
    page.wait_for_url("**/check")
    expect(page.locator(".focus-progress")).to_contain_text("3 of 5 answered")
