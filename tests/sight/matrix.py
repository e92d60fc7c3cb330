"""The matrix of pages, roles, widths, themes and states, and the tenth of it that every run takes."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.sight import checks
from tests.sight.inventory import Found
from tests.sight.twins import twins

View = tuple[int, str]
VIEWS: tuple[View, ...] = ((360, "light"), (360, "dark"), (1280, "dark"), (1280, "light"))
"""In this order each has one thing in common with the view before: laying a page out anew takes long."""
OPPOSITE = (VIEWS[0::2], VIEWS[1::2])
"""Two pairs of views: each pair has both widths and both themes."""
KEPT_MAIL = "/dev/mail"
"""Lists mails by their subjects, for those who build the site; mails of one day have one subject."""
MIRRORED_VIEWS = OPPOSITE[0]
"""Written from right to left a page has the same colours, so each width is seen in one theme."""

# The forms that ask for something: what is empty is refused there, and the page says so.
ASKING = "input:not([type=hidden]):not([type=checkbox]), select[required], textarea"
FORMS = f"""() => [...document.querySelectorAll("form[method=post]")].flatMap((form, index) =>
  form.querySelector("{ASKING}") ? [index] : [])"""
SEND_EMPTY = """(index) => {
  const form = document.querySelectorAll("form[method=post]")[index];
  for (const field of form.elements) {
    if (field.type === "checkbox" || field.type === "radio") field.checked = false;
    else if (field.type !== "hidden" && "value" in field && field.localName !== "button") field.value = "";
  }
  HTMLFormElement.prototype.submit.call(form);
}"""


def _number(*names: object) -> int:
    return int(hashlib.sha256("|".join(map(str, names)).encode()).hexdigest(), 16)


@dataclass(frozen=True)
class Part:
    """Which part of the matrix to take: everything, or one stable share of it."""

    every: int

    def takes(self, *names: object) -> bool:
        """Say whether a place of the matrix belongs to the part; the same in every run."""
        return _number(*names) % self.every == 0

    def views(self, *names: object) -> tuple[View, ...]:
        """Return the views in which to look at a page that the part takes: all four, or for a share of the
        matrix both widths and both themes in two views, which differ from page to page."""
        return VIEWS if self.every == 1 else OPPOSITE[_number(*names) // self.every % 2]


@dataclass(frozen=True)
class Look:
    """Looks at pages as one role in one state of the academy, and collects what is wrong. `views` empty:
    those of the part."""

    page: Page
    role: str
    state: str
    part: Part
    views: tuple[View, ...] = ()

    def at_all(self, pages: list[Found]) -> Iterator[str]:
        for staged in pages:
            if self.part.takes(self.role, staged.route, self.state):
                self.page.goto(staged.path)
                yield from self._faults(staged, self.state)
                for check in (checks.reflow, checks.targets):
                    yield from self._say(staged, self.state, check)

    def at_refusals(self, pages: list[Found]) -> Iterator[str]:
        """Send every form of these pages empty and look at what it answers."""
        for staged in pages:
            refused = "refused" if self.state == "filled" else f"{self.state}, refused"
            if self.part.takes(self.role, staged.route, refused):
                self.page.goto(staged.path)
                for index in self.page.evaluate(FORMS):
                    with self.page.expect_navigation():
                        self.page.evaluate(SEND_EMPTY, index)
                    yield from self._faults(staged, f"form {index} sent empty")
                    self.page.goto(staged.path)

    def _faults(self, staged: Found, state: str) -> Iterator[str]:
        """Ask axe in each view: the page is loaded once, and axe with it."""
        views = self.views or self.part.views(self.role, staged.route, state)
        for width, theme in views:
            self.page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            self.page.set_viewport_size({"width": width, "height": 800})
            for check in (checks.axe, checks.sideways):
                yield from self._say(staged, f"{state}, {width} px, {theme}", check)
        yield from self._say(staged, state, checks.shape)
        if not staged.route.startswith(KEPT_MAIL):
            yield from self._say(staged, state, twins)

    def _say(self, staged: Found, state: str, check: Callable[[Page], list[str]]) -> Iterator[str]:
        for fault in check(self.page):
            yield f"{self.role} {staged.path} ({state}): {fault}"
