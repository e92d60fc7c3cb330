"""A page whose network is gone says so when something is pressed, stays with what was typed, and sends it or
takes it again when the network is back."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from app.accounts.models import SignIn
from app.kit.ids import new_uuid
from app.kit.paths import STATIC
from app.learning.models import SectionNoteRow
from app.quizzes.models import AttemptRow
from tests.browser import (
    test_bedside,
    test_learning,
    test_notices,
    test_passkeys,
    test_quiz,
    test_quiz_of_several,
    test_requests,
    test_sign_in_ends,
)
from tests.browser.conftest import SmallAcademy
from tests.browser.test_quiz import chip, context, pupil, student  # noqa: F401 # fixtures
from tests.integration.quizzes.conftest import Pupil
from tests.make.golden import on_devices, put_on_device
from tests.make.patience import until
from tests.make.people import a_sign_in

LESSON = "/learn/small-course/lessons/skin-layers"
NOTES_HERE = "Object.keys(localStorage).filter((key) => key.startsWith('preceptor.note.')).length"
SENDS = re.compile(r"\b(?:fetch|request)\(|new XMLHttpRequest|sendBeacon")


def ready(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_selector("html[data-scripts=attached]")


def says_so(page: Page) -> None:
    line = page.locator("#unreachable[role=alert]")
    expect(line).to_be_visible()
    expect(line).to_contain_text("There is no network")


def notes_of(academy: SmallAcademy) -> list[str]:
    with academy.database.read() as db:
        return list(db.scalars(select(SectionNoteRow.words)))


def end_sign_in(academy: SmallAcademy, reader: Pupil) -> None:
    past = datetime.now(UTC) - timedelta(minutes=1)
    own = update(SignIn).where(SignIn.user_id == reader.actor.user_id)
    with academy.database.write() as db:
        db.execute(own.values(idle_ends_at=past, ends_at=past))


def a_new_sign_in(academy: SmallAcademy, reader: Pupil) -> str:
    """Return the token by which somebody is signed in once more."""
    with academy.database.write() as db:
        return a_sign_in(db, reader.actor, token=str(new_uuid()), now=datetime.now(UTC))


@pytest.mark.browser
def test_a_question_that_cannot_be_sent_stays_in_its_field(context, small_academy):  # noqa: F811
    """A form without a script of its own, a link, and the way on as soon as the network is back."""
    page = context.new_page()
    ready(page, f"{LESSON}/ask")
    page.get_by_label("Your question").fill("Why has it no vessels?")
    context.set_offline(True)
    send = page.get_by_role("button", name="Send the question")
    send.click()
    says_so(page)
    expect(send).not_to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Escape")
    page.locator(".back-link, .breadcrumbs a").first.click()
    says_so(page)
    assert page.url.endswith("/ask")
    expect(page.get_by_label("Your question")).to_have_value("Why has it no vessels?")
    context.set_offline(False)
    expect(page.locator("#unreachable")).to_be_hidden()
    send.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your question")
    expect(page.locator("main")).to_contain_text("Why has it no vessels?")


@pytest.mark.browser
def test_an_academy_on_this_device_goes_on_without_a_network(context):  # noqa: F811
    """Negative control: the browser says that it is offline, and the academy answers."""
    page = context.new_page()
    ready(page, "/home")
    page.evaluate("Object.defineProperty(Navigator.prototype, 'onLine', { get: () => false })")
    page.get_by_role("link", name="Notices").first.click()
    page.wait_for_url("**/notices")


@pytest.mark.browser
def test_a_note_is_saved_when_the_network_is_back(context, small_academy):  # noqa: F811
    """“Saved” is said only after the answer of the server. The script may come after the first letter."""
    page = context.new_page()
    ready(page, LESSON)
    form = page.locator(".note-form").first
    page.locator(".section-note summary").first.click()
    context.set_offline(True)
    form.get_by_role("textbox").fill("Written in a lift")
    expect(form.locator("[data-saved]")).not_to_contain_text("Saved")
    form.get_by_role("button").click()
    says_so(page)
    page.keyboard.press("Escape")
    context.set_offline(False)
    expect(form.locator("[data-saved]")).to_contain_text("Saved")
    assert "Written in a lift" in notes_of(small_academy)

    context.set_offline(True)
    form.get_by_role("textbox").fill("Written in a tunnel")
    form.get_by_role("button").click()
    says_so(page)
    page.keyboard.press("Escape")
    expect(form.locator("[data-saved]")).to_contain_text("there is no network")
    assert "Written in a tunnel" not in notes_of(small_academy)
    context.set_offline(False)
    expect(form.locator("[data-saved]")).to_contain_text("Saved")
    assert "Written in a tunnel" in notes_of(small_academy)

    context.set_offline(True)
    page.locator("button:is(.enlarge, .enlarge-image)").first.click()
    says_so(page)


@pytest.mark.browser
def test_a_note_outlives_a_closed_page_and_an_ended_sign_in(context, student, small_academy):  # noqa: F811
    """The device holds what the server does not have, for the person who wrote it and for nobody else."""
    page = context.new_page()
    ready(page, LESSON)
    page.locator(".section-note summary").first.click()
    field = page.locator(".note-form textarea").first
    field.fill("Begun at home")
    said = page.locator("[data-saved]").first
    expect(said).to_contain_text("Saved")
    end_sign_in(small_academy, student[0])
    field.fill("Written after the end")
    expect(said).to_contain_text("Not saved.")
    page.close()

    other = context.new_page()
    small_academy.remember(context, small_academy.somebody("Olive Other")[1])
    ready(other, "/home")
    assert other.evaluate(NOTES_HERE) == 1
    small_academy.remember(context, a_new_sign_in(small_academy, student[0]))
    ready(other, LESSON)
    expect(other.locator(".note-form textarea").first).to_have_value("Written after the end")
    expect(other.locator("[data-saved]").first).to_contain_text("Saved")
    assert "Written after the end" in notes_of(small_academy)
    assert other.evaluate(NOTES_HERE) == 0


@pytest.mark.browser
def test_a_note_whose_answer_was_lost_is_no_change_of_another_device(context, small_academy):  # noqa: F811
    """The server has the first words, and the page never heard of it."""
    page = context.new_page()
    ready(page, LESSON)
    page.locator(".section-note summary").first.click()
    field, said = page.locator(".note-form textarea").first, page.locator("[data-saved]").first

    def lose(route):
        route.fetch()
        route.abort()

    page.route("**/api/v1/**/note", lose, times=1)
    field.fill("Begun")
    expect(said).to_contain_text("there is no network")
    assert "Begun" in notes_of(small_academy)
    field.fill("Begun, and ended")
    expect(said).to_contain_text("Saved")
    until(lambda: "Begun, and ended" in notes_of(small_academy), "the newer words")
    expect(said).to_contain_text("Saved")
    assert page.evaluate(NOTES_HERE) == 0


@pytest.mark.browser
@pytest.mark.parametrize(
    "golden", on_devices("notes-on-devices"), ids=lambda golden: golden.path.stem
)
def test_a_note_that_a_version_kept_on_the_device_is_sent(context, student, small_academy, golden):  # noqa: F811
    page = context.new_page()
    ready(page, LESSON)
    form = page.locator(".note-form").first
    names = {
        "reader": str(student[0].actor.user_id),
        "section": form.locator("[name=section]").get_attribute("value") or "",
        "version": form.locator("[name=version]").get_attribute("value") or "",
    }
    put_on_device(page, golden, names)
    ready(page, LESSON)
    expect(page.locator("[data-saved]").first).to_contain_text("Saved")
    assert golden.read["note"] in notes_of(small_academy)
    assert page.evaluate(NOTES_HERE) == 0


@pytest.mark.browser
@pytest.mark.deep
def test_answers_reach_the_academy_after_the_end_of_the_time(context, pupil):  # noqa: F811
    """The attempt is sealed on the device, and sent by itself when the network is back."""
    pupil.complete("skin")
    attempt_id = pupil.start("needle-quiz", now=datetime.now(UTC))
    page = context.new_page()
    ready(page, f"/attempts/{attempt_id}/questions/1")
    with pupil.database.write() as db:
        soon = datetime.now(UTC) + timedelta(seconds=3)
        db.execute(update(AttemptRow).where(AttemptRow.id == attempt_id).values(due_at=soon))
    ready(page, f"/attempts/{attempt_id}/questions/1")
    context.set_offline(True)
    sealed = page.locator("[data-behaviour=offline]")
    expect(sealed).to_contain_text("Sealed at")
    expect(sealed.get_by_role("button")).to_be_hidden()
    context.set_offline(False)
    page.wait_for_url(f"**/attempts/{attempt_id}")
    expect(page.locator("main")).to_contain_text("Time is up")


@pytest.mark.browser
def test_the_answers_of_a_quiz_are_not_sent_without_those_on_the_device(context, pupil):  # noqa: F811
    attempt_id = pupil.start(now=datetime.now(UTC))
    pupil.answer_all(attempt_id, now=datetime.now(UTC))
    page = context.new_page()
    page.route("**/api/v1/attempts/*/answers", lambda route: route.abort())
    place = pupil.position(attempt_id, "true-of-the-dermis")
    ready(page, f"/attempts/{attempt_id}/questions/{place}")
    page.get_by_text("It holds nerves", exact=True).click()
    chip(page, "device", "Saved on this device")
    ready(page, f"/attempts/{attempt_id}/check")
    page.get_by_role("button", name="Send answers").click()
    expect(page.locator("#unreachable")).to_contain_text("Some answers are still on this device")
    assert page.url.endswith("/check")


CUT = {
    "clear": test_learning.test_a_section_is_voted_on_without_leaving_it,
    "highlight": test_learning.test_selected_words_are_highlighted,
    "main": test_a_question_that_cannot_be_sent_stays_in_its_field,
    "mark-read": test_notices.test_the_button_stays_where_the_server_cannot_be_reached,
    "passkeys": test_passkeys.test_a_device_without_a_passkey_leads_on,
    "quiz": test_quiz_of_several.test_a_flag_is_taken_back_without_a_network,
    "quiz-question": test_quiz.test_the_chip_says_saved_again_when_the_network_returns,
    "quiz-timer": test_answers_reach_the_academy_after_the_end_of_the_time,
    "reading": test_learning.test_a_lesson_opens_on_another_device_where_it_was_left,
    "requests": test_requests.test_one_is_confirmed_and_one_declined_in_their_rows,
    "roster": test_bedside.test_attendance_is_marked_without_loading_the_page,
    "section-note": test_a_note_is_saved_when_the_network_is_back,
    "sheet-queue": test_bedside.test_no_step_is_lost,
    "sign-in-again": test_bedside.test_a_wrong_password_is_said_in_the_panel,
    "sign-in-ends": test_sign_in_ends.test_staying_signed_in_in_one_tab_is_known_in_the_others,
    "outbox": test_quiz.test_answers_survive_a_lost_network_and_a_closed_page,
}
"""The test that cuts the network of each script that sends something."""


def test_each_script_that_sends_is_tried_without_a_network():
    sending = {path.stem for path in (STATIC / "js").glob("*.js") if SENDS.search(path.read_text())}
    elsewhere = {"request", "quiz-send", "sw"}
    """request.js sends for the others; test_offline_attempts.py cuts the network of the other two."""
    assert sending - elsewhere == set(CUT)
