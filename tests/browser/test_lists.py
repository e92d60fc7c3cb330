"""The office's lists on a desk: nothing that is pressed stands outside the screen (T9)."""

import pytest

from tests.sight.people import sign_in_as

LISTS = (
    *("/admin/people", "/admin/intakes", "/admin/practicals", "/admin/practicals?show=past"),
    *("/admin/certificates", "/admin/enquiries", "/admin/invoices", "/admin/outbox", "/results"),
)
OUTSIDE = """() => {
  const right = document.documentElement.clientWidth;
  const wide = [...document.querySelectorAll(".table-scroll")]
    .filter((frame) => frame.scrollWidth > frame.clientWidth + 1);
  const far = [...document.querySelectorAll("main :is(a, button, input, select)")]
    .filter((control) => control.offsetParent && control.getBoundingClientRect().right > right + 1);
  return [...wide, ...far].map((element) => element.textContent.trim().slice(0, 40));
}"""


@pytest.mark.browser
def test_nothing_that_is_pressed_stands_outside_the_screen(demo_server, new_context):
    context = new_context(base_url=demo_server.url, viewport={"width": 1280, "height": 800})
    sign_in_as(context, demo_server.url, "admin")
    page = context.new_page()
    outside = {}
    for path in LISTS:
        page.goto(path)
        if far := page.evaluate(OUTSIDE):
            outside[path] = far
    assert outside == {}
    page.goto("/admin/people")
    page.evaluate("document.querySelector('.table').style.minInlineSize = '1400px'")
    assert page.evaluate(OUTSIDE), "the negative control"
