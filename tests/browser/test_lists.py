"""The office's lists at every width: nothing that is pressed stands outside the screen (T9)."""

import pytest
from playwright.sync_api import expect

from tests.sight.people import sign_in_as

LISTS = (
    *("/admin/people", "/admin/intakes", "/admin/practicals", "/admin/practicals?show=past"),
    *("/admin/certificates", "/admin/enquiries", "/admin/invoices", "/admin/outbox", "/results"),
    *("/admin/invoices?show=paid", "/admin/requests", "/admin/audit"),
)
SCROLLED_ON_PURPOSE = ("/results", "/admin/certificates")
"""Tables with a column for each module, and with long numbers: they scroll on a screen of middle width."""
OUTSIDE = """() => {
  const right = document.documentElement.clientWidth;
  const wide = [...document.querySelectorAll(".table-scroll")]
    .filter((frame) => frame.scrollWidth > frame.clientWidth + 1);
  const far = [...document.querySelectorAll("main :is(a, button, input, select)")]
    .filter((control) => control.offsetParent && control.getBoundingClientRect().right > right + 1);
  return [...wide, ...far].map((element) => element.textContent.trim().slice(0, 40));
}"""


def used_up(page) -> tuple[str, str]:
    """Return the page of a person who has no attempt left, and that of their quizzes."""
    page.goto("/admin/people?q=benedetti")
    person = page.locator("main tbody a").first.get_attribute("href")
    page.goto(person)
    return person, page.get_by_role("link", name="Allow one more attempt").get_attribute("href")


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 820, 1024, 1280])
def test_nothing_that_is_pressed_stands_outside_the_screen(demo_server, new_context, width):
    context = new_context(base_url=demo_server.url, viewport={"width": width, "height": 800})
    sign_in_as(context, demo_server.url, "admin")
    page = context.new_page()
    outside = {}
    for path in (*LISTS, *used_up(page)):
        if 320 < width < 1280 and path in SCROLLED_ON_PURPOSE:
            continue
        page.goto(path)
        if far := page.evaluate(OUTSIDE):
            outside[path] = far
    assert outside == {}
    page.goto("/admin/people")
    page.evaluate("document.querySelector('.table').style.minInlineSize = '1400px'")
    assert page.evaluate(OUTSIDE), "the negative control"


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 820, 1280])
def test_the_question_whose_address_it_is_can_be_read(demo_server, new_context, width):
    context = new_context(base_url=demo_server.url, viewport={"width": width, "height": 800})
    sign_in_as(context, demo_server.url, "admin")
    page = context.new_page()
    page.goto("/admin/intakes")
    page.goto(page.locator("main tbody a").first.get_attribute("href") + "/reserve")
    page.get_by_label("Full name").first.fill("Priya S")
    page.get_by_label("E-mail address").first.fill("jocasta.wren@demo.preceptor.example")
    page.get_by_role("button", name="Reserve the places").click()
    question = page.get_by_text("Reserve for Jocasta Wren, whose address it is")
    expect(question).to_be_visible()
    assert question.bounding_box()["width"] > 200
