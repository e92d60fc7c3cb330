"""Registering, confirming, choosing a new password, invitations: everything that works by a mailed
link."""

from datetime import timedelta
from threading import Barrier, Thread
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html
from sqlalchemy import func, select

from app.accounts import api_tokens, mailed_links, own_account, rate_limits, service, sign_ins
from app.accounts.domain import LinkPurpose
from app.accounts.errors import LinkSpent, PersonRefused, SignInRefused
from app.accounts.models import ApiToken, MailedLink, User
from app.accounts.sign_in_values import Browser
from app.accounts.steps.links import make_link
from app.accounts.steps.sign_in_end import revoke_tokens
from app.db.database import Database
from app.db.rate_limits import Limit
from app.kit.actor import Role, SystemActor
from app.kit.errors import NotFound
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.lock_waits import until_waiting
from tests.make.mail import link_in, mails_to, token_in
from tests.make.people import A_PASSWORD, A_PASSWORD_HASH, a_user_with_password

EMAIL = "new@example.org"
OTHER = "gravel parsnip tuesday ninety"


def register(browser, email=EMAIL, password=A_PASSWORD, name="Nia New", **more):
    return browser.post(
        "/register", data={"name": name, "email": email, "password": password, **more}
    )


def user_of(database, email):
    with database.read() as db:
        return db.scalars(select(User).where(User.email == email)).one_or_none()


def test_every_empty_field_is_named(client):
    refused = client.post("/register", data={"name": "", "email": "", "password": "", "next": ""})
    assert refused.status_code == 422
    for field_words in ("your full name", "your e-mail address", "a password"):
        assert f"Enter {field_words}." in refused.text


def test_every_problem_is_named_in_one_pass(client, database):
    """S16: what is wrong with the password is named beside a wrong address, and nothing is stored."""
    refused = register(client, email="not an address", password="abc")
    assert refused.status_code == 422
    page = html.document_fromstring(refused.text)
    wrong = page.xpath("//*[contains(@class, 'error-summary')]//a/@href")
    assert wrong == ["#f-email", "#f-password"]
    with database.read() as db:
        assert db.scalar(select(func.count(User.id))) == 0


def test_from_registering_to_being_signed_in(app, client, database):
    response = register(client, next="/courses/mesotherapy")
    assert response.headers["location"] == "/check-your-mail?next=/courses/mesotherapy"
    page = client.get(response.headers["location"]).text
    assert "Check your mail" in page
    assert 'href="/sign-in?next=/courses/mesotherapy"' in page
    assert 'href="/sign-in"' in client.get("/check-your-mail?next=//elsewhere.example").text
    assert client.get("/me").status_code == 303
    (mail,) = mails_to(app, EMAIL)
    link = link_in(mail)
    page = client.get(link)
    assert page.status_code == 200
    assert page.headers["referrer-policy"] == "no-referrer"
    assert EMAIL in page.text
    assert 'value="/courses/mesotherapy"' in page.text
    assert user_of(database, EMAIL).confirmed_at is None  # opening a link changes nothing
    confirmed = client.post(
        "/confirm",
        data={"token": token_in(mail), "password": A_PASSWORD, "next": "/courses/mesotherapy"},
    )
    assert confirmed.headers["location"] == "/courses/mesotherapy"
    assert client.get("/me").status_code == 200
    user = user_of(database, EMAIL)
    assert user.confirmed_at == NOW
    assert user.roles == {Role.student}
    assert client.get(link).status_code == 404


def test_the_page_keeps_where_one_wanted_to_go(client):
    page = client.get("/register?next=/courses/mesotherapy")
    assert page.status_code == 200
    assert 'value="/courses/mesotherapy"' in page.text
    assert "next=/courses/mesotherapy" in page.text


def test_the_link_without_the_password_confirms_nothing(app, client, database):
    """Somebody registers another person's address: one click of its owner must not give it away."""
    register(client)
    (mail,) = mails_to(app, EMAIL)
    response = client.post("/confirm", data={"token": token_in(mail), "password": OTHER})
    assert response.status_code == 422
    assert "This is not your password." in response.text
    assert user_of(database, EMAIL).confirmed_at is None


