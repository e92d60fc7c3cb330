"""How people change pages for themselves: colours of their own, more contrast, still pictures, larger or
wider-set text. Each function sets one mode or returns sentences about what is wrong in it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page

from tests.sight import checks

MORE_CONTRAST = {
    "runOnly": {"type": "rule", "values": ["color-contrast-enhanced"]},
    "preload": False,
}

# WCAG 1.4.12: what a person may set without losing words or controls.
SPACING = """
* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
p { margin-block-end: 2em !important; }
"""
TWICE_AS_LARGE = {"fontSizes": {"standard": 32, "fixed": 26}}
AS_IT_COMES = {"fontSizes": {"standard": 16, "fixed": 13}}

MOVES = """() => [...document.querySelectorAll("*")].flatMap((element) => {
  const style = getComputedStyle(element);
  const lasts = (text) => text.split(",").some((part) => parseFloat(part) > 0);
  const moves = (lasts(style.transitionDuration) && style.transitionProperty !== "none")
    || (style.animationName !== "none" && lasts(style.animationDuration));
  return moves ? [`${element.localName}.${element.getAttribute("class")} moves`] : [];
})"""

# Words that are cut off: the box is shorter or narrower than what it holds, and hides the rest. What is for
# screen readers only is a pixel; an ellipsis is there on purpose, where the words stand in full elsewhere.
CUT_OFF = """() => [...document.querySelectorAll("body *")].flatMap((element) => {
  if (!element.checkVisibility() || element.closest(".visually-hidden, svg, select")) return [];
  const style = getComputedStyle(element);
  if (style.textOverflow === "ellipsis" || style.clipPath !== "none") return [];
  if (style.webkitLineClamp !== "none") return [];
  const hides = (one) => one === "hidden" || one === "clip";
  const words = element.innerText ? element.innerText.trim().slice(0, 40) : "";
  const cut = (hides(style.overflowX) && element.scrollWidth > element.clientWidth + 1)
    || (hides(style.overflowY) && element.scrollHeight > element.clientHeight + 1);
  return words && cut ? [`${element.localName}.${element.getAttribute("class")} cuts off "${words}"`] : [];
})"""

# A control that had only its colour to show where it ends needs an edge once colours are the person's own.
EDGELESS = """() => [...document.querySelectorAll(
  ".button, .input, .choice, .mark, .card, .tag, .banner, progress, [aria-current=page].nav-link")]
  .flatMap((element) => {
    if (!element.checkVisibility() || element.getClientRects().length === 0) return [];
    const style = getComputedStyle(element);
    const drawn = (kind, width) => kind !== "none" && parseFloat(width) >= 1;
    // What is chosen is filled with a colour of the system instead.
    const edge = drawn(style.borderTopStyle, style.borderTopWidth)
      || drawn(style.outlineStyle, style.outlineWidth) || style.forcedColorAdjust === "none";
    return edge ? [] : [`${element.localName}.${element.getAttribute("class")} has no edge`];
  })"""


def motion(page: Page) -> list[str]:
    """Return what would move, for somebody who asked for stillness."""
    moving: list[str] = page.evaluate(MOVES)
    return moving


def edges(page: Page) -> list[str]:
    """Return the controls without an edge, under colours of the person's own."""
    edgeless: list[str] = page.evaluate(EDGELESS)
    return edgeless


def enhanced_contrast(page: Page) -> list[str]:
    """Return the text below 7:1, or 4.5:1 where it is large (WCAG 1.4.6)."""
    return checks.axe(page, MORE_CONTRAST)


def lost_words(page: Page) -> list[str]:
    """Return the words that are cut off, and say whether the page scrolls sideways."""
    width = page.evaluate("innerWidth")
    wide = page.evaluate("document.documentElement.scrollWidth")
    sideways = [f"{wide} px wide at {width}"] if wide > width else []
    return [*sideways, *page.evaluate(CUT_OFF)]


def set_text_wider(page: Page) -> None:
    """Give the text of the page the spacing of WCAG 1.4.12; the context must pass over the policy."""
    page.add_style_tag(content=SPACING)


@contextmanager
def larger_text(page: Page) -> Iterator[None]:
    """Make the browser's own size of text 200 %, as its settings do."""
    session = page.context.new_cdp_session(page)
    session.send("Page.setFontSizes", TWICE_AS_LARGE)
    yield
    session.send("Page.setFontSizes", AS_IT_COMES)
    session.detach()
