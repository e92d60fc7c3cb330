"""Printed pages keep their content and leave out the controls."""

import re
from collections.abc import Callable

import pypdfium2
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.make.server import Server
from tests.sight.people import PEOPLE, sign_in_as

pytestmark = pytest.mark.browser

FURNITURE = ("Skip to main content", "Demo academy", "Sign out", "Notices", "Privacy", "Cookies")


@pytest.fixture
def opened(
    demo_server: Server, new_context: Callable[..., BrowserContext]
) -> Callable[[str], Page]:
    """Open a browser as one of the demo's people."""

    def open_as(role: str) -> Page:
        context = new_context(base_url=demo_server.url)
        sign_in_as(context, demo_server.url, role)
        return context.new_page()

    return open_as


def first_link(page: Page, pattern: str) -> str:
    """Return the first address on the page that matches."""
    addresses = page.locator("a[href]").evaluate_all(
        "links => links.map((link) => link.getAttribute('href'))"
    )
    return next(address for address in addresses if re.fullmatch(pattern, address))


def printed(page: Page) -> list[str]:
    """Return the words of every sheet of paper, with single spaces."""
    document = pypdfium2.PdfDocument(page.pdf(format="A4", prefer_css_page_size=True))
    try:
        return [" ".join(sheet.get_textpage().get_text_bounded().split()) for sheet in document]
    finally:
        document.close()


def squeezed(words: str) -> str:
    """Return the text without the spaces that line breaks add."""
    return "".join(words.split())


def pressed(page: Page) -> list[str]:
    """Press the page's own button for printing; return what comes out."""
    page.evaluate("window.print = () => { document.documentElement.dataset.printed = 'yes'; }")
    page.locator("[data-behaviour=print]").click()
    page.locator("html[data-printed]").wait_for()
    return printed(page)


def torn_questions(page: Page, sheets: list[str]) -> list[str]:
    """Return the questions of a review of which an option stands on another sheet than the question."""
    reviewed = page.locator(".review-question:has(.choice)").evaluate_all(
        "questions => questions.map((each) => [each.querySelector('.review-stem').textContent,"
        " [...each.querySelector('.choices').querySelectorAll('.choice > span')]"
        ".map((option) => option.textContent)])"
    )
    assert reviewed
    whole = [squeezed(sheet) for sheet in sheets]
    return [
        stem
        for stem, options in reviewed
        if not any(
            all(squeezed(words)[:25] in sheet for words in (*options, stem[-25:]))
            for sheet in whole
        )
    ]


def asks_for_nothing(sheets: list[str], *words: str) -> None:
    """Fail if a sheet is empty, or shows the frame of the site or a control."""
    assert all(sheets)
    assert [word for word in (*FURNITURE, *words) if any(word in sheet for sheet in sheets)] == []


def test_a_lesson_is_printed_with_its_drawings_answers_and_sources(opened):
    page = opened("student")
    page.goto("/learn")
    page.goto(first_link(page, r"/learn/[\w-]+"))
    address = first_link(page, r"/learn/[\w-]+/lessons/layers-of-the-skin")
    page.goto(address)
    sheets = pressed(page)
    whole = " ".join(sheets)
    assert "Layers of the skin" in sheets[0]
    assert f"Printed by {PEOPLE['student'].name}" in sheets[0]
    assert f"Preceptor Academy, {page.url}" in sheets[0]
    assert "2.8 mm" in whole, "the drawing far below is missing"
    (whole_figure,) = [sheet for sheet in sheets if "inside a papilla" in sheet]
    for words in ("The working layers of the skin", "Hypodermis", "where the dermis meets the fat"):
        assert words in whole_figure, "a figure and its legend are torn apart"
    assert "Check yourself" in whole
    assert "The epidermis has no vessels." in whole
    sources = page.locator(".sources a[href^=http]").evaluate_all("links => links.map(a => a.href)")
    assert sources
    assert [source for source in sources if f"({source})" not in squeezed(whole)] == []
    asks_for_nothing(
        sheets, "Course map", "In this lesson", "Enlarge the picture", "Print this lesson"
    )


def test_a_roster_says_who_was_here_or_has_room_to_sign(opened):
    page = opened("instructor")
    page.goto("/teach/practicals")
    page.goto(first_link(page, r"/teach/practicals/[0-9a-f-]{36}"))
    names = page.locator(".roster-name > [dir=auto]").all_inner_texts()
    (sheet,) = printed(page)
    assert names
    for words in (*names, page.locator("h1").inner_text(), "booked"):
        assert words in sheet
    page.emulate_media(media="print")
    said = page.locator(".roster :is(.signature, .tag)").filter(visible=True)
    assert said.count() == len(names)
    asks_for_nothing([sheet], "Assess", "Papers", "Download as CSV", "Absent", "My day")


def test_a_review_is_printed_with_every_reason(opened):
    page = opened("student")
    page.goto("/learn")
    page.goto(first_link(page, r"/learn/[\w-]+"))
    page.goto(first_link(page, r"/learn/[\w-]+/quizzes/[\w-]+"))
    page.goto(first_link(page, r"/attempts/[0-9a-f-]{36}"))
    stems = page.locator(".review-stem").all_inner_texts()
    sheets = pressed(page)
    whole = " ".join(sheets)
    assert "You passed" in sheets[0]
    assert f"Name {PEOPLE['student'].name}" in sheets[0]
    assert len(stems) == 10
    assert [stem for stem in stems if squeezed(stem)[:30] not in squeezed(whole)] == []
    assert whole.count("Why") >= 10
    assert len(sheets) <= 10
    asks_for_nothing(
        sheets, "Only what I missed", "Continue with the course", "Print this page", "Try again"
    )
    assert torn_questions(page, sheets) == []


def test_own_notes_are_printed_whole_with_the_name(opened):
    page = opened("student")
    page.goto("/learn/mesotherapy/lessons/layers-of-the-skin")
    form = page.locator(".note-form").first
    page.locator("html[data-scripts=attached]").wait_for()
    page.locator("details:has(.note-form)").first.evaluate("note => { note.open = true; }")
    form.get_by_role("textbox").fill("Ask about the deep layer\nand how it is reached")
    form.get_by_role("button").click()
    expect(form.locator("[data-saved]")).to_contain_text("Saved")
    page.goto("/learn/mesotherapy/notes")
    notes = page.locator(".note .typed-lines").all_inner_texts()
    sheets = pressed(page)
    assert notes
    assert f"Printed by {PEOPLE['student'].name}" in sheets[0]
    whole = [squeezed(sheet) for sheet in sheets]
    assert [note for note in notes if not any(squeezed(note) in sheet for sheet in whole)] == []
    asks_for_nothing(sheets, "Download as text", "Words to look for in your notes")
