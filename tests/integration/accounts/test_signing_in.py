"""Signing in and out."""

import re
import unicodedata
from datetime import timedelta
from threading import BoundedSemaphore

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from sqlalchemy import func, select, text

from app.accounts import passwords, service, sign_ins
from app.accounts.api_tokens import make_for_address
from app.accounts.errors import SignInRefused
from app.accounts.models import SignIn, User
from app.accounts.passwords import hash_of_password
from app.accounts.sign_in_values import Browser
from app.audit.models import AuditEvent
from app.db.rate_limits import Count
from app.demo.people import ADMIN
from app.kit.actor import Role, SystemActor
from app.main import create_app
from app.settings import Environment
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.factors import a_passkey, an_app_factor
from tests.make.mail import mails_to
from tests.make.people import A_PASSWORD, a_sign_in, a_user, a_user_with_password
from tests.make.versions import roles_version

WRONG = "apricot velvet orbit tundra"


def sign_in(browser, email="sam@example.org", password=A_PASSWORD, **more):
    return browser.post("/sign-in", data={"email": email, "password": password, **more})


def is_in(browser):
    return browser.get("/me").status_code == 200


def test_the_right_password_signs_in_and_leads_on(client, sam):
    response = sign_in(client, next="/courses/mesotherapy?tab=dates")
    assert response.status_code == 303
    assert response.headers["location"] == "/courses/mesotherapy?tab=dates"
    assert is_in(client)
    assert client.get("/sign-in").status_code == 303
    assert client.get("/register").headers["location"] == "/home"


def test_the_page_keeps_where_one_wanted_to_go(client):
    page = client.get("/sign-in?next=/me/password")
    assert 'value="/me/password"' in page.text
    assert "next=/me/password" in page.text


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_next_stays_on_this_site(client, sam, wanted):
    """R-109."""
    assert sign_in(client, next=wanted).headers["location"] == "/home"


def test_the_cookie(client, sam):
    """R-010, R-011: names, flags; the database holds only the hash."""
    cookie = sign_in(client).headers["set-cookie"]
    assert cookie.startswith("preceptor-sid=")
    for part in ("HttpOnly", "Path=/", "SameSite=lax", "Max-Age=2592000"):
        assert part in cookie
    assert "Domain" not in cookie
    token = client.cookies["preceptor-sid"]
    assert len(token) == 43


def test_the_cookie_over_https_is_bound_to_the_host(settings, sam):
    """R-010."""
    app = create_app(settings.model_copy(update={"base_url": "https://testserver"}))
    with TestClient(
        app,
        base_url="https://testserver",
        headers={"origin": "https://testserver"},
        follow_redirects=False,
    ) as client:
        cookie = sign_in(client).headers["set-cookie"]
    assert cookie.startswith("__Host-sid=")
    assert "; Secure" in cookie


def test_no_live_token_is_in_the_database(client, database, sam):
    """R-011."""
    sign_in(client)
    token = client.cookies["preceptor-sid"]
    tables = ("sign_ins", "audit_events", "outbox_events")
    with database.read() as db:
        rows = {
            table: [repr(tuple(row)) for row in db.execute(text(f"SELECT * FROM {table}"))]  # noqa: S608 - names above
            for table in tables
        }
    assert len(rows["sign_ins"]) == 1
    assert rows["audit_events"] != []
    assert [row for table in tables for row in rows[table] if token in row] == []


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("sam@example.org", WRONG),
        ("nobody@example.org", WRONG),
        ("closed@example.org", A_PASSWORD),
        ("invited@example.org", A_PASSWORD),
    ],
    ids=["wrong", "unknown", "closed", "invited"],
)
def test_every_refusal_looks_the_same(client, database, sam, email, password):
    """R-024: a wrong password, an unknown address, a closed account and an account without a
    password get the same answer, and the form keeps the typed address."""
    with database.write() as db:
        a_user_with_password(db, "Closed", email="closed@example.org", disabled_at=NOW)
        a_user(db, "Invited", email="invited@example.org")
    response = sign_in(client, email=email, password=password)
    assert response.status_code == 422
    assert "The e-mail address or the password is not right." in response.text
    assert f'value="{email}"' in response.text
    assert password not in response.text
    assert "set-cookie" not in response.headers or "sid" not in response.headers["set-cookie"]


