"""Every route × every role, against the table (R-030, R-031, R-032, R-047, R-080)."""

import json
import re
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from app.accounts.models import User
from app.web.access import EVERYONE
from app.web.routing import Pages, RouteWithoutPolicy, policies
from tests.house_rules.fresh_proof_table import IS_NOT_SIGNED_IN, WITHOUT
from tests.house_rules.policy_table import TABLE
from tests.make.people import a_user

SENTINELS = ("GET /livez", "GET /api/v1/openapi.json", "GET /verify/{serial}", "POST /sign-in")
LEAST_ROUTES = 100
LEAST_JSON_ROUTES = 9
ROLES = {"visitor": None, "student": "student", "instructor": "instructor", "admin": "admin"}
ALLOWED = {
    "everyone": {"visitor", "student", "instructor", "admin"},
    "enrolling": {"student", "instructor", "admin"},
    "signed in": {"student", "instructor", "admin"},
    "student": {"student"},
    "instructor": {"instructor"},
    "staff": {"instructor", "admin"},
    "admin": {"admin"},
}


def filled(path: str) -> str:
    """Put values in the path that no object has."""
    return re.sub(r"{[^}]*}", lambda _: str(uuid4()), path)


def test_the_table_names_every_route_and_no_other(app):
    """R-031: the walker sees nested and hidden routes too, at least the known number of them."""
    access_by_route = {
        f"{method} {path}": access.name for (method, path), access in policies(app).items()
    }
    assert len(access_by_route) >= LEAST_ROUTES
    assert set(SENTINELS) <= set(access_by_route)
    assert {
        route: name for route, name in access_by_route.items() if not route.startswith("HEAD")
    } == TABLE


def test_a_route_without_a_policy_stops_the_start():
    """R-030."""
    bare = FastAPI(openapi_url=None)
    nested = Pages("/nested")

    @nested.get("/fine", name="fine", access=EVERYONE)
    def fine(visit: object) -> None: ...

    bare.include_router(nested.router)
    assert len(policies(bare)) == 2

    @nested.router.get("/forgotten", include_in_schema=False)
    def forgotten() -> None: ...

    whole = FastAPI(openapi_url=None)
    whole.include_router(nested.router)
    with pytest.raises(RouteWithoutPolicy, match="/nested/forgotten"):
        policies(whole)


@pytest.fixture
def browsers(client, as_person, database):
    with database.write() as db:
        people = {
            name: a_user(db, f"Walk {name.title()}", roles=(role,))
            for name, role in ROLES.items()
            if role
        }
    return {"visitor": client, **{name: as_person(actor) for name, actor in people.items()}}


@pytest.mark.parametrize("role", ROLES)
def test_every_route_answers_each_role_as_its_policy_says(app, browsers, role):
    """R-032: wrong roles are refused before anything else is looked at; right ones are not."""
    browser: TestClient = browsers[role]
    wrong = []
    for (method, path), access in policies(app).items():
        if path in ("/sign-out", "/metrics"):
            continue
        form = {"content-type": "application/x-www-form-urlencoded"}
        as_json = {"content-type": "application/json"}
        kind = as_json if path.startswith("/api/") else form
        body = {} if method in ("GET", "HEAD") else {"headers": kind, "content": ""}
        response = browser.request(method, filled(path), **body)
        to_sign_in = response.headers.get("location", "").startswith("/sign-in?next=")
        refused = response.status_code == 401 or to_sign_in
        if role != "visitor":
            refused = response.status_code == 403 and "other roles" in response.text
            refused = refused or (method == "HEAD" and response.status_code == 403)
        if refused == (role in ALLOWED[access.name]):
            wrong.append(f"{method} {path} as {role}: {response.status_code}")
    assert wrong == []


def unsafe_routes(app: FastAPI) -> list[tuple[str, str]]:
    return [route for route in policies(app) if route[0] not in ("GET", "HEAD")]


PROVED_BY_A_LINK = ("/stop-weekly-mails",)
"""What mail programs post to, without a browser: the signed address is the proof (test_stop_mails)."""


