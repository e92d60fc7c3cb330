"""What every page must keep, asked of the page as the browser shows it.

Each function returns sentences about what is wrong; none means that the page is sound.
"""

from collections.abc import Mapping

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Only a rule that is still an experiment wants the stylesheets fetched again before axe runs.
OPTIONS = {
    "runOnly": {"type": "tag", "values": TAGS},
    "resultTypes": ["violations"],
    "preload": False,
}
NARROWEST = 320
"""CSS pixels: a phone, and what is left of 1,280 at 400 % zoom."""

# To say where an element stands takes a tenth of the time, and is wanted only of what is wrong.
# What a page leaves out until the window comes near is laid out: before, axe would see it where it is not.
RUN_AXE = """async (options) => {
  const whole = new CSSStyleSheet();
  whole.replaceSync("* { content-visibility: visible !important; }");
  document.adoptedStyleSheets = [whole];
  const unnamed = await axe.run(document, { ...options, selectors: false });
  if (unnamed.violations.length === 0) return [];
  const results = await axe.run(document, options);
  return results.violations.map((violation) => `${violation.id} ${
    violation.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(" | ")}`);
}"""

# How far a finger may be from the middle of a target and still hit it, in both directions. The middle is
# that of the element or, for a control that lies in its label, of the label; a target that covers its
# card by a pseudo-element is measured by what a press there would reach.
SMALL_TARGETS = """(least) => {
  const small = [];
  const label = (element) => element.labels && element.labels[0];
  const reaches = (x, y, element) => {
    const hit = document.elementFromPoint(x, y);
    if (!hit) return false;
    const owner = hit.closest("label");
    return element.contains(hit) || (owner !== null && owner.control === element);
  };
  const extent = (x, y, dx, dy, element) => {
    let far = 0;
    while (far < least && reaches(x + dx * (far + 1), y + dy * (far + 1), element)) far += 1;
    return far;
  };
  const isInText = (element) => {
    // A term of the glossary is a button that stands in its sentence as a link does.
    const isLink = element.localName === "a" && getComputedStyle(element).display === "inline";
    if (!isLink && !element.matches("button.term")) return false;
    const block = element.closest("p, li, dd, td, th, figcaption, summary, label, h1, h2, h3, div");
    return block !== null && block.innerText.trim().length > element.innerText.trim().length;
  };
  const targets = document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), select, textarea, summary");
  for (const element of targets) {
    if (!element.checkVisibility({ visibilityProperty: true }) || isInText(element)) continue;
    if (element.matches(".skip-link, .visually-hidden, .visually-hidden *")) continue;
    let boxes = [...element.getClientRects()];
    if (boxes.length === 0 || boxes[0].bottom + scrollY < 0) continue;
    // What lies outside of the highest window, or under a bar at its end, is pressed after scrolling there;
    // so is everything on a page that is higher than that window.
    const middle = boxes[0];
    const isCut = document.documentElement.scrollHeight > innerHeight;
    if (isCut || !reaches(middle.left + middle.width / 2, middle.top + middle.height / 2, element)) {
      element.scrollIntoView({ block: "center", behavior: "instant" });
      boxes = [...element.getClientRects()];
    }
    const box = boxes[0];
    const x = box.left + box.width / 2, y = box.top + box.height / 2;
    let wide = extent(x, y, -1, 0, element) + extent(x, y, 1, 0, element) + 1;
    let high = extent(x, y, 0, -1, element) + extent(x, y, 0, 1, element) + 1;
    const named = label(element);
    if (named) {
      const other = named.getBoundingClientRect();
      wide = Math.max(wide, other.width);
      if (element.matches("[type=radio], [type=checkbox]")) high = Math.max(high, other.height);
    }
    if (wide < least || high < least) {
      const words = (element.innerText || element.name || element.id || "").trim().slice(0, 40);
      small.push(`target ${element.localName} "${words}" ${Math.round(wide)} by ${Math.round(high)} px`);
    }
  }
  return small;
}"""

