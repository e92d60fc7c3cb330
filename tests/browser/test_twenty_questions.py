"""An attempt of twenty questions, cut at each step; and what a browser holds of a course whose keys have
canaries."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from app.courses.domain.delivery import Course
from app.courses.domain.keys import CourseKeys, QuizKeys
from app.courses.models import CourseHead
from app.kit.ids import AttemptId
from app.quizzes.domain.transitions import AttemptState
from app.quizzes.saved_answers import answers_of
from tests.browser.test_offline_attempts import context, open_held, state_of  # noqa: F401 # fixtures
from tests.browser.test_offline_chaos import HELD_TEXTS, ids_in
from tests.browser.test_quiz import pupil  # noqa: F401 # a fixture
from tests.integration.quizzes.conftest import Pupil
from tests.integration.quizzes.test_canaries import ALL_TEXTS, CANARIES, PLANTED, strict_course
from tests.make.courses import small_course
from tests.make.golden import IN_QUEUE
from tests.make.patience import until
from tests.make.quizzes import a_place, a_published_course

pytestmark = [pytest.mark.browser, pytest.mark.deep]
LENGTH = 20
WATCH = """addEventListener("DOMContentLoaded", () => {
    const chip = document.getElementById("save-chip");
    const field = document.querySelector("main input[type=text]");
    if (!chip || !field) return;
    const tell = () => chip.dataset.state === "saved" && window.saidSaved(location.pathname, field.value);
    new MutationObserver(tell).observe(chip, { attributes: true });
});
const whole = window.fetch;
const isBatch = (address, options) => options?.method === "POST" && String(address).endsWith("/answers");
window.fetch = async (address, options) => {
    const answer = await whole(address, options);
    if (isBatch(address, options)) await new Promise((resolve) => setTimeout(resolve, 200));
    return answer;
};"""
"""Tells of each “Saved” what stands in the field at that moment. Answers of the server come late, so that
something newer is being typed when they arrive."""
ALL_CACHES = """async () => {
    const texts = [];
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) texts.push(await (await cache.match(request)).text());
    }
    return [...texts, JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
}"""
"""Everything that a browser holds but for its queue."""


@pytest.fixture
def student(request, small_academy) -> tuple[Pupil, str]:
    """A student of the course that the test names."""
    course, keys = request.param
    actor, token = small_academy.somebody("Sara Okafor")
    with small_academy.database.write() as db:
        before = db.get(CourseHead, "small-course").current_revision_id
        revision_id = a_published_course(db, course, keys)
        a_place(db, actor, revision_id)
        # The other tests of this academy go on with the course that they know.
        db.get(CourseHead, "small-course").current_revision_id = before
    return Pupil(small_academy.database, actor, revision_id), token


def twenty_questions() -> tuple[Course, CourseKeys]:
    """The small course with twenty questions of numbers in its first quiz."""
    parsed = small_course()
    assert parsed.course is not None
    assert parsed.keys is not None
    quiz, keys = parsed.course.quiz("skin-quiz"), parsed.keys.quizzes["skin-quiz"]
    assert quiz is not None
    volume = quiz.question("total-volume")
    names = [f"volume-{number}" for number in range(1, LENGTH + 1)]
    longer = quiz.model_copy(
        update={"questions": tuple(volume.model_copy(update={"key": name}) for name in names)}
    )
    quizzes = tuple(longer if other.key == quiz.key else other for other in parsed.course.quizzes)
    own_keys = QuizKeys(questions=dict.fromkeys(names, keys.questions["total-volume"]))
    return (
        parsed.course.model_copy(update={"quizzes": quizzes}),
        CourseKeys(quizzes={**parsed.keys.quizzes, quiz.key: own_keys}),
    )


def newest_texts(pupil: Pupil, attempt_id: AttemptId) -> dict[int, str]:  # noqa: F811
    """Return the newest stored text of each question, by its position."""
    positions = {drawn.key: at for at, drawn in enumerate(pupil.attempt(attempt_id).drawn, 1)}
    with pupil.database.read() as db:
        answers = sorted(answers_of(db, attempt_id), key=lambda answer: answer.sequence)
        return {positions[answer.question_key]: str(answer.response.text) for answer in answers}


def cut(context: BrowserContext, page: Page, step: int) -> Page:  # noqa: F811
    """Break something after an answer; return the page that goes on."""
    safe = re.compile("^(saved|device)$")
    expect(page.locator("#save-chip")).to_have_attribute("data-state", safe)
    context.set_offline(step % 3 != 0)
    address = page.url
    if step % 4 == 1:
        page.reload()
    elif step % 4 == 2:
        page.close()
        page = context.new_page()
        page.goto(address)
    page.wait_for_selector("html[data-scripts=attached]")
    return page


@pytest.mark.parametrize("student", [twenty_questions()], indirect=True, ids=["twenty"])
def test_a_connection_cut_at_each_of_twenty_questions_loses_nothing(
    context,  # noqa: F811
    pupil,  # noqa: F811
):
    """“Saved” is said only of what the database has, at each moment of the attempt."""
    attempt_id = pupil.start(now=datetime.now(UTC))
    lies: list[tuple[str, str, dict[int, str]]] = []
    said: list[str] = []

    def said_saved(_source: object, path: str, text: str) -> None:
        said.append(path)
        now = newest_texts(pupil, attempt_id)
        if now.get(int(path.rsplit("/", 1)[1])) != text:
            lies.append((path, text, now))

    context.expose_binding("saidSaved", said_saved)
    context.add_init_script(WATCH)
    page = context.new_page()
    open_held(page, attempt_id, 1, LENGTH)
    for step in range(1, LENGTH + 1):
        context.set_offline(step % 2 == 0)
        page.wait_for_url(f"**/questions/{step}")
        page.wait_for_selector("html[data-scripts=attached]")
        page.get_by_role("textbox").press_sequentially(f"{step}.5", delay=450)
        page = cut(context, page, step)
        expect(page.get_by_role("textbox")).to_have_value(f"{step}.5")
        page.get_by_role("button", name=re.compile("^Save and")).click()
    page.wait_for_url("**/check")
    context.set_offline(False)
    expected = {step: f"{step}.5" for step in range(1, LENGTH + 1)}
    until(lambda: newest_texts(pupil, attempt_id) == expected, "all answers")
    assert len(said) >= LENGTH // 2
    assert lies == []
    assert len(ids_in(pupil, attempt_id)) == len(set(ids_in(pupil, attempt_id)))
    page.wait_for_selector("html[data-scripts=attached]")
    page.get_by_role("button", name="Send answers").click()
    page.locator("dialog").get_by_role("button", name="Send answers").click()
    page.wait_for_url(f"**/attempts/{attempt_id}")
    assert state_of(pupil, attempt_id) is AttemptState.submitted
    assert newest_texts(pupil, attempt_id) == expected


@pytest.mark.parametrize(
    "student", [(strict_course().course, PLANTED)], indirect=True, ids=["planted"]
)
def test_no_canary_of_a_key_is_in_any_store_of_the_browser(context, pupil):  # noqa: F811
    """R-050, R-058: caches, the queue and the stores of the pages, for every type of question."""
    attempt_id = pupil.start(now=datetime.now(UTC))
    length = len(pupil.attempt(attempt_id).drawn)
    page = context.new_page()
    open_held(page, attempt_id, 1, length)
    assert len(page.evaluate(HELD_TEXTS)) == length + 1
    whole = [*page.evaluate(ALL_CACHES), str(page.evaluate(IN_QUEUE))]
    assert CANARIES.found_in(*whole) == []
    # Negative control: the search finds one that is there.
    page.evaluate("([text]) => localStorage.setItem('planted', text)", [min(ALL_TEXTS)])
    assert CANARIES.found_in(*page.evaluate(ALL_CACHES)) == [min(ALL_TEXTS)]
