"""The sheet beside the bed on an upright tablet: nothing is lost, and every failure is in view."""

import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, ViewportSize, expect
from sqlalchemy import update

from app.accounts.models import SignIn
from app.assessments import queries, service
from app.assessments.domain import Mark
from app.assessments.models import Assessment
from app.courses.domain.delivery import Checklist, Section, Step
from app.kit.ids import AssessmentId, new_uuid
from app.practicals.models import Attendance, PracticalInstructor, Seat
from tests.browser.conftest import SmallAcademy
from tests.make.assessments import Day, a_day, a_seat
from tests.make.courses import small_course
from tests.make.golden import on_devices, put_on_device
from tests.make.patience import until
from tests.make.people import A_PASSWORD, a_sign_in, a_user, a_user_with_password
from tests.make.quizzes import a_published_course

pytestmark = pytest.mark.browser

TABLET: ViewportSize = {"width": 820, "height": 1180}
PHONE: ViewportSize = {"width": 360, "height": 740}
STEPS = 30
CRITICAL = (2, 14, 27)
LABELS = {Mark.done: "Done", Mark.prompted: "With prompt", Mark.not_done: "Not done"}
ANSWERS = "**/api/v1/assessments/**"
SLOW_ANSWER, STAYS_FOR = 400, 3_000
"""Milliseconds: the delay of an answer that a link waits for; how long the test watches a page that
must stay open."""


def a_long_checklist(first: Checklist) -> Checklist:
    """Thirty steps in five sections, a few of them critical."""
    steps = [
        Step(
            key=f"s{number}",
            text=f"Does part {number} of the session with clean hands and says what comes next",
            look_for="Eyes on the model, tray within reach",
            critical=number in CRITICAL,
            critical_reason="The model could be hurt" if number in CRITICAL else None,
        )
        for number in range(1, STEPS + 1)
    ]
    sections = tuple(
        Section(key=f"part-{n}", title=f"Part {n + 1}", steps=tuple(steps[n * 6 : n * 6 + 6]))
        for n in range(5)
    )
    return first.model_copy(update={"sections": sections})


@dataclass(frozen=True)
class Bedside:
    """One instructor's tablet and the sheet it shows."""

    academy: SmallAcademy
    day: Day
    assessment_id: AssessmentId
    context: BrowserContext
    page: Page

    def ready(self) -> None:
        """Wait until the page's scripts have started: before that, pressing a button posts its
        form."""
        expect(self.page.locator("html[data-scripts=attached]")).to_be_attached()

    def step(self, number: int) -> Locator:
        return self.page.locator(f"#step-s{number}")

    def mark(self, number: int, mark: Mark = Mark.done) -> None:
        self.step(number).get_by_role("button", name=LABELS[mark], exact=False).first.click()

    def note(self, number: int, text: str) -> None:
        step = self.step(number)
        if not step.get_by_role("textbox").is_visible():
            step.locator("summary").click()
        step.get_by_role("textbox").fill(text)

    def recorded(self, number: int) -> tuple[Mark | None, str]:
        with self.academy.database.read() as db:
            entry = queries.marks_of(db, self.assessment_id).get(f"s{number}")
            return (entry.mark, entry.note) if entry else (None, "")

    def comment(self) -> str:
        with self.academy.database.read() as db:
            row = db.get(Assessment, self.assessment_id)
            assert row is not None
            return row.comment

    def saved(self) -> None:
        """Wait until the bar says that everything is saved."""
        expect(self.page.locator("#save-chip")).to_have_attribute("data-state", "saved")

    def fails_in_view(self, number: int) -> None:
        """The failure stands in the step that was pressed, uncovered, and is counted in the bar."""
        message = self.step(number).locator("[data-step-message]")
        expect(message).to_be_visible()
        expect(message).to_contain_text("Not saved")
        self.page.wait_for_function(UNCOVERED, arg=message.element_handle())
        expect(self.page.locator("#save-chip")).to_be_in_viewport(ratio=1)
        expect(self.page.locator("#save-chip")).to_contain_text("not saved")
        name = self.page.locator(".bedside-who b")
        expect(name).to_have_text("Sam Student")
        assert name.evaluate(UNCOVERED), "the student's name left the screen"
        self.cannot_sign()

    def cannot_sign(self) -> None:
        sign = self.page.get_by_role("link", name="Check and sign")
        expect(sign).to_have_attribute("aria-disabled", "true")
        here = self.page.url
        sign.click(force=True)
        # Pressing tries to save once more. The step has failed only when that fails too.
        expect(self.page.locator("#announce-assertive")).to_contain_text("waits until it is saved")
        assert self.page.url == here

    def end_sign_in(self) -> None:
        past = datetime.now(UTC) - timedelta(minutes=1)
        with self.academy.database.write() as db:
            db.execute(
                update(SignIn)
                .where(SignIn.user_id == self.day.instructor.user_id)
                .values(idle_ends_at=past, ends_at=past)
            )

    def sign_in_again(self, password: str = A_PASSWORD) -> None:
        self.page.locator(".bedside-unsaved").get_by_role("button", name="Sign in").click()
        panel = self.page.get_by_role("dialog", name="Sign in again")
        expect(panel.get_by_label("E-mail address")).to_have_value(self.day.instructor.email)
        panel.get_by_label("Password", exact=True).fill(password)
        panel.get_by_role("button", name="Sign in", exact=True).click()


