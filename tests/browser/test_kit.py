"""The components that scripts build, on the kit's page: their texts, and where they put the focus."""

import re

import pytest
from playwright.sync_api import Page, expect


@pytest.fixture
def kit(demo_server, new_context) -> Page:
    page = new_context(base_url=demo_server.url, viewport={"width": 360, "height": 740}).new_page()
    page.goto("/_kit")
    # A listener of a test must come after those of the page's own scripts.
    expect(page.locator('html[data-scripts="attached"]')).to_be_attached()
    return page


@pytest.mark.browser
def test_a_picture_is_made_larger_by_keys_alone(kit):
    """The drawing has its own size on a phone; enlarged, it fills the screen, with its legend."""
    drawn = kit.get_by_role("img", name="Two bands above each other")
    assert drawn.bounding_box()["width"] == 360
    opener = kit.get_by_role("button", name="Enlarge the picture Two layers of the skin")
    opener.focus()
    kit.keyboard.press("Enter")
    dialog = kit.get_by_role("dialog", name="Two layers of the skin, not to scale.")
    expect(dialog.get_by_role("heading")).to_be_focused()
    box = dialog.bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 360, 740)
    expect(dialog.get_by_role("listitem")).to_have_text([re.compile("epi"), re.compile("dermis")])
    picture = dialog.get_by_role("img", name="Two bands above each other")
    size = dialog.get_by_role("status")
    before = picture.bounding_box()["width"]
    expect(size).to_have_text("100 %")
    kit.keyboard.press("Tab")
    expect(dialog.get_by_role("button", name="Larger")).to_be_focused()
    kit.keyboard.press("Enter")
    kit.keyboard.press("Enter")
    expect(size).to_have_text("200 %")
    assert picture.bounding_box()["width"] == pytest.approx(2 * before, abs=2)
    # The picture, larger than its frame, takes the focus and follows the arrows.
    dialog.get_by_role("region").focus()
    left = picture.bounding_box()["x"]
    kit.keyboard.press("ArrowRight")
    kit.wait_for_function(
        "(x) => document.querySelector('.enlarged .drawing').getBoundingClientRect().x < x",
        arg=left,
    )
    kit.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(opener).to_be_focused()
    # A picture that was published before drawings became part of the page opens in the same way.
    kit.get_by_role("button", name="Enlarge picture: A drawing with its caption").click()
    older = kit.get_by_role("dialog", name="A drawing with its caption, not to scale.")
    expect(older.get_by_role("img", name="Three wavy lines")).to_be_visible()
    older.get_by_role("button", name="Close").click()
    expect(older).to_have_count(0)


@pytest.mark.browser
def test_a_question_is_asked_before_something_is_cancelled(kit):
    opener = kit.get_by_role("button", name="Cancel this booking")
    opener.focus()
    kit.keyboard.press("Enter")
    dialog = kit.get_by_role("dialog", name="Cancel your place on 8 December?")
    expect(dialog.get_by_role("heading")).to_be_focused()
    kit.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(opener).to_be_focused()
    assert kit.url.endswith("/_kit")


@pytest.mark.browser
def test_a_password_can_be_seen_and_pasted(kit):
    field = kit.get_by_label("Password", exact=True)
    field.focus()
    kit.evaluate("""() => {
      const data = new DataTransfer();
      data.setData("text/plain", "four words from a manager");
      const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
      window.refused = !document.activeElement.dispatchEvent(event);
    }""")
    assert kit.evaluate("window.refused") is False
    field.fill("four words from a manager")
    kit.get_by_role("button", name=re.compile("^Show “")).click()
    expect(field).to_have_attribute("type", "text")
    kit.get_by_role("button", name=re.compile("^Hide “")).click()
    expect(field).to_have_attribute("type", "password")


@pytest.mark.browser
def test_a_press_of_a_busy_button_sends_nothing_twice(kit):
    """The button keeps its width and its place in the order of the Tab key."""
    kit.evaluate("""() => {
      window.sent = 0;
      document.querySelector("form[data-behaviour=busy]").addEventListener("submit", (event) => {
        if (event.defaultPrevented) return;
        window.sent += 1;
        event.preventDefault();
      });
    }""")
    button = kit.get_by_role("button", name="Create an account")
    width = button.bounding_box()["width"]
    button.click()
    busy = kit.get_by_role("button", name="Sending…")
    expect(busy).to_have_attribute("aria-disabled", "true")
    expect(busy).to_be_focused()
    kit.keyboard.press("Enter")
    assert busy.bounding_box()["width"] == pytest.approx(width, abs=1)
    assert kit.evaluate("window.sent") == 1
