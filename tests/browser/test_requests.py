"""Requests are decided where they stand: how many presses twenty take, and what the script does."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from app.kit.ids import IntakeId, new_uuid
from tests.browser.presses import Presses
from tests.make.enrolments import an_enrolment, states_in
from tests.make.people import a_sign_in, a_user
from tests.make.places import an_intake


@pytest.fixture
def intake_id(small_academy) -> IntakeId:
    """An intake that twenty people ask for."""
    now = datetime.now(UTC)
    with small_academy.database.write() as db:
        intake_id = an_intake(db, title=f"Intake {new_uuid().hex[-6:]}", places=30)
        for number in range(20):
            person = a_user(db, f"Person {number:02}", email=f"{new_uuid()}@example.org", now=now)
            an_enrolment(db, intake_id, person, now=now)
    return intake_id


def listed(small_academy, new_context, intake_id, **options) -> Page:
    """Return the list of requests of the intake as an admin sees it."""
    now, token = datetime.now(UTC), str(new_uuid())
    with small_academy.database.write() as db:
        admin = a_user(db, "Ada", email=f"{token}@example.org", roles=("admin",), now=now)
        a_sign_in(db, admin, token=token, now=now)
    context = new_context(base_url=small_academy.server.url, **options)
    small_academy.remember(context, token)
    page = context.new_page()
    page.goto(f"/admin/requests?intake={intake_id}")
    if options.get("java_script_enabled", True):
        page.wait_for_selector("html[data-scripts=attached]")
    return page


@pytest.mark.browser
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_twenty_requests_are_confirmed_in_two_presses(
    small_academy, new_context, intake_id, scripts
):
    page = listed(small_academy, new_context, intake_id, java_script_enabled=scripts)
    presses = Presses(page)
    presses.click(page.get_by_role("link", name="Tick all 20"))
    presses.click(page.get_by_role("button", name="Confirm 20"))
    expect(page.locator("#main").get_by_text("20 places are confirmed.")).to_be_visible()
    assert presses.count <= 4
    assert set(states_in(small_academy.database, intake_id).values()) == {"confirmed"}
    if scripts:
        expect(page.get_by_role("button", name="Undo all 20")).to_be_focused()
    presses.click(page.get_by_role("button", name="Undo all 20"))
    expect(
        page.locator("#main").get_by_text("The decisions about 20 people are undone.")
    ).to_be_visible()
    assert set(states_in(small_academy.database, intake_id).values()) == {"requested"}
    if scripts:
        expect(page.get_by_role("button", name="Confirm the ticked")).to_be_focused()


@pytest.mark.browser
def test_the_reasons_fit_on_a_phone(small_academy, new_context, intake_id):
    page = listed(small_academy, new_context, intake_id, viewport={"width": 320, "height": 700})
    page.get_by_role("link", name="Decline the request of Person 05").click()
    form = page.locator("#decline-form")
    expect(form).to_be_visible()
    inside = form.evaluate("form => form.closest('tr').getBoundingClientRect().right")
    rights = form.locator("button, textarea, .choice").evaluate_all(
        "parts => parts.map((part) => part.getBoundingClientRect().right)"
    )
    assert len(rights) > 4
    assert max(rights) <= inside
    # Above the column of labels, which this cell has not.
    assert form.evaluate("form => form.getBoundingClientRect().width") > 250


@pytest.mark.browser
def test_one_is_confirmed_and_one_declined_in_their_rows(small_academy, new_context, intake_id):
    page = listed(small_academy, new_context, intake_id)
    address = page.url
    page.context.set_offline(True)
    page.get_by_role("button", name="Confirm the place of Person 03").click()
    expect(page.locator("#unreachable")).to_have_text("We could not reach the academy. Try again.")
    page.context.set_offline(False)
    page.get_by_role("button", name="Confirm the place of Person 03").click()
    row = page.get_by_role("row", name=re.compile("Person 03"))
    expect(row.get_by_text("Confirmed")).to_be_visible()
    expect(row.get_by_role("button", name="Undo")).to_be_focused()
    page.get_by_role("link", name="Decline the request of Person 05").click()
    page.get_by_text("The proof of your qualification has not reached us.").click()
    page.get_by_role("button", name="Decline the request").click()
    expect(page.locator("#main").get_by_text("1 request is declined.")).to_be_visible()
    assert page.url == address
    states = states_in(small_academy.database, intake_id)
    assert (states["Person 03"], states["Person 05"]) == ("confirmed", "declined")
    page.get_by_role("link", name="Decline the request of Person 06").click()
    expect(page.locator("#decline-form")).to_be_visible()
    page.get_by_role("link", name="Go back").click()
    expect(page.locator("#decline-form")).to_have_count(0)
    assert page.url == address
    page.get_by_role("button", name="Confirm the ticked").click()
    expect(
        page.locator("#main").get_by_text("Tick the people you want to decide about first.")
    ).to_be_visible()
