"""What a visitor's first visit loads, and that structured data runs nothing."""

import pytest
from playwright.sync_api import Request

MOST_BYTES = 110_000
MOST_REQUESTS = 9


@pytest.mark.browser
@pytest.mark.parametrize("path", ["/", "/courses/mesotherapy", "/dates"])
def test_a_first_visit_is_light(demo_server, new_context, path):
    """Counts the bytes that a new browser loads. The content security policy blocks nothing."""
    page = new_context().new_page()
    done: list[Request] = []
    said: list[str] = []

    def note(request: Request) -> None:
        done.append(request)

    page.on("requestfinished", note)
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{demo_server.url}{path}", wait_until="networkidle")
    sizes = {request.url: request.sizes()["responseBodySize"] for request in done}
    assert len(sizes) <= MOST_REQUESTS
    assert 10_000 < sum(sizes.values()) <= MOST_BYTES
    assert page.locator("script[type='application/ld+json']").count() == 1
    assert said == []
