"""Reading a lesson in a real browser: the keyboard shortcut of the search, the table of contents that marks
the present section, and the position that goes to other devices."""

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, expect

from app.courses.domain.sections import lesson_text
from app.courses.queries import revision
from tests.browser.conftest import SmallAcademy
from tests.make.golden import on_devices, put_on_device
from tests.make.patience import until
from tests.make.quizzes import a_place
from tests.sight.people import sign_in_as

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
    """S14: into the field at once, and no error of the change of pages is thrown."""
    page = context.new_page()
    attached = page.locator('html[data-scripts="attached"]')
    page.goto(LESSON)
    attached.wait_for()
    page.keyboard.press("Control+k")
    page.wait_for_url("**/learn/small-course/search")
    field = page.get_by_role("searchbox")
    expect(field).to_be_focused()
    attached.wait_for()
    field.blur()
    page.keyboard.press("Meta+k")
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
    parts = contents.locator("a:has([data-state])")
    expect(parts.first).to_have_attribute("aria-current", "location")
    last = parts.last
    last.click()
    expect(last).to_have_attribute("aria-current", "location")
    expect(contents.locator("[aria-current]")).to_have_count(1)


@pytest.mark.browser
def test_a_lesson_opens_on_another_device_where_it_was_left(small_academy, new_context):
    """What could not be sent without a network goes when it is back."""
    reader, token = small_academy.somebody("Rita Rereader")
    with small_academy.database.write() as db:
        a_place(db, reader, small_academy.revision_id)
    url = small_academy.server.url
    phone, desk = (
        new_context(base_url=url, viewport={"width": width, "height": 500}) for width in (360, 1280)
    )
    for device in (phone, desk):
        small_academy.remember(device, token)
    page = phone.new_page()
    page.goto(LESSON, wait_until="networkidle")
    phone.set_offline(True)
    page.get_by_role("button", name="Contents").click()
    link = page.locator("#contents a:has([data-state])").last
    title = link.locator("span").first.inner_text()
    link.click()
    expect(page.locator("#contents")).to_be_hidden()
    expect(page.locator("[data-bar=count]")).to_have_text(re.compile(r"^(\d+) of \1$"))
    with page.expect_response(lambda answer: answer.url.endswith("/position") and answer.ok):
        phone.set_offline(False)
    page = desk.new_page()
    page.goto(LESSON)
    expect(page.locator("#stopped")).to_contain_text(f"You stopped at “{title}”")
    page.locator("#stopped a").click()
    expect(page.locator(".contents-aside [aria-current]")).to_contain_text(title)


@pytest.mark.browser
@pytest.mark.parametrize(
    "golden", on_devices("positions-on-devices"), ids=lambda golden: golden.path.stem
)
def test_a_position_that_a_version_kept_on_the_device_is_sent(small_academy, new_context, golden):
    reader, token = small_academy.somebody("Rona Reader")
    with small_academy.database.write() as db:
        a_place(db, reader, small_academy.revision_id)
        course = revision(db, small_academy.revision_id).course
    section = lesson_text(course.modules[0].lessons[0]).sections[-1]
    context = new_context(base_url=small_academy.server.url)
    small_academy.remember(context, token)
    page = context.new_page()
    page.goto("/cookies")
    names = {"reader": str(reader.user_id), "section": section.anchor}
    put_on_device(page, golden, names)
    with page.expect_response(lambda answer: answer.url.endswith("/position") and answer.ok):
        page.goto(LESSON)
    page.reload()
    expect(page.locator("#stopped")).to_contain_text(f"You stopped at “{section.title}”")
    expect(page.locator("#contents a[data-read]")).to_have_count(golden.read["read"])
    assert page.evaluate("localStorage.length") == 0


