"""How many presses the tasks of an admin's day take at most. A test signs in, opens the page on which the
task begins, does it with `Presses`, and asserts that it is done and what it took."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.presses import Presses
from tests.sight.people import sign_in_as


def opened(new_context, server, role: str, path: str, **options) -> Page:
    """Return the page on which a task begins, with its scripts attached."""
    context = new_context(base_url=server.url, **options)
    sign_in_as(context, server.url, role)
    page = context.new_page()
    page.goto(path)
    page.wait_for_selector("html[data-scripts=attached]")
    return page


@pytest.mark.browser
def test_clicks_and_enter_are_counted_and_typing_is_not(new_context):
    page = new_context().new_page()
    page.set_content(
        '<form action="about:blank#sent"><input id="name"><button>Send</button></form>'
    )
    presses = Presses(page)
    presses.click(page.locator("#name"))
    presses.type("Ann Lee")
    expect(page.locator("#name")).to_have_value("Ann Lee")
    assert presses.count == 1
    presses.enter()
    page.wait_for_url("about:blank?#sent", wait_until="commit")
    assert presses.count == 2


@pytest.mark.browser
@pytest.mark.parametrize(
    ("role", "path", "name", "leads_to"),
    [
        ("admin", "/admin/intakes", "Priya Sandhu", r"/admin/people/[\w-]+$"),
        ("instructor", "/results", "Hassan Qureshi", r"/teach/(practicals|groups)/[\w-]+$"),
    ],
)
def test_a_person_is_found_from_any_page_in_two_presses(
    demo_server, new_context, role, path, name, leads_to
):
    page = opened(new_context, demo_server, role, path)
    presses = Presses(page)
    presses.type("/")
    expect(page.locator("#site-search")).to_be_focused()
    presses.type(name.lower())
    presses.enter()
    presses.click(page.get_by_role("main").get_by_role("link", name=name))
    page.wait_for_url(re.compile(leads_to))
    assert presses.count <= 2


@pytest.mark.browser
def test_the_slash_is_typed_where_something_is_typed(demo_server, new_context):
    """Negative control of the shortcut; on a phone it opens the page of the search."""
    page = opened(new_context, demo_server, "admin", "/admin/people")
    page.locator("#f-q").press("/")
    expect(page.locator("#f-q")).to_have_value("/")
    expect(page.locator("#f-q")).to_be_focused()
    page.set_viewport_size({"width": 320, "height": 740})
    page.locator("#f-q").blur()
    page.keyboard.press("/")
    page.wait_for_url("**/search")
    expect(page.locator("#f-q")).to_be_focused()