@pytest.mark.parametrize(
    "proof",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
        {},
    ],
    ids=str,
)
def test_unsafe_routes_refuse_requests_of_other_sites(app, browsers, proof):
    """R-080: cross-site, same-site, a wrong origin, and nothing at all."""
    browser: TestClient = browsers["admin"]
    del browser.headers["origin"]
    wrong = []
    for method, path in unsafe_routes(app):
        headers = {**proof, "content-type": "application/x-www-form-urlencoded"}
        if path.startswith("/api/"):
            headers["content-type"] = "application/json"
        if path in PROVED_BY_A_LINK and not proof:
            continue
        response = browser.request(method, filled(path), headers=headers, content="")
        if response.status_code not in (403, 422) or "our own pages" not in response.text:
            wrong.append(f"{method} {path}: {response.status_code}")
    assert wrong == []


@pytest.mark.parametrize("header", ["x-http-method-override", "x-method-override", "x-http-method"])
def test_method_overrides_have_no_effect(client, header):
    """R-047."""
    assert client.get("/sign-out", headers={header: "POST"}).status_code == 405
    assert client.request("TRACE", "/").status_code == 405


OTHERS_OPEN = {"POST /demo/hide-banner", "POST /sign-out", "POST /verify", "POST /verify/file"}
"""Open to everyone too: what ends a sign-in, looks at a paper, or writes only a cookie of the demo."""


def test_only_these_unsafe_routes_are_open_to_everyone(app):
    """R-040: a policy for reading never guards a route that writes. Each of these proves who asks by
    what is typed or mailed, and is limited."""
    open_routes = {
        f"{method} {path}"
        for (method, path), access in policies(app).items()
        if method not in ("GET", "HEAD") and not access.signed_in
    }
    assert open_routes == {*WITHOUT[IS_NOT_SIGNED_IN], *OTHERS_OPEN}


@pytest.mark.parametrize(
    ("kind", "is_json"),
    [
        ("application/json", True),
        ("text/plain", False),
        ("application/x-www-form-urlencoded", False),
        ("multipart/form-data; boundary=b", False),
    ],
)
def test_json_routes_read_no_other_content_type(app, as_person, database, kind, is_json):
    """R-082: a form of another site cannot speak to the API. The same object is read as JSON, and then a
    field of it is refused; with any other content type the whole body is refused."""
    with database.write() as db:
        person = a_user(db, roles=("student", "instructor", "admin"))
    browser, answers = as_person(person), {}
    for route in app.router.routes:
        if isinstance(route, APIRoute) and route.dependant.body_params and is_api(route.path):
            path = filled(route.path.replace("{position}", "1"))
            for method in route.methods:
                response = browser.request(
                    method, path, headers={"content-type": kind}, content='{"canary": 1}'
                )
                pointers = [error.get("pointer") for error in response.json().get("errors", [])]
                answers[f"{method} {route.path}"] = response.status_code, "" in pointers
    assert len(answers) >= LEAST_JSON_ROUTES
    assert answers == dict.fromkeys(answers, (422, not is_json))


def is_api(path: str) -> bool:
    return path.startswith("/api/")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded"])
def test_what_comes_as_another_content_type_changes_nothing(as_person, database, kind):
    """R-082, with a body that is right in everything but its content type."""
    with database.write() as db:
        person = a_user(db, "Sam Student")
    browser = as_person(person)
    profile = browser.get("/api/v1/me").json()["profile"]
    body = json.dumps({**profile, "theme": "dark"})

    def sent(content_type: str) -> int:
        headers = {"content-type": content_type}
        return browser.put("/api/v1/me/profile", content=body, headers=headers).status_code

    assert sent(kind) == 422
    with database.read() as db:
        assert db.get_one(User, person.user_id).theme == profile["theme"] == "auto"
    assert sent("application/json") == 200
    with database.read() as db:
        assert db.get_one(User, person.user_id).theme == "dark"
