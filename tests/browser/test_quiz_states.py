"""Each page of a quiz in each of its states, and what staff do about attempts: no finding of axe, nothing
that scrolls sideways or is cut off, also with text of twice the size; on paper no question is torn apart.

`make test` takes a few, `make test-deep` all."""

import re

import pytest
from playwright.sync_api import Page, expect

from app.db.database import Database
from tests.browser.test_print import asks_for_nothing, printed, squeezed
from tests.sight import checks, keyboard, modes, quiz_states, staff_states
from tests.sight.matrix import VIEWS
from tests.sight.quiz_states import PageInState, State
from tests.sight.twins import twins

pytestmark = pytest.mark.browser
CASES: dict[str, State] = quiz_states.STATES | staff_states.STATES
FEW = ("questions, in conflict", "attempt, late answers refused")
PARTS = [case if case in FEW else pytest.param(case, marks=pytest.mark.deep) for case in CASES]
SEND = """(typed) => {
  const fieldsOf = (name) => [...document.querySelectorAll(`main [name="${name}"]`)];
  const fields = Object.keys(typed).flatMap(fieldsOf);
  const { form } = fields[0];
  for (const field of fields) {
    const [sign, index] = typed[field.name];
    if (sign === "#") field.selectedIndex = Number(index);
    else field.value = typed[field.name];
  }
  HTMLFormElement.prototype.submit.call(form);
}"""


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """Browsers see no difference between the kinds of database."""
    return sqlite_database


def show(page: Page, state: PageInState) -> None:
    """Send what the state types, and wait for what only it shows."""
    if state.typed:
        with page.expect_navigation():
            page.evaluate(SEND, dict(state.typed))
    expect(page.locator("body")).to_contain_text(state.words)


def faults_of(page: Page) -> list[str]:
    problems = [*checks.shape(page), *twins(page)]
    for width, theme in VIEWS:
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        page.set_viewport_size({"width": width, "height": 800})
        seen = [*checks.axe(page), *checks.sideways(page), *checks.cut_off(page)]
        problems += [f"{width} px, {theme}: {fault}" for fault in seen]
    problems += [*checks.reflow(page), *checks.targets(page)]
    page.set_viewport_size({"width": 360, "height": 740})
    with modes.larger_text(page):
        problems += [
            f"200 %: {fault}" for fault in (*modes.lost_words(page), *checks.cut_off(page))
        ]
    return [*problems, *keyboard.faults_of_all_stops(page)]


@pytest.mark.parametrize("case", PARTS)
def test_each_state_is_read_by_everybody(database, open_here, clock_file, shots, case):
    state = CASES[case](database)
    clock_file.write_text(state.now.isoformat())
    page = open_here(state.actor, state.path)
    show(page, state)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        shots(page, f"{re.sub('[^a-z]+', '-', case)}-{theme}", 360, 820, 1280)
    assert faults_of(page) == []


# A printed question: its block, and the parts of it that stand on one sheet.
PRINTED = {
    "questions": (".question", ".question-stem, .choice label, .place-words, .hint, .affix"),
    "check": (".summary-row", "dt, dd > .muted, p.chosen, .chosen li"),
    "result": (".review-question", ".review-stem, .review-question > .choices > .choice > span"),
}
WORDS_OF = """(blocks, parts) =>
  blocks.map((each) => [...each.querySelectorAll(parts)].map((part) => part.innerText))"""
SIGN_PRINTED = (
    """(inputs) => inputs.map((each) => getComputedStyle(each, "::after").printColorAdjust)"""
)
"""Whether the sign in a chosen control is printed: it is a background."""
ON_PAPER = [case for case in CASES if case.partition(",")[0] in PRINTED]


def torn_apart(page: Page, kind: str, sheets: list[str]) -> list[str]:
    """Return the questions whose parts do not stand on one sheet together."""
    block, parts = PRINTED[kind]
    blocks: list[list[str]] = page.locator(block).evaluate_all(WORDS_OF, parts)
    assert blocks
    whole = [squeezed(sheet) for sheet in sheets]
    return [
        words[0]
        for words in blocks
        if not any(all(squeezed(part)[:25] in sheet for part in words) for sheet in whole)
    ]


@pytest.mark.deep
@pytest.mark.parametrize("case", ON_PAPER)
def test_no_question_is_torn_apart_on_paper(database, open_here, clock_file, tmp_path, case):
    state = CASES[case](database)
    clock_file.write_text(state.now.isoformat())
    page = open_here(state.actor, state.path)
    show(page, state)
    sheets = printed(page)
    asks_for_nothing(sheets, "Print this page", "Keep this answer", "Come back to this question")
    assert torn_apart(page, case.partition(",")[0], sheets) == []
    page.emulate_media(media="print")
    assert set(page.locator("input:checked").evaluate_all(SIGN_PRINTED)) <= {"exact"}


def test_a_torn_question_is_noticed(new_context):
    page = new_context().new_page()
    page.set_content(
        '<div class="summary-row"><dl><dt>Question 1</dt><dd><p class="chosen">Let it dry</p></dd></dl></div>'
    )
    assert torn_apart(page, "check", ["Question 1 Let it dry"]) == []
    assert torn_apart(page, "check", ["Question 1", "Let it dry"]) == ["Question 1"]