def test_known_and_unknown_cost_the_same(client, sam, monkeypatch):
    """R-024: both cost one comparison of a hash and the same statements."""

    compared = []
    real = passwords._hasher.verify
    monkeypatch.setattr(
        type(passwords._hasher),
        "verify",
        lambda self, *both: compared.append(both[0]) or real(*both),
    )
    sign_in(client, password=WRONG)
    answer_known = sign_in(client, password=WRONG)
    sign_in(client, "nobody@example.org", WRONG)
    unknown = sign_in(client, "nobody@example.org", WRONG)
    assert len(compared) == 4
    assert compared[3] == passwords.NOBODYS
    assert statements_of(answer_known) == statements_of(unknown)


def test_empty_fields_are_named(client):
    response = client.post("/sign-in", data={"email": "", "password": "", "next": ""})
    assert response.status_code == 422
    assert "Enter your e-mail address." in response.text
    assert "Enter your password." in response.text
    assert "<title>Error: Sign in" in response.text


def test_a_field_too_many_is_refused(client, sam):
    """R-038."""
    assert sign_in(client, roles="admin").status_code == 422
    assert not is_in(client)


def test_blanks_in_a_password_count(client, database):
    """R-002, R-003."""

    with database.write() as db:
        a_user(
            db, "Blank", email="b@example.org", password_hash=hash_of_password(f" {A_PASSWORD} ")
        )
    assert sign_in(client, "b@example.org", A_PASSWORD).status_code == 422
    assert sign_in(client, "b@example.org", f" {A_PASSWORD} ").status_code == 303


