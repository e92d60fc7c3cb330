"""An attempt in a real browser: what the save chip says is true, and nothing is lost."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select, update

from app.enrolments.models import Enrolment, EnrolmentState
from app.quizzes.models import AnswerRow, AttemptRow
from tests.browser.conftest import SmallAcademy
from tests.integration.quizzes.conftest import Pupil
from tests.make.golden import IN_QUEUE, on_devices, put_on_device
from tests.make.patience import until
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
    expect(element).to_have_attribute("data-state", state)
    expect(element).to_contain_text(words)


def stored(pupil: Pupil) -> list[dict[str, object]]:
    """Return the answers of this pupil as they are stored, without what every one of them names."""
    with pupil.database.read() as db:
        own = select(AttemptRow.id).where(AttemptRow.user_id == pupil.actor.user_id)
        answers = select(AnswerRow.response).where(AnswerRow.attempt_id.in_(own))
        rows = db.scalars(answers.order_by(AnswerRow.received_at, AnswerRow.sequence))
        return [
            {key: value for key, value in row.items() if key not in ("type", "version")}
            for row in rows
        ]


@pytest.mark.browser
def test_answers_survive_a_lost_network_and_a_closed_page(context, pupil):
    """R-058, R-063: the chip says "saved" only when the server has the answer. Answers kept on the
    device are sent later, and deleted there after the end."""
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
    expect(page.locator("#save-message")).to_have_text(
        "You are offline. We keep your answer and send it when you are back."
    )
    assert stored(pupil) == [{"options": ["vessels"]}]
    page.close()
    context.set_offline(False)

    page = context.new_page()
    page.goto(f"/attempts/{attempt_id}/questions/{place}")
    expect(page.get_by_label("It holds nerves")).to_be_checked()
    chip(page, "saved", "Saved")
    assert stored(pupil)[-1] == {"options": ["nerves", "vessels"]}

    with page.expect_navigation():  # the next question; leaving earlier would cancel its request
        page.get_by_role("button", name=re.compile("^Save and")).click()
    page.goto(f"/attempts/{attempt_id}/check")
    page.locator("html[data-scripts=attached]").wait_for()
    page.get_by_role("button", name="Send answers").click()
    page.locator("dialog").get_by_role("button", name="Send answers").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Not passed this time")
    until(lambda: not page.evaluate(IN_QUEUE), "nothing of the attempt on the device")
    until(lambda: page.evaluate("localStorage.length") == 0)


@pytest.mark.browser
@pytest.mark.parametrize(
    "golden",
    [*on_devices("answers-on-devices"), *on_devices("queues-on-devices")],
    ids=lambda golden: f"{golden.kind}-{golden.path.stem}",
)
def test_what_a_version_kept_on_the_device_is_sent(context, pupil, golden):
    """R-063: the page of this version sends the answer that the student chose."""
    attempt_id = pupil.start(now=datetime.now(UTC))
    place = pupil.position(attempt_id, "true-of-the-dermis")
    drawn = pupil.attempt(attempt_id).drawn[place - 1]
    (token,) = drawn.tokens_of({"vessels"})
    person = str(pupil.actor.user_id)
    names = {"person": person, "attempt": str(attempt_id), "position": str(place), "token": token}
    page = context.new_page()
    page.goto("/home")
    put_on_device(page, golden, names)
    page.goto(f"/attempts/{attempt_id}/questions/{place}")
    chip(page, "saved", "Saved")
    expect(page.get_by_label("It holds vessels")).to_be_checked()
    assert stored(pupil) == [{"options": golden.read["options"]}]
    assert not page.evaluate(UNSENT_BEFORE)
    assert states_in_queue(page) == ["saved"]


@pytest.mark.browser
def test_what_a_later_version_kept_on_the_device_is_left_for_it(context, pupil):
    attempt_id = pupil.start(now=datetime.now(UTC))
    place = pupil.position(attempt_id, "true-of-the-dermis")
    page = context.new_page()
    page.goto("/home")
    later = f'{{"{place}": {{"version": 2, "answer": "of another shape"}}}}'
    page.evaluate(
        "([key, text]) => localStorage.setItem(key, text)",
        [f"preceptor.unsent.{attempt_id}", later],
    )
    page.goto(f"/attempts/{attempt_id}/questions/{place}")
    expect(page.locator("#save-chip")).to_contain_text("Not answered yet")
    other = 1 if place != 1 else 2
    page.goto(f"/attempts/{attempt_id}/questions/{other}")
    assert (
        page.evaluate("key => localStorage.getItem(key)", f"preceptor.unsent.{attempt_id}") == later
    )
    assert stored(pupil) == []


def states_in_queue(page: Page) -> list[str]:
    """Return what became of the answers that the browser holds."""
    held = page.evaluate(IN_QUEUE)
    return [item["state"] for item in held if item["kind"] == "answer"]


UNSENT_BEFORE = (
    "Object.keys(localStorage).filter((key) => key.startsWith('preceptor.unsent.')).length"
)
"""What versions before the queue hold of attempts."""


SPOKEN = """() => {
    window.spoken = [];
    for (const id of ["announce-polite", "announce-assertive"]) {
        const region = document.getElementById(id);
        new MutationObserver(() => region.textContent && window.spoken.push(region.textContent))
            .observe(region, { childList: true });
    }
}"""


@pytest.mark.browser
def test_the_chip_says_saved_again_when_the_network_returns(context, pupil):
    """S1, S15, Y3, Y6: without a reload, visibly and announced; the counts are those of the server."""
    attempt_id = pupil.start(now=datetime.now(UTC))
    place = pupil.position(attempt_id, "true-of-the-dermis")
    page = context.new_page()
    page.goto(f"/attempts/{attempt_id}/questions/{place}", wait_until="networkidle")
    page.evaluate(SPOKEN)
    answered = page.locator("[data-answered-count]")
    number = page.locator(f"#questions a[data-position='{place}']")
    expect(answered).to_have_text("0")

    context.set_offline(True)
    page.get_by_text("It holds nerves", exact=True).click()
    chip(page, "device", "Saved on this device")
    expect(answered).to_have_text("0")
    expect(number).not_to_have_attribute("data-answered", "")
    context.set_offline(False)

    chip(page, "saved", "Saved")
    expect(page.locator("#save-message")).to_be_hidden()
    expect(answered).to_have_text("1")
    expect(number).to_have_accessible_name(f"Question {place}, answered")
    assert stored(pupil) == [{"options": ["nerves"]}]
    spoken = [words.split(".")[0] for words in page.evaluate("spoken")]
    assert spoken[0] == "Saved on this device"
    assert re.fullmatch(r"Saved \d\d:\d\d", spoken[-1])
    assert states_in_queue(page) == ["saved"]

    page.get_by_text("It holds nerves", exact=True).click()
    expect(answered).to_have_text("0")
    expect(number).to_have_accessible_name(f"Question {place}")


@pytest.mark.browser
def test_what_another_window_sent_is_saved_here_too(context, pupil):
    """S1: two windows hold the same unsent answer; the first to reach the server takes it away."""
    attempt_id = pupil.start(now=datetime.now(UTC))
    place = pupil.position(attempt_id, "true-of-the-dermis")
    page, other = context.new_page(), context.new_page()
    refuse = lambda route: route.abort()  # noqa: E731
    answers = "**/api/v1/attempts/*/answers"
    for window in (page, other):
        window.goto(f"/attempts/{attempt_id}/questions/{place}", wait_until="networkidle")
    page.route(answers, refuse)
    page.get_by_text("It holds vessels", exact=True).click()
    chip(page, "device", "Saved on this device")
    other.reload()
    chip(other, "saved", "Saved")
    chip(page, "saved", "Saved")
    assert stored(pupil) == [{"options": ["vessels"]}]


@pytest.mark.browser
def test_an_answer_is_not_lost_when_another_person_signs_in(context, pupil, student, small_academy):
    """The other person may not see the attempt, but the browser keeps the unsent answer."""
    attempt_id = pupil.start(now=datetime.now(UTC))
    place = pupil.position(attempt_id, "true-of-the-dermis")
    page = context.new_page()
    page.goto(f"/attempts/{attempt_id}/questions/{place}", wait_until="networkidle")
    small_academy.remember(context, small_academy.somebody("Olive Other")[1])
    page.get_by_text("It holds vessels", exact=True).click()
    chip(page, "device", "Saved on this device")
    expect(page.locator("#save-message")).to_contain_text("Somebody else is signed in")
    small_academy.remember(context, student[1])
    chip(page, "saved", "Saved")
    assert stored(pupil) == [{"options": ["vessels"]}]


@pytest.mark.browser
@pytest.mark.parametrize("way", ["saving", "sent when the network returns"])
def test_the_chip_says_that_the_place_has_ended(context, pupil, way):
    """V13, S1: the chip does not say that somebody else is signed in, nor that it will send
    anything."""
    attempt_id = pupil.start(now=datetime.now(UTC))
    place = pupil.position(attempt_id, "true-of-the-dermis")
    page = context.new_page()
    page.goto(f"/attempts/{attempt_id}/questions/{place}", wait_until="networkidle")
    if way != "saving":
        context.set_offline(True)
        page.get_by_text("It holds vessels", exact=True).click()
        chip(page, "device", "Saved on this device")
    with pupil.database.write() as db:
        db.execute(
            update(Enrolment)
            .where(Enrolment.user_id == pupil.actor.user_id)
            .values(state=EnrolmentState.cancelled)
        )
    if way == "saving":
        page.get_by_text("It holds vessels", exact=True).click()
    else:
        context.set_offline(False)
    chip(page, "failed", "Not saved")
    expect(page.locator("#save-message")).to_contain_text("Your place on this course has ended")
    assert stored(pupil) == []


FULL = """for (const [kind, name] of [[Storage, "setItem"], [IDBObjectStore, "put"]]) {
    kind.prototype[name] = () => { throw new DOMException("full", "QuotaExceededError"); };
}"""


@pytest.mark.browser
def test_a_device_whose_storage_is_full_says_so_and_loses_nothing(context, pupil):
    attempt_id = pupil.start(now=datetime.now(UTC))
    place = pupil.position(attempt_id, "true-of-the-dermis")
    context.add_init_script(FULL)
    page = context.new_page()
    page.goto(f"/attempts/{attempt_id}/questions/{place}", wait_until="networkidle")
    context.set_offline(True)
    page.get_by_text("It holds vessels", exact=True).click()
    chip(page, "failed", "Not saved")
    expect(page.locator("#save-message")).to_contain_text("Do not close or reload this page")
    context.set_offline(False)
    chip(page, "saved", "Saved")
    assert stored(pupil) == [{"options": ["vessels"]}]


@pytest.mark.browser
def test_dialogs_open_where_browsers_offer_no_random_ids(context, pupil):
    """B20: on plain http `crypto.randomUUID` does not exist."""
    context.add_init_script("delete Crypto.prototype.randomUUID")
    attempt_id = pupil.start(now=datetime.now(UTC))
    page = context.new_page()
    page.goto(f"/attempts/{attempt_id}/check", wait_until="networkidle")
    page.get_by_role("button", name="Send answers").click()
    page.locator("dialog").get_by_role("button", name="Send answers").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Not passed this time")


@pytest.mark.browser
def test_the_newest_of_two_windows_wins(context, pupil):
    attempt_id = pupil.start(now=datetime.now(UTC))
    place = pupil.position(attempt_id, "total-volume")
    first, other = context.new_page(), context.new_page()
    for page in (first, other):
        page.goto(f"/attempts/{attempt_id}/questions/{place}")
    for page, number in ((first, "1"), (other, "2"), (first, "3")):
        page.get_by_role("textbox").fill(number)
        chip(page, "saved", "Saved")
    assert [answer["text"] for answer in stored(pupil)] == ["1", "2", "3"]


@pytest.mark.browser
def test_an_unreadable_number_is_explained_by_the_chip_and_by_the_form(context, pupil):
    """Y11: the script marks and describes the field as the server does, and lets the person finish typing;
    the unit is said once."""
    attempt_id = pupil.start(now=datetime.now(UTC))
    place = pupil.position(attempt_id, "total-volume")
    page = context.new_page()
    page.goto(f"/attempts/{attempt_id}/questions/{place}", wait_until="networkidle")
    page.evaluate(SPOKEN)
    field = page.get_by_role("textbox")
    described = field.get_attribute("aria-describedby") or ""
    field.fill("1,000")
    chip(page, "failed", "Not saved")
    expect(page.locator("#save-message")).to_contain_text("thousands")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_attribute("aria-describedby", f"save-message {described}")
    until(lambda: page.evaluate("spoken.length"))
    assert page.locator("#announce-assertive").inner_text() == ""
    descriptions = [page.locator(f"#{name}").inner_text() for name in described.split()]
    assert " ".join(descriptions).count("mL") == 1
    assert page.locator(".affixed > :not(input)").get_attribute("aria-hidden") == "true"
    field.fill("1.0")
    chip(page, "saved", "Saved")
    expect(field).not_to_have_attribute("aria-invalid", "true")
    expect(field).to_have_attribute("aria-describedby", described)
    field.fill("1,000")
    chip(page, "failed", "Not saved")
    page.get_by_role("button", name=re.compile("^Save and")).click()
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.get_by_role("textbox")).to_have_value("1,000")
    page.get_by_role("textbox").fill("1.0")
    page.get_by_role("button", name=re.compile("^Save and")).click()
    page.wait_for_url(re.compile(rf"/(check|questions/{place + 1})$"))
    readable = [answer["text"] for answer in stored(pupil) if "text" in answer]
    assert set(readable) == {"1.0"}


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
    page = context.new_page()
    began = monotonic()
    page.goto(f"/attempts/{attempt_id}/questions/1")
    # The page must come before half of the time is over, however long it takes on this machine now.
    seconds = max(10.0, 5 * (monotonic() - began))
    with pupil.database.write() as db:
        soon = datetime.now(UTC) + timedelta(seconds=seconds)
        db.execute(update(AttemptRow).where(AttemptRow.id == attempt_id).values(due_at=soon))
    page.reload()
    expect(page.get_by_role("timer")).to_contain_text("00:")
    expect(page.locator("#announce-polite")).to_have_text("Half of the time is left")
    page.get_by_text("False", exact=True).click()
    chip(page, "saved", "Saved")
    page.wait_for_url(f"**/attempts/{attempt_id}")
    expect(page.locator("main")).to_contain_text("Time is up")
    expect(page.locator("main")).to_contain_text("1 of 2 points")
