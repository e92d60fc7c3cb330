"""A real server with the demo academy, and a real Chromium."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.make.server import Server, a_server
from tests.sight.people import chromium, chromium_path


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium; its absence is a failure where CI demands it."""
    if chromium_path() is None:
        if os.environ.get("CI"):
            pytest.fail("No Chromium, though CI demands it.")
        pytest.skip("No Chromium: install it with your package manager.")
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="session")
def demo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One prepared demo server of this worker."""
    folder = tmp_path_factory.mktemp("demo")
    server = a_server(f"sqlite:///{folder / 'preceptor.db'}", folder, prepare=True)
    server.start(within=120)
    yield server
    server.stop()


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Open a browser of its own for one person; every page error fails the test."""
    opened: list[BrowserContext] = []
    errors: list[str] = []

    def open_context(**options: object) -> BrowserContext:
        context = browser.new_context(**{"locale": "en-GB", **options})  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        opened.append(context)
        return context

    yield open_context
    for context in opened:
        context.close()
    assert errors == []


@pytest.fixture
def shots(tmp_path: Path) -> Callable[[Page, str], None]:
    """Keep a picture of a page beside the test's other files."""

    def shoot(page: Page, name: str) -> None:
        page.screenshot(path=str(tmp_path / f"{name}.png"), full_page=True)

    return shoot
