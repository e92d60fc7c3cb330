"""The matrix of pages, roles, widths, themes and states, and the tenth of it that every run takes."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from playwright.sync_api import BrowserContext, Page

from tests.sight import checks
from tests.sight.inventory import Found

VIEWS = ((360, "light"), (1280, "dark"), (360, "dark"), (1280, "light"))

# The forms that ask for something: what is empty is refused there, and the page says so.
FORMS = """() => [...document.querySelectorAll("form[method=post]")].flatMap((form, index) =>
  form.querySelector("input:not([type=hidden]):not([type=checkbox]), select[required], textarea") ? [index] : [])"""
SEND_EMPTY = """(index) => {
  const form = document.querySelectorAll("form[method=post]")[index];
  for (const field of form.elements) {
    if (field.type === "checkbox" || field.type === "radio") field.checked = false;
    else if (field.type !== "hidden" && "value" in field && field.localName !== "button") field.value = "";
  }
  HTMLFormElement.prototype.submit.call(form);
}"""


@dataclass(frozen=True)
class Part:
    """Which part of the matrix to take: everything, or one stable share of it."""

    every: int

    def takes(self, *names: object) -> bool:
        """Say whether a place of the matrix belongs to the part; the same in every run."""
        name = "|".join(map(str, names)).encode()
        return int(hashlib.sha256(name).hexdigest(), 16) % self.every == 0


@dataclass(frozen=True)
class Look:
    """Looks at pages as one role in one state of the academy, and collects what is wrong."""

    context: BrowserContext
    role: str
    state: str
    part: Part

    def at_all(self, pages: list[Found]) -> Iterator[str]:
        for found in pages:
            yield from self._at(found)

    def at_refusals(self, pages: list[Found]) -> Iterator[str]:
        """Send every form of these pages empty and look at what it answers."""
        for found in pages:
            views = self._views(found, "refused")
            if not views:
                continue
            page = self._open(found)
            for index in page.evaluate(FORMS):
                with page.expect_navigation():
                    page.evaluate(SEND_EMPTY, index)
                yield from self._faults(found, f"form {index} sent empty", page, views)
                page.goto(found.path)
            page.close()

    def _at(self, found: Found) -> Iterator[str]:
        views = self._views(found, self.state)
        measured = self.part.takes(self.role, found.route, self.state, "measures")
        if not views and not measured:
            return
        page = self._open(found)
        yield from self._faults(found, self.state, page, views)
        if measured:
            yield from self._say(found, self.state, page, (checks.reflow, checks.targets))
        page.close()

    def _views(self, found: Found, state: str) -> list[tuple[int, str]]:
        return [view for view in VIEWS if self.part.takes(self.role, found.route, state, *view)]

    def _open(self, found: Found) -> Page:
        page = self.context.new_page()
        page.goto(found.path, wait_until="load")
        return page

    def _faults(
        self, found: Found, state: str, page: Page, views: list[tuple[int, str]]
    ) -> Iterator[str]:
        for width, theme in views:
            page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            page.set_viewport_size({"width": width, "height": 800})
            yield from self._say(found, f"{state}, {width} px, {theme}", page, (checks.axe,))
        if views:
            yield from self._say(found, state, page, (checks.shape,))

    def _say(
        self,
        found: Found,
        state: str,
        page: Page,
        asked: tuple[Callable[[Page], list[str]], ...],
    ) -> Iterator[str]:
        for check in asked:
            for fault in check(page):
                yield f"{self.role} {found.path} ({state}): {fault}"
