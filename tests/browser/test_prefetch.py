"""Chromium fetches the next lesson while the pointer rests on its link, so a click shows it at
once."""

import pytest

from tests.sight.people import sign_in_as

LESSON = "/learn/mesotherapy/lessons/layers-of-the-skin"
DELIVERY = "() => performance.getEntriesByType('navigation')[0].deliveryType"


def next_lesson(context, *, rest: int = 1_000) -> str:
    """Hover over the link to the next lesson for so many milliseconds, click it, and return how the
    browser got the page."""
    page = context.new_page()
    page.goto(LESSON, wait_until="networkidle")
    link = page.locator("a[rel=next]")
    link.hover()
    page.wait_for_timeout(rest)
    with page.expect_navigation():
        link.click()
    delivered: str = page.evaluate(DELIVERY)
    page.close()
    return delivered


@pytest.mark.browser
def test_the_next_lesson_is_fetched_ahead(demo_server, new_context):
    context = new_context(base_url=demo_server.url, viewport={"width": 1280, "height": 800})
    sign_in_as(context, demo_server.url, "student")
    # A slow machine needs longer to fetch the page, so the test tries again with a longer hover.
    rests = (1_000, 4_000, 16_000, 64_000)
    assert "navigational-prefetch" in (next_lesson(context, rest=rest) for rest in rests)
    context.set_extra_http_headers({"save-data": "on"})
    assert next_lesson(context) == ""
