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
    page.get_by_text("With a keyboard").click()
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
    assert checks.axe(page) == []
    page.get_by_role("button", name="Save and check answers").click()
    expect(page.locator("#save-message-4")).to_contain_text("The page that you want opens")
    page.context.set_offline(False)
    page.wait_for_url("**/check")
    expect(page.locator(".focus-progress")).to_contain_text("3 of 5 answered")


@pytest.mark.browser
def test_a_flag_is_taken_back_without_a_network(page: Page):
    """It is in the list at once, by word and sign, and on the check, whose links come back to it."""
    flag = page.get_by_role("button", name="Come back to this question (3)")
    number = page.locator("#questions a[data-position='3']")
    flag.click()
    expect(flag).to_have_attribute("aria-pressed", "true")
    expect(number).to_have_attribute("data-flagged", "")
    expect(number).to_have_attribute("aria-label", "Question 3, flagged")
    expect(page.locator("[data-flagged-count]")).to_have_text("1 flagged")
    expect(flag).not_to_have_attribute("aria-busy", "true")

    page.context.set_offline(True)
    flag.click()
    expect(page.locator("#unreachable")).to_contain_text("this flag is not stored")
    expect(flag).to_have_attribute("aria-pressed", "true")
    page.context.set_offline(False)

    page.route("**/api/v1/attempts/*/answers**", lambda route: route.abort())
    page.locator("#question-4 label").first.click()
    chip(page, "device", "Question 4: Saved on this device")
    page.goto(page.url.replace("/questions/1", "/check"), wait_until="networkidle")
    send = page.get_by_role("button", name="Send answers")
    lists = page.locator("#to-check .question-nav:visible")
    expect(lists).to_have_text(
        [
            re.compile("^\\s*4 not answered"),
            re.compile("^\\s*1 flagged"),
            re.compile("^\\s*On this device, not sent yet"),
        ]
    )
    expect(lists.last.get_by_role("link")).to_have_text("Question 4")
    expect(lists.first.locator("li:visible", has_text="4")).to_have_count(0)
    follows = "([one, other]) => Boolean(one.compareDocumentPosition(other) & 4)"
    assert page.evaluate(follows, [send.element_handle(), lists.first.element_handle()])
    assert checks.axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320

    page.unroute("**/api/v1/attempts/*/answers**")
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-unsent]")).to_be_hidden()
    expect(lists.first).to_contain_text("4 not answered")
    lists.last.get_by_role("link").click()
    page.wait_for_url("**/questions/3?then=check#question-3")