UNCOVERED = """(element) => {
    const box = element.getBoundingClientRect();
    const inside = box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth;
    const points = [[box.left + 4, box.top + 4], [box.left + box.width / 2, box.top + box.height / 2],
                    [box.left + 4, box.bottom - 4]];
    return inside && points.every(([x, y]) => {
        const top = document.elementFromPoint(x, y);
        return top && (element.contains(top) || top.contains(element));
    });
}"""


TO_THE_EDGE = """(button) => {
    const bar = document.querySelector(".action-bar").getBoundingClientRect().top;
    scrollBy({ top: button.getBoundingClientRect().bottom - bar + 4, behavior: "instant" });
}"""


@pytest.fixture
def day(small_academy: SmallAcademy) -> Day:
    """A practical today with the long checklist."""
    now = datetime.now(UTC)
    with small_academy.database.write() as db:
        parsed = small_course()
        assert parsed.course is not None
        long = a_long_checklist(parsed.course.checklists[0])
        course = parsed.course.model_copy(update={"checklists": (long,)})
        revision_id = a_published_course(db, course, parsed.keys)
        instructor = a_user_with_password(db, "Iris Instructor", roles=("instructor",), now=now)
        return a_day(db, revision_id=revision_id, instructor=instructor, starts_at=now)


@pytest.fixture
def open_sheet(
    small_academy: SmallAcademy, day: Day, new_context: Callable[..., BrowserContext]
) -> Callable[..., Bedside]:
    """Open the sheet on a tablet; `init` runs before every page."""

    def open_one(init: str | None = None, size: ViewportSize = TABLET) -> Bedside:
        now, token = datetime.now(UTC), str(new_uuid())
        with small_academy.database.write() as db:
            a_sign_in(db, day.instructor, token=token, now=now)
            assessment_id = service.start_assessment(
                db, day.instructor, day.practical_id, day.seat_id, now=now
            )
        context = new_context(base_url=small_academy.server.url, viewport=size)
        if init:
            context.add_init_script(init)
        small_academy.remember(context, token)
        page = context.new_page()
        page.goto(f"/assessments/{assessment_id}")
        opened = Bedside(small_academy, day, assessment_id, context, page)
        opened.ready()
        return opened

    return open_one


@pytest.fixture
def bedside(open_sheet: Callable[..., Bedside]) -> Bedside:
    return open_sheet()


@pytest.mark.parametrize(
    "golden", on_devices("sheets-on-devices"), ids=lambda golden: golden.path.stem
)
def test_what_a_version_kept_on_the_tablet_is_sent(bedside, golden):
    owner = bedside.page.locator("[data-assessment][data-owner]").first.get_attribute("data-owner")
    assert owner is not None
    names = {"owner": owner, "assessment": str(bedside.assessment_id)}
    put_on_device(bedside.page, golden, names)
    bedside.page.reload()
    bedside.ready()
    bedside.saved()
    if "comment" in golden.read:
        until(lambda: bedside.comment() == golden.read["comment"])
    else:
        expected = (Mark(golden.read["mark"]), golden.read["note"])
        until(lambda: bedside.recorded(3) == expected)
    assert bedside.page.evaluate("localStorage.length") == 0


