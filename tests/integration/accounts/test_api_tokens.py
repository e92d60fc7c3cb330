"""Tokens of the API: right ones always work; wrong ones are counted, and their answers reveal
nothing."""

import re
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select, update

from app.accounts import api_tokens, mailed_links, own_account, rate_limits, service
from app.accounts.domain import API_TOKEN_LASTS, MOST_API_TOKENS, LinkPurpose
from app.accounts.errors import TooManyTokens
from app.accounts.models import ApiToken, SignIn
from app.accounts.sign_in_values import Browser
from app.accounts.steps.links import make_link
from app.accounts.steps.sign_in_end import revoke_tokens
from app.db.rate_limits import Limit
from app.kit.actor import SystemActor
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.fingerprint import raw_rows
from tests.make.lock_waits import another_process
from tests.make.mail import mails_to, token_in
from tests.make.people import A_PASSWORD, a_sign_in, a_user
from tests.make.versions import version_on

ME = "/api/v1/me"


def bearing(token):
    return {"authorization": f"Bearer {token}"}


def without_reference(response):
    """Return an answer without the reference number of the request."""
    told = dict(response.headers) | {"x-request-id": "", "server-timing": ""}
    return response.status_code, told, {**response.json(), "instance": ""}


@pytest.fixture
def token(database, sam):
    with database.write() as db:
        return api_tokens.make_for_address(db, SystemActor.command_line, email=sam.email, now=NOW)


@pytest.fixture
def two_tries(monkeypatch):
    monkeypatch.setattr(
        rate_limits, "TOKEN_NETWORK", Limit("token network", 2, timedelta(minutes=5))
    )


@pytest.fixture
def wrong_tokens(database, ada):
    """Return wrong tokens: an invented one, an empty one, one past its end, a revoked one, and one
    of a closed account."""
    with database.write() as db:
        revoked, closed = (
            a_user(db, name, email=f"{name}@example.org") for name in ("rita", "clara")
        )
        ended = api_tokens.make_for_address(
            db, SystemActor.command_line, email=ada.email, now=NOW - API_TOKEN_LASTS
        )
        tokens = [
            api_tokens.make_for_address(db, SystemActor.command_line, email=person.email, now=NOW)
            for person in (revoked, closed)
        ]
        revoke_tokens(db, revoked.user_id, now=NOW)
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
    """R-021: a wrong token is also counted on routes that need none."""
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
    """R-021: the limit is checked for wrong tokens only."""
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
        browser = Browser("192.0.2.1")
        own_account.ask_for_reset(db, email=sam.email, browser=browser, now=NOW)
    values = {"token": token_in(mails_to(app, sam.email)[0]), "password": ANOTHER_PASSWORD}
    return client.post("/reset", data=values)


def _change_address(client, database, secret, sam, **_rest):
    with database.write() as db:
        link_id = make_link(db, LinkPurpose.email, sam.user_id, "new@example.org", now=NOW)
    return client.post("/new-address", data={"token": mailed_links.sign_link(secret, str(link_id))})


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
    """V14: a person's tokens end when they change how they sign in, or when their access ends.
    Other people's tokens stay."""
    with database.write() as db:
        others = api_tokens.make_for_address(db, SystemActor.command_line, email=ada.email, now=NOW)
    assert client.get(ME, headers=bearing(token)).status_code == 200
    secret = settings.secret_key.get_secret_value()
    fixtures = {"app": app, "client": client, "as_person": as_person, "database": database}
    done = act(**fixtures, secret=secret, sam=sam, ada=ada)
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


def made_on(page: str) -> str:
    """Return the token that a page shows."""
    match = re.search(r'class="kept-text"[^>]*><code[^>]*>([^<]{43})</code>', page)
    assert match
    return match[1]


def tokens_of(database, person):
    with database.read() as db:
        rows = db.scalars(select(ApiToken).where(ApiToken.user_id == person.user_id))
        return {row.name: row for row in rows}


