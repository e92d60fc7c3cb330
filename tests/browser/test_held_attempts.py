"""What happens to an attempt that is held on a device while something changes around it: the clock, staff,
the release, the people at the browser."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Error, Locator, Page, expect
from sqlalchemy import select, update

from app.kit.ids import AttemptId
from app.quizzes.domain.transitions import AttemptState
from app.quizzes.models import AnswerRow, AttemptRow
from app.reports import extensions
from tests.browser.conftest import SmallAcademy
from tests.browser.test_no_network import a_new_sign_in
from tests.browser.test_offline_attempts import (  # noqa: F401 # fixtures
    CUT,
    HELD,
    context,
    open_held,
    state_of,
)
from tests.browser.test_quiz import chip, pupil, stored, student  # noqa: F401 # fixtures
from tests.integration.quizzes.conftest import Pupil
from tests.make.golden import IN_QUEUE
from tests.make.patience import until
from tests.make.people import a_user

pytestmark = [pytest.mark.browser, pytest.mark.deep]
SHIFT_CLOCK = (
    "(minutes) => { const now = Date.now; Date.now = () => now.call(Date) + minutes * 60000; }"
)
NEXT_RELEASE = (
    sys.executable,
    "-c",
    "from app.web import assets; assets._SERVED_AS += b' of the next release';"
    "from app.cli import main; main()",
)
"""`preceptor` with every asset under another address, as after an upgrade."""
SHELL = """async () => {
    const shell = await caches.open("preceptor-shell");
    return (await shell.keys()).map((request) => new URL(request.url).pathname);
}"""
CACHES = "caches.keys().then((names) => names.filter((name) => name.startsWith('preceptor-')))"
UPDATE = """async () => {
    const [registration] = (await navigator.serviceWorker.getRegistrations())
        .filter(({ scope }) => scope.endsWith("/attempts/"));
    const before = registration.active;
    await registration.update();
    const isNew = () => registration.active !== before && registration.active.state === "activated";
    while (!isNew()) await new Promise((resolve) => setTimeout(resolve, 50));
}"""
REGISTERED = "navigator.serviceWorker.getRegistrations().then((all) => all.length)"


def needle_attempt(pupil: Pupil, *, seconds: int | None = None) -> AttemptId:  # noqa: F811
    """Start the quiz of ten minutes, or of so many seconds from now."""
    pupil.complete("skin")
    attempt_id = pupil.start("needle-quiz", now=datetime.now(UTC))
    if seconds is not None:
        ends_in(pupil, attempt_id, seconds)
    return attempt_id


def ends_in(pupil: Pupil, attempt_id: AttemptId, seconds: int) -> None:  # noqa: F811
    due = datetime.now(UTC) + timedelta(seconds=seconds)
    with pupil.database.write() as db:
        own = update(AttemptRow).where(AttemptRow.id == attempt_id)
        db.execute(own.values(due_at=due, next_deadline_at=due))


def shift_clocks(context: BrowserContext, minutes: int) -> None:  # noqa: F811
    """Move the clock of the device, as far as its worker reads it."""
    assert context.service_workers
    for worker in context.service_workers:
        worker.evaluate(SHIFT_CLOCK, minutes)


def ready(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("html[data-scripts=attached]")


def seal(page: Page) -> None:
    page.get_by_role("button", name="Send answers").click()
    page.locator("dialog").get_by_role("button", name="Send answers").click()
    expect(panel(page)).to_contain_text("Sealed at")


def panel(page: Page) -> Locator:
    return page.locator("[data-behaviour=offline]")


def late_in(pupil: Pupil, attempt_id: AttemptId) -> list[bool]:  # noqa: F811
    with pupil.database.read() as db:
        return list(db.scalars(select(AnswerRow.is_late).where(AnswerRow.attempt_id == attempt_id)))


def hold_needles(context: BrowserContext, attempt_id: AttemptId) -> Page:  # noqa: F811
    page = context.new_page()
    open_held(page, attempt_id, 1, 2)
    return page


@pytest.mark.parametrize("rule", ["submit", "grace", "abandon"])
def test_a_time_that_ends_offline_seals_and_is_sent_later(context, pupil, rule):  # noqa: F811
    """Each rule at the time-out; the page never leads to where nothing is."""
    attempt_id = needle_attempt(pupil)
    columns = {"submit": (None, None), "grace": ("grace", 5), "abandon": ("abandon", None)}
    at_time_out, minutes = columns[rule]
    with pupil.database.write() as db:
        own = update(AttemptRow).where(AttemptRow.id == attempt_id)
        db.execute(own.values(at_time_out=at_time_out, grace_minutes=minutes))
    page = hold_needles(context, attempt_id)
    ends_in(pupil, attempt_id, 12)
    page.reload()
    page.wait_for_selector("html[data-scripts=attached]")
    context.set_offline(True)
    page.get_by_text("False", exact=True).click()
    chip(page, "device", "Saved on this device")
    expect(panel(page)).to_contain_text("Sealed at")
    expect(panel(page).get_by_role("button")).to_be_hidden()
    page.reload()
    expect(panel(page)).to_contain_text("Sealed at")
    context.set_offline(False)
    is_abandoned = rule == "abandon"
    page.wait_for_url("**/quizzes/needle-quiz" if is_abandoned else f"**/attempts/{attempt_id}")
    ended = AttemptState.abandoned if is_abandoned else AttemptState.submitted
    until(lambda: state_of(pupil, attempt_id) is ended, "the end of the attempt")
    assert len(late_in(pupil, attempt_id)) == 1
    until(lambda: not page.evaluate(IN_QUEUE) and not page.evaluate(HELD), "an empty device")


def test_a_sealed_attempt_is_opened_again_changed_and_sent(context, pupil):  # noqa: F811
    attempt_id = needle_attempt(pupil)
    page = hold_needles(context, attempt_id)
    context.set_offline(True)
    page.get_by_text("True", exact=True).click()
    chip(page, "device", "Saved on this device")
    ready(page, f"/attempts/{attempt_id}/check")
    seal(page)
    page.get_by_role("button", name="Open it again").click()
    expect(panel(page)).to_be_hidden()
    expect(page.get_by_role("button", name="Send answers")).to_be_visible()
    ready(page, f"/attempts/{attempt_id}/questions/1")
    page.get_by_text("False", exact=True).click()
    chip(page, "device", "Saved on this device")
    ready(page, f"/attempts/{attempt_id}/check")
    seal(page)
    assert state_of(pupil, attempt_id) is AttemptState.in_progress
    context.set_offline(False)
    page.wait_for_url(f"**/attempts/{attempt_id}")
    assert stored(pupil)[-1] == {"options": ["false"]}
    assert state_of(pupil, attempt_id) is AttemptState.submitted


def test_staff_open_an_attempt_again_that_a_device_has_sealed(
    context,  # noqa: F811
    pupil,  # noqa: F811
    small_academy,
):
    """The time that staff gave is not taken by the seal of before."""
    attempt_id = needle_attempt(pupil)
    page = hold_needles(context, attempt_id)
    context.set_offline(True)
    page.get_by_text("False", exact=True).click()
    chip(page, "device", "Saved on this device")
    ready(page, f"/attempts/{attempt_id}/check")
    seal(page)
    now = datetime.now(UTC)
    pupil.submit(attempt_id, now=now)
    with small_academy.database.write() as db:
        staff = a_user(db, "Ada Admin", roles=("admin",))
        extensions.reopen_attempt(
            db,
            staff,
            attempt_id,
            minutes=10,
            reason="The network was down.",
            reason_is_told=False,
            now=datetime.now(UTC),
        )
    context.set_offline(False)
    until(lambda: stored(pupil) == [{"options": ["false"]}], "the answer of the device")
    expect(panel(page)).to_be_hidden()
    assert late_in(pupil, attempt_id) == [False]
    assert state_of(pupil, attempt_id) is AttemptState.in_progress
    ready(page, f"/attempts/{attempt_id}/check")
    expect(panel(page)).to_be_hidden()
    page.get_by_role("button", name="Send answers").click()
    page.locator("dialog").get_by_role("button", name="Send answers").click()
    page.wait_for_url(f"**/attempts/{attempt_id}")


def test_a_clock_that_jumps_ahead_seals_too_early_and_the_academy_opens_again(
    context,  # noqa: F811
    pupil,  # noqa: F811
):
    attempt_id = needle_attempt(pupil)
    page = hold_needles(context, attempt_id)
    shift_clocks(context, 10)
    context.set_offline(True)
    page.get_by_text("True", exact=True).click()
    page.reload()
    page.wait_for_selector("html[data-scripts=attached]")
    expect(panel(page)).to_contain_text("Sealed at")
    context.set_offline(False)
    expect(panel(page)).to_be_hidden()
    expect(page.get_by_role("timer")).to_contain_text(re.compile(r"0[89]:\d\d"))
    page.get_by_text("False", exact=True).click()
    chip(page, "saved", "Saved")
    assert stored(pupil)[-1] == {"options": ["false"]}
    assert state_of(pupil, attempt_id) is AttemptState.in_progress


def test_a_clock_that_jumps_back_gives_no_time(context, pupil):  # noqa: F811
    attempt_id = needle_attempt(pupil)
    ends_in(pupil, attempt_id, 15)
    page = hold_needles(context, attempt_id)
    shift_clocks(context, -10)
    context.set_offline(True)
    page.reload()
    page.wait_for_selector("html[data-scripts=attached]")
    page.get_by_text("False", exact=True).click()
    chip(page, "device", "Saved on this device")
    expect(panel(page)).to_contain_text("Sealed at")
    context.set_offline(False)
    page.wait_for_url(f"**/attempts/{attempt_id}")
    assert [answer["options"] for answer in stored(pupil)] == [["false"]]


@contextmanager
def upgraded(academy: SmallAcademy, **changes: Any) -> Iterator[None]:
    """Run another server at the address of the academy for a while."""
    academy.server.stop()
    other = replace(academy.server, **changes)
    other.start()
    try:
        yield
    finally:
        other.stop()
        academy.server.start()


def test_a_new_release_breaks_no_open_page(context, pupil, small_academy):  # noqa: F811
    """The page goes on with the files that it was made for, also without a network; the next one is new."""
    attempt_id = needle_attempt(pupil)
    page = hold_needles(context, attempt_id)
    before = set(page.evaluate(SHELL))
    with upgraded(small_academy, program=NEXT_RELEASE):
        page.evaluate(UPDATE)
        after = set(page.evaluate(SHELL))
        assert before < after
        page.get_by_text("True", exact=True).click()
        chip(page, "saved", "Saved")
        context.set_offline(True)
        page.reload()
        expect(page.get_by_label("True", exact=True)).to_be_checked()
        page.get_by_text("False", exact=True).click()
        chip(page, "device", "Saved on this device")
        ready(page, f"/attempts/{attempt_id}/questions/2")
        context.set_offline(False)
        until(lambda: stored(pupil)[-1] == {"options": ["false"]}, "the answer of the old page")
        ready(page, f"/attempts/{attempt_id}/questions/1")
        names = page.evaluate(
            "[...document.scripts].map(({ src }) => new URL(src || location).pathname)"
        )
        assert set(names) & (after - before)
    # Nothing is held any more: the worker that comes next leaves the files of no other release.
    pupil.submit(attempt_id, now=datetime.now(UTC))
    ready(page, f"/attempts/{attempt_id}")
    until(lambda: not page.evaluate(HELD), "no held page")
    page.evaluate(UPDATE)
    until(lambda: set(page.evaluate(SHELL)) <= before, "the files of this release only")


def test_the_kill_switch_takes_everything_but_the_answers(
    context,  # noqa: F811
    pupil,  # noqa: F811
    small_academy,
):
    attempt_id = needle_attempt(pupil)
    context.add_init_script(CUT)
    page = hold_needles(context, attempt_id)
    page.evaluate("localStorage.setItem('cut', 'yes')")
    page.get_by_text("False", exact=True).click()
    chip(page, "device", "Saved on this device")
    off = {**small_academy.server.environment, "PRECEPTOR_OFFLINE_ATTEMPTS": "off"}
    with upgraded(small_academy, environment=off):
        ready(page, f"/attempts/{attempt_id}/questions/1")
        until(lambda: page.evaluate(CACHES) == [], "no cache")
        until(lambda: page.evaluate(REGISTERED) <= 1, "no worker of attempts")
        expect(page.get_by_label("False", exact=True)).to_be_checked()
        chip(page, "device", "Saved on this device")
        page.evaluate("localStorage.removeItem('cut')")
        ready(page, f"/attempts/{attempt_id}/questions/1")
        chip(page, "saved", "Saved")
        assert stored(pupil) == [{"options": ["false"]}]
        assert page.evaluate(CACHES) == []


def test_back_after_signing_out_shows_nothing_to_the_next_person(
    context,  # noqa: F811
    pupil,  # noqa: F811
    small_academy,
):
    """With and without a network. What the first person did not send is locked until they sign in again."""
    attempt_id = needle_attempt(pupil)
    context.add_init_script(CUT)
    page = hold_needles(context, attempt_id)
    page.evaluate("localStorage.setItem('cut', 'yes')")
    page.get_by_text("False", exact=True).click()
    chip(page, "device", "Saved on this device")
    ready(page, "/me")
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("body")).to_have_attribute("data-role", "visitor")
    small_academy.remember(context, small_academy.somebody("Olive Other")[1])
    ready(page, "/home")
    for is_offline in (False, True):
        context.set_offline(is_offline)
        for _step in range(6):
            with suppress(Error):  # a page that is not on the device
                page.go_back()
            assert "recapped" not in page.locator("body").inner_text()
        context.set_offline(False)
        ready(page, "/home")
    assert page.evaluate(HELD) == []
    assert [item["owner"] for item in page.evaluate(IN_QUEUE) if item["state"] == "queued"] == [
        str(pupil.actor.user_id)
    ]
    page.evaluate("localStorage.removeItem('cut')")
    ready(page, "/home")
    assert stored(pupil) == []
    small_academy.remember(context, a_new_sign_in(small_academy, pupil))
    ready(page, "/home")
    until(lambda: stored(pupil) == [{"options": ["false"]}], "the answer of the first person")
