"""One person at a keyboard: goes from stop to stop with the Tab key, and sees where they are at each.

Nothing here touches a mouse. At every stop the focus must be visible (it changes an outline or a shadow) and
must not be covered by anything that stands over the page (WCAG 2.4.7, 2.4.11). Of something taller than a
third of the window, a table that scrolls for one, a part must be seen; and of a text area, where Chromium
scrolls to the line of the caret and not to the whole box.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

MOST_STOPS = 150

# A line of the accessibility tree; it stands in quotes when the name has a colon in it.
SAID = r"""- '?([\w-]+)(?: "((?:[^"\\]|\\.)*)")?"""

# What the focus looks like is compared with the same element without it. It may be drawn on the element, on
# what holds it (a card, a choice) or on the label behind it.
STOP = """() => {
  const element = document.activeElement;
  if (!element || element === document.body || element === document.documentElement) return null;
  const drawn = (one) => {
    const style = getComputedStyle(one);
    return [style.outlineStyle === "none" ? "none" : style.outline, style.boxShadow].join(" ");
  };
  const places = [element, element.nextElementSibling, ...(element.labels || [])].filter(Boolean);
  for (let up = element.parentElement; up && places.length < 8; up = up.parentElement) places.push(up);
  const focused = places.map(drawn);
  const own = (hit) => hit !== null
    && (element.contains(hit) || (hit.closest("label") !== null && hit.closest("label").control === element));
  const box = [...element.getClientRects()].find((one) => one.width > 1 && one.height > 1);
  const covered = [];
  let inside = 0;
  // Looked at is what of it lies in the window, near its four corners.
  const left = box && Math.max(box.left, 0), right = box && Math.min(box.right, innerWidth);
  const top = box && Math.max(box.top, 0), bottom = box && Math.min(box.bottom, innerHeight);
  if (box && right - left > 1 && bottom - top > 1) {
    const dx = Math.min(12, (right - left) / 3), dy = Math.min(12, (bottom - top) / 3);
    for (const [x, y] of [[left + dx, top + dy], [right - dx, top + dy], [left + dx, bottom - dy],
      [right - dx, bottom - dy]]) {
      inside += 1;
      const hit = document.elementFromPoint(x, y);
      if (!own(hit)) covered.push(hit ? `${hit.localName}.${hit.getAttribute("class")}` : "nothing");
    }
  }
  element.blur();
  const seen = places.some((place, index) => drawn(place) !== focused[index]);
  element.focus({ preventScroll: true });
  const again = places.map(drawn);
  return {
    words: `${element.localName} "${(element.innerText || element.name || element.id).trim().slice(0, 40)}"`,
    mark: element === window.firstStop,
    seen: seen || again.some((look, index) => look !== focused[index]),
    box: Boolean(box),
    inside,
    covered,
    tall: Boolean(box) && (box.height > innerHeight / 3 || element.localName === "textarea"),
  };
}"""


class LostFocus(AssertionError):
    """The Tab key does not lead there."""


def faults_of_stop(page: Page) -> tuple[str, list[str]]:
    """Return what has the focus, in words, and what is wrong with how it is shown."""
    stop = page.evaluate(STOP)
    return (stop["words"], _faults(stop)) if stop else ("", [])


def _faults(stop: Mapping[str, Any]) -> list[str]:
    problems = []
    if not stop["seen"]:
        problems.append("its focus cannot be seen")
    if not stop["box"] or not stop["inside"]:
        problems.append("it has the focus outside the window")
    if stop["covered"] and not (stop["tall"] and len(stop["covered"]) < stop["inside"]):
        problems.append(f"{', '.join(dict.fromkeys(stop['covered']))} covers it")
    return [f"{stop['words']}: {fault}" for fault in problems]


def faults_of_all_stops(page: Page) -> list[str]:
    """Walk the whole page with the Tab key and return what is wrong at its stops."""
    problems: list[str] = []
    page.evaluate("() => { window.firstStop = undefined; }")
    for number in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None or stop["mark"]:
            break
        if number == 0:
            page.evaluate("() => { window.firstStop = document.activeElement; }")
        problems += _faults(stop)
    return problems


@dataclass
class Keys:
    """The hands of one person: Tab, letters, arrows, Space and Enter, never a mouse."""

    page: Page

    def focused(self) -> tuple[str, str]:
        """Return role and accessible name of what has the focus, as a screen reader says them."""
        focus = self.page.locator(":focus")
        if focus.count() == 0:
            return "", ""
        if focus.first.evaluate("(one) => one.localName") == "summary":
            # The accessibility tree that is asked for below has no role for it, and so no name.
            return "summary", focus.first.inner_text().strip()
        said = re.match(SAID, focus.first.aria_snapshot())
        return (said.group(1), (said.group(2) or "").replace('\\"', '"')) if said else ("", "")

    def to(self, name: str, role: str | None = None, *, most: int = MOST_STOPS) -> None:
        """Press Tab until what is so called has the focus; every stop on the way is looked at."""
        for _ in range(most):
            self.page.keyboard.press("Tab")
            words, faults = faults_of_stop(self.page)
            assert not faults, f"{self.page.url}: {faults}"
            said_role, said_name = self.focused() if words else ("", "")
            if re.search(name, said_name) and role in (None, said_role):
                return
        raise LostFocus(f"{self.page.url}: no stop is called {name!r}")

    def skip(self) -> None:
        """Use the skip link, which must be the first stop of the page."""
        self.page.keyboard.press("Tab")
        assert self.focused() == ("link", "Skip to main content")
        self.page.keyboard.press("Enter")
        assert self.page.evaluate("location.hash") == "#main"

    def press(self, name: str, role: str | None = None, key: str = "Enter") -> None:
        """Go to a link or button and press it."""
        self.to(name, role)
        self.page.keyboard.press(key)

    def follow(self, name: str, role: str | None = None) -> None:
        """Go to a link or button, press it, and wait for the page it leads to."""
        self.to(name, role)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def write(self, name: str, text: str) -> None:
        """Go to a field and type."""
        self.to(name)
        self.page.keyboard.type(text)
