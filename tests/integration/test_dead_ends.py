"""Error pages say what happened, what it means and what to do, and link to a page that the person
may open."""

import pytest
from fastapi.testclient import TestClient
from lxml import html
from starlette.routing import Route

from app.main import create_app
from tests.make.pages import words
from tests.make.people import a_user

HOMES = {"student": "Go to Today", "instructor": "Go to My day", "admin": "Go to Overview"}


def links(response) -> dict[str, str]:
    page = html.document_fromstring(response.text)
    return {
        " ".join(anchor.text_content().split()): anchor.get("href")
        for anchor in page.xpath("//main//a[@href]")
    }


@pytest.fixture
def people(database):
    with database.write() as db:
        return {role: a_user(db, f"Robin {role}", roles=(role,)) for role in HOMES}


@pytest.mark.parametrize("role", HOMES)
def test_an_unknown_address_leads_home_by_role(as_person, people, role):
    response = as_person(people[role]).get("/nowhere")
    assert response.status_code == 404
    assert links(response)[HOMES[role]] == "/home"
    assert links(response)["Ask us"] == "/enquiry?topic=site"


def test_an_unknown_address_shows_a_stranger_what_there_is(client):
    links_shown = links(client.get("/nowhere"))
    assert links_shown["Go to the home page"] == "/"
    assert {"/courses", "/dates", "/verify", "/sign-in"} <= set(links_shown.values())


def test_who_may_not_is_told_as_whom_they_are_signed_in(as_person, people):
    response = as_person(people["student"]).get("/admin/people")
    assert response.status_code == 403
    assert "You are signed in as Robin student" in words(response)
    assert "Go to Today" in links(response)


def test_a_page_without_that_form_says_that_nothing_was_changed(client):
    response = client.post("/about", headers={"origin": "http://testserver"})
    assert response.status_code == 405
    assert response.headers["allow"]
    assert "Nothing was changed" in words(response)


def test_what_is_too_large_is_told_how_large_it_may_be(client):
    response = client.post(
        "/enquiry", content=b"x" * 1_100_000, headers={"origin": "http://testserver"}
    )
    assert response.status_code == 413
    assert "1 MiB at most" in words(response)
    assert "Go to the home page" in links(response)


def test_a_form_of_another_site_is_refused_in_words(client):
    response = client.post("/enquiry", headers={"origin": "http://elsewhere.example"})
    assert response.status_code == 403
    assert "This was not accepted" in words(response)
    assert "Go to the home page" in links(response)


def test_an_address_that_is_too_long_is_told_to_use_a_link(client):
    response = client.get("/verify?serial=" + "x" * 9_000)
    assert response.status_code == 414
    assert "Open the page from a link instead" in words(response)


def test_too_many_tries_say_how_long_to_wait(client):
    for _ in range(200):
        response = client.get("/verify/0000")
        if response.status_code == 429:
            break
    assert response.status_code == 429
    assert int(response.headers["retry-after"]) > 0
    text = words(response)
    assert "Too many tries" in text
    assert "Wait " in text
    assert "Go to the home page" in links(response)


def test_a_fault_of_ours_gives_its_reference_once_and_nothing_else(settings):
    def broken() -> None:
        raise RuntimeError("the secret inside")

    app = create_app(settings)
    app.router.routes.insert(0, Route("/broken", lambda request: broken()))
    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/broken")
    assert answer.status_code == 500
    text = words(answer)
    assert text.count(answer.headers["x-request-id"]) == 1
    assert "secret inside" not in answer.text
    assert "What you saved before is kept" in text
    assert answer.headers["content-security-policy"]
    assert "Go to the home page" in links(answer)
