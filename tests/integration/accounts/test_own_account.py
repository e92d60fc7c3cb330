"""A person's own account: profile, password, address, devices; by page and by API."""

import pytest
from lxml import html
from sqlalchemy import select

from app.accounts import mailed_links, own_account, queries, rate_limits, sign_ins
from app.accounts.domain import LinkPurpose
from app.accounts.errors import WrongPassword
from app.accounts.models import SignIn, User
from app.accounts.sign_in_values import Browser
from app.accounts.steps.links import make_link
from app.kit.errors import NotFound
from app.kit.ids import UserId, new_uuid
from app.kit.opened import Opened
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.keys import sealing_keys
from tests.make.mail import link_in, mails_to, token_in
from tests.make.people import A_PASSWORD, a_sign_in, a_user
from tests.make.rate_limits import a_door
from tests.make.versions import version_on

OTHER = "gravel parsnip tuesday ninety"
WRONG = "apricot velvet orbit tundra"
PROFILE = {
    "name": "Sam Student",
    "certificate_name": "Samuel Student",
    "is_medical": "yes",
    "profession": "Nurse",
    "registration_number": "12A3456E",
    "access_needs": "Step-free access",
    "theme": "dark",
}


def profile_of(browser) -> dict[str, str]:
    return {**PROFILE, "version": version_on(browser, "/me")}


def test_the_profile_is_kept(as_person, database, sam):
    browser = as_person(sam)
    assert browser.post("/me", data=profile_of(browser)).headers["location"] == "/me"
    page = browser.get("/me").text
    for words in (
        "Samuel Student",
        "12A3456E",
        "Step-free access",
        'data-theme="dark"',
        "Your profile is saved.",
    ):
        assert words in page
    with database.read() as db:
        assert queries.profile(db, sam.user_id, sealing_keys()).is_medical is True


def test_the_profile_says_what_is_missing(as_person, database):
    with database.write() as db:
        new = a_user(db, "New", certificate_name=None, is_medical=None)
    page = as_person(new).get("/me").text
    assert (
        "tell us the name for your certificate and whether you have a medical background." in page
    )


def test_staff_have_a_short_profile(as_person, database, ina):
    """Fields that their form does not show stay unchanged."""
    browser = as_person(ina)
    assert "Name for your certificate" not in browser.get("/me").text
    assert (
        browser.post(
            "/me", data={"name": "Ina", "theme": "light", "version": version_on(browser, "/me")}
        ).status_code
        == 303
    )
    with database.read() as db:
        profile = queries.profile(db, ina.user_id, sealing_keys())
    assert (profile.name, profile.theme, profile.certificate_name) == (
        "Ina",
        "light",
        "Ina Instructor",
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": ""}, "Enter your name."),
        ({"theme": "pink"}, "Choose one of the given answers."),
        ({"profession": "x" * 121}, "Use at most 120 characters."),
        ({"is_admin": "yes"}, "The form has no field"),
        ({"is_medical": ["yes", "no"]}, "Give one value."),
    ],
)
def test_a_wrong_profile_is_shown_again(as_person, database, sam, change, message):
    """R-038 and bad input: per field, typed values kept, nothing saved."""
    response = as_person(sam).post("/me", data={**PROFILE, **change})
    assert response.status_code == 422
    assert message in response.text
    assert "Step-free access" in response.text
    with database.read() as db:
        assert db.get(User, sam.user_id).theme == "auto"


def test_changing_the_password(app, client, as_person, database, sam):
    """R-005, R-012: the current password is required, other sign-ins end, and this one gets a new
    token."""
    here, elsewhere = as_person(sam), as_person(sam)
    assert here.get("/me/password").status_code == 200
    wrong = here.post("/me/password", data={"current_password": WRONG, "password": OTHER})
    assert wrong.status_code == 422
    assert "This is not your password." in wrong.text
    weak = here.post("/me/password", data={"current_password": A_PASSWORD, "password": "short"})
    assert weak.status_code == 422
    before = here.cookies["preceptor-sid"]
    here.cookies.clear()
    here.cookies.set("preceptor-sid", before, domain="testserver.local")
    done = here.post("/me/password", data={"current_password": A_PASSWORD, "password": OTHER})
    assert done.status_code == 303
    assert here.cookies["preceptor-sid"] != before
    assert here.get("/me").status_code == 200
    assert elsewhere.get("/me").status_code == 303
    assert mails_to(app, sam.email)[0].subject == "Your password at Preceptor Academy was changed"
    assert (
        client.post("/sign-in", data={"email": sam.email, "password": A_PASSWORD}).status_code
        == 422
    )


def test_the_current_password_is_a_limited_door(as_person, sam, monkeypatch):
    """R-021."""
    monkeypatch.setattr(rate_limits, "PASSWORD", a_door(caller=4))
    browser = as_person(sam)
    both = {"current_password": WRONG, "password": OTHER}
    answers = [browser.post("/me/password", data=both).status_code for _ in range(5)]
    assert answers == [422] * 4 + [429]


