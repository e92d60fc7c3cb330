"""Nothing of one course or subject stands in code or templates: a second academy, which bakes bread in Cork,
has no word of the first on any page, in any mail or on any paper (issue 13, bar 4)."""

import re
from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient

from app import jobs
from app.demo.people import STUDENTS
from app.kit.ids import new_uuid
from app.main import create_app
from tests.make.bakery import SETTINGS, Bakery, a_bakery
from tests.make.browsing import a_browser
from tests.make.crawl import Visited, crawl, shape
from tests.make.keys import ISSUER
from tests.make.pages import all_words
from tests.make.pdf import text_of
from tests.make.people import a_sign_in

WORDS = (
    *("mesotherap", "inject", "needle", "syringe", "prescri", "cocktail", r"\bdos(e|es|age)\b"),
    *("clinic", r"\bmedic", r"\bGMC\b", r"\bNMC\b", r"\bskin\b", "treatment", "life support"),
    *("London", "England", r"\bUK\b", "£", r"\bGBP\b", r"\ben[-_]GB\b"),
    "Information Commissioner",
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
    "visitor": (30, 0, ("/", "/dev/mail")),
    "student": (30, 2, ("/home", "/me")),
    "newcomer": (20, 0, ("/home", "/me", "/courses/bread")),
    "instructor": (20, 3, ("/home", "/me")),
    "admin": (45, 3, ("/home", "/me")),
}
"""The fewest pages and papers of each, and where each begins. A visitor of a test reads every mail too."""
SEEN = "seen as somebody before"


def kind_of(path: str) -> str:
    """Mails look alike by their address, and each says something else."""
    return path if path.startswith("/dev/mail/") else shape(path)


def spoken_on(pages: list[Visited]) -> dict[str, list[str]]:
    said = {page.path: words_of_the_first(page.body) for page in pages}
    return {path: words for path, words in said.items() if words}


def test_no_page_mail_or_paper_has_a_word_of_the_first(browser_of):
    """One page of each kind, as the first person who reaches it; the deep run looks as each."""
    seen: set[str] = set()
    pages: list[Visited] = []
    for role, (_, _, starts) in ROLES.items():
        before = frozenset(seen - set(starts))
        visits = crawl(
            fetcher(browser_of(role)),
            *starts,
            of_a_kind=1,
            kind_of=lambda path, before=before: SEEN if kind_of(path) in before else kind_of(path),
        )
        for page in visits:
            pages.append(page)
            seen.add(kind_of(page.path))
    sound = [page for page in pages if page.status == 200]
    assert len(sound) >= 100, sorted(page.path for page in sound)
    assert sum(page.kind == "application/pdf" for page in sound) >= 5
    assert sum(page.path.startswith("/dev/mail/") for page in sound) >= 15
    assert spoken_on(sound) == {}


@pytest.mark.deep
@pytest.mark.parametrize("role", ROLES)
def test_nobody_reads_a_word_of_the_first(role, browser_of):
    least, papers, starts = ROLES[role]
    pages = list(crawl(fetcher(browser_of(role)), *starts, kind_of=kind_of))
    sound = [page for page in pages if page.status == 200]
    assert len(sound) >= least, sorted(page.path for page in sound)
    assert sum(page.kind == "application/pdf" for page in sound) >= papers
    assert spoken_on(sound) == {}


def test_the_second_academy_says_its_own_words(browser_of):
    """The crawl would also be clean if the pages were empty."""
    visitor = browser_of("visitor")
    front = visitor.get("/").text
    assert "Learn to bake with your own hands" in front
    assert "A practical day in Cork" in front
    assert '<html lang="en-IE"' in front
    assert 'content="en_IE"' in front
    course = visitor.get("/courses/bread").text
    assert "€350.50" in course
    assert '"priceCurrency": "EUR"' in course
    assert "Dublin time" in course
    contact = all_words(visitor.get("/contact"))
    assert "Telephone +353 21 000 0000" in contact
    assert "VAT number IE 0000000 X" in contact
    assert "complain to the Data Protection Commission" in all_words(visitor.get("/privacy"))
    places = all_words(browser_of("student").get("/enrolments"))
    assert "Pay the invoice to: IBAN: IE00 TEST 0000 0000 0000 00" in places
    assert "Pay the invoice to" not in all_words(browser_of("newcomer").get("/enrolments"))


def test_the_demo_academy_says_each_of_them(academy_client, as_demo_person):
    """The negative control: a word that no page of the first academy has would be looked for in vain."""
    visitor, student = fetcher(academy_client), fetcher(as_demo_person(STUDENTS[1]))
    lessons = "/learn/mesotherapy/lessons"
    pages = [
        *map(visitor, ("/", "/about", "/courses/mesotherapy", "/dates", "/privacy")),
        *map(student, ("/me", f"{lessons}/lawful-syringe", f"{lessons}/emergencies")),
    ]
    assert {page.status for page in pages} == {200}
    text = "\n".join(UNSEEN.sub("", page.body) for page in pages)
    assert [word for word in WORDS if not re.search(word, text, re.IGNORECASE)] == []
