"""A question on a phone: the action before the list of questions, number keys where they are on, and plain
words while there is no network."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from tests.browser.test_quiz import chip, context, pupil, stored, student  # noqa: F401 # fixtures

OPENS_LATER = "The page that you want opens as soon as the academy can be reached."


@pytest.mark.browser
def test_a_question_by_number_keys_and_without_network(context, pupil):  # noqa: F811 # a fixture
    """WCAG 2.1.4: off until the student turns them on, and never outside the question. Y5, S15."""
    attempt_id = pupil.start(now=datetime.now(UTC))
    place = pupil.position(attempt_id, "true-of-the-dermis")
    address = f"/attempts/{attempt_id}/questions/{place}"
    page = context.new_page()
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(address, wait_until="networkidle")
    options = page.locator("input[name=answer]")
    options.first.focus()
    page.keyboard.press("1")
    expect(page.locator("#save-chip")).to_contain_text("Not answered yet")
    expect(page.locator(".choice-key")).to_have_count(0)

    page.goto("/learn/small-course/quizzes/skin-quiz")
    page.get_by_text("With a keyboard", exact=True).click()
    page.get_by_role("button", name="Turn the number keys on").click()
    expect(page.locator("#announce-polite")).to_have_text("Keys 1 to 9 choose an option now.")
    expect(page).to_have_title(re.compile("^Keys 1 to 9 choose an option now – "))
    page.goto(address, wait_until="networkidle")
    expect(page.locator(".choice-key").first).to_have_text("1")
    page.get_by_role("link", name="Leave").focus()
    page.keyboard.press("1")
    expect(options.first).not_to_be_checked()
    options.first.focus()
    page.keyboard.press("2")
    chip(page, "saved", "Saved")
    expect(options.nth(1)).to_be_checked()
    expect(page.locator(f"[data-segment='{place}'][data-answered]")).to_have_count(1)
    save = page.get_by_role("button", name=re.compile("^Save and"))
    follows = page.evaluate(
        "([save, list]) => Boolean(save.compareDocumentPosition(list) & 4)",
        [save.element_handle(), page.locator("#question-list").element_handle()],
    )
    assert follows

    context.set_offline(True)
    page.keyboard.press("1")
    chip(page, "device", "Saved on this device")
    expect(page.locator("#save-message")).to_contain_text("You are offline.")
    save.click()
    expect(page.locator("#save-message")).to_contain_text(OPENS_LATER)
    assert page.url.endswith(address)
    context.set_offline(False)
    page.wait_for_url(re.compile(rf"/(check|questions/{place + 1})$"))
    assert len(stored(pupil)) == 2