@pytest.mark.parametrize(
    "chosen",
    [
        "grün élan façade ñandú",
        "пароль из четырёх слов",
        "川の上に橋がある静かな朝の町並み",
        "🦊 🧪 🪴 plum 🧭 velvet",
    ],
    ids=["accents", "Cyrillic", "Japanese", "emoji"],
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_letters_of_any_script_are_chosen_and_sign_in(client, as_person, sam, chosen, form):
    """R-002: two keyboards may compose the same letter differently."""
    other = "NFD" if form == "NFC" else "NFC"
    both = {"current_password": A_PASSWORD, "password": unicodedata.normalize(form, chosen)}
    assert as_person(sam).post("/me/password", data=both).status_code == 303
    assert sign_in(client, password=unicodedata.normalize(other, chosen) + "x").status_code == 422
    assert sign_in(client, password=unicodedata.normalize(other, chosen)).status_code == 303


def test_a_new_token_at_each_sign_in(client, sam, browser_at):
    """R-012, R-013: the server never accepts a token that the browser suggests, and the old token
    stops working."""
    client.cookies.set("preceptor-sid", "chosen-by-an-attacker", domain="testserver.local")
    sign_in(client)
    first = client.cookies["preceptor-sid"]
    assert first != "chosen-by-an-attacker"
    sign_in(client)
    second = client.cookies["preceptor-sid"]
    assert second != first
    other = browser_at("192.0.2.1")
    other.cookies.set("preceptor-sid", first)
    assert not is_in(other)
    other.cookies.set("preceptor-sid", second)
    assert is_in(other)


def test_signing_out_ends_it_on_the_server(client, sam, browser_at):
    """R-015."""
    sign_in(client)
    token = client.cookies["preceptor-sid"]
    response = client.post("/sign-out", data={})
    assert response.status_code == 303
    assert response.headers["clear-site-data"] == '"cache"'
    assert "preceptor-sid" not in client.cookies
    thief = browser_at("192.0.2.1")
    thief.cookies.set("preceptor-sid", token)
    assert not is_in(thief)
    assert client.post("/sign-out", data={}).status_code == 303


def test_signing_out_with_a_dead_token(client):
    client.cookies.set("preceptor-sid", "nobodys")
    assert client.post("/sign-out", data={}).status_code == 303


@pytest.mark.parametrize(
    ("roles", "rests", "ends"),
    [
        (("student",), timedelta(days=7), timedelta(days=30)),
        (("instructor",), timedelta(minutes=60), timedelta(hours=12)),
        (("admin", "student"), timedelta(minutes=60), timedelta(hours=12)),
    ],
    ids=["student", "instructor", "admin"],
)
def test_a_sign_in_ends_by_itself(client, database, clock_file, roles, rests, ends):
    """R-014: after too long without activity, and always after the longest lifetime."""
    with database.write() as db:
        a_user_with_password(db, "Eve", email="eve@example.org", roles=roles)
    sign_in(client, "eve@example.org")
    clock_file.write_text((NOW + rests - timedelta(seconds=1)).isoformat())
    assert is_in(client)
    clock_file.write_text((NOW + 2 * rests).isoformat())
    assert not is_in(client)

    clock_file.write_text(NOW.isoformat())
    sign_in(client, "eve@example.org")
    moment = NOW
    while moment + rests / 2 < NOW + ends:
        moment += rests / 2
        clock_file.write_text(moment.isoformat())
        assert is_in(client)
    clock_file.write_text((NOW + ends).isoformat())
    assert not is_in(client)


def test_at_most_ten_browsers(database, sam, browser_at):
    """R-184: the eleventh sign-in ends the oldest."""
    browsers = [browser_at(f"192.0.2.{number}") for number in range(11)]
    for browser in browsers:
        assert sign_in(browser).status_code == 303
    assert not is_in(browsers[0])
    assert all(is_in(browser) for browser in browsers[1:])
    with database.read() as db:
        assert db.scalar(select(func.count()).select_from(SignIn)) == 10


@pytest.mark.full_cost
def test_an_outdated_hash_is_made_again(client, database):
    """R-006: at the next sign-in."""
    with database.write() as db:
        eve = a_user(
            db,
            "Eve",
            email="eve@example.org",
            password_hash=PasswordHasher(1, 8192, 1).hash(A_PASSWORD),
        )
    assert sign_in(client, "eve@example.org").status_code == 303
    with database.read() as db:
        new_hash = db.get(User, eve.user_id).password_hash
    assert "$m=47104,t=2,p=1$" in new_hash
    assert sign_in(client, "eve@example.org").status_code == 303


def test_a_closed_account_is_out_at_its_next_request(client, database, sam):
    """R-018."""
    sign_in(client)
    with database.write() as db:
        db.get(User, sam.user_id).disabled_at = NOW
    assert not is_in(client)


@pytest.mark.parametrize("end", ["close", "sign out", "roles"])
def test_it_ends_in_each_of_three_processes_at_once(settings, database, sam, ada, end):
    """R-018: no process caches who is signed in."""
    apps = [create_app(settings) for _ in range(3)]
    with database.write() as db:
        token, program = (
            a_sign_in(db, sam, token="of-sam"),
            make_for_address(db, SystemActor.command_line, email=sam.email, now=NOW),
        )
    cookies, bearer = {"preceptor-sid": token}, {"authorization": f"Bearer {program}"}
    browsers = [TestClient(app, cookies=cookies, follow_redirects=False) for app in apps]
    programs = [TestClient(app, headers=bearer) for app in apps]
    assert [is_in(browser) for browser in browsers] == [True] * 3
    assert [each.get("/api/v1/me").status_code for each in programs] == [200] * 3
    with database.write() as db:
        if end == "close":
            service.close_account(db, ada, sam.user_id, reason="Left", now=NOW)
        elif end == "sign out":
            sign_ins.end_all_of(db, ada, sam.user_id, now=NOW)
        else:
            service.change_roles(
                db,
                ada,
                sam.user_id,
                roles={Role.instructor},
                reason="Teaches",
                expected_version=roles_version(db, sam.user_id),
                now=NOW,
            )
    assert [is_in(browser) for browser in browsers] == [False] * 3
    assert [each.get("/api/v1/me").status_code for each in programs] == [401] * 3
    for app in apps:
        app.state.app_context.database.close()


def test_wrong_and_right_tries_are_on_record(client, database, sam):
    """R-130."""
    sign_in(client, password=WRONG)
    sign_in(client)
    client.post("/sign-out", data={})
    with database.read() as db:
        acts = db.scalars(
            select(AuditEvent.action)
            .where(AuditEvent.person_id == sam.user_id)
            .order_by(AuditEvent.id)
        ).all()
    assert acts == ["accounts.sign_in_refused", "accounts.signed_in", "accounts.signed_out"]


def test_an_unconfirmed_person_gets_a_new_link(app, client, database):
    with database.write() as db:
        a_user_with_password(db, "New", email="new@example.org", confirmed_at=None)
    for _ in range(5):
        response = sign_in(client, "new@example.org")
        assert response.headers["location"] == "/check-your-mail"
    assert not is_in(client)
    assert len(mails_to(app, "new@example.org")) == 3


def test_a_busy_server_says_so(client, database, sam, monkeypatch):
    line = BoundedSemaphore(1)
    line.acquire()
    monkeypatch.setattr(passwords, "_line", line)
    response = sign_in(client)
    assert response.status_code == 429
    assert response.headers["retry-after"] == "3"
    assert "Many people are signing in." in response.text
    with database.read() as db:
        assert set(db.scalars(select(Count.tries))) == {0}  # nothing was compared


def test_a_password_changed_meanwhile_does_not_sign_in(database, sam):
    """R-046: the result of the check counts only for the hash that was compared."""

    browser = Browser("x")
    candidate = sign_ins.begin_sign_in(database, email=sam.email, browser=browser, now=NOW)
    with database.write() as db:
        db.get(User, sam.user_id).password_hash = "another"
    with database.write() as db, pytest.raises(SignInRefused):
        sign_ins.sign_in(db, candidate, Browser("x"), now=NOW)


def a_demo(settings):
    demo = create_app(settings.model_copy(update={"env": Environment.demo}))
    return TestClient(demo, headers={"origin": "http://testserver"}, follow_redirects=False)


def test_the_demo_offers_its_guests_in_demo_only(client, database, settings):
    """Elsewhere this page does not exist, and nobody can sign in without a password; in the demo
    only the offered people can."""
    with database.write() as db:
        a_user(db, ADMIN.name, email=ADMIN.email, roles=("admin",))
        a_user(db, "Dora", email="dora@demo.preceptor.example")
    who, other = {"email": ADMIN.email}, {"email": "dora@demo.preceptor.example"}
    assert client.get("/demo").status_code == 404
    assert client.post("/demo/sign-in", data=who).status_code == 404
    assert ADMIN.name not in client.get("/sign-in").text
    assert "/demo" not in client.get("/about").text
    assert not is_in(client)
    with a_demo(settings) as browser:
        for path in ("/demo", "/sign-in"):
            assert f"Sign in as {ADMIN.name}" in browser.get(path).text
        assert 'href="/demo"' in browser.get("/about").text
        assert browser.post("/demo/sign-in", data=other).status_code == 404
        assert not is_in(browser)
        assert browser.post("/demo/sign-in", data=who).headers["location"] == "/home"
        assert is_in(browser)


def test_the_line_about_the_demo_can_be_hidden(client, settings):
    """It leads back to where it was pressed, never to another site; the footer still leads to the demo."""
    hide = {"next": "/courses?page=1"}
    assert client.post("/demo/hide-banner", data=hide).status_code == 404
    with a_demo(settings) as browser:
        page = browser.get("/about?from=here").text
        assert 'class="environment"' in page
        assert 'name="next" value="/about?from=here"' in page
        answer = browser.post("/demo/hide-banner", data=hide)
        assert (answer.status_code, answer.headers["location"]) == (303, "/courses?page=1")
        page = browser.get("/about").text
        assert 'class="environment"' not in page
        assert 'href="/demo"' in page
        assert "preceptor-demo-banner" in browser.get("/cookies").text
        away = browser.post("/demo/hide-banner", data={"next": "//elsewhere.example"})
        assert away.headers["location"] == "/home"


def test_the_demo_does_not_offer_a_closed_account(database, settings):
    with database.write() as db:
        a_user(db, ADMIN.name, email=ADMIN.email, roles=("admin",), disabled_at=NOW)
    with a_demo(settings) as browser:
        assert "Nobody is here yet" in browser.get("/demo").text
        assert browser.post("/demo/sign-in", data={"email": ADMIN.email}).status_code == 404


@pytest.mark.parametrize("has_app", [True, False])
def test_a_visitor_of_the_demo_keeps_no_other_out_by_a_factor(database, settings, has_app):
    """The demo shows the code of an app. A passkey is on the device of the visitor who added it."""
    with database.write() as db:
        ada = a_user(db, ADMIN.name, email=ADMIN.email, roles=("admin",))
        a_passkey(db, ada)
        if has_app:
            an_app_factor(db, ada)
    with a_demo(settings) as browser:
        led = browser.post("/demo/sign-in", data={"email": ADMIN.email}).headers["location"]
        if not has_app:
            assert led == "/home"
            assert is_in(browser)
            return
        page = browser.get(led).text
        assert not is_in(browser)
        code = re.search(r"The code is now (\d{3} \d{3})", page)[1]
        assert browser.post("/sign-in/second-factor", data={"code": code}).is_redirect
        assert is_in(browser)
