"""The door of the API: right tokens always work, wrong ones are counted and say nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts import api_tokens, doors, links, own_account, service, sign_ins
from app.accounts.domain import API_TOKEN_LASTS, Purpose
from app.accounts.models import ApiToken
from app.db.limits import Limit
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.mail import mails_to, token_in
from tests.make.people import A_PASSWORD, a_user
from tests.make.versions import version_on

ME = "/api/v1/me"


def bearing(token):
    return {"authorization": f"Bearer {token}"}


def without_reference(response):
    """What an answer says, but for the reference of the request."""
    told = dict(response.headers) | {"x-request-id": "", "server-timing": ""}
    return response.status_code, told, {**response.json(), "instance": ""}


@pytest.fixture
def token(database, sam):
    with database.write() as db:
        return api_tokens.make_for_address(db, email=sam.email, now=NOW)


@pytest.fixture
def two_tries(monkeypatch):
    monkeypatch.setattr(doors, "TOKEN_NETWORK", Limit("token network", 2, timedelta(minutes=5)))


@pytest.fixture
def wrong_tokens(database, ada):
    """One token that is nobody's, and three that were somebody's."""
    with database.write() as db:
        revoked, closed = (
            a_user(db, name, email=f"{name}@example.org") for name in ("rita", "clara")
        )
        ended = api_tokens.make_for_address(db, email=ada.email, now=NOW - API_TOKEN_LASTS)
        tokens = [
            api_tokens.make_for_address(db, email=person.email, now=NOW)
            for person in (revoked, closed)
        ]
        api_tokens.revoke_all_of(db, revoked.user_id, now=NOW)
        service.close_account(db, ada, closed.user_id, reason="Left", now=NOW)
    return ["nobody's", "", ended, *tokens]


@pytest.mark.usefixtures("two_tries")
def test_wrong_tokens_are_limited_and_look_alike_r021(browser_at, wrong_tokens):
    """R-021: after too many from one address 429, with the same words for each kind of wrong token."""
    seen = []
    for number, wrong in enumerate(wrong_tokens):
        browser = browser_at(f"192.0.2.{number}")
        answers = [browser.get(ME, headers=bearing(wrong)) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [401, 401, 429, 429]
        assert answers[2].headers["retry-after"] == "300"
        seen.append([without_reference(answer) for answer in answers])
    assert all(answers == seen[0] for answers in seen)


@pytest.mark.usefixtures("two_tries")
def test_public_routes_are_no_way_around_the_limit_r021(browser_at):
    """R-021: a wrong token is counted where none is needed, too."""
    browser = browser_at("192.0.2.1")
    codes = [
        browser.get("/api/v1/intakes", headers=bearing("nobody's")).status_code for _ in range(3)
    ]
    assert codes == [200, 200, 429]
    assert browser.get("/api/v1/intakes").status_code == 200


@pytest.mark.usefixtures("two_tries")
def test_nobody_is_locked_out_by_wrong_tokens_of_others_r021(browser_at, token):
    """R-021 and R-023: a class behind one address works on while somebody tries tokens there."""
    browser = browser_at("192.0.2.1")
    before = browser.get(ME, headers=bearing(token))
    for _ in range(3):
        refused = browser.get(ME, headers=bearing("nobody's"))
    assert refused.status_code == 429
    after = browser.get(ME, headers=bearing(token))
    assert (before.status_code, after.status_code) == (200, 200)
    assert browser_at("192.0.2.2").get(ME, headers=bearing("nobody's")).status_code == 401


def test_a_right_token_costs_no_more_than_a_cookie_r021(client, as_person, sam, token):
    """R-021: the limit is asked about wrong tokens only."""
    by_token = client.get(ME, headers=bearing(token))
    by_cookie = as_person(sam).get(ME)
    assert by_token.json() == by_cookie.json()
    assert statements_of(by_token) == statements_of(by_cookie)


ANOTHER_PASSWORD = "gravel parsnip tuesday ninety"


def _change_password(as_person, sam, **_rest):
    values = {"current_password": A_PASSWORD, "password": ANOTHER_PASSWORD}
    return as_person(sam).post("/me/password", data=values)


def _reset_password(client, app, database, sam, **_rest):
    with database.write() as db:
        browser = sign_ins.Browser("192.0.2.1")
        own_account.ask_for_reset(db, email=sam.email, browser=browser, now=NOW)
    values = {"token": token_in(mails_to(app, sam.email)[0]), "password": ANOTHER_PASSWORD}
    return client.post("/reset", data=values)


def _change_address(client, database, secret, sam, **_rest):
    with database.write() as db:
        link_id = links.make_link(db, Purpose.email, sam.user_id, "new@example.org", now=NOW)
    return client.post("/new-address", data={"token": links.sign_link(secret, str(link_id))})


def _close(as_person, ada, sam, **_rest):
    path = f"/admin/people/{sam.user_id}/close"
    return as_person(ada).post(path, data={"reason": "Left the course"})


def _change_roles(as_person, ada, sam, **_rest):
    path = f"/admin/people/{sam.user_id}/roles"
    admin = as_person(ada)
    values = {"roles": ["student", "instructor"], "reason": "Teaches now"}
    return admin.post(path, data={**values, "version": version_on(admin, path)})


def _end_all_sign_ins(as_person, ada, sam, **_rest):
    return as_person(ada).post(f"/admin/people/{sam.user_id}/sign-ins/end")


@pytest.mark.parametrize(
    "act",
    [_change_password, _reset_password, _change_address, _close, _change_roles, _end_all_sign_ins],
)
def test_tokens_end_with_what_proved_their_owner(
    act, app, client, as_person, database, settings, sam, ada, token
):
    """V14: whoever changes how they sign in, or is kept out, leaves no way in behind. A token of somebody
    else stays."""
    with database.write() as db:
        others = api_tokens.make_for_address(db, email=ada.email, now=NOW)
    assert client.get(ME, headers=bearing(token)).status_code == 200
    secret = settings.secret_key.get_secret_value()
    given = {"app": app, "client": client, "as_person": as_person, "database": database}
    done = act(**given, secret=secret, sam=sam, ada=ada)
    assert done.status_code == 303
    refused = client.get(ME, headers=bearing(token))
    assert refused.status_code == 401
    assert refused.json()["type"] == "/problems/unauthenticated"
    assert client.get(ME, headers=bearing(others)).status_code == 200
    with database.read() as db:
        ends = dict(db.execute(select(ApiToken.user_id, ApiToken.revoked_at)).all())
    assert ends == {sam.user_id: NOW, ada.user_id: None}


def test_a_refused_change_of_the_password_ends_no_token(client, as_person, sam, token):
    values = {"current_password": ANOTHER_PASSWORD, "password": ANOTHER_PASSWORD}
    refused = as_person(sam).post("/me/password", data=values)
    assert refused.status_code == 422
    assert "This is not your password." in refused.text
    assert client.get(ME, headers=bearing(token)).status_code == 200
