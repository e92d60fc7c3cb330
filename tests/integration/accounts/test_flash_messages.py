"""W4: only the person who sent a form sees its flash message, whoever uses the browser next."""

import pytest
from fastapi.testclient import TestClient

from app.accounts import mailed_links
from app.accounts.domain import LinkPurpose
from app.accounts.steps.links import make_link
from app.main import create_app
from app.settings import Settings
from app.web.flash_messages import Flash, packed, unpacked
from tests.make import NOW
from tests.make.people import A_PASSWORD, a_sign_in
from tests.make.settings import production_settings
from tests.make.versions import version_on

SAVED = "Your profile is saved."
NAME = "preceptor-flash"
SID = "preceptor-sid"
BANNER = 'class="banner'
ANOTHER_PASSWORD = "gravel parsnip tuesday ninety"


def saved(browser: TestClient):
    """Save the profile and return the answer, whose sentence no page has shown yet."""
    version = version_on(browser, "/me")
    answer = browser.post("/me", data={"name": "Sam Student", "theme": "dark", "version": version})
    assert answer.status_code == 303
    assert NAME in browser.cookies
    return answer


def hand_over(browser: TestClient, token: str | None) -> None:
    """Let somebody else sign in on the same browser, or nobody."""
    browser.cookies.delete(SID)
    if token is not None:
        browser.cookies.set(SID, token, domain="testserver.local")


def test_a_sentence_is_shown_once_to_its_owner(as_person, sam):
    browser = as_person(sam)
    saved(browser)
    page = browser.get("/me").text
    assert SAVED in page
    assert "<title>Your profile is saved – Your account – " in page
    assert NAME not in browser.cookies
    assert "<title>Your account – " in browser.get("/me").text
    assert SAVED not in browser.get("/me").text


@pytest.mark.parametrize("next_person", ["ada", None])
def test_whoever_comes_next_on_the_browser_does_not_see_it(
    as_person, database, sam, ada, next_person
):
    """Neither another person nor a visitor sees it, and it is then deleted."""
    browser = as_person(sam)
    own = browser.cookies[SID]
    saved(browser)
    with database.write() as db:
        token = a_sign_in(db, ada, token="ada-on-this-browser") if next_person else None
    hand_over(browser, token)
    page = browser.get("/contact")
    assert page.status_code == 200
    assert SAVED not in page.text
    assert NAME not in browser.cookies
    hand_over(browser, own)
    assert SAVED not in browser.get("/me").text


def test_a_visitors_sentence_is_not_anothers(client, app, portal):
    client.get("/sign-in")
    client.post("/sign-out")
    value = client.cookies[NAME]
    other = TestClient(app, follow_redirects=False)
    other.get("/sign-in")
    other.cookies.set(NAME, value)
    assert "You are signed out." not in other.get("/").text
    assert "You are signed out." in client.get("/").text


def test_signing_out_says_so_on_a_browser_that_never_was_a_visitor(as_person, sam):
    browser = as_person(sam)
    assert "preceptor-visitor" not in browser.cookies
    assert browser.post("/sign-out").status_code == 303
    assert "You are signed out." in browser.get("/").text


def test_a_new_sign_in_carries_its_sentence(client, as_person, database, settings, sam):
    """A changed password gives the browser another token in the same answer."""
    browser = as_person(sam)
    hand_over(browser, browser.cookies[SID])
    values = {"current_password": A_PASSWORD, "password": ANOTHER_PASSWORD}
    assert browser.post("/me/password", data=values).status_code == 303
    assert "Your password is changed." in browser.get("/me").text


def test_a_reset_on_a_signed_in_browser_says_what_to_do(as_person, database, settings, sam):
    """The reset ends the sign-in of the browser that sends it: the next page is a visitor's."""
    with database.write() as db:
        link_id = make_link(db, LinkPurpose.reset, sam.user_id, sam.email, now=NOW)
    token = mailed_links.sign_link(settings.secret_key.get_secret_value(), str(link_id))
    browser = as_person(sam)
    done = browser.post("/reset", data={"token": token, "password": ANOTHER_PASSWORD})
    assert (done.status_code, done.headers["location"]) == (303, "/sign-in")
    assert "Your password is set. Sign in with it." in browser.get("/sign-in").text


@pytest.mark.parametrize("value", ["", ".", "x", "x.y", "W10=.", "a" * 3000])
@pytest.mark.parametrize("name", [NAME, "flash", "__Host-flash"])
def test_a_cookie_that_is_not_ours_is_quietly_ignored(as_person, sam, name, value):
    browser = as_person(sam)
    browser.cookies.set(name, value)
    page = browser.get("/me")
    assert page.status_code == 200
    assert BANNER not in page.text


def test_the_cookie_of_the_version_before_is_quietly_ignored(as_person, settings, sam):
    """It had another name and no owner; it ends by itself within a minute."""
    browser = as_person(sam)
    secret = settings.secret_key.get_secret_value()
    old = packed(Flash("info", "Hello"), secret=secret, owner=browser.cookies[SID])
    browser.cookies.set("flash", old)
    assert BANNER not in browser.get("/me").text
    browser.cookies.set(NAME, old)
    assert BANNER in browser.get("/me").text


def test_a_changed_sentence_and_another_owner_are_not_read():
    value = packed(Flash("info", "Hello"), secret="s", owner="mine")
    assert unpacked(value, secret="s", owner="mine") == Flash("info", "Hello")
    assert unpacked(value, secret="s", owner="hers") is None
    assert unpacked(value, secret="t", owner="mine") is None
    assert unpacked("é.é", secret="s", owner="mine") is None
    assert unpacked("W" + value, secret="s", owner="mine") is None


def test_over_https_its_name_binds_it_to_the_host(settings, tmp_path):
    """R-010."""
    changes = {"database_url": settings.database_url, "base_url": "https://testserver"}
    app = create_app(Settings(**production_settings(tmp_path, **changes)))
    headers = {"origin": "https://testserver"}
    with TestClient(app, base_url="https://testserver", headers=headers) as client:
        client.follow_redirects = False
        cookies = client.post("/sign-out").headers.get_list("set-cookie")
        (flash,) = [cookie for cookie in cookies if "flash=" in cookie]
        assert flash.startswith("__Host-flash=")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(flash.split("; "))
        assert "Domain" not in flash
        shown = client.get("/")
        assert "You are signed out." in shown.text
        (gone,) = [cookie for cookie in shown.headers.get_list("set-cookie") if "flash=" in cookie]
        assert gone.startswith('__Host-flash="";')
        assert "Secure" in gone
