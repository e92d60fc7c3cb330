"""An attempt in a real browser: what the save chip says is true, and nothing is lost."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select, update

from app.quizzes.models import Answer, Attempt
from tests.browser.conftest import SmallAcademy
from tests.integration.quizzes.conftest import Pupil
from tests.make.quizzes import a_place


@pytest.fixture
def student(small_academy: SmallAcademy) -> tuple[Pupil, str]:
    """A student with a place, and the token they are signed in with."""
    actor, token = small_academy.somebody("Sara Okafor")
    with small_academy.database.write() as db:
        a_place(db, actor, small_academy.revision_id)
    return Pupil(small_academy.database, actor, small_academy.revision_id), token


@pytest.fixture
def pupil(student: tuple[Pupil, str]) -> Pupil:
    return student[0]


@pytest.fixture
def context(
    student: tuple[Pupil, str],
    small_academy: SmallAcademy,
    new_context: Callable[..., BrowserContext],
) -> BrowserContext:
    context = new_context(base_url=small_academy.server.url)
    small_academy.remember(context, student[1])
    return context


def chip(page: Page, state: str, words: str) -> None:
    """Wait until the save chip is in a state and says some words."""
    element = page.locator("#save-chip")
    expect(element).to_have_attribute("data-state", state, timeout=20_000)
    expect(element).to_contain_text(words)


def stored(pupil: Pupil) -> list[dict[str, object]]:
    with pupil.database.read() as db:
        own = select(Attempt.id).where(Attempt.user_id == pupil.actor.user_id)
        answers = select(Answer.response).where(Answer.attempt_id.in_(own))
        return list(db.scalars(answers.order_by(Answer.id)))


@pytest.mark.browser
def test_answers_survive_a_lost_network_and_a_closed_page(context, pupil):
    """R-058, R-063: saved says the chip only when the server has it; what is on the device is sent
    later, and gone from it after the end."""
    attempt_id = pupil.start(now=datetime.now(UTC))
    place = pupil.position(attempt_id, "true-of-the-dermis")
    page = context.new_page()
    page.goto(f"/attempts/{attempt_id}/questions/{place}")
    expect(page.locator("#save-chip")).to_contain_text("Not answered yet")
    page.get_by_text("It holds vessels", exact=True).click()
    chip(page, "saved", "Saved")
    assert stored(pupil) == [{"options": ["vessels"]}]

    context.set_offline(True)
    page.get_by_text("It holds nerves", exact=True).click()
    chip(page, "device", "Saved on this device")
    expect(page.locator("#save-message")).to_have_text("We send it when you are back online.")
    assert stored(pupil) == [{"options": ["vessels"]}]
    page.close()
    context.set_offline(False)

    page = context.new_page()
    page.goto(f"/attempts/{attempt_id}/questions/{place}")
    expect(page.get_by_label("It holds nerves")).to_be_checked()
    chip(page, "saved", "Saved")
    assert stored(pupil)[-1] == {"options": ["nerves", "vessels"]}

    with page.expect_navigation():  # the next question; leaving before it has come would be cut off
        page.get_by_role("button", name=re.compile("^Save and")).click()
    page.goto(f"/attempts/{attempt_id}/check")
    page.get_by_role("button", name="Send answers").click()
    page.locator("dialog").get_by_role("button", name="Send answers").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Not passed this time")
    assert page.evaluate("localStorage.length") == 0


@pytest.mark.browser
def test_the_newest_of_two_windows_wins(context, pupil):
    attempt_id = pupil.start(now=datetime.now(UTC))
    place = pupil.position(attempt_id, "total-volume")
    one, other = context.new_page(), context.new_page()
    for page in (one, other):
        page.goto(f"/attempts/{attempt_id}/questions/{place}")
    for page, number in ((one, "1"), (other, "2"), (one, "3")):
        page.get_by_role("textbox").fill(number)
        chip(page, "saved", "Saved")
    assert [answer["text"] for answer in stored(pupil)] == ["1", "2", "3"]


@pytest.mark.browser
def test_an_unreadable_number_is_explained_by_the_chip_and_by_the_form(context, pupil):
    attempt_id = pupil.start(now=datetime.now(UTC))
    place = pupil.position(attempt_id, "total-volume")
    page = context.new_page()
    page.goto(f"/attempts/{attempt_id}/questions/{place}", wait_until="networkidle")
    page.get_by_role("textbox").fill("1,000")
    chip(page, "failed", "Not saved")
    expect(page.locator("#save-message")).to_contain_text("thousands")
    page.get_by_role("button", name=re.compile("^Save and")).click()
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.get_by_role("textbox")).to_have_value("1,000")
    page.get_by_role("textbox").fill("1.0")
    page.get_by_role("button", name=re.compile("^Save and")).click()
    page.wait_for_url(re.compile(rf"/(check|questions/{place + 1})$"))
    assert [answer["text"] for answer in stored(pupil)] == ["1.0"]


@pytest.mark.browser
def test_complete_answers_are_sent_with_one_press(context, pupil):
    attempt_id = pupil.start(now=datetime.now(UTC))
    pupil.answer_all(attempt_id, now=datetime.now(UTC))
    page = context.new_page()
    page.goto(f"/attempts/{attempt_id}/check")
    page.get_by_role("button", name="Send answers").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You passed")


@pytest.mark.browser
def test_when_the_time_ends_the_answers_are_sent(context, pupil):
    pupil.complete("skin")
    now = datetime.now(UTC)
    attempt_id = pupil.start("needle-quiz", now=now)
    with pupil.database.write() as db:
        soon = now + timedelta(seconds=10)
        db.execute(update(Attempt).where(Attempt.id == attempt_id).values(due_at=soon))
    page = context.new_page()
    page.goto(f"/attempts/{attempt_id}/questions/1")
    expect(page.get_by_role("timer")).to_contain_text("00:0")
    expect(page.locator("#announce-polite")).to_have_text("Half of the time is left", timeout=9_000)
    page.get_by_text("False", exact=True).click()
    chip(page, "saved", "Saved")
    page.wait_for_url(f"**/attempts/{attempt_id}", timeout=20_000)
    expect(page.locator("main")).to_contain_text("Time is up")
    expect(page.locator("main")).to_contain_text("1 of 2 points")
