"""Every text that a person reads can be translated: under a language that brackets each translated text, no
page has a word outside of brackets but names, course content, numbers, dates and the academy's file
(issue 14, bar 1)."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from app.academy_file import load_academy
from app.demo.people import ADMIN, INSTRUCTORS, STUDENTS, DemoPerson
from app.kit.messages import msg
from app.kit.stored_reasons import INVARIANTS_HOLD
from app.operations.runs import RunKind, record_run
from app.outbox import heartbeats
from app.outbox.models import OutboxEvent
from app.outbox.queries import EventKind
from app.outbox.service import send_to_address
from app.retention.rules import RULE
from app.retention.sweeping import SweepResult
from app.web.routing import policies
from app.workers.clock_watch import jump_words
from app.workers.loop import SLOW
from tests.conftest import an_app
from tests.make import NOW
from tests.make.brackets import Names, names_of, outside, outside_in_text
from tests.make.browsing import a_browser
from tests.make.crawl import Visited, crawl, shape
from tests.make.forms import forms_of
from tests.make.mails import an_invitation_mail
from tests.make.people import a_sign_in, a_user
from tests.make.pseudo_languages import CLOSE, OPEN, bracketed

PEOPLE: dict[str, DemoPerson | None] = {
    "visitor": None,
    "learner": STUDENTS[0],
    "graduate": STUDENTS[1],
    "instructor": INSTRUCTORS[0],
    "admin": ADMIN,
}
LEAST_PAGES = {"visitor": 10, "learner": 10, "graduate": 20, "instructor": 8, "admin": 20}
STARTS = ("/", "/home", "/me", "/sign-in", "/register", "/forgot", "/enquiry", "/verify")
LEARNING = ("graduate", "instructor")
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def languages_of():
    return bracketed


def untold(names: Names, pages: Iterable[Visited]) -> dict[str, list[str]]:
    """Return the texts of no translator by the shape of the page's address."""
    pieces = defaultdict[str, set[str]](set)
    for page in pages:
        pieces[shape(page.path)].update(_of(names, page))
    return {where: sorted(texts) for where, texts in pieces.items()}


def _of(names: Names, page: Visited) -> list[str]:
    if page.path.startswith(("/dev/", "/static/")):
        return []  # the mailbox of the demo: mails have a test of their own
    if page.kind.startswith("text/html"):
        return names.untold(outside(page.body))
    if page.kind.startswith("text/csv"):
        head = page.body.lstrip("\ufeff").splitlines()[0]
        return names.untold(outside_in_text(head.replace(",", "\n")))
    return []


def demand_translated(texts_by_page: dict[str, list[str]]) -> None:
    """Fail at a page that has untranslated texts."""
    lines = [f"{where}: {text}" for where, texts in texts_by_page.items() for text in texts]
    assert not lines, "\n".join(lines)


def fetched(browser: TestClient, path: str) -> Visited:
    response = browser.get(path)
    kind = response.headers.get("content-type", "")
    body = "" if kind == "application/pdf" else response.text
    return Visited(path, response.status_code, kind, body)


@pytest.mark.parametrize("who", PEOPLE)
def test_every_page_and_each_of_its_forms_speaks_in_brackets(who, as_demo_person, names):
    """Each form is sent without what must be typed too, and comes back with messages."""
    browser = as_demo_person(PEOPLE[who])
    pages = list(crawl(lambda path: fetched(browser, path), *STARTS, of_a_kind=1))
    sound = [page for page in pages if page.status == 200]
    assert len(sound) >= LEAST_PAGES[who]
    assert sum(OPEN in page.body for page in sound) >= LEAST_PAGES[who]
    refused = list(sent_back(browser, sound))
    assert {page.status for page in refused} <= {200, 303, 409, 422, 429}
    assert sum(page.status == 422 for page in refused) >= 1
    demand_translated(untold(names, [*pages, *refused]))


def sent_back(browser: TestClient, pages: list[Visited]) -> Iterator[Visited]:
    """Yield the answers to every form that asks for something, with nothing typed."""
    for page in pages:
        for form in forms_of(page.body) if page.kind.startswith("text/html") else ():
            if form.asks:
                sent = form.sent(**dict.fromkeys(form.typed, ""))
                answer = browser.post(form.action, content=sent, headers=FORM)
                kind = answer.headers.get("content-type", "")
                yield Visited(form.action, answer.status_code, kind, answer.text)


