"""Every page as every role that may see it: axe (WCAG 2.0 to 2.2, A and AA, and best practice), one h1 and
landmarks, no sideways scrolling, targets for fingers; filled, empty and after a refusal.

`make test` takes a fixed tenth of the matrix, with both widths and both themes of each page in two views;
`make test-deep` takes all, each page in four views, and every stop of the Tab key.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from app.db.database import Database
from app.db.migrate import upgrade
from tests.make.people import a_sign_in, a_user
from tests.make.server import PRECEPTOR, Server, a_server
from tests.sight import checks, keyboard
from tests.sight.inventory import Found, walk
from tests.sight.matrix import VIEWS, Look, Part
from tests.sight.people import ROLES, sign_in_as
from tests.sight.staging import STARTS, starts_of
from tests.sight.twins import twins

TENTH, WHOLE = Part(10), Part(1)
STAFFED = {"student": "Sole Student", "instructor": "Sole Instructor", "admin": "Sole Admin"}
Opener = Callable[..., BrowserContext]


@pytest.fixture(scope="module")
def empty_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An academy on its first morning: one person of each role, no course, no date."""
    yield from an_empty_server(tmp_path_factory.mktemp("empty"))


def an_empty_server(folder: Path, *program: str) -> Iterator[Server]:
    database = Database(f"sqlite:///{folder / 'preceptor.db'}")
    upgrade(database)
    now = datetime.now(UTC)
    with database.write() as db:
        for role, name in STAFFED.items():
            actor = a_user(db, name, roles=(role,), email=f"{role}@example.org", now=now)
            a_sign_in(db, actor, token=f"token-of-{role}", now=now)
    database.close()
    server = a_server(
        f"sqlite:///{folder / 'preceptor.db'}", folder, program=program or (PRECEPTOR,)
    )
    server.start()
    yield server
    server.stop()


def filled(new_context: Opener, server: Server, role: str) -> BrowserContext:
    context = new_context(base_url=server.url)
    sign_in_as(context, server.url, role)
    return context


def fresh(new_context: Opener, server: Server, role: str) -> BrowserContext:
    context = new_context(base_url=server.url)
    if role in STAFFED:
        cookie = {"name": "preceptor-sid", "value": f"token-of-{role}", "url": server.url}
        context.add_cookies([cookie])  # type: ignore[list-item] # a plain dict will do
    return context


def pages_of(context: BrowserContext, role: str) -> list[Found]:
    """Return one page of each route that links lead to."""
    return list(walk(context.request, *STARTS[role], read=1))


def staged_pages(context: BrowserContext, role: str) -> list[Found]:
    """Return these pages and those that only forms and mails lead to."""
    return list(walk(context.request, *starts_of(role, context.request)))


@pytest.mark.browser
@pytest.mark.parametrize("role", ["visitor", *STAFFED])
def test_a_tenth_of_the_matrix(demo_server, empty_server, new_context, role):
    context = filled(new_context, demo_server, role)
    pages, look = pages_of(context, role), Look(context.new_page(), role, "filled", TENTH)
    wrong = [*look.at_all(pages), *look.at_refusals(pages)]
    context = fresh(new_context, empty_server, role)
    wrong += Look(context.new_page(), role, "empty", TENTH).at_all(pages_of(context, role))
    assert wrong == []


@pytest.mark.browser
@pytest.mark.deep
@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_a_full_academy(demo_server, new_context, role):
    context = filled(new_context, demo_server, role)
    pages, look = staged_pages(context, role), Look(context.new_page(), role, "filled", WHOLE)
    assert [*look.at_all(pages), *look.at_refusals(pages)] == []
    assert len(pages) >= 10


@pytest.mark.browser
@pytest.mark.deep
@pytest.mark.parametrize("role", ["visitor", *STAFFED])
def test_every_page_of_an_empty_academy(empty_server, new_context, role):
    context = fresh(new_context, empty_server, role)
    look = Look(context.new_page(), role, "empty", WHOLE)
    assert list(look.at_all(pages_of(context, role))) == []


@pytest.mark.browser
@pytest.mark.deep
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("width", [360, 1280])
def test_the_focus_is_seen_at_every_stop(demo_server, new_context, role, width):
    context = filled(new_context, demo_server, role)
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": 740})
    wrong = []
    for staged in staged_pages(context, role):
        page.goto(staged.path)
        wrong += [f"{staged.path}: {fault}" for fault in keyboard.faults_of_all_stops(page)]
    assert wrong == []


@pytest.mark.browser
@pytest.mark.deep
def test_titles_are_unique_among_the_routes_of_a_role(demo_server, new_context):
    for role in ROLES:
        context = filled(new_context, demo_server, role)
        page, titles = context.new_page(), dict[str, set[str]]()
        for staged in staged_pages(context, role):
            page.goto(staged.path, wait_until="domcontentloaded")
            titles.setdefault(page.title(), set()).add(staged.route)
        assert {title: routes for title, routes in titles.items() if len(routes) > 1} == {}


BROKEN = """<!DOCTYPE html><html lang="en"><head><title>Broken</title></head><body><main>
<h1>One</h1><h1>Two</h1><h3>Three</h3><p><button>x</button></p><img src="data:,"><pre>{long}</pre>
<p>Words around <a href="/a">a link</a> in a sentence, and <a href="/b">a link</a>.</p>
</main></body></html>"""


def test_a_page_of_the_tenth_is_seen_in_both_widths_and_both_themes():
    assert WHOLE.views("student", "/home") == VIEWS
    pairs = [TENTH.views("student", f"/pages/{number}") for number in range(40)]
    assert all({width for width, _ in pair} == {360, 1280} for pair in pairs)
    assert all({theme for _, theme in pair} == {"light", "dark"} for pair in pairs)
    assert {view for pair in pairs for view in pair} == set(VIEWS)


@pytest.mark.browser
def test_the_checks_find_what_is_wrong(new_context):
    """Negative control: a page with every fault. A link in running text is not reported as one."""
    page = new_context().new_page()
    page.set_content(BROKEN.replace("{long}", "long " * 100))
    assert any("image-alt" in fault for fault in checks.axe(page))
    assert {"2 h1", 'h3 "Three" after h1'} <= set(checks.shape(page))
    assert [fault.partition(" leads")[0] for fault in twins(page)] == ["one name: a “a link”"]
    assert checks.reflow(page)
    (small,) = checks.targets(page)
    assert small.startswith('target button "x"')
