"""Every kind of refusal speaks the reader's language, as a page and as a problem document (issue 14, bar 1);
the type and the reason of a problem are words for programs and the same in every language (RFC 9457)."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.academy_file import load_academy
from app.db.database import Database
from app.demo.people import STUDENTS
from app.main import create_app
from tests.conftest import an_app
from tests.make.brackets import outside, outside_in_text
from tests.make.browsing import a_browser
from tests.make.pseudo_languages import OPEN, bracketed
from tests.make.versions import version_on

NOBODY_LISTENS = "postgresql+psycopg://preceptor:canary@127.0.0.1:1/preceptor"
TOO_LARGE = b"x" * 1_100_000
ELSEWHERE = {"origin": "https://elsewhere.example"}
STUDENT = STUDENTS[1]
Ask = Callable[[TestClient], object]


def until_too_many(address: str) -> Ask:
    def ask(browser: TestClient) -> object:
        for _ in range(200):
            answer = browser.get(address)
            if answer.status_code == 429:
                break
        return answer

    return ask


def with_a_stale_version(browser: TestClient) -> object:
    fields = {"version": version_on(browser, "/me"), "name": STUDENT.name, "theme": "dark"}
    browser.post("/me", data=fields)
    return browser.post("/me", data=fields | {"theme": "light"})


PAGES: dict[str, tuple[int, bool, Ask]] = {
    "hole": (400, False, lambda browser: browser.get("/verify/%00")),
    "another site": (403, False, lambda browser: browser.post("/enquiry", headers=ELSEWHERE)),
    "not for this role": (403, True, lambda browser: browser.get("/admin/people")),
    "nothing there": (404, False, lambda browser: browser.get("/no-such-page")),
    "nothing there, signed in": (404, True, lambda browser: browser.get("/learn/no-such-course")),
    "wrong method": (405, False, lambda browser: browser.post("/courses")),
    "stale": (409, True, with_a_stale_version),
    "too large": (413, False, lambda browser: browser.post("/enquiry", content=TOO_LARGE)),
    "long address": (414, False, lambda browser: browser.get("/" + "x" * 8_100)),
    "no form": (415, False, lambda browser: browser.post("/enquiry", json={"name": "V"})),
    "nothing typed": (422, False, lambda browser: browser.post("/enquiry", data={"name": ""})),
    "bad page number": (422, True, lambda browser: browser.get("/practicals?page=0")),
    "too many": (429, False, until_too_many("/verify/0000")),
}
"""By what is wrong: the status, whether somebody is signed in, and the request."""
PROFILE = {"name": "Another Name", "version": "stale"}
PROBLEMS: dict[str, tuple[int, bool, Ask]] = {
    "hole": (400, False, lambda browser: browser.get("/api/v1/courses?x=%00")),
    "not signed in": (401, False, lambda browser: browser.get("/api/v1/me")),
    "another site": (
        403,
        True,
        lambda browser: browser.put("/api/v1/me/profile", headers=ELSEWHERE),
    ),
    "not for this role": (403, True, lambda browser: browser.get("/api/v1/teach/groups")),
    "nothing there": (404, False, lambda browser: browser.get("/api/v1/no-such-thing")),
    "no certificate": (404, False, lambda browser: browser.get("/api/v1/certificates/0000")),
    "wrong method": (405, False, lambda browser: browser.delete("/api/v1/courses")),
    "stale": (409, True, lambda browser: browser.put("/api/v1/me/profile", json=PROFILE)),
    "too large": (413, True, lambda browser: browser.put("/api/v1/me/profile", content=TOO_LARGE)),
    "long address": (414, False, lambda browser: browser.get("/api/" + "x" * 8_100)),
    "no JSON": (422, True, lambda browser: browser.put("/api/v1/me/profile", data={"name": "Ann"})),
    "broken": (422, True, lambda browser: browser.put("/api/v1/me/profile", content=b"{")),
    "nothing sent": (422, True, lambda browser: browser.put("/api/v1/me/profile", json={})),
    "wrong type": (
        422,
        True,
        lambda browser: browser.put("/api/v1/me/profile", json={"name": 7, "version": ["x"]}),
    ),
    "bad parameter": (422, True, lambda browser: browser.get("/api/v1/practicals?page=x")),
    "too many": (429, False, until_too_many("/api/v1/certificates/0000")),
}


@pytest.fixture
def languages_of():
    return bracketed


@pytest.fixture
def away_client(settings_for, made_apps, portal):
    """A visitor while the database does not answer."""
    settings = settings_for(Database(NOBODY_LISTENS))
    app = an_app(made_apps, settings, bracketed(load_academy(settings)))
    yield a_browser(app, portal)
    app.state.app_context.database.close()


def demand_page(answer, status, names):
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert OPEN in answer.text
    assert names.untold(outside(answer.text)) == []


def demand_problem(answer, status):
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    for words in (problem["title"], problem["detail"], *messages_of(problem)):
        assert words.startswith(OPEN)
        assert outside_in_text(words) == []
    for word in (problem["type"], problem.get("reason", "")):
        assert OPEN not in word


def messages_of(problem):
    return [error["message"] for error in problem.get("errors", [])]


@pytest.mark.parametrize("wrong", PAGES)
def test_a_refusal_is_a_page_in_the_language_of_its_reader(wrong, as_demo_person, names):
    status, is_signed_in, ask = PAGES[wrong]
    answer = ask(as_demo_person(STUDENT if is_signed_in else None))
    demand_page(answer, status, names)


@pytest.mark.parametrize("wrong", PROBLEMS)
def test_a_problem_is_told_in_the_language_of_its_reader(wrong, as_demo_person):
    status, is_signed_in, ask = PROBLEMS[wrong]
    answer = ask(as_demo_person(STUDENT if is_signed_in else None))
    demand_problem(answer, status)


def test_a_database_that_is_away_is_told_in_the_language_of_the_reader(away_client, names):
    demand_page(away_client.get("/dates"), 503, names)
    demand_problem(away_client.get("/api/v1/courses"), 503)


def test_a_fault_of_ours_is_told_in_the_language_of_the_reader(
    academy_database, settings_for, portal, names
):
    def broken(_: Request) -> Response:
        raise RuntimeError("the secret inside")

    settings = settings_for(academy_database)
    app = create_app(settings, languages=bracketed(load_academy(settings)))
    app.router.routes[:0] = [Route("/broken", broken), Route("/api/broken", broken)]
    browser = a_browser(app, portal)
    demand_page(browser.get("/broken"), 500, names)
    demand_problem(browser.get("/api/broken"), 500)
    app.state.app_context.database.close()


def test_who_is_not_signed_in_is_asked_to_in_their_language(as_demo_person, names):
    browser = as_demo_person(None)
    answer = browser.get("/home")
    assert answer.status_code == 303
    demand_page(browser.get(answer.headers["location"]), 200, names)
    answer = browser.post("/me", data={"name": "Ann"})
    assert answer.status_code == 303
    demand_page(browser.get(answer.headers["location"]), 200, names)