@pytest.mark.browser
def test_the_picture_of_a_module_has_the_colours_of_the_theme(context):
    """It is a file of its own, so that only the tokens it refers to reach it."""
    page = context.new_page()
    page.goto(LESSON)

    def hill() -> str:
        shot = Image.open(BytesIO(page.locator(".module-picture").screenshot())).convert("RGB")
        return "#{:02X}{:02X}{:02X}".format(
            *shot.getpixel((shot.width // 2, shot.height * 9 // 10))
        )

    for theme, colour in (("light", "#EFC3A9"), ("dark", "#7D4A34")):
        page.emulate_media(color_scheme=theme)
        until(lambda colour=colour: hill() == colour, f"a hill in {colour}")


@pytest.mark.browser
def test_a_section_is_voted_on_without_leaving_it(context):
    page = context.new_page()
    page.goto(LESSON, wait_until="networkidle")
    group = page.locator(".clear").first
    no, said = group.get_by_role("button", name="Not quite"), page.locator("#announce-polite")
    context.set_offline(True)
    no.click()
    expect(page.locator("#unreachable")).to_contain_text("There is no network")
    page.keyboard.press("Escape")
    context.set_offline(False)
    no.click()
    expect(said).to_have_text("Thank you. What was not clear?")
    expect(no).to_have_attribute("aria-pressed", "true")
    page.get_by_role("textbox", name="What was not clear?").fill("Which layer?")
    context.set_offline(True)
    page.get_by_role("button", name="Send to the authors").click()
    expect(group.locator("[data-said]")).to_contain_text("There is no network")
    expect(no).to_have_attribute("aria-pressed", "true")
    context.set_offline(False)
    page.get_by_role("button", name="Send to the authors").click()
    expect(said).to_have_text("Thank you. The authors will read it.")
    expect(no).to_be_focused()
    page.reload()
    expect(no).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".lesson-text textarea[name=words]")).to_have_value("Which layer?")
    no.click()
    expect(said).to_have_text("Taken back.")
    expect(no).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".lesson-text textarea[name=words]")).to_have_count(0)


SELECT = """(section) => {
  const words = document.querySelector(`.lesson-text > .prose:has(#${section}) p`);
  getSelection().setBaseAndExtent(words, 0, words, words.childNodes.length);
  words.scrollIntoView();
}"""


@pytest.mark.browser
def test_words_stay_where_they_are_when_they_are_highlighted(demo_server, new_context):
    """Chromium alone comes back thousands of pixels away on this lesson: sections above are not drawn yet."""
    context = new_context(viewport={"width": 360, "height": 740})
    sign_in_as(context, demo_server.url, "student")
    page = context.new_page()
    address = f"{demo_server.url}/learn/mesotherapy/lessons/danger-areas-lines-and-ageing"
    page.goto(address, wait_until="networkidle")
    ends = page.locator(".section-end:has(.clear):not(:has([open]))")
    heights = ends.evaluate_all("ends => ends.map((end) => end.offsetHeight)")
    assert 0 < max(heights) < 60, "what stands below a section is one row on a phone"
    page.evaluate(SELECT, "section-nerves")
    button = page.locator(".highlight-button")
    expect(button).to_be_in_viewport()
    with page.expect_navigation():
        button.click()
    mark = page.locator("mark.highlight").filter(has_text="Two kinds")
    expect(mark).to_be_in_viewport()
    page.wait_for_function("history.state === null && history.scrollRestoration === 'auto'")


@pytest.mark.browser
def test_selected_words_are_highlighted(context):
    page = context.new_page()
    page.goto(LESSON, wait_until="networkidle")
    page.evaluate(
        """() => {
          const words = document.querySelector(".lesson-text > .prose:has(h2) p").firstChild;
          getSelection().setBaseAndExtent(words, 4, words, 13);
        }"""
    )
    button = page.locator(".highlight-button")
    expect(button).to_be_visible()
    page.keyboard.press("Tab")
    expect(button).not_to_be_focused()  # the link to a term stands before it
    button.focus()
    context.set_offline(True)
    page.keyboard.press("Enter")
    expect(page.locator("#unreachable")).to_contain_text("There is no network")
    page.keyboard.press("Escape")
    context.set_offline(False)
    button.focus()
    page.keyboard.press("Enter")
    mark = page.locator("mark.highlight")
    expect(mark).to_have_text("epidermis")
    expect(page.get_by_text("Highlighted.")).to_be_visible()
    page.get_by_text("1 highlight").click()
    page.get_by_role("button", name="Remove the highlight").click()
    expect(page).to_have_url(re.compile("/notes$"))
    page.goto(LESSON)
    expect(page.locator(".lesson-text")).to_be_visible()
    expect(mark).to_have_count(0)
    # A whole section, with the figure in it and the question of a check: both are no words of it.
    page.evaluate(
        """() => {
          const part = document.querySelector(".lesson-text > .prose:has(h2):has(figure)");
          getSelection().setBaseAndExtent(part, 0, part, part.childNodes.length);
        }"""
    )
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Highlighted.")).to_be_visible()
    expect(mark).not_to_have_count(0)
    expect(page.locator("figure svg mark, summary mark")).to_have_count(0)
