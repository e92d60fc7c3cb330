"""Fixtures with real servers (one with the demo academy, one with the small course) and a real
Chromium."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, BrowserContext, Page, Route

from app.authoring.svg import digest_of
from app.courses.models import Media
from app.db.database import Database
from app.db.migrate import upgrade
from app.kit.actor import Actor
from app.kit.ids import RevisionId, new_uuid
from tests.make.chromium import chromium_path
from tests.make.courses import small_course
from tests.make.once import made_once
from tests.make.patience import MILLISECONDS
from tests.make.people import a_sign_in, a_user
from tests.make.quizzes import a_published_course
from tests.make.server import PRECEPTOR, Server, a_server
from tests.sight.people import chromium


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
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database and files of the demo academy after its first start. Each server gets a copy."""

    def fill(folder: Path) -> None:
        server = a_demo_server(folder)
        server.start()
        server.stop()
        server.log.unlink()

    return made_once(tmp_path_factory, "demo-academy", fill)


def a_demo_server(
    folder: Path, *, program: Sequence[str] = (PRECEPTOR,), **settings: str
) -> Server:
    database = f"sqlite:///{folder / 'preceptor.db'}"
    return a_server(database, folder, prepare=True, program=program, **settings)


@pytest.fixture(scope="session")
def demo_server(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One prepared demo server of this worker."""
    server = a_demo_server(shutil.copytree(demo_folder, tmp_path_factory.mktemp("demo") / "own"))
    server.start()
    yield server
    server.stop()


@dataclass(frozen=True)
class SmallAcademy:
    """A server with the small course and nobody in it: each test brings a person of its own."""

    server: Server
    database: Database
    revision_id: RevisionId

    def somebody(self, name: str) -> tuple[Actor, str]:
        """Return a new student and the token they are signed in with."""
        now, token = datetime.now(UTC), str(new_uuid())
        with self.database.write() as db:
            actor = a_user(db, name, email=f"{token}@example.org", now=now)
            a_sign_in(db, actor, token=token, now=now)
        return actor, token

    def remember(self, context: BrowserContext, token: str) -> None:
        """Sign a browser in."""
        cookie = {"name": "preceptor-sid", "value": token, "url": self.server.url}
        context.add_cookies([cookie])  # type: ignore[list-item] # a plain dict will do


@pytest.fixture(scope="session")
def small_academy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallAcademy]:
    """One such server of this worker."""
    folder = tmp_path_factory.mktemp("small")
    database = Database(f"sqlite:///{folder / 'preceptor.db'}")
    upgrade(database)
    with database.write() as db:
        revision_id = a_published_course(db)
        drawings = small_course().media.values()
        db.add_all(Media(digest=digest_of(drawing), content=drawing) for drawing in drawings)
    server = a_server(str(database.url), folder)
    server.start()
    yield SmallAcademy(server, database, revision_id)
    server.stop()
    database.close()


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Open a separate browser for one person; every page error fails the test. Animations are off
    unless a test turns them on: drawing them took a third of the time of a test. So is the service
    worker: it answers requests that a test means to cut."""
    opened: list[BrowserContext] = []
    errors: list[str] = []

    def open_context(**options: object) -> BrowserContext:
        usual = {"locale": "en-GB", "reduced_motion": "reduce", "service_workers": "block"}
        context = browser.new_context(**{**usual, **options})  # type: ignore[arg-type]
        context.set_default_timeout(MILLISECONDS)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        opened.append(context)
        return context

    yield open_context
    for context in opened:
        context.close()
    assert errors == []


PASSED_ON = frozenset({"accept", "content-type", "origin", "x-csrf-token"})
"""What an academy in this process is told of the head of a request."""


@pytest.fixture
def open_here(
    new_context: Callable[..., BrowserContext], as_person: Callable[[Actor], TestClient]
) -> Callable[[Actor, str], Page]:
    """Open a page of somebody in an academy that is this test's own and answers in this process, without a
    server and with its clock at NOW."""

    def opened(actor: Actor, path: str) -> Page:
        client = as_person(actor)

        def answer(route: Route) -> None:
            request = route.request
            headers = {name: value for name, value in request.headers.items() if name in PASSED_ON}
            response = client.request(
                request.method,
                request.url,
                content=request.post_data_buffer,
                headers=headers,
                follow_redirects=request.method == "GET",
            )
            kind = response.headers.get("content-type", "")
            route.fulfill(status=response.status_code, content_type=kind, body=response.content)

        context = new_context(base_url="http://testserver")
        context.route("**/*", answer)
        page: Page = context.new_page()
        page.goto(path)
        return page

    return opened


@pytest.fixture
def shots(tmp_path: Path) -> Callable[..., None]:
    """Keep pictures of a page beside the test's other files, in the deep run only: a picture of a
    whole page takes as long as most checks of it, and `make sheet` shows the pages at any time."""

    def shoot(page: Page, name: str, *widths: int) -> None:
        for width in widths if os.environ.get("TEST_DEEP") else ():
            page.set_viewport_size({"width": width, "height": 800})
            page.screenshot(path=str(tmp_path / f"{name}-{width}.png"), full_page=True)

    return shoot