def walk(bedside: Bedside, steps: tuple[int, ...]) -> None:
    """At each step: the network is cut, the sign-in ends, and the page is reloaded with all unsent."""
    page = bedside.page
    for number in steps:
        bedside.context.set_offline(True)
        bedside.mark(number)
        bedside.fails_in_view(number)
        bedside.note(number, f"Cut at {number}")
        bedside.context.set_offline(False)
        bedside.saved()
        assert bedside.recorded(number) == (Mark.done, f"Cut at {number}")

        bedside.end_sign_in()
        bedside.mark(number, Mark.prompted)
        bedside.fails_in_view(number)
        bedside.sign_in_again()
        bedside.saved()
        assert bedside.recorded(number) == (Mark.prompted, f"Cut at {number}")

        page.route(ANSWERS, lambda route: route.abort())
        bedside.mark(number, Mark.not_done)
        bedside.note(number, f"Reloaded at {number}")
        page.get_by_label("What went well").fill(f"Comment at step {number}")
        page.reload()
        bedside.ready()
        expect(bedside.step(number).locator(".mark[aria-pressed=true]")).to_contain_text("Not done")
        expect(bedside.step(number).locator("[data-step-message]")).to_be_visible()
        bedside.cannot_sign()
        page.unroute(ANSWERS)
        page.evaluate("dispatchEvent(new Event('online'))")
        bedside.saved()
        assert bedside.recorded(number) == (Mark.not_done, f"Reloaded at {number}")
        assert bedside.comment() == f"Comment at step {number}"


def test_no_step_is_lost(bedside):
    """Bar 8, the short walk: the first step, one in the middle, the last."""
    walk(bedside, (1, 15, 30))


@pytest.mark.deep
def test_no_step_of_all_thirty_is_lost(bedside):
    """Bar 8: at each of thirty steps the connection cut, the sign-in ended and the page reloaded."""
    walk(bedside, tuple(range(1, STEPS + 1)))


def test_failures_are_in_view_on_a_phone(open_sheet):
    """On a small screen the bar grows with its text."""
    bedside = open_sheet(size=PHONE)
    bedside.context.set_offline(True)
    for number in (1, 14, 30):
        button = bedside.step(number).get_by_role("button", name="Not done")
        button.evaluate(TO_THE_EDGE)
        box = button.bounding_box()
        assert box is not None
        bedside.page.mouse.click(box["x"] + 20, box["y"] + 20)
        bedside.fails_in_view(number)
    bedside.context.set_offline(False)
    bedside.saved()


def test_what_is_typed_reaches_the_signing_page(bedside):
    """B7: the link waits for the comment that is still being typed."""
    page = bedside.page
    for number in range(1, STEPS + 1):
        bedside.mark(number)
    bedside.saved()

    def slow(route):
        page.wait_for_timeout(SLOW_ANSWER)
        route.continue_()

    page.route(ANSWERS, slow)
    order: list[str] = []
    page.on("requestfinished", lambda request: order.append(request.url.rpartition("/")[2]))
    page.on("request", lambda request: order.append(f"to {request.url.rpartition('/')[2]}"))
    page.get_by_label("What went well").press_sequentially("Steady from the first row.")
    # The link is pressed at once: moving the pointer first would give the field time to lose the
    # focus.
    page.get_by_role("link", name="Check and sign").evaluate("(link) => link.click()")
    page.wait_for_url("**/sign")
    assert order[: order.index("to sign")].count("comment") == order.count("to comment") > 0
    expect(page.locator("main")).to_contain_text("Steady from the first row.")
    page.get_by_text(re.compile("^I watched")).click()
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("first session")


def test_a_note_and_a_comment_survive_a_reload_in_the_middle_of_a_word(bedside):
    """B7: the cursor is still in the field."""
    page = bedside.page
    bedside.note(3, "Left hand first")
    page.get_by_label("What went well").press_sequentially("Calm")
    page.reload()
    bedside.ready()
    expect(page.get_by_label("What went well")).to_have_value("Calm")
    bedside.saved()
    assert bedside.recorded(3) == (Mark.unmarked, "Left hand first")
    assert bedside.comment() == "Calm"


def test_what_is_saved_while_the_next_page_is_on_its_way_is_shown_there(bedside):
    """The page was made before the comment arrived, and comes after it."""
    page = bedside.page

    made_before = bedside.context.request.get(page.url)

    def late(route: Route) -> None:
        until(lambda: bedside.comment() == "Calm", "the comment")
        time.sleep(0.3)  # until the page that is being left has received the answer
        route.fulfill(response=made_before)

    page.route(f"**/assessments/{bedside.assessment_id}", late)
    page.get_by_label("What went well").press_sequentially("Calm")
    page.reload()
    bedside.ready()
    expect(page.get_by_label("What went well")).to_have_value("Calm")
    bedside.saved()
    assert bedside.comment() == "Calm"


