"""An attempt without a network, held by the service worker: what the page says is true, nothing is lost, and
the next person on the device sees nothing of it."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from app.kit.ids import AttemptId
from app.quizzes.domain.transitions import AttemptState
from app.quizzes.models import AttemptRow
from tests.browser.conftest import SmallAcademy
from tests.browser.test_no_network import a_new_sign_in
from tests.browser.test_quiz import chip, pupil, states_in_queue, stored, student  # noqa: F401 # fixtures
from tests.integration.quizzes.conftest import Pupil
from tests.make.golden import IN_QUEUE
from tests.make.patience import until

HELD = """async () => {
    const names = (await caches.keys()).filter((name) => name.startsWith("preceptor-pages/"));
    const caches_ = await Promise.all(names.map((name) => caches.open(name)));
    const lists = await Promise.all(caches_.map((cache) => cache.keys()));
    return lists.flat().map((request) => new URL(request.url).pathname);
}"""
"""The pages of attempts that the browser holds."""


@pytest.fixture
def context(
    student: tuple[Pupil, str],  # noqa: F811
    small_academy: SmallAcademy,
    new_context: Callable[..., BrowserContext],
) -> BrowserContext:
    context = new_context(base_url=small_academy.server.url, service_workers="allow")
    small_academy.remember(context, student[1])
    return context


def open_held(page: Page, attempt_id: AttemptId, place: int, length: int) -> None:
    """Open a question, and wait until the browser holds the whole attempt."""
    page.goto(f"/attempts/{attempt_id}/questions/{place}")
    page.wait_for_selector("html[data-scripts=attached]")
    until(lambda: len(page.evaluate(HELD)) == length + 1, "the pages of the attempt")


def state_of(pupil: Pupil, attempt_id: AttemptId) -> AttemptState:  # noqa: F811
    with pupil.database.read() as db:
        return db.scalars(select(AttemptRow.state).where(AttemptRow.id == attempt_id)).one()


@pytest.mark.browser
def test_an_attempt_goes_on_without_a_network_and_is_sent_later(context, pupil):  # noqa: F811
    """The next question, a reload, a closed tab, the check and the seal; then all is sent by itself."""
    attempt_id = pupil.start(now=datetime.now(UTC))
    length = len(pupil.attempt(attempt_id).drawn)
    place = pupil.position(attempt_id, "true-of-the-dermis")
    page = context.new_page()
    open_held(page, attempt_id, place, length)
    page.get_by_text("It holds vessels", exact=True).click()
    chip(page, "saved", "Saved")

    context.set_offline(True)
    page.get_by_text("It holds nerves", exact=True).click()
    chip(page, "device", "Saved on this device")
    page.get_by_role("button", name=re.compile("^Save and")).click()
    page.wait_for_url(re.compile(rf"/(check|questions/{place + 1})$"))
    page.close()
    page = context.new_page()
    page.goto(f"/attempts/{attempt_id}/questions/{place}")
    expect(page.get_by_label("It holds nerves")).to_be_checked()
    chip(page, "device", "Saved on this device")
    page.reload()
    expect(page.get_by_label("It holds nerves")).to_be_checked()
    page.goto(f"/attempts/{attempt_id}")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no network")

    page.goto(f"/attempts/{attempt_id}/check")
    page.wait_for_selector("html[data-scripts=attached]")
    row = page.locator(".summary-row", has=page.get_by_text(f"Question {place}", exact=True))
    expect(row).to_contain_text("Your newest answer is on this device")
    send = page.get_by_role("button", name="Send answers")
    send.click()
    page.locator("dialog").get_by_role("button", name="Send answers").click()
    sealed = page.locator("[data-behaviour=offline]")
    expect(sealed).to_contain_text("Sealed at")
    page.goto(f"/attempts/{attempt_id}/questions/{place}")
    expect(page.locator("[data-behaviour=offline]")).to_be_visible()
    page.get_by_text("It holds nerves", exact=True).click(force=True)
    expect(page.get_by_label("It holds nerves")).to_be_checked()
    assert state_of(pupil, attempt_id) is AttemptState.in_progress

    context.set_offline(False)
    page.wait_for_url(f"**/attempts/{attempt_id}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Not passed this time")
    assert stored(pupil)[-1] == {"options": ["nerves", "vessels"]}
    until(lambda: not page.evaluate(IN_QUEUE) and not page.evaluate(HELD), "an empty device")


CUT = """const whole = window.fetch;
const isCut = (options) => localStorage.getItem("cut") && options?.method;
window.fetch = (address, options) =>
    isCut(options) ? Promise.reject(new TypeError("cut")) : whole(address, options);"""
"""No answer leaves the device, also not from a page that is being left."""


@pytest.mark.browser
def test_the_next_person_on_the_device_sees_nothing(context, pupil, small_academy):  # noqa: F811
    """R-057: not without a network either. What was not sent is sent at the next sign-in."""
    attempt_id = pupil.start(now=datetime.now(UTC))
    length = len(pupil.attempt(attempt_id).drawn)
    place = pupil.position(attempt_id, "true-of-the-dermis")
    context.add_init_script(CUT)
    page = context.new_page()
    open_held(page, attempt_id, place, length)
    page.evaluate("localStorage.setItem('cut', 'yes')")
    page.get_by_text("It holds vessels", exact=True).click()
    chip(page, "device", "Saved on this device")
    page.goto("/me")
    page.wait_for_selector("html[data-scripts=attached]")
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("body")).to_have_attribute("data-role", "visitor")
    assert page.evaluate(HELD) == []

    small_academy.remember(context, small_academy.somebody("Olive Other")[1])
    context.set_offline(True)
    page.goto(f"/attempts/{attempt_id}/questions/{place}")
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no network")
    context.set_offline(False)
    page.evaluate("localStorage.removeItem('cut')")
    page.goto(f"/attempts/{attempt_id}/questions/{place}")
    expect(page.locator("body")).to_have_attribute("data-role", "student")
    assert "dermis" not in page.locator("main").inner_text()
    page.goto("/home")
    page.wait_for_selector("html[data-scripts=attached]")
    assert states_in_queue(page) == ["queued"]
    assert stored(pupil) == []

    small_academy.remember(context, a_new_sign_in(small_academy, pupil))
    page.goto("/home")
    until(lambda: stored(pupil) == [{"options": ["vessels"]}], "the answer of the first person")


@pytest.mark.browser
def test_the_end_of_one_attempt_does_not_leave_another_to_the_next_person(
    context,
    pupil,  # noqa: F811
    small_academy,
):
    """Nobody signed out, and nothing waits to be sent: the pages of the other attempt go all the same."""
    pupil.complete("skin")
    sent = pupil.finish(right=False, now=datetime.now(UTC))
    running = pupil.start("needle-quiz", now=datetime.now(UTC))
    page = context.new_page()
    open_held(page, running, 1, len(pupil.attempt(running).drawn))
    page.goto(f"/attempts/{sent}")
    page.wait_for_selector("html[data-scripts=attached]")
    small_academy.remember(context, small_academy.somebody("Olive Other")[1])
    page.goto("/home")
    page.wait_for_selector("html[data-scripts=attached]")
    until(lambda: page.evaluate(HELD) == [], "no page of the first person")
