"""What stands around every page, and what scrolls inside of it: the bar, the open menu, tables, asides."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import update

from app.accounts.models import User
from tests.browser.conftest import SmallAcademy
from tests.browser.test_quiz import context, pupil, student  # noqa: F401 # fixtures

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