def test_a_link_of_another_registration_needs_the_newest_password(app, client):
    register(client, password=A_PASSWORD)
    register(client, password=OTHER, name="Nia Newer")
    newest, first = mails_to(app, EMAIL)
    assert (
        client.post("/confirm", data={"token": token_in(first), "password": A_PASSWORD}).status_code
        == 422
    )
    assert (
        client.post("/confirm", data={"token": token_in(first), "password": OTHER}).status_code
        == 303
    )
    assert client.get(link_in(newest)).status_code == 404  # using one ends the others


def test_a_known_address_is_answered_the_same(app, client, database, sam):
    """R-024: the page says nothing; the owner is told by mail, and nothing changes."""
    unknown = register(client)
    answer_known = register(client, email=sam.email, password=OTHER, name="Not Sam")
    for name in ("status_code", "text"):
        assert getattr(answer_known, name) == getattr(unknown, name)
    ignored = ("x-request-id", "server-timing", "date")
    assert {k: v for k, v in answer_known.headers.items() if k not in ignored} == {
        k: v for k, v in unknown.headers.items() if k not in ignored
    }
    assert [mail.subject for mail in mails_to(app, sam.email)] == [
        "You have an account at Preceptor Academy already"
    ]
    user = user_of(database, sam.email)
    assert (user.name, user.password_hash) == ("Sam Student", A_PASSWORD_HASH)


def test_a_closed_account_gets_no_mail(app, client, database):
    with database.write() as db:
        a_user_with_password(db, "Closed", email=EMAIL, disabled_at=NOW)
    assert register(client).status_code == 303
    assert client.post("/forgot", data={"email": EMAIL}).status_code == 303
    assert mails_to(app, EMAIL) == ()


def test_a_double_post_has_one_effect(app, client):
    first = register(client, idempotency_key="once")
    again = register(client, idempotency_key="once")
    assert first.headers["location"] == again.headers["location"]
    assert len(mails_to(app, EMAIL)) == 1
    other = register(client, idempotency_key="once", password=OTHER)
    assert other.status_code == 422
    assert "already sent with other contents" in other.text


def test_every_field_is_checked_and_kept(client, database):
    response = register(client, email="not an address", password="short", name="<b>Nia</b>")
    assert response.status_code == 422
    assert "Enter an e-mail address in the form name@example.com." in response.text
    assert "&lt;b&gt;Nia&lt;/b&gt;" in response.text
    assert "<b>Nia" not in response.text
    weak = register(client, password="academy password")
    assert weak.status_code == 422
    assert "easy to guess" in weak.text
    assert "academy password" not in weak.text
    nameless = register(client, name="\u202e")
    assert "Enter a name with letters in it." in nameless.text
    assert user_of(database, EMAIL) is None


def test_choosing_a_new_password(app, client, database, as_person, sam):
    elsewhere = as_person(sam)
    assert client.post("/forgot", data={"email": "SAM@example.org"}).status_code == 303
    assert client.post("/forgot", data={"email": sam.email}).status_code == 303
    second, first = mails_to(app, sam.email)
    assert "Set your new password" in client.get(link_in(first)).text
    weak = client.post("/reset", data={"token": token_in(first), "password": "sam student 2026"})
    assert weak.status_code == 422
    assert token_in(first) in weak.text
    done = client.post("/reset", data={"token": token_in(first), "password": OTHER})
    assert done.headers["location"] == "/sign-in"
    assert elsewhere.get("/me").status_code == 303
    assert mails_to(app, sam.email)[0].subject == "Your password at Preceptor Academy was changed"
    for mail in (first, second):
        again = client.post("/reset", data={"token": token_in(mail), "password": A_PASSWORD})
        assert again.status_code == 404
        assert "This link no longer works" in again.text
    assert (
        client.post("/sign-in", data={"email": sam.email, "password": A_PASSWORD}).status_code
        == 422
    )
    assert client.post("/sign-in", data={"email": sam.email, "password": OTHER}).status_code == 303