@pytest.mark.parametrize(
    "who", ["visitor", "admin", *(pytest.param(who, marks=pytest.mark.deep) for who in LEARNING)]
)
def test_every_refusal_speaks_in_brackets(who, as_demo_person, names):
    """Every route for a thing that does not exist, with an empty form or body: 401, 403, 404 and 422."""
    browser = as_demo_person(PEOPLE[who])
    pages, problems = [], []
    for method, path in policies(browser.app):
        if path in ("/sign-out", "/metrics") or method == "HEAD":
            continue
        address = re.sub(r"{[^}]*}", lambda _: str(uuid4()), path)
        is_api = path.startswith("/api/")
        headers = {"content-type": "application/json"} if is_api else FORM
        body = {} if method == "GET" else {"headers": headers, "content": "{}" if is_api else ""}
        answer = browser.request(method, address, **body)
        kind = answer.headers.get("content-type", "")
        if kind.startswith("application/problem+json"):
            problems.append((f"{method} {path}", answer.json()))
        elif answer.status_code >= 400:
            pages.append(Visited(f"{method} {path}", answer.status_code, kind, answer.text))
    assert len(pages) >= 20
    demand_translated(untold(names, pages))
    assert len(problems) >= 5
    assert list(unbracketed(problems)) == []


def unbracketed(problems: Iterable[tuple[str, dict]]) -> Iterator[str]:
    for route, problem in problems:
        sentences = [problem["title"], problem.get("detail", f"{OPEN}{CLOSE}")]
        sentences += [error["message"] for error in problem.get("errors", [])]
        for sentence in sentences:
            if outside_in_text(sentence):
                yield f"{route}: {sentence}"


@pytest.mark.parametrize("role", ["visitor", "student", "instructor", "admin"])
def test_every_page_of_an_empty_academy_speaks_in_brackets(
    role, sqlite_database, settings_for, made_apps, portal
):
    settings = settings_for(sqlite_database)
    academy = load_academy(settings)
    app = an_app(made_apps, settings, bracketed(academy))
    token = None
    if role != "visitor":
        with sqlite_database.write() as db:
            token = a_sign_in(db, a_user(db, "Alone Here", roles=(role,)), token=role)
    browser = a_browser(app, portal, token=token)
    pages = list(crawl(lambda path: fetched(browser, path), *STARTS, of_a_kind=1))
    app.state.app_context.database.close()
    assert len(pages) >= 8
    demand_translated(untold(names_of(sqlite_database, academy), pages))


def test_the_subject_of_a_mail_that_was_given_up_is_read_in_brackets(
    as_demo_person, academy_database, names
):
    with academy_database.write() as db:
        mail_id = send_to_address(db, "ned@example.org", an_invitation_mail(), now=NOW)
        db.get_one(OutboxEvent, mail_id).dead_at = NOW
    browser = as_demo_person(ADMIN)
    pages = [fetched(browser, "/admin/outbox")]
    for page in pages:
        assert f"{OPEN}Your account at " in page.body
    demand_translated(untold(names, pages))


def test_what_runs_and_workers_said_is_read_in_brackets(as_demo_person, academy_database, names):
    """What they said is stored as a message beside its English text."""
    swept = SweepResult(Counter(dict.fromkeys(RULE, 1)), ("sign_ins",), is_unfinished=True)
    copied = msg("{megabytes} MB in {seconds} seconds.", megabytes=1, seconds="2.5")
    with academy_database.write() as db:
        for kind, said in (
            (RunKind.audit, INVARIANTS_HOLD),
            (RunKind.backup, copied),
            (RunKind.sweep, swept.words),
        ):
            record_run(db, kind, started_at=NOW, succeeded=True, detail=said, now=NOW)
        heartbeats.beat(db, EventKind.facts, jump_words(timedelta(hours=2)), now=NOW)
        heartbeats.beat(db, EventKind.mails, SLOW[EventKind.mails], now=NOW)
    browser = as_demo_person(ADMIN)
    pages = [fetched(browser, path) for path in ("/admin/system", "/admin/outbox", "/home")]
    assert f"{OPEN}{INVARIANTS_HOLD}{CLOSE}" in pages[0].body
    assert f"{OPEN}{copied}{CLOSE}" in pages[0].body
    assert f"“{OPEN}{RULE['api_tokens'].what}{CLOSE}” (1)" in pages[0].body
    for page in pages:
        assert f"{OPEN}The clock of the server jumped 2 hours ahead." in page.body
        assert f"{OPEN}{SLOW[EventKind.mails]}{CLOSE}" in page.body
    demand_translated(untold(names, pages))
