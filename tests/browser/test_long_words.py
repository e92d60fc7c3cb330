"""Long words without a break wrap on every page of staff: at 320 px no page scrolls sideways, and nothing is
cut off. `make test` takes a tenth of the pages, `make test-deep` all."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.db.database import Database
from tests.browser.conftest import a_demo_server
from tests.make.long_words import WORD, lengthen
from tests.make.server import Server
from tests.sight import checks
from tests.sight.inventory import walk
from tests.sight.matrix import Part
from tests.sight.people import PEOPLE, sign_in_as
from tests.sight.staging import STARTS


@pytest.fixture(scope="module")
def long_server(demo_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = shutil.copytree(demo_folder, tmp_path_factory.mktemp("long") / "own")
    database = Database(f"sqlite:///{folder / 'preceptor.db'}")
    lengthen(database, but_addresses=tuple(person.email for person in PEOPLE.values()))
    database.close()
    server = a_demo_server(folder)
    server.start()
    yield server
    server.stop()


def too_wide(new_context, server: Server, role: str, part: Part) -> dict[str, list[str]]:
    """Return the pages of a part that scroll sideways, with what makes them do so."""
    context = new_context(base_url=server.url)
    sign_in_as(context, server.url, role)
    page = context.new_page()
    page.set_viewport_size({"width": checks.NARROWEST, "height": 740})
    found_pages = walk(context.request, *STARTS[role], f"/search?q={WORD}", read=1)
    wrong, number = {}, 0
    for staged in found_pages:
        if not part.takes("long words", role, staged.route):
            continue
        number += 1
        page.goto(staged.path, wait_until="domcontentloaded")
        if faults := [*checks.sideways(page), *checks.cut_off(page)]:
            wrong[staged.path] = faults
    assert number >= (25 if part.every == 1 else 1)
    return wrong


@pytest.mark.browser
@pytest.mark.parametrize("role", ["admin", "instructor"])
def test_a_tenth_of_the_pages_wraps_long_words(long_server, new_context, role):
    assert too_wide(new_context, long_server, role, Part(10)) == {}


@pytest.mark.browser
@pytest.mark.deep
@pytest.mark.parametrize("role", ["admin", "instructor"])
def test_every_page_wraps_long_words(long_server, new_context, role):
    assert too_wide(new_context, long_server, role, Part(1)) == {}
