"""axe on every page as every role that may see it (WCAG 2.0 to 2.2, A and AA, and best practice)."""

import os
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext

from tests.make.crawl import Visited, crawl, shape

ROLES = ("visitor", "student", "instructor", "admin")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": {"type": "tag", "values": TAGS}}
DEEP = bool(os.environ.get("PRECEPTOR_TEST_DEEP"))
VIEWS = [(360, "light"), (1280, "dark"), (360, "dark"), (1280, "light")]


def sign_in_as(context: BrowserContext, url: str, role: str) -> None:
    """Use the demo's one-click sign-in."""
    if role == "visitor":
        return
    page = context.new_page()
    page.goto(f"{url}/sign-in")
    page.get_by_role("button", name=re.compile(rf", {role}$")).first.click()
    page.wait_for_url("**/home")
    page.close()


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("width", "scheme"), VIEWS if DEEP else VIEWS[:1])
def test_no_violations(demo_server, new_context, role, width, scheme):
    context = new_context(color_scheme=scheme, viewport={"width": width, "height": 800})
    sign_in_as(context, demo_server.url, role)
    page = context.new_page()
    axe, found, visited = Axe(), [], set()

    def fetch(path: str) -> Visited:
        if path.endswith((".pdf", ".csv", ".svg", ".ics")) or "/export" in path:
            return Visited(path, 204, "file", "")
        if path.startswith("/dev/mail/") and path.endswith("/html"):
            return Visited(
                path, 204, "file", ""
            )  # a mail: its policy lets no script run, axe neither
        response = page.goto(f"{demo_server.url}{path}", wait_until="load")
        assert response is not None
        visited.add(shape(path))
        results = axe.run(page, options=OPTIONS)
        for violation in results.response["violations"]:
            targets = [node["target"] for node in violation["nodes"]][:3]
            found.append(f"{path}: {violation['id']} {targets}")
        width_now = page.evaluate("document.documentElement.scrollWidth")
        if width_now > width:
            found.append(f"{path}: scrolls sideways, {width_now} px at {width} px")
        kind = response.headers.get("content-type", "")
        return Visited(path, response.status, kind, page.content())

    list(crawl(fetch, "/", "/home", of_a_kind=1))
    assert not found, "\n".join(found)
    assert len(visited) >= 8