SHAPE = """() => {
  const found = [];
  const shown = (selector) => [...document.querySelectorAll(selector)].filter((e) => e.checkVisibility());
  if (shown("h1").length !== 1) found.push(`${shown("h1").length} h1`);
  if (shown("main").length !== 1) found.push(`${shown("main").length} main`);
  if (!document.title.trim()) found.push("no title");
  const name = (nav) => nav.getAttribute("aria-label") || nav.getAttribute("aria-labelledby");
  const names = shown("nav").map(name);
  if (names.some((one) => !one) || new Set(names).size !== names.length) found.push(`navs ${names}`);
  let level = 0;
  for (const heading of shown("h1, h2, h3, h4, h5, h6")) {
    const now = Number(heading.localName[1]);
    if (level && now > level + 1) found.push(`h${now} "${heading.innerText}" after h${level}`);
    level = now;
  }
  return found;
}"""

# After two frames what the window has reached is laid out.
PAINTED_HEIGHT = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() =>
  done(document.documentElement.scrollHeight))))"""
# Chromium draws no higher window than a little more than this.
HIGHEST = 16_000

# A finger needs 44 CSS pixels; a rounded layout may lose one.
LEAST_TARGET = 43


def axe(page: Page, options: Mapping[str, object] = OPTIONS) -> list[str]:
    """Run axe on the page as it stands; its script is put in once."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE_SCRIPT)
    problems: list[str] = page.evaluate(RUN_AXE, options)
    return [f"axe: {fault}" for fault in problems]


def shape(page: Page) -> list[str]:
    """One h1, one main, a title, named landmarks, headings in order."""
    problems: list[str] = page.evaluate(SHAPE)
    return problems


def sideways(page: Page) -> list[str]:
    """At this width nothing makes the whole page scroll sideways."""
    width, wide = page.evaluate("[innerWidth, document.documentElement.scrollWidth]")
    return [f"{wide} px wide at {width}"] if wide > width else []


# Words beyond the side of the window, where nobody can scroll to them.
CUT_OFF = """() => {
  const cut = [];
  const isShortened = (element) => {
    for (let box = element; box && box !== document.body; box = box.parentElement) {
      const style = getComputedStyle(box);
      if (["auto", "scroll"].includes(style.overflowX) || style.textOverflow === "ellipsis") return true;
      if (box.matches(".visually-hidden")) return true;
    }
    return false;
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !element.checkVisibility() || isShortened(element)) continue;
    if (getComputedStyle(element).clipPath !== "none") continue;
    const range = document.createRange();
    range.selectNodeContents(texts.currentNode);
    const box = range.getBoundingClientRect();
    if (box.width > 1 && (box.right > innerWidth + 1 || box.left < -1)) {
      cut.push(`${element.localName}.${element.className} "${texts.currentNode.data.trim().slice(0, 30)}"`);
    }
  }
  return cut.slice(0, 5);
}"""


def cut_off(page: Page) -> list[str]:
    """No words stand beyond the side of the window."""
    words: list[str] = page.evaluate(CUT_OFF)
    return [f"cut off: {each}" for each in words]


def reflow(page: Page) -> list[str]:
    """The same at the narrowest width."""
    page.set_viewport_size({"width": NARROWEST, "height": 256})
    return sideways(page)


def _height(page: Page, width: int, height: int) -> int:
    """Give the window a size and return the height of the page once that is painted."""
    page.set_viewport_size({"width": width, "height": height})
    whole: int = page.evaluate(PAINTED_HEIGHT)
    return whole


def targets(page: Page, width: int = 360) -> list[str]:
    """Every target takes a press 44 px high and wide, links in running text excepted as WCAG does.

    The window is made as high as the page, so that everything can be pressed without scrolling.
    """
    height = 800
    # Parts far below are laid out, and get their own height, only when the window reaches them.
    while (whole := _height(page, width, height)) > height and height < HIGHEST:
        height = min(whole + 200, HIGHEST)
    small: list[str] = page.evaluate(SMALL_TARGETS, LEAST_TARGET)
    return small
