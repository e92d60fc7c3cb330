"""Twenty questions while the network, the server and the tab come and go: no answer is lost or doubled, and
“Saved” is true whenever it is said."""

import random
import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from app.kit.ids import AttemptId
from app.quizzes.models import AnswerRow
from app.quizzes.saved_answers import answers_of
from tests.browser.test_offline_attempts import HELD, context, open_held  # noqa: F401 # fixtures
from tests.browser.test_quiz import chip, pupil, stored, student  # noqa: F401 # fixtures
from tests.integration.quizzes.conftest import Pupil
from tests.make.courses import small_course
from tests.make.golden import IN_QUEUE
from tests.make.patience import until

pytestmark = [pytest.mark.browser, pytest.mark.deep]
SHIFT = "{const real = Date.now; Date.now = () => real() + %d * 60000;}"
SAFE = re.compile("^(saved|device)$")
HELD_TEXTS = """async () => {
    const names = (await caches.keys()).filter((name) => name.startsWith("preceptor-pages/"));
    const texts = [];
    for (const name of names) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) texts.push(await (await cache.match(request)).text());
    }
    return texts;
}"""
LOSING = """const whole = window.fetch;
let lost = 0;
const isBatch = (address, options) => options?.method === "POST" && String(address).endsWith("/answers");
window.fetch = async (address, options) => {
    const answer = await whole(address, options);
    if (isBatch(address, options) && lost++ < 3) throw new TypeError("lost");
    return answer;
};"""
"""The answers to the first three requests are lost."""
BROKEN = """const whole = window.fetch;
let broken = 0;
window.fetch = (address, options) => {
    const isBatch = options?.method === "POST" && String(address).endsWith("/answers");
    const isBroken = isBatch && broken++ < 5;
    return isBroken ? Promise.resolve(new Response("", { status: 500 })) : whole(address, options);
};"""


def text_of(pupil: Pupil, attempt_id: AttemptId, key: str) -> str:  # noqa: F811
    """Return the newest text that the database has for a question."""
    with pupil.database.read() as db:
        own = [answer for answer in answers_of(db, attempt_id) if answer.question_key == key]
    return str(max(own, key=lambda answer: answer.sequence).response.text)


def ids_in(pupil: Pupil, attempt_id: AttemptId) -> list[str]:  # noqa: F811
    with pupil.database.read() as db:
        rows = select(AnswerRow.id).where(AnswerRow.attempt_id == attempt_id)
        return [str(answer_id) for answer_id in db.scalars(rows)]


def fill(page: Page, place: int, attempt_id: AttemptId, words: str) -> None:
    page.goto(f"/attempts/{attempt_id}/questions/{place}")
    page.wait_for_selector("html[data-scripts=attached]")
    page.get_by_role("textbox").fill(words)


@pytest.mark.parametrize("minutes", [0, 10, -10])
def test_saved_is_true_at_every_moment(context: BrowserContext, pupil, minutes):  # noqa: F811
    """The connection is cut, the tab is closed, the page is loaded again, in an order by chance; each time
    that the page says “Saved”, the database has exactly what stands in the field."""
    chance = random.Random(minutes)  # noqa: S311 # the same order each time
    attempt_id = pupil.start(now=datetime.now(UTC))
    key = "total-volume"
    place = pupil.position(attempt_id, key)
    if minutes:
        context.add_init_script(SHIFT % minutes)
    page = context.new_page()
    open_held(page, attempt_id, place, len(pupil.attempt(attempt_id).drawn))
    for step in range(20):
        words = str(step + 1)
        context.set_offline(chance.random() < 0.5)
        fill(page, place, attempt_id, words)
        if chance.random() < 0.3:
            expect(page.locator("#save-chip")).to_have_attribute("data-state", SAFE)
            page.reload()
            page.wait_for_selector("html[data-scripts=attached]")
        if chance.random() < 0.3:
            expect(page.locator("#save-chip")).to_have_attribute("data-state", SAFE)
            page.close()
            page = context.new_page()
            page.goto(f"/attempts/{attempt_id}/questions/{place}")
            page.wait_for_selector("html[data-scripts=attached]")
        expect(page.get_by_role("textbox")).to_have_value(words)
        expect(page.locator("#save-chip")).to_have_attribute("data-state", SAFE)
        if page.locator("#save-chip").get_attribute("data-state") == "saved":
            assert text_of(pupil, attempt_id, key) == words
    context.set_offline(False)
    chip(page, "saved", "Saved")
    until(lambda: text_of(pupil, attempt_id, key) == "20", "the last answer")
    assert len(ids_in(pupil, attempt_id)) == len(set(ids_in(pupil, attempt_id))) <= 20