def test_a_wrong_password_is_said_in_the_panel(bedside):
    """The rules and words are those of the ordinary sign-in; unsent marks are kept."""
    bedside.end_sign_in()
    bedside.mark(9)
    bedside.fails_in_view(9)
    bedside.context.set_offline(True)
    bedside.sign_in_again()
    panel = bedside.page.get_by_role("dialog", name="Sign in again")
    error = panel.locator("[data-sign-in-error]")
    expect(error).to_have_text("We could not reach the academy. Try again.")
    bedside.context.set_offline(False)
    panel.get_by_role("button", name="Not now").click()
    bedside.sign_in_again("not the password")
    expect(error).to_contain_text("password")
    panel.get_by_role("button", name="Not now").click()
    bedside.sign_in_again()
    bedside.saved()
    assert bedside.recorded(9) == (Mark.done, "")


def test_another_persons_sign_in_sends_nothing(bedside):
    """What Iris marked is not recorded under the name of whoever signs in after her."""
    with bedside.academy.database.write() as db:
        otto = a_user(db, "Otto Other", roles=("instructor",), now=datetime.now(UTC))
        db.add(PracticalInstructor(practical_id=bedside.day.practical_id, user_id=otto.user_id))
        token = a_sign_in(db, otto, token=str(new_uuid()), now=datetime.now(UTC))
        own = a_sign_in(db, bedside.day.instructor, token=str(new_uuid()), now=datetime.now(UTC))
    bedside.academy.remember(bedside.context, token)
    bedside.mark(4, Mark.prompted)
    bedside.fails_in_view(4)
    expect(bedside.step(4).locator("[data-step-message]")).to_contain_text("somebody else")
    assert bedside.recorded(4) == (None, "")
    bedside.page.reload(wait_until="networkidle")
    bedside.ready()
    expect(bedside.page.locator("[data-of-others]")).to_be_visible()
    assert bedside.recorded(4) == (None, "")
    bedside.academy.remember(bedside.context, own)
    bedside.page.reload()
    bedside.ready()
    bedside.saved()
    assert bedside.recorded(4) == (Mark.prompted, "")


FULL = """Storage.prototype.setItem = function () {
    throw new DOMException("full", "QuotaExceededError");
}"""


def test_a_tablet_whose_storage_is_full_says_so_before_the_mark_is_lost(open_sheet):
    bedside = open_sheet(FULL)
    bedside.context.set_offline(True)
    bedside.mark(5)
    bedside.fails_in_view(5)
    expect(bedside.step(5).locator("[data-step-message]")).to_contain_text("no room to keep it")
    dialogs: list[str] = []
    bedside.page.on("dialog", lambda dialog: (dialogs.append(dialog.type), dialog.dismiss()))
    bedside.page.route(ANSWERS, lambda route: route.abort())
    bedside.context.set_offline(False)
    with suppress(Exception):
        bedside.page.goto("/home", timeout=STAYS_FOR)
    assert dialogs == ["beforeunload"]
    bedside.page.unroute(ANSWERS)
    # A page that somebody began to leave believes no answer for so long; the retry would come much later.
    bedside.page.wait_for_timeout(STAYS_FOR)
    bedside.mark(5)
    bedside.saved()
    assert bedside.recorded(5) == (Mark.done, "")


def test_a_lost_answer_of_the_server_is_no_second_mark(bedside):
    """The mark was recorded and its answer never came: the same id is sent again, then the next mark."""
    lost = []

    def lose(route):
        lost.append(route.fetch().status)
        route.abort()

    bedside.page.route("**/steps/s6", lose, times=1)
    bedside.mark(6)
    expect(bedside.step(6).locator("[data-step-message]")).to_be_visible()
    assert lost == [200]
    bedside.mark(6, Mark.prompted)
    bedside.saved()
    assert bedside.recorded(6) == (Mark.prompted, "")


def test_two_tablets_show_both_marks_in_the_step(bedside):
    with bedside.academy.database.write() as db:
        service.mark_step(
            db,
            bedside.day.instructor,
            bedside.assessment_id,
            "s7",
            Mark.not_done,
            "Tray not set",
            expected_revision=0,
            now=datetime.now(UTC),
        )
    bedside.mark(7)
    message = bedside.step(7).locator("[data-step-message]")
    expect(message).to_contain_text("On record: “Not done”, note “Tray not set”. Yours: “Done”.")
    bedside.cannot_sign()
    bedside.page.reload()
    bedside.ready()
    expect(message).to_contain_text("Yours: “Done”")
    bedside.step(7).get_by_role("button", name="Use mine").click()
    bedside.saved()
    assert bedside.recorded(7) == (Mark.done, "")


