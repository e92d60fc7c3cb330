"""What stands around every page, and what scrolls inside of it: the bar, the open menu, tables, asides."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import update

from app.accounts.models import User
from tests.browser.conftest import SmallAcademy
from tests.browser.test_quiz import context, pupil, student  # noqa: F401 # fixtures
from tests.sight.people import sign_in_as

pytestmark = pytest.mark.browser
LABELS = """() => [...document.querySelectorAll(".site-nav .nav-link")].map((link) => {
  const { left, top, width } = link.getBoundingClientRect();
  return [link.textContent.trim(), left, top, width].join(" ");
})"""
# What is drawn around the element with the focus, and the edge at which its frame cuts things off.
RING = """(frame) => {
  const { outlineStyle, outlineWidth, outlineOffset } = getComputedStyle(document.activeElement);
  const ring = outlineStyle === "none" ? 0 : parseFloat(outlineWidth) + parseFloat(outlineOffset);
  const own = document.activeElement.getBoundingClientRect(), edge = frame.getBoundingClientRect();
  return { ring, room: Math.min(own.left - edge.left, edge.right - own.right, own.top - edge.top) };
}"""
H1 = "() => document.querySelector('h1').getBoundingClientRect().top + scrollY"

# Labels of the lower bar that take two lines, leave their cell, or stand at another height than the first.
LABEL_FAULTS = """() => {
  const labels = [...document.querySelectorAll(".site-nav .nav-link")].map((link) => {
    const words = link.querySelector("span"), cell = link.getBoundingClientRect();
    const range = document.createRange();
    range.selectNodeContents(words);
    const { left, right, top } = range.getBoundingClientRect();
    return { name: words.textContent, lines: range.getClientRects().length, left, right, top, cell };
  });
  return labels.flatMap(({ name, lines, left, right, top, cell }) => [
    ...(lines > 1 ? [`${name} takes ${lines} lines`] : []),
    ...(left < cell.left || right > cell.right ? [`${name} leaves its cell`] : []),
    ...(top === labels[0].top ? [] : [`${name} stands at another height`]),
  ]);
}"""
# What is wrong with the tables of a lesson: words that lie on each other, and words out of sight.
TABLE_FAULTS = """() => [...document.querySelectorAll(".prose table")].flatMap((table) => {
  const over = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
  const cells = [...table.querySelectorAll("th, td")]
    .filter((cell) => getComputedStyle(cell.parentElement.parentElement).clipPath === "none")
    .map((cell) => {
      const range = document.createRange();
      range.selectNodeContents(cell);
      return { name: cell.textContent.trim(), rects: [...range.getClientRects()] };
    });
  return cells.flatMap(({ name, rects }, n) => [
    ...cells.slice(n + 1)
      .filter((other) => rects.some((a) => other.rects.some((b) => over(a, b))))
      .map((other) => `${name} lies on ${other.name}`),
    ...(rects.some(({ left, right }) => left < 0 || right > innerWidth) ? [`${name} is out of sight`] : []),
  ]);
})"""
CUT_OFF_ONCE = ("emergencies", "techniques-and-depth", "where-mesotherapy-comes-from")
"""Lessons with tables whose headings lay on each other, or whose last columns nobody saw."""


def test_the_bar_of_visitors_stays_as_it_is_from_page_to_page(small_academy, new_context):
    """S8: one line on a phone, and no label moves when another is the present page."""
    page = new_context(
        base_url=small_academy.server.url, viewport={"width": 360, "height": 740}
    ).new_page()
    bars = {}
    for path in ("/", "/courses", "/dates", "/verify"):
        page.goto(path)
        bars[path] = page.evaluate(LABELS)
    assert len({tuple(labels) for labels in bars.values()}) == 1, bars
    assert len({label.split()[-2] for label in bars["/"]}) == 1, "the bar stands in two lines"
    assert page.locator(".site-nav [aria-current=page]").count() == 1


def test_labels_and_tables_can_be_read_whole_on_a_phone(demo_server, new_context):
    """S2, S3, S7: also on the page of Today and of certificates, whose labels are the longest."""
    own_phone = new_context(base_url=demo_server.url, viewport={"width": 360, "height": 740})
    sign_in_as(own_phone, demo_server.url, "graduate")
    page = own_phone.new_page()
    for path in ("/home", "/certificates"):
        page.goto(path)
        assert page.evaluate(LABEL_FAULTS) == [], path
        assert page.locator(".site-nav .nav-link").count() == 5
    faults, tables = {}, 0
    for lesson in CUT_OFF_ONCE:
        page.goto(f"/learn/mesotherapy/lessons/{lesson}")
        tables += page.locator(".prose table").count()
        faults[lesson] = page.evaluate(TABLE_FAULTS)
    assert faults == {lesson: [] for lesson in CUT_OFF_ONCE}
    assert tables == 8


UNREADABLE = """<!DOCTYPE html><html lang="en"><head><title>Bad</title><style>
.nav-link { display: inline-block; inline-size: 5rem; vertical-align: top; white-space: nowrap; }
.two-lines { white-space: normal; } .low { padding-block-start: 1rem; }
table { border-collapse: collapse; table-layout: fixed; inline-size: 6rem; } th { white-space: nowrap; }
.far { position: relative; left: 60rem; }
</style></head><body><nav class="site-nav"><a class="nav-link"><span>Me</span></a>
<a class="nav-link two-lines"><span>Practical days</span></a>
<a class="nav-link"><span>Certificates of mine</span></a>
<a class="nav-link low"><span>Low</span></a></nav>
<main class="prose"><table><thead><tr><th>A claim you meet</th><th>What you say</th></tr></thead>
<tbody><tr><td>1</td><td><span class="far">Panic</span></td></tr></tbody></table></main></body></html>"""


def test_the_measures_of_a_phone_find_what_is_wrong(new_context):
    """Negative control: each fault is found where it is."""
    page = new_context(viewport={"width": 360, "height": 740}).new_page()
    page.set_content(UNREADABLE)
    assert page.evaluate(LABEL_FAULTS) == [
        "Practical days takes 2 lines",
        "Certificates of mine leaves its cell",
        "Low stands at another height",
    ]
    assert page.evaluate(TABLE_FAULTS) == [
        "A claim you meet lies on What you say",
        "Panic is out of sight",
    ]


def test_the_ring_of_the_focus_is_whole_beside_a_question(context, pupil):  # noqa: F811
    """S13: the aside scrolls, and does not cut off the ring around the first number."""
    attempt_id = pupil.start(now=datetime.now(UTC))
    page = context.new_page()
    page.set_viewport_size({"width": 1280, "height": 740})
    page.goto(f"/attempts/{attempt_id}/questions/2")
    aside = page.locator(".question-list")
    aside.locator("a[data-position='1']").focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    around = aside.evaluate(RING)
    assert around["ring"] > 0
    assert around["room"] >= around["ring"], around


def test_titles_stand_at_one_height_and_open_choices_look_open(context, pupil):  # noqa: F811
    """S21, in the dark theme: an option that is not chosen has the colour of the page, not a grey."""
    page = context.new_page()
    page.emulate_media(color_scheme="dark")
    heights = {}
    for path in (
        "/learn/small-course",
        "/learn/small-course/glossary",
        "/learn/small-course/search",
    ):
        page.goto(path)
        heights[path] = page.evaluate(H1)
    assert len(set(heights.values())) == 1, heights
    attempt_id = pupil.start(now=datetime.now(UTC))
    place = pupil.position(attempt_id, "true-of-the-dermis")
    page.goto(f"/attempts/{attempt_id}/questions/{place}")
    colours = "(box) => [box, box.closest('.choice')].map((part) => getComputedStyle(part).backgroundColor)"
    box, choice = page.locator("input[name=answer]").first.evaluate(colours)
    assert box == choice
    assert (
        page.locator("input[name=answer]").first.evaluate(
            "(box) => getComputedStyle(box).appearance"
        )
        == "none"
    )


@pytest.fixture
def phone(
    small_academy: SmallAcademy, new_context: Callable[..., BrowserContext]
) -> Callable[..., Page]:
    """Open a page of an instructor on a phone."""

    def opened(path: str, **options: object) -> Page:
        instructor, token = small_academy.somebody("Ina Instructor")
        with small_academy.database.write() as db:
            own = update(User).where(User.id == instructor.user_id)
            db.execute(own.values(is_instructor=True))
        size = {"width": 360, "height": 740}
        own_phone = new_context(base_url=small_academy.server.url, viewport=size, **options)
        small_academy.remember(own_phone, token)
        page: Page = own_phone.new_page()
        page.goto(path)
        return page

    return opened


INSIDE = "document.activeElement.closest('.site-nav, body').className"


def test_nothing_behind_the_open_menu_takes_the_focus(phone):
    """Y12: Tab goes through the menu and never to the page under it; Escape leads back to the button."""
    page = phone("/home")
    page.wait_for_selector("html[data-scripts=attached]")
    opener = page.get_by_role("button", name="Menu")
    opener.press("Enter")
    menu = page.locator("#site-nav")
    expect(menu).to_be_visible()
    seen = []
    for _ in range(menu.locator("a").count() + 3):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(INSIDE))
    assert seen.count("site-nav") >= menu.locator("a").count()
    assert not [stop for stop in seen if stop != "site-nav" and "frame" not in stop]
    assert page.evaluate("document.querySelector('#main').matches(':scope, [inert] *')")
    assert page.locator("main").evaluate("(main) => main.closest('[inert]') !== null")
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(opener).to_be_focused()
    assert page.locator("[inert]").count() == 0


def test_only_a_table_that_scrolls_is_a_stop(phone):
    """Y12: as wide as its place it is none; without scripts, where nobody can measure, each is one."""
    page = phone("/_kit")
    tables = page.locator(".table-scroll")
    page.wait_for_selector("html[data-scripts=attached]")
    wide = tables.first
    wide.evaluate("(region) => { region.firstElementChild.style.minInlineSize = '60rem'; }")
    expect(wide).to_have_attribute("tabindex", "0")
    wide.evaluate("(region) => { region.firstElementChild.style.minInlineSize = '0'; }")
    expect(wide).not_to_have_attribute("tabindex", "0")
    plain = phone("/_kit", java_script_enabled=False)
    assert plain.locator(".table-scroll[tabindex='0']").count() > 0