def stored_words(database) -> str:
    """Everything that the database holds, as text."""
    return "\n".join(str(row) for _, rows in raw_rows(database) for row in rows)


def test_a_token_is_made_on_a_page_shown_once_and_not_stored(app, as_person, client, database, sam):
    browser = as_person(sam)
    assert "/me/tokens/new" in browser.get("/me/sign-ins").text
    assert "What it is for" in browser.get("/me/tokens/new").text
    form = {"name": "  Calendar on my laptop ", "idempotency_key": "once-and-no-more"}
    shown = browser.post("/me/tokens/new", data=form)
    assert shown.status_code == 200
    assert shown.headers["cache-control"] == "private, no-store"
    secret = made_on(shown.text)
    assert client.get(ME, headers=bearing(secret)).json()["email"] == sam.email
    assert secret not in stored_words(database)
    (mail,) = mails_to(app, sam.email)
    assert "Its name: Calendar on my laptop" in mail.text
    assert secret not in mail.text
    # Sent again, as a reload does: nothing more is made, and the token is not shown again.
    again = browser.post("/me/tokens/new", data=form)
    assert (again.status_code, again.headers["location"]) == (303, "/me/sign-ins")
    page = browser.get("/me/sign-ins").text
    assert "It cannot be shown again" in page
    assert secret not in page
    assert list(tokens_of(database, sam)) == ["Calendar on my laptop"]
    assert len(mails_to(app, sam.email)) == 1


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "…"])
def test_a_token_has_a_name_by_which_it_is_known_again(app, as_person, database, sam, name):
    refused = as_person(sam).post("/me/tokens/new", data={"name": name})
    assert refused.status_code == 422
    assert "There is a problem" in refused.text
    assert tokens_of(database, sam) == {}
    assert not mails_to(app, sam.email)


def test_more_tokens_than_anybody_may_have_are_refused(as_person, database, sam, ada):
    """Those that have ended, and those of others, do not count."""
    with database.write() as db:
        for number in range(MOST_API_TOKENS):
            api_tokens.make_for_address(
                db, SystemActor.command_line, email=sam.email, name=f"Number {number}", now=NOW
            )
        api_tokens.make_for_address(db, SystemActor.command_line, email=ada.email, now=NOW)
        old = NOW - API_TOKEN_LASTS
        api_tokens.make_for_address(
            db, SystemActor.command_line, email=sam.email, name="Ended", now=old
        )
    browser = as_person(sam)
    refused = browser.post("/me/tokens/new", data={"name": "One more"})
    assert refused.status_code == 409
    assert "You have 10 tokens. End one that you do not use any more first." in refused.text
    assert 'value="One more"' in refused.text
    assert "One more" not in tokens_of(database, sam)
    spare = tokens_of(database, sam)["Number 3"].id
    assert browser.post(f"/me/tokens/{spare}/end").status_code == 303
    assert browser.post("/me/tokens/new", data={"name": "One more"}).status_code == 200


def test_two_that_are_made_at_once_pass_the_most_by_none(database, sam):
    """Each has its own Database, as separate processes have; without the lock both would count nine."""
    with database.write() as db:
        for number in range(MOST_API_TOKENS - 1):
            api_tokens.make_for_address(
                db, SystemActor.command_line, email=sam.email, name=f"Number {number}", now=NOW
            )
        a_sign_in(db, sam, token="here")
        here = replace(sam, sign_in_id=db.scalars(select(SignIn.id)).one())
    both_are_ready = Barrier(2)
    refusals = []

    def make(name):
        own = another_process(database.url, pool_size=1)
        both_are_ready.wait()
        try:
            with own.write() as db:
                api_tokens.make_own(db, here, name=name, now=NOW)
        except TooManyTokens as refused:
            refusals.append(refused)
        own.close()

    threads = [Thread(target=make, args=(name,)) for name in ("Left", "Right")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refusals) == 1
    assert len(tokens_of(database, sam)) == MOST_API_TOKENS


