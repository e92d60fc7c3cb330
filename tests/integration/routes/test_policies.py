"""Every route × every role, against the table (R-030, R-031, R-032, R-047, R-080)."""

import re
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.web.access import EVERYONE
from app.web.routing import Pages, RouteWithoutPolicy, policies
from tests.house_rules.fresh_proof_table import IS_NOT_SIGNED_IN, WITHOUT
from tests.house_rules.policy_table import TABLE
from tests.make.people import a_user

SENTINELS = ("GET /livez", "GET /api/v1/openapi.json", "GET /verify/{serial}", "POST /sign-in")
LEAST_ROUTES = 100
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
        json = {"content-type": "application/json"}
        kind = json if path.startswith("/api/") else form
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
        response = browser.request(method, filled(path), headers=headers, content="")
        if response.status_code not in (403, 422) or "our own pages" not in response.text:
            wrong.append(f"{method} {path}: {response.status_code}")
    assert wrong == []


@pytest.mark.parametrize("header", ["x-http-method-override", "x-method-override", "x-http-method"])
def test_method_overrides_have_no_effect(client, header):
    """R-047."""
    assert client.get("/sign-out", headers={header: "POST"}).status_code == 405
    assert client.request("TRACE", "/").status_code == 405


OTHERS_OPEN = {"POST /sign-out", "POST /verify", "POST /verify/file"}
"""Open to everyone too: what ends a sign-in, and what looks at a paper."""


def test_only_these_unsafe_routes_are_open_to_everyone(app):
    """R-040: a policy for reading never guards a route that writes. Each of these proves who asks by
    what is typed or mailed, and is limited."""
    open_routes = {
        f"{method} {path}"
        for (method, path), access in policies(app).items()
        if method not in ("GET", "HEAD") and not access.signed_in
    }
    assert open_routes == {*WITHOUT[IS_NOT_SIGNED_IN], *OTHERS_OPEN}


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded"])
def test_json_routes_refuse_other_content_types(app, browsers, kind):
    """R-082: a form of another site cannot speak to the API."""
    wrong = []
    for method, path in unsafe_routes(app):
        if path.startswith("/api/"):
            response = browsers["student"].request(
                method, filled(path), headers={"content-type": kind}, content='{"sequence": 1}'
            )
            if response.status_code < 400:
                wrong.append(f"{method} {path}: {response.status_code}")
    assert wrong == []