def test_a_reset_confirms_the_address(app, client, database):
    register(client)
    client.post("/forgot", data={"email": EMAIL})
    mail = next(mail for mail in mails_to(app, EMAIL) if "new password" in mail.subject)
    client.post("/reset", data={"token": token_in(mail), "password": OTHER})
    assert user_of(database, EMAIL).confirmed_at == NOW


def test_forgot_says_the_same_for_known_and_unknown(app, client, sam):
    """R-024."""
    answer_known = client.post("/forgot", data={"email": sam.email})
    unknown = client.post("/forgot", data={"email": EMAIL})
    assert (answer_known.status_code, answer_known.headers["location"]) == (
        unknown.status_code,
        unknown.headers["location"],
    )
    assert mails_to(app, EMAIL) == ()
    wrong = client.post("/forgot", data={"email": "nothing"})
    assert wrong.status_code == 422
    assert 'value="nothing"' in wrong.text
    assert client.get("/forgot").status_code == 200


def test_a_link_grows_old(app, client, clock_file, sam):
    client.post("/forgot", data={"email": sam.email})
    (mail,) = mails_to(app, sam.email)
    clock_file.write_text((NOW + timedelta(minutes=30)).isoformat())
    assert client.get(link_in(mail)).status_code == 404
    assert (
        client.post("/reset", data={"token": token_in(mail), "password": OTHER}).status_code == 404
    )


