"""The door of the API: right tokens always work, wrong ones are counted and say nothing."""

from datetime import timedelta

import pytest

from app.accounts import doors, service, sign_ins
from app.accounts.domain import API_TOKEN_LASTS
from app.db.limits import Limit
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.people import a_user

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
        return sign_ins.make_api_token(db, email=sam.email, now=NOW)


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
        ended = sign_ins.make_api_token(db, email=ada.email, now=NOW - API_TOKEN_LASTS)
        tokens = [
            sign_ins.make_api_token(db, email=person.email, now=NOW) for person in (revoked, closed)
        ]
        sign_ins.revoke_api_tokens(db, revoked.user_id, now=NOW)
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
