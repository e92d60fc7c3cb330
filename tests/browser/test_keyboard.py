"""Whole journeys without one mouse event: Tab, letters, arrows, Space and Enter, in a real Chromium.

At every stop of the Tab key the focus must be seen and must not be covered (tests/sight/keyboard.py). Each
journey has a twin without JavaScript.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from app.certificates.models import Certificate
from app.db.database import Database
from app.db.migrate import upgrade
from app.kit.actor import Actor
from app.questions.numeric.scoring import NumericKey
from tests.browser.story import plain
from tests.make import NOW
from tests.make.assessments import STEPS, a_day
from tests.make.certificates import a_certificate, an_earner
from tests.make.courses import small_course
from tests.make.learning import (
    a_completed_theory,
    a_done_lesson,
    a_learner_place,
    a_published_course,
)
from tests.make.people import A_PASSWORD, a_sign_in, a_user, a_user_with_password
from tests.make.places import an_intake
from tests.make.server import a_server
from tests.sight.keyboard import Keys, LostFocus, faults_of_all_stops

QUIZ = "skin-quiz"


@dataclass(frozen=True)
class Academy:
    """Where it is, and the number of the one certificate it has issued."""

    url: str
    serial: str


def settled(folder: Path) -> str:
    """Fill a database with one person for each journey; return the serial of a certificate."""
    database = Database(f"sqlite:///{folder / 'preceptor.db'}")
    upgrade(database)
    with database.write() as db:
        published = a_published_course(db)
        learner = a_user_with_password(db, "Lena Learner", email="lena@example.org")
        a_learner_place(db, learner, published)
        people: dict[str, Actor] = {
            "quiz": a_user(db, "Quentin Quill"),
            "reserve": a_user(db, "Rowan Reed"),
            "book": a_user(db, "Bea Booker"),
            "ask": a_user(db, "Asa Asker"),
            "admin": a_user(db, "Ada Admin", roles=("admin",)),
            "instructor": a_user(db, "Iris Instructor", roles=("instructor",)),
        }
        a_learner_place(db, people["quiz"], published)
        a_done_lesson(db, people["quiz"], published, "skin-layers", "skin-vessels")
        a_learner_place(db, people["book"], published)
        a_completed_theory(db, people["book"], published)
        a_learner_place(db, people["ask"], published)
        an_intake(db, title="Early spring")
        revision, teacher = published.revision_id, people["instructor"]
        a_day(db, revision_id=revision, instructor=teacher, starts_at=NOW + timedelta(days=20))
        candidate = a_user(db, "Cara Candidate")
        a_day(db, revision_id=revision, instructor=teacher, student=candidate)
        a_certificate(db, an_earner(db, "Vera Verified", published=published))
        for token, actor in people.items():
            a_sign_in(db, actor, token=token)
        serial = db.scalars(select(Certificate.serial)).one()
    database.close()
    return serial


@pytest.fixture(
    scope="module",
    params=[True, pytest.param(False, marks=pytest.mark.deep)],
    ids=["javascript", "plain"],
)
def javascript(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture(scope="module")
def academy(javascript: bool, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Academy]:
    folder = tmp_path_factory.mktemp("keyboard")
    (folder / "clock").write_text(NOW.isoformat())
    serial = settled(folder)
    address = f"sqlite:///{folder / 'preceptor.db'}"
    server = a_server(address, folder, test_clock=str(folder / "clock"))
    server.start()
    yield Academy(server.url, serial)
    server.stop()


@pytest.fixture
def sit_down(
    academy: Academy, javascript: bool, new_context: Callable[..., BrowserContext]
) -> Callable[..., Keys]:
    """Put somebody at a keyboard, on a page, signed in with a token of theirs."""

    def at(path: str, token: str | None = None, *, width: int = 1280) -> Keys:
        context = new_context(
            base_url=academy.url,
            java_script_enabled=javascript,
            viewport={"width": width, "height": 740},
        )
        if token:
            context.add_cookies([{"name": "preceptor-sid", "value": token, "url": academy.url}])
        page = context.new_page()
        page.goto(path)
        return Keys(page)

    return at


def heading(keys: Keys, words: str) -> None:
    expect(keys.page.get_by_role("heading", level=1)).to_contain_text(re.compile(words))


SECTION = "A first look at doses"


def sign_in_and_learn(keys: Keys, javascript: bool) -> None:
    """Sign in, open the next lesson, read to its last section, leave, come back there, mark it as done."""
    keys.skip()
    keys.write("E-mail address", "lena@example.org")
    keys.write("^Password", A_PASSWORD)
    keys.follow("^Sign in$", "button")
    keys.page.wait_for_url("**/home")
    keys.skip()
    keys.follow("Continue|Start|Layers of the skin", "link")
    heading(keys, "Layers of the skin")
    if javascript:  # what is read is noted by itself
        expect(keys.page.locator("html[data-scripts=attached]")).to_be_attached()
        with keys.page.expect_response(
            lambda answer: answer.url.endswith("/position") and answer.ok
        ):
            keys.to(f"^Ask an instructor about “{SECTION}”", "link")
    else:
        keys.follow(f"^Mark section as read ?: {SECTION}", "button")
    keys.page.goto("/home")
    expect(keys.page.locator("main")).to_contain_text(f"You stopped at “{SECTION}”")
    keys.skip()
    keys.follow("^Go on reading", "link")
    assert keys.page.evaluate("location.hash") == "#section-a-first-look-at-doses"
    keys.follow("^Mark as done", "button")
    heading(keys, "Vessels of the skin")


def take_a_quiz(keys: Keys) -> None:
    keys.skip()
    keys.follow("^Start the", "button")
    course, parsed_keys = small_course().course, small_course().keys
    assert course is not None
    assert parsed_keys is not None
    quiz = course.quiz(QUIZ)
    assert quiz is not None
    for position in range(1, quiz.length + 1):
        keys.page.wait_for_url(f"**/questions/{position}")
        shown = " ".join(keys.page.locator("main").inner_text().split())
        question = next(
            each_question
            for each_question in quiz.questions
            if plain(each_question.stem_html) in shown
        )
        key = parsed_keys.quizzes[QUIZ].questions[question.key]
        if isinstance(key, NumericKey):
            keys.to("", "textbox")
            keys.page.keyboard.type(str(key.answer))
        else:
            right = {plain(option.html) for option in question.options if option.key in key.correct}
            choose(keys, right)
        keys.follow("^Save and", "button")
    keys.page.wait_for_url("**/check")
    keys.follow("^Send answers", "button")
    expect(keys.page.locator("main")).to_contain_text(re.compile("passed", re.IGNORECASE))


def choose(keys: Keys, right: set[str]) -> None:
    """Tick the boxes that are right, or go through the radio buttons with the arrows."""
    keys.page.keyboard.press("Tab")
    for _ in range(60):
        role, name = keys.focused()
        if role in ("radio", "checkbox"):
            break
        keys.page.keyboard.press("Tab")
    if role == "radio":
        keys.page.keyboard.press("Space")
        while keys.focused()[1] not in right:
            keys.page.keyboard.press("ArrowDown")
        return
    while role == "checkbox":
        if name in right:
            keys.page.keyboard.press("Space")
        keys.page.keyboard.press("Tab")
        role, name = keys.focused()
    keys.page.keyboard.press("Shift+Tab")


def reserve_and_confirm(student: Keys, admin: Keys) -> None:
    student.skip()
    student.follow("A small course", "link")
    student.follow("^Reserve your place.*Early spring", "link")
    student.follow("^Reserve your place", "button")
    expect(student.page.locator("main")).to_contain_text("Early spring")
    admin.skip()
    admin.follow("Early spring", "link")
    admin.follow("Rowan Reed", "link")
    admin.follow("^Confirm the place", "button")
    expect(admin.page.locator("main")).to_contain_text("onfirmed")


def book_and_cancel(keys: Keys) -> None:
    keys.skip()
    keys.follow("Practice day", "link")
    keys.follow("^Book this place", "button")
    expect(keys.page.locator("main")).to_contain_text("Bring with you")
    keys.press("^I cannot come", "summary")
    keys.follow("^Give this place back", "button")
    expect(keys.page.get_by_role("status").first).to_be_visible()
    keys.to("^Book this place", "button")


def ask_and_answer(student: Keys, instructor: Keys) -> None:
    student.skip()
    student.follow("^Ask an instructor about “The outer layer”", "link")
    section = student.page.get_by_label("Which section?")
    expect(section).to_have_value("section-the-outer-layer")
    student.write("^Your question", "Why has it no vessels?")
    student.follow("^Send the question$", "button")
    heading(student, "Your question")
    instructor.page.reload()
    instructor.skip()
    instructor.follow("asked by Asa Asker", "link")
    instructor.write("^Your answer", "It lives on what the dermis brings.")
    instructor.follow("^Send the answer$", "button")
    expect(instructor.page.locator("main")).to_contain_text("Your answer is sent.")
    student.page.reload()
    expect(student.page.locator("main")).to_contain_text("It lives on what the dermis brings.")
    student.skip()
    student.follow("^That answers it$", "button")
    expect(student.page.locator("main")).to_contain_text("The question is closed.")


def grade_and_sign(keys: Keys, javascript: bool) -> None:
    keys.skip()
    keys.follow("^Assess.*Cara Candidate", "link")
    keys.follow("^Yes, start", "button")
    for step in range(len(STEPS)):
        keys.to(f"^Done step {step + 1}$", "button")
        if javascript:
            keys.page.keyboard.press("Enter")
        else:
            with keys.page.expect_navigation():
                keys.page.keyboard.press("Enter")
        marked = keys.page.get_by_text(f"{step + 1} of {len(STEPS)} marked").first
        expect(marked).to_be_visible()
    keys.write("^What went well", COMMENT)
    if javascript:
        keys.to("^Save comment$", "button")  # it is saved when it is left
        expect(keys.page.locator("#save-chip")).to_have_attribute("data-state", "saved")
    else:
        keys.follow("^Save comment$", "button")
    keys.follow("^Check and sign", "link")
    keys.press("", "checkbox", key="Space")
    keys.follow("^Sign$", "button")
    expect(keys.page.locator("main")).to_contain_text("Competent")
    expect(keys.page.locator("main")).to_contain_text(COMMENT)


def verify(keys: Keys, serial: str) -> None:
    keys.skip()
    keys.write("Certificate number", serial)
    keys.follow("^Check$", "button")
    heading(keys, "This certificate is valid")
    expect(keys.page.locator("main")).to_contain_text("Vera Verified")


@pytest.mark.browser
def test_verify_a_certificate(sit_down, academy):
    verify(sit_down("/verify", width=360), academy.serial)


@pytest.mark.browser
def test_sign_in_read_the_next_lesson_and_mark_it_as_done(sit_down, javascript):
    sign_in_and_learn(sit_down("/sign-in"), javascript)


@pytest.mark.browser
@pytest.mark.deep
def test_take_a_whole_quiz(sit_down):
    take_a_quiz(sit_down(f"/learn/small-course/quizzes/{QUIZ}", "quiz", width=360))


@pytest.mark.browser
@pytest.mark.deep
def test_reserve_a_place_and_confirm_it(sit_down):
    reserve_and_confirm(sit_down("/courses", "reserve"), sit_down("/admin/intakes", "admin"))


@pytest.mark.browser
@pytest.mark.deep
def test_find_book_and_cancel_a_practical(sit_down):
    book_and_cancel(sit_down("/practicals", "book", width=360))


@pytest.mark.browser
def test_ask_an_instructor_and_answer(sit_down):
    lesson = "/learn/small-course/lessons/skin-layers"
    ask_and_answer(
        sit_down(lesson, "ask", width=360), sit_down("/teach/questions", "instructor", width=820)
    )


@pytest.mark.browser
@pytest.mark.deep
def test_grade_and_sign(sit_down, academy, javascript):
    roster = sit_down("/teach/practicals", "instructor", width=820)
    link = roster.page.get_by_role("link", name=re.compile("Practice day")).first
    roster.page.goto(link.get_attribute("href") or "")
    grade_and_sign(roster, javascript)


COMMENT = "Calm and steady hands."
COVERED = """<!DOCTYPE html><title>x</title><style>a:focus-visible { outline: 0 }
b { position: fixed; inset: 0 0 auto; height: 9em }</style><b></b><a href="#a">Under a bar</a>"""


@pytest.mark.browser
def test_a_covered_or_invisible_focus_is_found(new_context):
    """Negative control, and a stop that does not exist."""
    page: Page = new_context().new_page()
    page.set_content(COVERED)
    faults = faults_of_all_stops(page)
    assert any("cannot be seen" in fault for fault in faults)
    assert any("covers it" in fault for fault in faults)
    page.set_content("<!DOCTYPE html><title>x</title><a href='#a'>Here</a>")
    with pytest.raises(LostFocus):
        Keys(page).to("Elsewhere", most=3)