def test_answers_sent_twice_and_in_the_wrong_order_are_stored_once(context, pupil):  # noqa: F811
    """Each request is lost after it has arrived, and sent again by the page."""
    attempt_id = pupil.start(now=datetime.now(UTC))
    place = pupil.position(attempt_id, "total-volume")
    page = context.new_page()
    page.add_init_script(LOSING)
    fill(page, place, attempt_id, "1.0")
    chip(page, "saved", "Saved")
    assert [answer["text"] for answer in stored(pupil)] == ["1.0"]


def test_a_server_that_is_broken_for_half_a_minute_loses_nothing(context, pupil):  # noqa: F811
    """Five tries meet a broken server; they come after 1, 2, 4, 8 and 15 seconds."""
    attempt_id = pupil.start(now=datetime.now(UTC))
    place = pupil.position(attempt_id, "total-volume")
    page = context.new_page()
    page.add_init_script(BROKEN)
    fill(page, place, attempt_id, "1.0")
    chip(page, "device", "Saved on this device")
    assert stored(pupil) == []
    chip(page, "saved", "Saved")
    assert [answer["text"] for answer in stored(pupil)] == ["1.0"]


def test_a_server_that_is_killed_twenty_times_loses_nothing(context, pupil, small_academy):  # noqa: F811
    attempt_id = pupil.start(now=datetime.now(UTC))
    place = pupil.position(attempt_id, "total-volume")
    page = context.new_page()
    open_held(page, attempt_id, place, len(pupil.attempt(attempt_id).drawn))
    for number in range(1, 21):
        words = str(number)
        page.get_by_role("textbox").fill(words)
        small_academy.server.kill()
        expect(page.locator("#save-chip")).to_have_attribute("data-state", SAFE)
        if page.locator("#save-chip").get_attribute("data-state") == "saved":
            assert text_of(pupil, attempt_id, "total-volume") == words
        small_academy.server.start()
        page.evaluate("window.dispatchEvent(new Event('online'))")
        chip(page, "saved", "Saved")
        assert text_of(pupil, attempt_id, "total-volume") == words
    assert [answer["text"] for answer in stored(pupil)] == [str(number) for number in range(1, 21)]


def test_a_second_device_is_told_and_nothing_is_replaced(
    context,  # noqa: F811
    pupil,  # noqa: F811
    student,  # noqa: F811
    small_academy,
    new_context,
):
    attempt_id = pupil.start(now=datetime.now(UTC))
    place = pupil.position(attempt_id, "total-volume")
    page = context.new_page()
    open_held(page, attempt_id, place, len(pupil.attempt(attempt_id).drawn))
    context.set_offline(True)
    page.get_by_role("textbox").fill("1.0")
    chip(page, "device", "Saved on this device")
    desk = new_context(base_url=small_academy.server.url)
    small_academy.remember(desk, student[1])
    other = desk.new_page()
    fill(other, place, attempt_id, "2.0")
    chip(other, "saved", "Saved")
    context.set_offline(False)
    chip(page, "failed", "Two answers")
    page.get_by_role("link", name="Choose which one counts").click()
    expect(page.get_by_role("heading", name="Which answer counts?")).to_be_visible()
    assert sorted(answer["text"] for answer in stored(pupil)) == ["1.0", "2.0"]


def test_nothing_secret_is_held_on_the_device(context, pupil):  # noqa: F811
    """R-050, R-058: neither the pages nor the queue hold a key, an explanation or a feedback."""
    attempt_id = pupil.start(now=datetime.now(UTC))
    place = pupil.position(attempt_id, "true-of-the-dermis")
    page = context.new_page()
    open_held(page, attempt_id, place, len(pupil.attempt(attempt_id).drawn))
    page.get_by_text("It holds vessels", exact=True).click()
    chip(page, "saved", "Saved")
    held = page.evaluate(HELD_TEXTS)
    assert len(held) == len(page.evaluate(HELD))
    assert any("It holds vessels" in text for text in held)
    whole = "".join(held) + str(page.evaluate(IN_QUEUE))
    secrets = secrets_of_course()
    assert len(secrets) > 3
    assert {secret for secret in secrets if secret in whole} == set()


def secrets_of_course() -> set[str]:
    """Return every explanation of the small course; none of them is empty."""
    keys = small_course().keys
    assert keys is not None
    explained = {
        text
        for quiz in keys.quizzes.values()
        for key in quiz.questions.values()
        for text in key.explanations
    }
    return {text for text in explained if text}
