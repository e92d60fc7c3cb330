"""W2, R-005, R-009, R-124: what nobody may do at a screen that was left signed in needs a fresh proof. Every
such route is sent with a proof of 16 and of 14 minutes; the table says which they are."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from lxml import html
from sqlalchemy import select, update

from app.accounts import api_tokens
from app.accounts.identity import hash_of
from app.accounts.models import SignIn, User
from app.demo.people import ADMIN, PASSWORD, DemoPerson
from app.kit.actor import SystemActor
from app.kit.messages import msg
from app.web.access import FreshProof
from app.web.csrf import SAFE_METHODS
from app.web.fresh_proof import is_file, proof_of
from app.web.routing import policies, proofs
from tests.house_rules.fresh_proof_table import FRESH, WITHOUT
from tests.integration.routes import test_audit_acts as acts
from tests.integration.routes.test_audit_acts import LEARNER, TEACHER, World, day, seat
from tests.make import NOW
from tests.make.fingerprint import fingerprint
from tests.make.forms import forms_of
from tests.make.pages import words

MINUTE = timedelta(minutes=1)
FILE = re.compile(r"\.(csv|pdf|ics|txt)$")
FILES = [route for route in FRESH if FILE.search(route)]
SHOWN = [route for route in FRESH if route.startswith("GET ") and route not in FILES]
UNTRIED = {"POST /me/second-factor/app/begin", "POST /me/second-factor/passkeys/options"}
"""Leave no act: they are sent below."""
WITH_PASSWORD = (
    "POST /me/second-factor/app/remove",
    "POST /me/second-factor/passkeys/{passkey_id}/remove",
)
"""Take the password in the place of a fresh proof; without it: see accounts/test_removing_factors.py."""
COMMANDS = [route for route in FRESH if route not in {*FILES, *SHOWN, *UNTRIED, *WITH_PASSWORD}]
BY_THE_WAY = {"kept_forms", "sign_ins", "limit_counts"}
"""What a refused request may write: what was typed, when somebody was seen."""


@pytest.fixture
def world(academy_client, academy_database, as_demo_person):
    secret = academy_client.app.state.app_context.settings.secret_key.get_secret_value()
    new_world = World(academy_database, as_demo_person, secret)

    def aged(age: timedelta) -> World:
        def browser_of(person: DemoPerson | None) -> TestClient:
            browser = as_demo_person(person)
            new_world.change(update(SignIn).values(proved_at=NOW - age))
            ask = browser.request

            def request(method: str, url: str, **rest: Any) -> Any:
                if method == "GET":
                    return ask(method, url, **rest)
                before = rows(academy_database)
                answer = ask(method, url, **rest)
                if answer.status_code == 403 or to_prove(answer):
                    assert rows(academy_database) == before, f"{method} {url} changed something"
                return answer

            browser.request = request
            return browser

        return World(academy_database, browser_of, secret)

    return aged


def rows(database) -> dict[str, str]:
    return {name: row for name, row in fingerprint(database).items() if name not in BY_THE_WAY}


def to_prove(answer: Any) -> bool:
    return urlsplit(answer.headers.get("location", "")).path == "/prove"


def proof_query(answer: Any) -> dict[str, str]:
    """Return what the address of the page that asks for the proof says."""
    assert answer.status_code == 303
    assert to_prove(answer)
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    return {name: values[0] for name, values in query.items()}


def prove(browser: TestClient, answer: Any, password: str = PASSWORD) -> Any:
    """Type the password on the page that the answer leads to."""
    page = browser.get(answer.headers["location"])
    assert page.status_code == 200
    (form,) = (form for form in forms_of(page.text) if form.action == "/prove")
    return browser.post(
        "/prove",
        content=form.sent(password=password),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )


def test_every_route_is_decided(academy_client):
    """A new route that changes something, or gives a file away, says here whether it needs a proof."""
    app = academy_client.app
    decided = [*FRESH, *(route for routes in WITHOUT.values() for route in routes)]
    assert len(decided) == len(set(decided))
    must = {
        f"{method} {path}"
        for method, path in policies(app)
        if method not in (*SAFE_METHODS, "HEAD") or (method == "GET" and FILE.search(path))
    }
    must -= {"GET /robots.txt"}
    assert set(decided) == must | set(SHOWN)
    assert {f"{m} {p}" for m, p in proofs(app) if m != "HEAD"} == set(FRESH)


@pytest.mark.parametrize("route", COMMANDS)
def test_a_command_needs_a_fresh_proof(route, world):
    _, step = acts.ACTS[route]
    late = step(world(16 * MINUTE))
    if route.split()[1].startswith("/api/"):
        assert (late.status_code, late.json()["reason"]) == (403, "fresh-proof-needed")
    else:
        assert proof_query(late)["act"]


@pytest.mark.parametrize("route", WITH_PASSWORD)
def test_a_command_that_asks_for_the_password_needs_no_other_proof(route, world):
    _, step = acts.ACTS[route]
    answer = step(world(16 * MINUTE))
    assert answer.headers["location"] == "/me/second-factor"


@pytest.mark.parametrize("route", COMMANDS)
def test_a_command_works_with_a_fresh_proof(route, world):
    _, step = acts.ACTS[route]
    answer = step(world(14 * MINUTE))
    assert answer.status_code < 400
    assert not to_prove(answer)


@pytest.mark.parametrize("route", [*SHOWN, *sorted(UNTRIED)])
def test_a_page_and_a_button_of_factors_need_a_fresh_proof(route, world):
    method, path = route.split()
    late = world(16 * MINUTE).browser_of(LEARNER).request(method, path)
    assert proof_query(late)["act"]
    timely = world(14 * MINUTE).browser_of(LEARNER).request(method, path)
    assert not to_prove(timely)
    assert timely.status_code in (200, 303, 409)  # 409: no passkeys at this address


def a_file(world: World, route: str) -> str:
    practical_id = day(world)
    seat(world, practical_id)
    return re.sub(r"{\w+}", str(practical_id), route.split()[1])


@pytest.mark.parametrize("route", FILES)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_file_needs_a_fresh_proof(route, method, world):
    late = world(16 * MINUTE)
    path = a_file(late, route)
    answer = late.browser_of(TEACHER).request(method, f"{path}?page=1")
    assert proof_query(answer)["next"] == f"{path}?page=1"
    assert b"Sam" not in answer.content
    assert "content-disposition" not in answer.headers


@pytest.mark.parametrize("route", FILES)
def test_a_file_comes_with_a_fresh_proof(route, world):
    timely = world(14 * MINUTE)
    answer = timely.browser_of(TEACHER).get(a_file(timely, route))
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("age", "is_fresh"),
    [
        (timedelta(minutes=15), True),
        (timedelta(minutes=15, microseconds=1), False),
        (-timedelta(minutes=2), True),
        (-timedelta(minutes=3), False),  # the clock was set back since
    ],
)
def test_fifteen_minutes_are_fifteen_minutes(world, age, is_fresh):
    answer = world(age).post(ADMIN, "/admin/people/export")
    assert to_prove(answer) is not is_fresh


def test_who_may_not_call_a_route_is_not_asked_for_a_password(world):
    """The access is demanded first: the page would tell what there is."""
    late = world(16 * MINUTE)
    assert late.post(LEARNER, "/admin/people/export").status_code == 403
    assert late.post(None, "/admin/people/export").headers["location"].startswith("/sign-in")


def test_a_form_comes_back_filled_in_and_then_works(world, academy_database):
    late = world(16 * MINUTE)
    browser, page = late.browser_of(ADMIN), "/admin/people/invite"
    typed = {"name": "Zoë O’Neil", "email": "zoe@example.org", "roles": "instructor"}
    answer = browser.post(page, data=typed, headers={"referer": f"http://testserver{page}"})
    assert proof_query(answer)["kept"] == "yes"
    shown = browser.get(answer.headers["location"])
    assert "So that nobody else can invite somebody in your name." in words(shown)
    assert "What you typed is kept for 30 minutes" in words(shown)
    back = prove(browser, answer)
    assert urlsplit(back.headers["location"]).path == page
    again = browser.get(back.headers["location"])
    assert "Thank you for showing that it is you. Nothing is saved yet." in again.text
    assert "signed out" not in words(again)
    form = next(form for form in forms_of(again.text) if form.action == page)
    assert form.typed == {"name": typed["name"], "email": typed["email"]}
    kind = {"content-type": "application/x-www-form-urlencoded"}
    done = browser.post(page, content=form.sent(), headers=kind)
    assert done.headers["location"].startswith("/admin/people/")
    with academy_database.read() as db:
        invited = db.scalars(select(User).where(User.email == typed["email"])).one()
    assert (invited.name, invited.is_instructor) == (typed["name"], True)


def test_a_pressed_button_leads_back_to_its_page(world):
    late = world(16 * MINUTE)
    browser = late.browser_of(ADMIN)
    here = f"/admin/people/{late.id_of(LEARNER)}"
    answer = browser.post(f"{here}/reset", headers={"referer": f"http://testserver{here}"})
    assert (proof_query(answer)["next"], proof_query(answer)["kept"]) == (here, "nothing")
    assert "press it again" in words(browser.get(answer.headers["location"]))
    assert prove(browser, answer).headers["location"] == here


def test_an_export_of_a_search_comes_back_to_the_search(world):
    browser = world(16 * MINUTE).browser_of(ADMIN)
    page = "/admin/people?role=student"
    form = next(f for f in forms_of(browser.get(page).text) if f.action.endswith("/export"))
    headers = {
        "referer": f"http://testserver{page}",
        "content-type": "application/x-www-form-urlencoded",
    }
    answer = browser.post(form.action, content=form.sent(), headers=headers)
    back = prove(browser, answer).headers["location"]
    shown = browser.get(back)
    assert shown.status_code == 200
    assert "What you typed" not in words(shown)
    again = next(f for f in forms_of(shown.text) if f.action.endswith("/export"))
    assert again.hidden["role"] == "student"
    sent = browser.post(again.action, content=again.sent(), headers=headers)
    assert sent.headers["content-type"].startswith("text/csv")


def test_a_file_starts_after_the_proof(world):
    late = world(16 * MINUTE)
    path = a_file(late, FILES[0])
    browser = late.browser_of(TEACHER)
    page = path.rpartition("/")[0]
    answer = browser.get(path, headers={"referer": f"http://testserver{page}"})
    onward = prove(browser, answer).headers["location"]
    shown = browser.get(onward)
    assert shown.headers["refresh"] == f"0; url={path}"
    links = html.document_fromstring(shown.text).xpath("//main//a/@href")
    assert links == [page, path]
    assert browser.get(path).headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "/me\r\nx: y", "/home"])
def test_the_page_of_a_file_starts_nothing_else(as_demo_person, to):
    """R-109: it sends nobody elsewhere, and starts no page by itself."""
    browser = as_demo_person(ADMIN)
    answer = browser.get("/prove/download", params={"next": to, "back": to})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/home"
    assert "refresh" not in answer.headers


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "\\\\evil.example"])
def test_the_way_back_stays_here(world, to):
    browser = world(16 * MINUTE).browser_of(ADMIN)
    shown = browser.get("/prove", params={"next": to, "back": to, "act": "<b>x", "kept": "<i>"})
    assert "evil" not in html.document_fromstring(shown.text).xpath("//main//a/@href")
    assert "So that nobody else can do this in your name." in words(shown)
    form = {"password": PASSWORD, "next": to, "back": to}
    assert browser.post("/prove", data=form).headers["location"] == "/home"


def test_who_has_just_proved_is_not_asked(as_demo_person):
    answer = as_demo_person(ADMIN).get("/prove?next=/admin/people")
    assert answer.headers["location"] == "/admin/people"


def test_a_wrong_password_is_counted_and_said(world, academy_database):
    browser = world(16 * MINUTE).browser_of(ADMIN)
    asking = "/prove?next=/admin/people&act=accounts.close&kept=yes"
    page = browser.get(asking)
    form = next(form for form in forms_of(page.text) if form.action == "/prove")
    kind = {"content-type": "application/x-www-form-urlencoded"}
    for _ in range(40):
        wrong = browser.post("/prove", content=form.sent(password="not this one"), headers=kind)
        if wrong.status_code == 429:
            break
        assert wrong.status_code == 422
        assert "This is not your password." in words(wrong)
        assert "close a person’s account" in words(wrong)
        assert forms_of(wrong.text)[-1].hidden["next"] == "/admin/people"
    assert wrong.status_code == 429
    assert int(wrong.headers["retry-after"]) > 0
    assert to_prove(browser.post("/admin/people/export"))
    assert "not this one" not in wrong.text


def test_a_proof_gives_the_sign_in_a_new_token(world, academy_database):
    """R-012: the old one is dead; the sign-in and its end stay."""
    browser = world(16 * MINUTE).browser_of(ADMIN)
    old = browser.cookies["preceptor-sid"]
    with academy_database.read() as db:
        before = db.scalars(select(SignIn).where(SignIn.token_hash == hash_of(old))).one()
    answer = browser.post("/prove", data={"password": PASSWORD, "next": "/admin/people"})
    assert "httponly" in answer.headers["set-cookie"].lower()
    new = str(answer.cookies["preceptor-sid"])
    assert new != old
    with academy_database.read() as db:
        after = db.scalars(select(SignIn).where(SignIn.id == before.id)).one()
    assert after.token_hash == hash_of(new)
    assert (after.proved_at, after.ends_at) == (NOW, before.ends_at)
    browser.cookies.clear()
    browser.cookies.set("preceptor-sid", new)
    assert browser.get("/me").status_code == 200
    browser.cookies.clear()
    browser.cookies.set("preceptor-sid", old)
    assert browser.get("/me").status_code == 303


@pytest.mark.parametrize("door", ["password", "email"])
def test_a_form_that_asks_for_the_password_is_a_proof(world, door):
    """R-005, R-009: it needs no second one, and what follows needs none either."""
    late = world(16 * MINUTE)
    browser = late.browser_of(ADMIN)
    form = {"current_password": PASSWORD}
    form |= {"password": acts.NEW_PASSWORD} if door == "password" else {"email": "new@example.org"}
    assert browser.post(f"/me/{door}", data=form).headers["location"] == "/me"
    assert browser.post("/admin/people/export").status_code == 200


def profile_of(browser: TestClient) -> dict[str, Any]:
    profile: dict[str, Any] = browser.get("/api/v1/me").json()["profile"]
    return profile


DETAILS: dict[str, Any] = {
    "name": "Somebody Else",
    "certificate_name": "Somebody Else",
    "is_medical": None,
    "profession": "Dentist",
    "registration_number": "123",
    "access_needs": "None any more",
}


@pytest.mark.parametrize("field", DETAILS)
def test_each_personal_detail_needs_a_proof(world, field):
    browser = world(16 * MINUTE).browser_of(LEARNER)
    profile = profile_of(browser)
    assert profile.get(field) != DETAILS[field]
    refused = browser.put("/api/v1/me/profile", json={**profile, field: DETAILS[field]})
    assert (refused.status_code, refused.json()["reason"]) == (403, "fresh-proof-needed")
    assert profile_of(browser) == profile


def test_the_theme_alone_needs_none(world):
    late = world(16 * MINUTE)
    assert late.press(LEARNER, "/me", "/me", theme="dark").headers["location"] == "/me"
    browser = late.browser_of(LEARNER)
    light = {**profile_of(browser), "theme": "light"}
    assert browser.put("/api/v1/me/profile", json=light).status_code == 200
    assert profile_of(browser)["theme"] == "light"


@pytest.fixture
def with_token(academy_client, academy_database) -> Callable[[DemoPerson], TestClient]:
    """Return a client of the API with a token of 90 days."""

    def client_of(person: DemoPerson) -> TestClient:
        with academy_database.write() as db:
            token = api_tokens.make_for_address(
                db, SystemActor.command_line, email=person.email, now=NOW
            )
        academy_client.headers["authorization"] = f"Bearer {token}"
        return academy_client

    return client_of


@pytest.mark.parametrize("field", DETAILS)
def test_a_token_changes_no_detail_that_stands(with_token, academy_database, field):
    client = with_token(LEARNER)
    with academy_database.write() as db:
        standing = update(User).where(User.email == LEARNER.email)
        db.execute(standing.values(profession="Nurse", registration_number="1"))
    profile = profile_of(client)
    refused = client.put("/api/v1/me/profile", json={**profile, field: DETAILS[field]})
    assert (refused.status_code, refused.json()["reason"]) == (403, "fresh-proof-needed")
    assert profile_of(client) == profile


def test_a_token_fills_in_what_a_place_asks_for(with_token, academy_database):
    """What students need by the API stays: they may complete their profile, and choose their colours."""
    client = with_token(LEARNER)
    with academy_database.write() as db:
        empty = {"certificate_name": None, "is_medical": None, "profession": None}
        db.execute(update(User).where(User.email == LEARNER.email).values(**empty))
    told = {"certificate_name": "Lena Ortiz", "is_medical": True, "profession": "Nurse"}
    answer = client.put("/api/v1/me/profile", json={**profile_of(client), **told, "theme": "dark"})
    assert answer.status_code == 200
    assert (answer.json()["missing"], answer.json()["profile"]["profession"]) == ([], "Nurse")


def test_the_demo_says_its_password(academy_client, as_demo_person):
    """Who came in by one press has typed none; anywhere else the page says nothing of the kind."""
    browser, app = as_demo_person(ADMIN), academy_client.app
    assert "same password" not in browser.get("/prove").text
    app.state.app_context = replace(app.state.app_context, guest_password=PASSWORD)
    said = words(browser.get("/prove"))
    app.state.app_context = replace(app.state.app_context, guest_password="")
    assert f"In the demo everybody has the same password: {PASSWORD}" in said


def test_no_link_saves_the_page_that_asks_instead_of_the_file(as_demo_person, world):
    """A link with `download` would save the page /prove under the file's name."""
    current = world(timedelta(0))
    here = a_file(current, FILES[0]).rpartition("/")[0]
    app = as_demo_person(None).app
    for person, page in ((TEACHER, here), (ADMIN, here), (ADMIN, here.replace("teach", "admin"))):
        shown = html.document_fromstring(as_demo_person(person).get(page).text)
        links = shown.xpath("//main//a[contains(@href, '.pdf') or contains(@href, '.csv')]")
        assert links
        wrong = [
            a.get("href") for a in links if "download" in a.attrib and is_file(app, a.get("href"))
        ]
        assert wrong == []


def test_a_route_is_found_by_its_name(academy_client):
    assert proof_of(academy_client.app, "accounts.close") == FreshProof(
        msg("close a person’s account")
    )
    assert proof_of(academy_client.app, "accounts.me") is None
    assert not is_file(academy_client.app, "/admin/people")
