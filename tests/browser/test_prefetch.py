"""The next lesson is there when it is pressed: Chromium fetches it as the pointer rests on its link."""

import pytest

from tests.sight.people import sign_in_as

LESSON = "/learn/mesotherapy/lessons/layers-of-the-skin"
DELIVERY = "() => performance.getEntriesByType('navigation')[0].deliveryType"


def next_lesson(context) -> str:
    """Rest on the link to the next lesson, press it, and return how the browser came by the page."""
    page = context.new_page()
    page.goto(LESSON, wait_until="networkidle")
    link = page.locator("a[rel=next]")
    link.hover()
    page.wait_for_timeout(1_000)
    with page.expect_navigation():
        link.click()
    delivered: str = page.evaluate(DELIVERY)
    page.close()
    return delivered


@pytest.mark.browser
def test_the_next_lesson_is_fetched_ahead(demo_server, new_context):
    context = new_context(base_url=demo_server.url, viewport={"width": 1280, "height": 800})
    sign_in_as(context, demo_server.url, "student")
    assert next_lesson(context) == "navigational-prefetch"
    context.set_extra_http_headers({"save-data": "on"})
    assert next_lesson(context) == ""