@pytest.mark.parametrize(
    "written",
    [
        "{0}.", "{0})", "{0}>", "{0},", "{0}%20", "{0}%0A", "{0}%E2%80%8B", "%E2%80%8E{0}", "<{0}>", "“{0}”",
        "3D{0}", "{1}-{2}%20", "{1}-%0D%0A{2}", "{1}-=%0A{2}", "https://academy.example/reset?token={0}.",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("path", "purpose"),
    [
        ("/confirm", LinkPurpose.confirm),
        ("/reset", LinkPurpose.reset),
        ("/invitation", LinkPurpose.invitation),
        ("/new-address", LinkPurpose.email),
    ],
)
def test_a_link_is_read_out_of_whatever_surrounds_it(
    client, database, settings, sam, path, purpose, written
):
    """B24: mail programs and people copy a bracket, a full stop or a break along with a link."""
    with database.write() as db:
        link_id = make_link(db, purpose, sam.user_id, sam.email, now=NOW)
    token = mailed_links.sign_link(settings.secret_key.get_secret_value(), str(link_id))
    copied = written.format(token, *token.split("-", 1))
    page = client.get(f"{path}?token={copied}")
    assert page.status_code == 200
    if purpose is LinkPurpose.email:
        sent = client.post(path, data={"token": unquote(copied)})
        assert sent.headers["location"].startswith("/me")
    elif purpose is not LinkPurpose.confirm:
        sent = client.post(path, data={"token": unquote(copied), "password": A_PASSWORD})
        assert sent.headers["location"] == "/sign-in"


@settings(deadline=None)
@given(before=st.text(max_size=40), after=st.text(max_size=40))
def test_a_token_inside_any_text_is_found_and_no_other_signature_passes(before, after):
    token = mailed_links.sign_link("secret", "0190f2e4-7b1a-7000-8000-000000000000")
    assert (
        str(mailed_links.read_link("secret", f"{before} {token} {after}"))
        == token.partition(".")[0]
    )
    last = "0" if token[-1] != "0" else "1"
    assert mailed_links.read_link("secret", f"{before} {token[:-1]}{last} {after}") is None
    assert mailed_links.read_link("another", f"{before} {token} {after}") is None


@pytest.mark.parametrize("path", ["/confirm", "/reset", "/invitation", "/new-address"])
@pytest.mark.parametrize("token", ["", "nonsense", "0190f2e4-7b1a-7000-8000-000000000000.00"])
def test_a_made_up_link_leads_nowhere(client, path, token):
    page = client.get(path, params={"token": token})
    assert page.status_code == 404
    assert "This link no longer works" in page.text


def test_one_kind_of_link_is_no_other(app, client, sam):
    """R-186."""
    client.post("/forgot", data={"email": sam.email})
    (mail,) = mails_to(app, sam.email)
    for path in ("/confirm", "/invitation", "/new-address"):
        assert client.get(path, params={"token": token_in(mail)}).status_code == 404


LINK_DOORS = {
    "/confirm": LinkPurpose.confirm,
    "/reset": LinkPurpose.reset,
    "/invitation": LinkPurpose.invitation,
    "/new-address": LinkPurpose.email,
}


@pytest.fixture
def three_links(monkeypatch):
    """Set the limit of invented links to three in an hour instead of sixty."""
    monkeypatch.setattr(rate_limits, "LINK_NETWORK", Limit("link network", 3, timedelta(hours=1)))


@pytest.mark.usefixtures("three_links")
@pytest.mark.parametrize("path", LINK_DOORS)
def test_made_up_links_are_limited_and_right_ones_open(
    app, client, database, settings, sam, browser_at, path
):
    """R-021, V12: opening or sending a wrong link counts, although it is refused. A right link
    always works, also from the same address (R-023)."""
    purpose = LINK_DOORS[path]
    more = {} if purpose is LinkPurpose.email else {"password": A_PASSWORD}
    wrong = {"token": "0190f2e4-7b1a-7000-8000-000000000000.00", **more}
    answers = [client.post(path, data=wrong).status_code for _ in range(2)]
    answers += [client.get(path, params=wrong).status_code]
    app.state.app_context.database.later.settle()
    refused = client.post(path, data=wrong)
    assert [*answers, refused.status_code] == [404, 404, 404, 429]
    assert int(refused.headers["retry-after"]) > 0
    assert client.get(path, params=wrong).status_code == 429
    assert browser_at("192.0.2.1").post(path, data=wrong).status_code == 404
    with database.write() as db:
        link_id = make_link(db, purpose, sam.user_id, sam.email, now=NOW)
    token = mailed_links.sign_link(settings.secret_key.get_secret_value(), str(link_id))
    assert client.get(path, params={"token": token}).status_code == 200
    assert client.post(path, data={"token": token, **more}).status_code == 303


@pytest.mark.usefixtures("three_links")
def test_seventy_five_made_up_links_are_not_answered(client):
    """V12: the input of the finding, with a limit of three."""
    wrong = {"token": "nonsense", "password": OTHER}
    answers = [client.post("/reset", data=wrong).status_code for _ in range(75)]
    assert answers == [404] * 3 + [429] * 72


def test_mails_hold_no_secret_until_they_are_built(client, database, sam):
    """R-019: the outbox and the links table hold ids only."""
    client.post("/forgot", data={"email": sam.email})
    with database.read() as db:
        link = db.scalars(select(MailedLink)).one()
    assert mailed_links.sign_link("another secret", str(link.id)) != mailed_links.sign_link(
        "secret", str(link.id)
    )
    assert (
        mailed_links.read_link("secret", mailed_links.sign_link("another secret", str(link.id)))
        is None
    )
    assert (
        mailed_links.read_link("secret", mailed_links.sign_link("secret", str(link.id))) == link.id
    )


def test_links_in_mails_use_the_academys_address(app, client, sam):
    """R-108: a forged Host changes nothing."""
    forged = client.post(
        "/forgot", data={"email": sam.email}, headers={"x-forwarded-host": "evil.example"}
    )
    assert forged.status_code == 303
    (mail,) = mails_to(app, sam.email)
    assert "http://testserver/reset?token=" in mail.text


def test_the_first_admin_comes_from_the_command_line(client, database, settings):
    """R-007: a new installation has no account. A one-time link makes the first one and then stops
    working."""
    with database.read() as db:
        assert db.scalar(select(func.count()).select_from(User)) == 0
    with database.write() as db:
        link_id = service.add_person(
            db,
            SystemActor.command_line,
            name="Ada",
            email="ada@example.org",
            roles={Role.admin},
            now=NOW,
        )
    token = mailed_links.sign_link(settings.secret_key.get_secret_value(), str(link_id))
    assert "Welcome, Ada" in client.get("/invitation", params={"token": token}).text
    assert (
        client.post("/invitation", data={"token": token, "password": A_PASSWORD}).status_code == 303
    )
    assert client.get("/invitation", params={"token": token}).status_code == 404
    signed_in = client.post("/sign-in", data={"email": "ada@example.org", "password": A_PASSWORD})
    assert signed_in.status_code == 303
    assert client.get("/admin/people").status_code == 200
    with database.write() as db, pytest.raises(PersonRefused):
        service.add_person(
            db,
            SystemActor.command_line,
            name="Ada",
            email="ada@example.org",
            roles={Role.admin},
            now=NOW,
        )


def test_adding_again_before_the_first_use_gives_a_new_link(database):
    """R-007: a lost link can be replaced; the old one then stops working."""
    with database.write() as db:
        old, new = (
            service.add_person(
                db,
                SystemActor.command_line,
                name="A",
                email="a@example.org",
                roles={role},
                now=NOW,
            )
            for role in (Role.student, Role.admin)
        )
    with database.read() as db:
        with pytest.raises(LinkSpent):
            mailed_links.open_link(db, old, LinkPurpose.invitation, now=NOW)
        assert (
            mailed_links.open_link(db, new, LinkPurpose.invitation, now=NOW).email
            == "a@example.org"
        )
        assert db.scalars(select(User)).one().roles == {Role.admin}


def test_a_bearer_token_from_the_command_line(client, database, sam):
    with database.write() as db:
        token = api_tokens.make_for_address(db, SystemActor.command_line, email=sam.email, now=NOW)
        with pytest.raises(NotFound):
            api_tokens.make_for_address(
                db, SystemActor.command_line, email="nobody@example.org", now=NOW
            )
    bearer = {"authorization": f"Bearer {token}"}
    assert client.get("/api/v1/me", headers=bearer).json()["email"] == sam.email
    with database.read() as db:
        assert db.scalars(select(ApiToken)).one().token_hash != token.encode()
    with database.write() as db:
        revoke_tokens(db, sam.user_id, now=NOW)
    assert client.get("/api/v1/me", headers=bearer).status_code == 401


def test_two_who_register_one_address_at_once(app, database):
    """The unique constraint on addresses decides: the second request uses the account of the first. Each has
    its own Database, as separate processes have."""
    both_have_looked = Barrier(2)
    values = {"name": "Nia", "email": EMAIL, "password_hash": "h", "wanted": "", "now": NOW}

    def register_slowly():
        own = Database(database.url.render_as_string(hide_password=False), pool_size=1)
        with own.write() as db:
            own_account.register(db, **values)
            db.flush()
            both_have_looked.wait()
            until_waiting(database, 1)  # the other one stands at the unique address now
        own.close()

    first = Thread(target=register_slowly)
    first.start()
    both_have_looked.wait()
    with database.write() as db:
        own_account.register(db, **values)
    first.join()
    with database.read() as db:
        assert db.scalar(select(func.count()).select_from(User)) == 1
    assert len(mails_to(app, EMAIL)) == 2


def test_a_closed_account_cannot_set_a_password(database, sam):
    with database.write() as db:
        link_id = make_link(db, LinkPurpose.reset, sam.user_id, sam.email, now=NOW)
        db.get(User, sam.user_id).disabled_at = NOW
    with database.write() as db, pytest.raises(PersonRefused):
        own_account.set_password(db, link_id, LinkPurpose.reset, "hash", now=NOW)


def test_a_link_to_an_address_that_changed_confirms_nothing(database, sam):
    with database.write() as db:
        a_user_with_password(db, "U", email=EMAIL, confirmed_at=None)
    with database.write() as db:
        user = db.scalars(select(User).where(User.email == EMAIL)).one()
        link_id = make_link(db, LinkPurpose.confirm, user.id, "old@example.org", now=NOW)
    browser = Browser("x")
    candidate = sign_ins.begin_sign_in(database, email=EMAIL, browser=browser, now=NOW)
    with database.write() as db, pytest.raises(SignInRefused):
        own_account.confirm(db, link_id, candidate, Browser("x"), now=NOW)


def test_registering_costs_the_same_for_everybody(client, sam):
    """R-024: a known address costs no statement more or less than two."""
    answer_known, unknown = register(client, email=sam.email), register(client)
    assert abs(statements_of(answer_known) - statements_of(unknown)) <= 2