def test_tokens_are_listed_with_the_devices_and_ended_there(as_person, client, database, sam, ada):
    """People see their own valid tokens, with the times of creation, last use and end. Nobody can
    end another person's."""
    with database.write() as db:
        mine = api_tokens.make_for_address(
            db, SystemActor.command_line, email=sam.email, name="Calendar", now=NOW
        )
        api_tokens.make_for_address(
            db, SystemActor.command_line, email=sam.email, name="Gone", now=NOW - API_TOKEN_LASTS
        )
        api_tokens.make_for_address(
            db, SystemActor.command_line, email=ada.email, name="Hers", now=NOW
        )
        db.execute(update(ApiToken).where(ApiToken.name == "Gone").values(name=None))
    browser, hers = as_person(sam), tokens_of(database, ada)["Hers"]
    page = browser.get("/me/sign-ins").text
    assert "Calendar" in page
    assert "Not used yet" in page
    assert "Gone" not in page
    assert "Hers" not in page
    strange = browser.post(f"/me/tokens/{hers.id}/end")
    assert strange.status_code == 404
    assert "Page not found" in strange.text
    assert tokens_of(database, ada)["Hers"].revoked_at is None
    token_id = tokens_of(database, sam)["Calendar"].id
    assert browser.post(f"/me/tokens/{token_id}/end").status_code == 303
    assert client.get(ME, headers=bearing(mine)).status_code == 401
    page = browser.get("/me/sign-ins").text
    assert "That token has ended." in page
    assert "Calendar" not in page
    assert browser.post(f"/me/tokens/{token_id}/end").status_code == 404


def test_a_token_of_before_names_is_listed(as_person, database, sam, token):
    with database.write() as db:
        db.execute(update(ApiToken).values(name=None))
    assert "A token without a name" in as_person(sam).get("/me/sign-ins").text


def test_the_use_of_a_token_is_noted_once_a_day_and_not_by_the_answer(
    app, as_person, client, clock_file, database, sam, token
):
    def used_at(moment):
        clock_file.write_text(moment.isoformat())
        answer = client.get(ME, headers=bearing(token))
        app.state.app_context.database.later.settle()
        assert answer.status_code == 200
        assert statements_of(answer) == statements_asked
        (row,) = tokens_of(database, sam).values()
        return row.last_used_at

    statements_asked = statements_of(as_person(sam).get(ME))
    assert used_at(NOW) == NOW
    assert used_at(NOW + timedelta(hours=23)) == NOW
    assert used_at(NOW + timedelta(hours=25)) == NOW + timedelta(hours=25)
    assert "Last used on" in as_person(sam).get("/me/sign-ins").text


def test_a_token_works_while_nothing_can_be_written(app, client, database, token):
    """Only the time of its last use is not recorded."""
    if not database.is_sqlite:
        return
    own = app.state.app_context.database
    with database.write() as db:
        db.execute(select(ApiToken))
        assert client.get(ME, headers=bearing(token)).status_code == 200
    own.later.settle()


def test_the_office_sees_how_many_tokens_there_are_and_ends_them(
    as_person, client, database, sam, ada, token
):
    admin, path = as_person(ada), f"/admin/people/{sam.user_id}"
    page = admin.get(path).text
    assert "Not signed in anywhere." in page
    assert "1 token for programs works in this person’s name." in page
    assert admin.post(f"{path}/sign-ins/end").status_code == 303
    assert client.get(ME, headers=bearing(token)).status_code == 401
    page = admin.get(path).text
    assert "Not signed in anywhere." in page
    assert "for programs works" not in page


def test_a_mail_tells_of_a_token_from_the_command_line_too(app, database, sam, token):
    (mail,) = mails_to(app, sam.email)
    assert mail.subject == "A token for a program was made for your account at Preceptor Academy"
    assert "/me/sign-ins" in mail.text
    assert token not in mail.text
