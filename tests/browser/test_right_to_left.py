"""The pages in a language that is written from right to left, with the texts in English: the accessibility
matrix at 360 and 1280 px, no sideways scrolling, and what keeps its own direction.

`make test` takes a fixed tenth of the matrix; `make test-deep` takes all.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import a_demo_server
from tests.browser.test_accessibility import (
    STAFFED,
    TENTH,
    WHOLE,
    an_empty_server,
    filled,
    fresh,
    pages_of,
    staged_pages,
)
from tests.make.server import MIRRORED, Server
from tests.sight.inventory import is_looked_at
from tests.sight.matrix import MIRRORED_VIEWS, Look
from tests.sight.people import ROLES

pytestmark = pytest.mark.browser

ROSTER = "/teach/practicals/{practical_id}"
SHEET = "/assessments/{assessment_id}"

# The boxes of two pieces of an element's text, from left to right as they are seen.
ORDER = """(element, pieces) => {
  const text = element.firstChild;
  const left = (piece) => {
    const range = document.createRange();
    const at = text.data.indexOf(piece);
    range.setStart(text, at);
    range.setEnd(text, at + piece.length);
    return range.getBoundingClientRect().left;
  };
  return [...pieces].sort((a, b) => left(a) - left(b));
}"""
# How far the first line of an element lies from the start and from the end of its block.
SIDES = """(element) => {
  const range = document.createRange();
  range.selectNodeContents(element);
  const words = range.getBoundingClientRect();
  const block = element.getBoundingClientRect();
  return [words.left - block.left, block.right - words.right].map(Math.round);
}"""

ALIGNED = "(element) => getComputedStyle(element).textAlign"


@pytest.fixture(scope="module")
def mirrored_server(
    demo_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    folder = shutil.copytree(demo_folder, tmp_path_factory.mktemp("mirrored") / "own")
    server = a_demo_server(folder, program=MIRRORED)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def empty_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    yield from an_empty_server(tmp_path_factory.mktemp("mirrored-empty"), *MIRRORED)


def a_look(page: Page, role: str, part=WHOLE, state="mirrored") -> Look:
    return Look(page, role, state, part, MIRRORED_VIEWS)


def test_a_tenth_of_the_matrix(mirrored_server, new_context):
    wrong: list[str] = []
    for role in ("visitor", *STAFFED):
        context = filled(new_context, mirrored_server, role)
        pages, look = pages_of(context, role), a_look(context.new_page(), role, TENTH)
        wrong += [*look.at_all(pages), *look.at_refusals(pages)]
    assert wrong == []


@pytest.mark.deep
@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_a_full_academy(mirrored_server, new_context, role):
    context = filled(new_context, mirrored_server, role)
    staged = staged_pages(context, role)
    pages = [page for page in staged if is_looked_at(role, page.route)]
    look = a_look(context.new_page(), role)
    assert [*look.at_all(pages), *look.at_refusals(pages)] == []
    assert len(pages) >= 4


@pytest.mark.deep
@pytest.mark.parametrize("role", ["visitor", *STAFFED])
def test_every_page_of_an_empty_academy(empty_server, new_context, role):
    context = fresh(new_context, empty_server, role)
    look = a_look(context.new_page(), role, state="mirrored, empty")
    assert list(look.at_all(pages_of(context, role))) == []


def test_a_page_is_mirrored_and_what_has_a_direction_of_its_own_is_not(
    mirrored_server, new_context
):
    page = filled(new_context, mirrored_server, "visitor").new_page()
    page.goto("/_kit")
    assert page.locator("html").get_attribute("dir") == "rtl"
    dose = page.locator(".dose").first
    assert dose.inner_text() == "0.5 mL"
    assert dose.evaluate(ORDER, ["mL", "0.5"]) == ["0.5", "mL"]
    serial = page.locator(".serial", has_text="PR-7K2M-0X41").first
    assert serial.evaluate(ORDER, ["0X41", "7K2M", "PR"]) == ["PR", "7K2M", "0X41"]
    arrow = page.locator(".icon-mirrored:visible").first
    assert arrow.evaluate("icon => getComputedStyle(icon).transform") == "matrix(-1, 0, 0, 1, 0, 0)"


def test_a_name_in_other_letters_stays_at_its_side(mirrored_server, new_context):
    context = filled(new_context, mirrored_server, "instructor")
    pages = {page.route: page.path for page in staged_pages(context, "instructor")}
    page = context.new_page()
    page.goto(pages[ROSTER])
    names = page.locator("tbody span[dir=auto]")
    assert names.count() > 1
    assert {name.evaluate(ALIGNED) for name in names.all()} == {"right"}
    page.goto(pages[SHEET])
    name = page.locator("h1")
    assert name.evaluate(SIDES)[1] == 0
    assert name.evaluate(SIDES)[0] > 0


def test_scripts_count_in_the_digits_of_the_page(mirrored_server, new_context):
    context = filled(new_context, mirrored_server, "instructor")
    pages = {page.route: page.path for page in staged_pages(context, "instructor")}
    page = context.new_page()
    page.goto(pages[SHEET])
    page.wait_for_load_state("networkidle")
    counts = page.locator("[data-section-marked]").all_inner_texts()
    assert counts
    assert all(count.isascii() and count.isdigit() for count in counts)


def test_a_long_choice_in_other_letters_begins_in_view(mirrored_server, new_context):
    """A box cuts off the end of what does not fit, so its direction must be that of the choice."""
    page = filled(new_context, mirrored_server, "admin").new_page()
    page.goto("/admin/practicals/new")
    kind = page.get_by_label("Kind of practical")
    assert kind.evaluate("(select) => getComputedStyle(select).direction") == "ltr"
    assert page.locator("html").get_attribute("dir") == "rtl"
