"""Passwords at every form that sets one, and every place where a cookie or token may appear."""

import re
from contextlib import suppress
from http.cookies import SimpleCookie
from io import BytesIO
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from lxml import html
from sqlalchemy import select

from app.accounts import mailed_links, queries
from app.accounts.api_tokens import make_for_address
from app.accounts.domain import LinkPurpose
from app.accounts.password_rules import LONGEST_PASSWORD, SHORTEST_PASSWORD
from app.accounts.steps.links import make_link
from app.db.base import Base
from app.kit.actor import SystemActor
from app.main import create_app
from app.settings import Environment
from app.web.logs import configure_logs
from tests.make import NOW
from tests.make.factors import an_app_factor, recovery_codes
from tests.make.people import A_PASSWORD

LETTERS = "kvxzqjwmufbypgh dtrnlscoaei"


def a_password_of(length):
    """Words of nobody, of exactly this length."""
    return "".join(LETTERS[(7 * number + number // 5) % len(LETTERS)] for number in range(length))


def register(client, password, **_):
    form = {"name": "Nia New", "email": "nia@example.org", "password": password}
    return client.post("/register", data=form)


def by_link(purpose, path):
    def choose(client, password, *, database, settings, sam, **_):
        with database.write() as db:
            link_id = make_link(db, purpose, sam.user_id, sam.email, now=NOW)
        token = mailed_links.sign_link(settings.secret_key.get_secret_value(), str(link_id))
        return client.post(path, data={"token": token, "password": password})

    return choose


def change(_client, password, *, as_person, sam, **_):
    both = {"current_password": A_PASSWORD, "password": password}
    return as_person(sam).post("/me/password", data=both)


@pytest.mark.parametrize(
    "choose",
    [
        register,
        by_link(LinkPurpose.reset, "/reset"),
        by_link(LinkPurpose.invitation, "/invitation"),
        change,
    ],
    ids=["set", "reset", "invite", "change"],
)
@pytest.mark.parametrize(
    ("length", "status"),
    [
        (SHORTEST_PASSWORD - 1, 422),
        (SHORTEST_PASSWORD, 303),
        (64, 303),
        (128, 303),
        (LONGEST_PASSWORD, 303),
        (LONGEST_PASSWORD + 1, 422),
    ],
)
def test_how_long_a_password_may_be_at_every_door(
    client, database, settings, sam, as_person, choose, length, status
):
    """R-001: 14 characters are refused and 15, 64 and 128 accepted wherever one is set."""
    password = a_password_of(length)
    assert len(password) == length
    more = {"database": database, "settings": settings, "sam": sam, "as_person": as_person}
    answer = choose(client, password, **more)
    assert answer.status_code == status
    if status == 422:
        assert "characters" in answer.text
        assert password not in answer.text


def test_every_cookie_over_https_is_bound_to_the_host(settings, database, sam):
    """R-010: the test goes through both steps of signing in, a fresh proof, new recovery codes and
    signing out. Every cookie that the code can set is set here, and the page about cookies names
    it."""
    with database.write() as db:
        an_app_factor(db, sam)
        codes = recovery_codes(db, sam)
    base = "https://testserver"
    app = create_app(settings.model_copy(update={"base_url": base, "env": Environment.demo}))
    with TestClient(app, base_url=base, headers={"origin": base}, follow_redirects=False) as client:
        answers = [
            client.post("/demo/hide-banner", data={}),
            client.get("/sign-in"),
            client.post("/sign-in", data={"email": sam.email, "password": A_PASSWORD}),
            client.post("/sign-in/recovery-code", data={"recovery_code": codes[0]}),
            client.post("/prove", data={"password": A_PASSWORD, "act": "x", "next": "/me"}),
            client.post("/me/second-factor/codes/new", data={}),
            client.post("/me/second-factor/codes/kept", data={}),
            client.get("/me"),
            client.post("/quizzes/number-keys", data={"keys": "on"}),
            client.post("/sign-out", data={}),
            client.get("/"),
        ]
        page = client.get("/cookies").text
    headers = [each for answer in answers for each in answer.headers.get_list("set-cookie")]
    cookies = [cookie for header in headers for cookie in SimpleCookie(header).values()]
    assert {cookie.key for cookie in cookies} == {f"__Host-{kind}" for kind in kinds_of_cookies()}
    for cookie in cookies:
        assert cookie["secure"], cookie.key
        assert cookie["httponly"], cookie.key
        assert (cookie["path"], cookie["domain"]) == ("/", ""), cookie.key
        assert cookie["samesite"].lower() == "lax", cookie.key
        assert cookie.key in page


def kinds_of_cookies() -> set[str]:
    """Read the kinds out of the code that sets cookies."""
    called = re.compile(
        r"visit\.set_cookie\(\s*response, ([^,]+),|self\.set_cookie\(response, ([^,]+),"
    )
    kinds = set()
    for path in Path("app").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for name in ("".join(each) for each in called.findall(text)):
            constant = re.search(rf'^{name} = "(.+)"$', text, re.MULTILINE)
            kinds.add(constant[1] if constant else name.strip('"'))
    assert len(kinds) >= 6
    return kinds


def test_no_secret_of_a_browser_is_in_the_database(client, database, sam):
    """R-011: every row of every table, after signing in."""
    client.post("/sign-in", data={"email": sam.email, "password": A_PASSWORD})
    cookie = client.cookies["preceptor-device"]
    _, device, _, seal = cookie.split(".")
    secrets = (client.cookies["preceptor-sid"], device, seal)
    rows = BytesIO()
    with database.read() as db:
        for table in Base.metadata.sorted_tables:
            for row in db.execute(select(table)):
                rows.write(repr(tuple(row)).encode())
    dump = rows.getvalue()
    assert sam.email.encode() in dump
    assert [secret for secret in secrets if secret.encode() in dump] == []


def test_no_page_and_no_answer_of_the_api_shows_the_cookie(client, sam):
    """R-019."""
    client.post("/sign-in", data={"email": sam.email, "password": A_PASSWORD})
    secrets = (client.cookies["preceptor-sid"], client.cookies["preceptor-device"])
    for path in (
        "/home",
        "/me",
        "/me/sign-ins",
        "/me/password",
        "/api/v1/me/sign-ins",
        "/api/v1/me",
    ):
        answer = client.get(path)
        assert answer.status_code == 200
        told = answer.text + repr(answer.headers)
        assert [secret for secret in secrets if secret in told] == []


@pytest.fixture
def logged(app, capsys):
    """Return what was logged until now, at the most talkative level."""
    configure_logs("DEBUG")
    yield lambda: "".join(capsys.readouterr())
    configure_logs("WARNING")


def test_no_log_line_and_no_address_holds_a_secret_of_the_browser(
    client, database, sam, logged, monkeypatch
):
    """R-019: on both steps of signing in, with a token of the API, and when an error is logged."""
    with database.write() as db:
        an_app_factor(db, sam)
        codes = recovery_codes(db, sam)
        program = make_for_address(db, SystemActor.command_line, email=sam.email, now=NOW)
    form = {"email": sam.email, "password": A_PASSWORD, "next": "/me"}
    led_to = [client.post("/sign-in", data=form).headers["location"]]
    waiting = client.cookies["preceptor-step"]
    client.post("/sign-in/second-factor", data={"code": "123456"})
    answer = client.post("/sign-in/recovery-code", data={"recovery_code": codes[0], "next": "/me"})
    led_to.append(answer.headers["location"])
    bearer = {"authorization": f"Bearer {program}"}
    assert client.get("/api/v1/me", headers=bearer).status_code == 200
    monkeypatch.setattr(queries, "own_sign_ins", lambda *_, **__: 1 / 0)
    with suppress(ZeroDivisionError):
        client.get("/me/sign-ins")
    secrets = [client.cookies["preceptor-sid"], client.cookies["preceptor-device"], waiting]
    secrets += [program, codes[0], codes[0].replace("-", ""), "123456", A_PASSWORD]
    lines = logged()
    assert '"/sign-in/recovery-code"' in lines
    assert "ZeroDivisionError" in lines
    assert [secret for secret in secrets if secret in lines] == []
    assert [secret for secret in secrets if any(secret in address for address in led_to)] == []


def test_every_page_of_who_is_signed_in_leads_out(client, sam):
    """R-016: by the page of their account, two presses away."""
    client.post("/sign-in", data={"email": sam.email, "password": A_PASSWORD})
    for path in ("/home", "/me", "/courses", "/about", "/no-such-page"):
        page = html.document_fromstring(client.get(path).text)
        assert "/me" in page.xpath("//header[@class='site-header']//a/@href")
    assert 'action="/sign-out"' in client.get("/me").text