def test_changing_the_address(app, as_person, client, database, sam):
    """R-009: requires the password, sends a link to the new address, and a notice to the old one."""
    browser = as_person(sam)
    assert browser.get("/me/email").status_code == 200
    ask = {"email": "samuel@example.org", "current_password": A_PASSWORD}
    assert browser.post("/me/email", data={**ask, "current_password": WRONG}).status_code == 422
    same = browser.post("/me/email", data={**ask, "email": sam.email})
    assert same.status_code == 422
    assert "This is your address already." in same.text
    assert browser.post("/me/email", data=ask).status_code == 303
    (mail,) = mails_to(app, "samuel@example.org")
    assert client.get(link_in(mail)).status_code == 200
    with database.read() as db:
        assert db.get(User, sam.user_id).email == sam.email
    assert client.post("/new-address", data={"token": token_in(mail)}).status_code == 303
    with database.read() as db:
        assert db.get(User, sam.user_id).email == "samuel@example.org"
    assert [m.subject for m in mails_to(app, sam.email)] == [
        "Your e-mail address at Preceptor Academy was changed"
    ]
    again = client.post("/new-address", data={"token": token_in(mail)})
    assert again.status_code == 404


def test_an_address_of_somebody_else(app, as_person, database, sam, ina):
    """R-024: the answer looks the same, the owner of the address gets a mail, and nothing changes."""
    browser = as_person(sam)
    ask = {"email": ina.email, "current_password": A_PASSWORD}
    assert browser.post("/me/email", data=ask).status_code == 303
    assert [mail.subject for mail in mails_to(app, ina.email)] == [
        "You have an account at Preceptor Academy already"
    ]


def test_an_address_taken_meanwhile(app, as_person, client, database, sam):
    browser = as_person(sam)
    browser.post("/me/email", data={"email": "late@example.org", "current_password": A_PASSWORD})
    (mail,) = mails_to(app, "late@example.org")
    with database.write() as db:
        a_user(db, "Late", email="late@example.org")
    response = client.post("/new-address", data={"token": token_in(mail)})
    assert response.status_code == 409
    assert "Another account has this address by now." in response.text


def test_new_addresses_are_limited(as_person, sam):
    """R-022."""
    browser = as_person(sam)
    answers = [
        browser.post(
            "/me/email", data={"email": f"n{number}@example.org", "current_password": A_PASSWORD}
        ).status_code
        for number in range(3)
    ]
    assert answers == [303, 303, 429]


def test_devices_are_listed_and_ended(as_person, database, sam, ina):
    """R-016."""
    here, there, third = as_person(sam), as_person(sam), as_person(sam)
    page = here.get("/me/sign-ins").text
    assert page.count("Sign out<") >= 2
    assert "This device" in page
    with database.read() as db:
        rows = db.scalars(select(SignIn).order_by(SignIn.created_at, SignIn.id)).all()
    ended = here.post(f"/me/sign-ins/{rows[1].id}/end", data={})
    assert ended.status_code == 303
    assert there.get("/me").status_code == 303
    assert third.get("/me").status_code == 200
    assert here.post("/me/sign-ins/end-others", data={}).status_code == 303
    assert here.post("/me/sign-ins/end-others", data={}).status_code == 303
    assert third.get("/me").status_code == 303
    assert here.get("/me").status_code == 200


def test_nobody_ends_another_persons_sign_in(as_person, database, sam, ina):
    """R-033: a foreign id is 404."""
    other = as_person(ina)
    with database.read() as db:
        foreign = db.scalars(select(SignIn)).one().id
    browser = as_person(sam)
    assert browser.post(f"/me/sign-ins/{foreign}/end", data={}).status_code == 404
    assert browser.delete(f"/api/v1/me/sign-ins/{foreign}").status_code == 404
    assert other.get("/me").status_code == 200


def test_ended_sign_ins_are_not_listed(database, sam):
    with database.write() as db:
        a_sign_in(db, sam, token="live")
        a_sign_in(db, sam, token="rested", now=NOW.replace(month=11, day=1))
    with database.read() as db:
        assert len(queries.own_sign_ins(db, sam, now=NOW)) == 1


def test_the_api_tells_and_changes_the_profile(as_person, sam):
    browser = as_person(sam)
    me = browser.get("/api/v1/me").json()
    assert (me["email"], me["roles"], me["missing"]) == (sam.email, ["student"], [])
    profile = {"name": " Sam ", "is_medical": True, "version": me["profile"]["version"]}
    changed = browser.put("/api/v1/me/profile", json=profile)
    assert changed.status_code == 200
    assert changed.json()["profile"]["name"] == "Sam"
    assert changed.json()["missing"] == ["certificate_name", "profession"]
    assert len(browser.get("/api/v1/me/sign-ins").json()) == 1


