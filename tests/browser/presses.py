"""Counts what a person has to press until something is done: each click, and each Enter.

Typing words is not counted, nor is a shortcut such as `/`: the bars in `test_presses.py` are about how far a
task is away, not about how long a name is.
"""

from dataclasses import dataclass

from playwright.sync_api import Locator, Page


@dataclass
class Presses:
    """Presses and types on a page. Everything that a test does there goes through this object; `count` is
    how often it pressed."""

    page: Page
    count: int = 0

    def click(self, control: Locator) -> None:
        control.click()
        self.count += 1

    def enter(self) -> None:
        """Press Enter where the focus is."""
        self.page.keyboard.press("Enter")
        self.count += 1

    def type(self, keys: str) -> None:
        """Type where the focus is."""
        self.page.keyboard.type(keys)