def test_an_assessment_is_stopped_at_a_critical_step(bedside):
    """T2: no mark has to be invented."""
    page = bedside.page
    bedside.mark(1)
    bedside.mark(2, Mark.not_done)
    strip = bedside.step(2).locator("[data-stop-strip]")
    expect(strip).to_contain_text("Critical step 2 not done: this assessment cannot pass")
    strip.get_by_role("link", name="Stop here").click()
    page.wait_for_url("**/stop?step=s2")
    page.get_by_label("What happened").fill("Needle near the eye.")
    page.get_by_role("button", name="Stop here").click()
    page.wait_for_url("**/sign")
    expect(page.locator("main")).to_contain_text("The assessment was stopped for safety")
    page.get_by_text(re.compile("^I watched")).click()
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.locator("main")).to_contain_text("Stopped for safety: 28 steps were not observed.")
    assert bedside.recorded(2) == (Mark.not_done, "Needle near the eye.")
    assert bedside.recorded(30) == (Mark.not_observed, "")


def test_the_first_save_of_a_step_is_spoken_and_the_name_says_critical(bedside):
    """Y6, Y8."""
    page = bedside.page
    group = page.get_by_role("group", name=re.compile(r"^Critical step 2 Does part 2"))
    expect(group).to_be_visible()
    group.get_by_role("button", name="Done step 2", exact=True).click()
    expect(page.locator("#announce-polite")).to_have_text("Step 2: Done. Saved.")


def test_the_signing_page_waits_for_what_the_tablet_holds(bedside):
    """Opened by its address, it signs nothing while this tablet holds an unsent mark."""
    with bedside.academy.database.write() as db:
        for number in range(1, STEPS + 1):
            service.mark_step(
                db,
                bedside.day.instructor,
                bedside.assessment_id,
                f"s{number}",
                Mark.done,
                "",
                expected_revision=0,
                now=datetime.now(UTC),
            )
    page = bedside.page
    page.reload(wait_until="networkidle")
    bedside.ready()
    page.route(ANSWERS, lambda route: route.abort())
    bedside.mark(3, Mark.not_done)
    bedside.fails_in_view(3)
    page.goto(f"/assessments/{bedside.assessment_id}/sign")
    expect(page.get_by_text("Signing has to wait")).to_be_visible()
    page.get_by_text(re.compile("^I watched")).click()
    page.get_by_role("button", name="Sign", exact=True).click(force=True)
    expect(page).to_have_url(re.compile("/sign$"))
    with bedside.academy.database.read() as db:
        row = db.get(Assessment, bedside.assessment_id)
        assert row is not None
        assert row.signed_at is None


def test_attendance_is_marked_without_loading_the_page(bedside):
    """T22, Y9: a press marks it and is announced, a second press sets it back, and a failure is
    shown in its row."""
    with bedside.academy.database.write() as db:
        seat_id = a_seat(db, bedside.day.practical_id, a_user(db, "Ada Early"))
    page = bedside.page
    page.goto(f"/teach/practicals/{bedside.day.practical_id}")
    bedside.ready()
    page.evaluate("window.stays = true")
    row = page.locator(f"#seat-{seat_id}")
    present = row.get_by_role("button", name=re.compile("^Present ?: Ada Early"))

    def attendance() -> Attendance | None:
        with bedside.academy.database.read() as db:
            return db.get_one(Seat, seat_id).attendance

    present.click()
    expect(present).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#announce-polite")).to_have_text("Ada Early: present.")
    expect(page.locator("[data-present-count]")).to_have_text("2")
    assert attendance() is Attendance.attended
    present.click()
    expect(present).to_have_attribute("aria-pressed", "false")
    assert attendance() is None
    bedside.context.set_offline(True)
    present.click()
    expect(row.locator("[data-trouble]")).to_have_text("Not saved. Press again.")
    expect(present).to_have_attribute("aria-pressed", "false")
    bedside.context.set_offline(False)
    present.click()
    expect(present).to_have_attribute("aria-pressed", "true")
    expect(row.locator("[data-trouble]")).to_be_hidden()
    sam = page.locator(f"#seat-{bedside.day.seat_id}")
    expect(sam.get_by_role("link", name="Go on (0 of 30) Sam Student")).to_be_visible()
    assert page.evaluate("stays")