def test_the_api_stores_no_character_that_nobody_sees(as_person, database, sam):
    browser = as_person(sam)
    version = browser.get("/api/v1/me").json()["profile"]["version"]
    typed = {
        "name": "\u200eSam\u00ad \u3164Lee",
        "registration_number": "\u0007\u200b",
        "version": version,
    }
    assert browser.put("/api/v1/me/profile", json=typed).status_code == 200
    with database.read() as db:
        profile = queries.profile(db, sam.user_id, sealing_keys())
    assert (profile.name, profile.registration_number) == ("Sam Lee", "")


def test_the_api_refuses_a_stale_profile(as_person, database, sam):
    browser = as_person(sam)
    version = browser.get("/api/v1/me").json()["profile"]["version"]
    mine = {"name": "Sam", "access_needs": "Wheelchair", "version": version}
    assert browser.put("/api/v1/me/profile", json=mine).status_code == 200
    stale = browser.put(
        "/api/v1/me/profile",
        json={"name": "Sam", "theme": "dark", "access_needs": None, "version": version},
    )
    assert (stale.status_code, stale.json()["reason"]) == (409, "stale")
    assert {"pointer": "/access_needs", "message": "This was changed in the meantime."} in (
        stale.json()["errors"]
    )
    with database.read() as db:
        profile = queries.profile(db, sam.user_id, sealing_keys())
    assert (profile.access_needs, profile.theme) == (Opened("Wheelchair"), "auto")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "Sam"},
        {"name": "", "version": ""},
        {"name": "S", "is_medical": "yes", "version": ""},
        {"name": "S", "roles": ["admin"], "version": ""},
        {"name": 1, "version": ""},
        [],
    ],
    ids=str,
)
def test_the_api_refuses_what_is_no_profile(as_person, sam, body):
    """R-038, R-139, R-195."""
    response = as_person(sam).put("/api/v1/me/profile", json=body)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"


def test_the_api_ends_a_sign_in(as_person, database, sam):
    here, there = as_person(sam), as_person(sam)
    rows = here.get("/api/v1/me/sign-ins").json()
    (other,) = [row["id"] for row in rows if not row["is_this"]]
    assert here.delete(f"/api/v1/me/sign-ins/{other}").status_code == 204
    assert there.get("/me").status_code == 303


def test_a_profile_of_nobody(database):
    with database.read() as db, pytest.raises(NotFound):
        queries.profile(db, UserId(new_uuid()), sealing_keys())


def test_pages_of_the_account_are_cheap(as_person, sam):
    """Contract 6: a handful of statements."""
    browser = as_person(sam)
    for path in ("/me", "/me/sign-ins", "/me/password", "/me/email"):
        browser.get(path)
        assert statements_of(browser.get(path)) <= 3


def test_a_person_without_password_proves_nothing(as_person, database):
    with database.write() as db:
        bare = a_user(db, "Bare")
    both = {"current_password": WRONG, "password": OTHER}
    assert as_person(bare).post("/me/password", data=both).status_code == 422


@pytest.mark.parametrize("whose", ["another person's", "an old password's"])
def test_a_stale_proof_changes_nothing(database, sam, ada, whose):
    """R-046: the check of a password counts only for the person and the hash that were compared."""
    prover = ada if whose == "another person's" else sam
    candidate = sign_ins.begin_proof(database, prover, network="x", now=NOW)
    with database.write() as db:
        if whose == "an old password's":
            db.get(User, sam.user_id).password_hash = "changed meanwhile"
            db.flush()
        browser = Browser("x")
        with pytest.raises(WrongPassword):
            own_account.change_password(db, sam, candidate, "hash", browser, now=NOW)


@pytest.mark.parametrize(
    ("path", "purpose"),
    [
        ("/confirm", LinkPurpose.confirm),
        ("/reset", LinkPurpose.reset),
        ("/invitation", LinkPurpose.invitation),
        ("/me/password", None),
        ("/me/email", None),
    ],
)
def test_a_password_manager_learns_whose_password_it_is(
    as_person, database, settings, sam, path, purpose
):
    """B21: the form carries the address as the user name, and does not send it."""
    browser = as_person(sam)
    token = ""
    if purpose is not None:
        with database.write() as db:
            link_id = make_link(db, purpose, sam.user_id, sam.email, now=NOW)
        token = mailed_links.sign_link(settings.secret_key.get_secret_value(), str(link_id))
    page = html.document_fromstring(browser.get(path, params={"token": token}).text)
    (form,) = page.xpath("//form[.//input[@type='password']]")
    (field,) = form.xpath(".//input[@autocomplete='username']")
    assert (field.get("value"), field.get("name")) == (sam.email, None)
    assert "readonly" in field.attrib
    assert form.xpath(f".//label[@for='{field.get('id')}']")
