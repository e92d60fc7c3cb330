"""How many presses the tasks of an admin's day take at most. A test signs in, opens the page on which the
task begins, does it with `Presses`, and asserts that it is done and what it took."""

import pytest
from playwright.sync_api import expect

from tests.browser.presses import Presses


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
