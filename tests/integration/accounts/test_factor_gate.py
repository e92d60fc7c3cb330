"""R-025: staff without a second factor reach only setting one up and signing out, by page and by token. The
walk is generated over all routes."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select, update

from app.accounts.api_tokens import make_for_address
from app.accounts.models import SignIn, User
from app.kit.actor import SystemActor
from app.settings import Environment
from app.web.access import SIGNED_IN
from app.web.routing import policies
from tests.conftest import an_app
from tests.house_rules.policy_table import TABLE
from tests.integration.routes.test_policies import filled
from tests.make import NOW
from tests.make.browsing import a_browser
from tests.make.factors import an_app_factor, code_at, secret_on
from tests.make.people import A_PASSWORD, a_sign_in, a_user, a_user_with_password

ROLES = {
    "instructor": ("instructor",),
    "admin": ("admin",),
    "everything": ("student", "instructor", "admin"),
}
HERE = "/me/second-factor"
walked_by_each_role = pytest.mark.parametrize("roles", ROLES)
on_postgres_in_the_deep_run = pytest.mark.parametrize(
    "database",
    ["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.deep])],
    indirect=True,
)
"""The redirect to setting up a factor reads no row of a feature, so the long walks need PostgreSQL
only in the deep run. The other tests run on both databases."""


@pytest.fixture
def settings(settings_for, database):
    """An academy that demands a second factor of its staff."""
    return settings_for(database).model_copy(update={"second_factor": "staff"})


def person(database, roles: tuple[str, ...], *, has_factor: bool = False):
    with database.write() as db:
        somebody = a_user_with_password(db, "Some Body", email="some@example.org", roles=roles)
        if has_factor:
            an_app_factor(db, somebody)
    return somebody


def walk(app, browser: TestClient, headers: dict[str, str] | None = None, *, start: str = "/"):
    """Send a request to every route whose path has this prefix. Yield its access in the table, its
    method and path, and the answer."""
    for method, path in policies(app):
        if path in ("/sign-out", "/metrics", "/static") or not path.startswith(start):
            continue
        kind = "application/json" if path.startswith("/api/") else None
        content = {"content-type": kind or "application/x-www-form-urlencoded"}
        body = {} if method in ("GET", "HEAD") else {"headers": content, "content": ""}
        body["headers"] = {**(body.get("headers") or {}), **(headers or {})}
        access = TABLE[f"{'GET' if method == 'HEAD' else method} {path}"]
        yield access, method, path, browser.request(method, filled(path), **body)


def is_led_to_enrolling(method: str, path: str, response) -> bool:
    if path.startswith("/api/"):
        is_refused = response.status_code == 403
        return is_refused and (
            method == "HEAD" or response.json().get("reason") == "second-factor-needed"
        )
    if method in ("GET", "HEAD"):
        return response.headers.get("location") == HERE
    return response.status_code == 403 and "Set up your second factor first" in response.text


@walked_by_each_role
@on_postgres_in_the_deep_run
def test_staff_without_a_factor_reach_only_enrolling(app, as_person, database, roles):
    browser = as_person(person(database, ROLES[roles]))
    wrong, walked = [], 0
    for access, method, path, response in walk(app, browser):
        walked += 1
        if is_led_to_enrolling(method, path, response) == (access in ("everyone", "enrolling")):
            wrong.append(f"{method} {path}: {response.status_code}")
    assert wrong == []
    assert walked >= 200


@walked_by_each_role
@on_postgres_in_the_deep_run
def test_their_token_of_the_api_opens_nothing(app, client, database, roles):
    somebody = person(database, ROLES[roles])
    with database.write() as db:
        token = make_for_address(db, SystemActor.command_line, email=somebody.email, now=NOW)
    bearer, wrong, walked = {"authorization": f"Bearer {token}"}, [], 0
    for access, method, path, response in walk(app, client, bearer, start="/api/"):
        walked += 1
        if is_led_to_enrolling(method, path, response) == (access == "everyone"):
            wrong.append(f"{method} {path}: {response.status_code}")
    assert wrong == []
    assert walked >= 30


@walked_by_each_role
@on_postgres_in_the_deep_run
def test_with_a_factor_every_route_is_as_ever(app, as_person, database, roles):
    """Control: with a factor every route answers as usual, so the test above does not pass merely
    because everything is refused."""
    browser = as_person(person(database, ROLES[roles], has_factor=True))
    wrong = [
        f"{method} {path}"
        for _, method, path, response in walk(app, browser)
        if method != "HEAD" and is_led_to_enrolling(method, path, response)
    ]
    assert wrong == []


def test_students_need_none(app, as_person, database):
    browser = as_person(person(database, ("student",)))
    assert browser.get("/home").status_code == 200
    assert browser.get("/me").status_code == 200


def test_public_pages_show_nothing_of_a_role(as_person, database):
    """Staff have no roles until then, so public pages show them nothing more."""
    browser = as_person(person(database, ROLES["admin"]))
    page = browser.get("/courses").text
    assert "/admin" not in page
    assert "Second factor" in page


def test_from_the_password_to_work(app, client, database):
    """A staff member who was there before the demand: sign in, set up, work."""
    person(database, ROLES["admin"])
    form = {"email": "some@example.org", "password": A_PASSWORD}
    assert client.post("/sign-in", data=form).headers["location"] == "/home"
    assert client.get("/home").headers["location"] == HERE
    page = client.get(HERE).text
    assert "Set up your second factor to go on" in page
    client.post(f"{HERE}/app/begin")
    secret = secret_on(client.get(f"{HERE}/app").text)
    response = client.post(f"{HERE}/app", data={"code": code_at(NOW, secret)})
    assert response.headers["location"] == f"{HERE}/codes"
    assert client.get(response.headers["location"]).status_code == 200
    assert client.get("/home").status_code == 200
    assert client.get("/admin/people").status_code == 200
    removing = client.get(f"{HERE}/app/remove").text
    assert "Your role needs a second factor" in removing
    gone = client.post(f"{HERE}/app/remove", data={"current_password": A_PASSWORD})
    assert gone.status_code == 403
    with database.read() as db:
        assert db.scalars(select(User.second_factor_since)).one() == NOW
    assert client.post("/sign-out").status_code == 303


def test_they_may_sign_out(as_person, database):
    browser = as_person(person(database, ROLES["admin"]))
    assert 'action="/sign-out"' in browser.get(HERE).text
    assert browser.post("/sign-out").headers["location"] == "/"
    with database.read() as db:
        assert db.scalar(select(func.count(SignIn.id))) == 0


def test_whoever_becomes_staff_is_asked_then(as_person, database):
    """A person who becomes staff must set up a factor; one who is a student again need not."""
    sam = person(database, ("student",))
    browser = as_person(sam)
    assert browser.get("/home").status_code == 200
    with database.write() as db:
        db.execute(update(User).where(User.id == sam.user_id).values(is_instructor=True))
    assert browser.get("/home").headers["location"] == HERE
    with database.write() as db:
        db.execute(update(User).where(User.id == sam.user_id).values(is_instructor=False))
    assert browser.get("/home").status_code == 200


def test_where_no_factor_is_demanded_staff_work_as_ever(made_apps, portal, settings_for, database):
    plain = settings_for(database)
    assert plain.env is Environment.test
    ina = person(database, ("instructor",))
    with database.write() as db:
        token = a_sign_in(db, a_user(db, "Ada", roles=("admin",)), token="adas")
        a_sign_in(db, ina, token="inas")
    app = an_app(made_apps, plain)
    assert a_browser(app, portal, token=token).get("/admin/people").status_code == 200
    assert a_browser(app, portal, token="inas").get("/teach/practicals").status_code == 200
    app.state.app_context.database.close()


def test_only_these_routes_are_open_while_enrolling(app):
    """A person must review each addition: the route is then open to staff without a factor."""
    assert {path for (_, path), access in policies(app).items() if access.enrolling} == {
        HERE,
        f"{HERE}/app",
        f"{HERE}/app.svg",
        f"{HERE}/app/begin",
        f"{HERE}/passkeys",
        f"{HERE}/passkeys/new",
        f"{HERE}/passkeys/options",
        # A fresh proof, which setting up asks for.
        "/prove",
        "/prove/download",
        "/prove/passkey",
        "/prove/passkey/options",
    }
    assert not SIGNED_IN.enrolling
