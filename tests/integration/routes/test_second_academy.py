"""Nothing of one course or subject stands in code or templates: a second academy, which bakes bread in Cork,
has no word of the first on any page, in any mail or on any paper (issue 13, bar 4)."""

import re
from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient

from app import jobs
from app.kit.ids import new_uuid
from app.main import create_app
from tests.make.bakery import SETTINGS, Bakery, a_bakery
from tests.make.browsing import a_browser
from tests.make.crawl import Visited, crawl
from tests.make.keys import ISSUER
from tests.make.pdf import text_of
from tests.make.people import a_sign_in

WORDS = (
    *("mesotherap", "inject", "needle", "syringe", "prescri", "cocktail", r"\bdos(e|es|age)\b"),
    *(
        "clinic",
        "medic",
        "GMC",
        r"\bNMC\b",
        r"\bskin\b",
        "treatment",
        "life support",
        r"\bHarley\b",
    ),
    *(
        "London",
        "England",
        r"\bUK\b",
        "£",
        "GBP",
        "pounds?\\b",
        "en[-_]GB",
        "Information Commissioner",
    ),
)
"""What the first academy, its course and its country say."""
PATTERN = re.compile("|".join(f"(?:{word})" for word in WORDS), re.IGNORECASE)
UNSEEN = re.compile(r'\sclass="[^"]*"|(?:href|src)="/static/[^"]*"|data-behaviour="[^"]*"')
"""Names of styles, drawings and scripts, which nobody reads."""


def words_of_the_first(text: str) -> list[str]:
    return sorted({match.group().lower() for match in PATTERN.finditer(UNSEEN.sub("", text))})


def fetcher(browser: TestClient) -> Callable[[str], Visited]:
    def fetch(path: str) -> Visited:
        response = browser.get(path)
        kind = response.headers.get("content-type", "")
        if kind == "application/pdf":
            return Visited(path, response.status_code, kind, text_of(response.content))
        return Visited(path, response.status_code, kind, response.text)

    return fetch


@pytest.fixture
def bakery_settings(settings_for, sqlite_database):
    return settings_for(sqlite_database).model_copy(update=SETTINGS)


@pytest.fixture
def bakery(sqlite_database) -> Bakery:
    with sqlite_database.write() as db:
        return a_bakery(db)


@pytest.fixture
def browser_of(
    bakery, bakery_settings, sqlite_database, portal
) -> Iterator[Callable[[str], TestClient]]:
    """Return a browser of a role in the second academy, after its worker has delivered everything."""
    app = create_app(bakery_settings)
    context = app.state.app_context
    while jobs.deliver_due(context.database, app.state.mailer, ISSUER, now=context.clock()):
        pass

    def browser(role: str) -> TestClient:
        if role == "visitor":
            return a_browser(app, portal)
        with sqlite_database.write() as db:
            token = a_sign_in(db, bakery.people[role], token=str(new_uuid()))
        return a_browser(app, portal, token=token)

    yield browser
    context.database.close()


ROLES = {
    "visitor": (25, ("/", "/dev/mail", "/_kit-is-not-looked-at")),
    "student": (25, ("/home", "/me")),
    "newcomer": (15, ("/home", "/me", "/courses/bread")),
    "instructor": (15, ("/home", "/me")),
    "admin": (40, ("/home", "/me")),
}
"""The fewest pages of each, and where each begins."""


@pytest.mark.parametrize("role", ROLES)
def test_no_page_mail_or_paper_has_a_word_of_the_first(role, browser_of):
    least, starts = ROLES[role]
    pages = list(crawl(fetcher(browser_of(role)), *starts, of_a_kind=1))
    sound = [page for page in pages if page.status == 200]
    assert len(sound) >= least, sorted(page.path for page in sound)
    said = {page.path: spoken for page in sound if (spoken := words_of_the_first(page.body))}
    assert said == {}
