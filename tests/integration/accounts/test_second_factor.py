"""A person's own second factor: setting up an app, recovery codes, removing, and what each change ends."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text, update

from app import checks
from app.accounts.api_tokens import make_for_address
from app.accounts.factors import service
from app.accounts.factors.models import Passkey, RecoveryCode, TotpFactor
from app.accounts.factors.steps.codes import use_app_code
from app.accounts.models import ApiToken, SignIn, User
from app.accounts.passwords import hash_of_password
from app.accounts.sign_in_values import Browser
from app.audit.models import AuditEvent
from app.db.migrate import downgrade, upgrade
from app.kit.actor import SystemActor
from app.kit.errors import Forbidden
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.factors import (
    SECRET,
    a_passkey,
    an_app_factor,
    code_at,
    codes_on,
    recovery_codes,
    secret_on,
)
from tests.make.keys import ISSUER, sealing_keys
from tests.make.mail import mails_to
from tests.make.people import A_PASSWORD, a_sign_in, a_user, a_user_with_password

HERE = "/me/second-factor"
STEP = timedelta(seconds=30)


def begun(browser) -> str:
    """Begin to set up an app and return its secret."""
    assert browser.post(f"{HERE}/app/begin").headers["location"] == f"{HERE}/app"
    return secret_on(browser.get(f"{HERE}/app").text)


def prove(browser) -> None:
    """Type the password again, because changing a factor requires a fresh proof."""
    assert browser.post("/prove", data={"password": A_PASSWORD}).status_code == 303


def set_up(browser) -> tuple[str, ...]:
    """Set up an app and return the recovery codes."""
    response = browser.post(f"{HERE}/app", data={"code": code_at(NOW, begun(browser))})
    assert response.headers["location"] == f"{HERE}/codes"
    return codes_on(browser.get(f"{HERE}/codes").text)


def acts(database, person) -> list[str]:
    with database.read() as db:
        actions = select(AuditEvent.action).where(AuditEvent.person_id == person.user_id)
        return list(db.scalars(actions.order_by(AuditEvent.id)))


def test_a_person_sets_up_an_app(app, as_person, database, sam):
    browser = as_person(sam)
    assert "Set up an authenticator app" in browser.get(HERE).text
    secret = begun(browser)
    assert f"secret={secret}" in browser.get(f"{HERE}/app").text  # opens the app on the same phone
    picture = browser.get(f"{HERE}/app.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert picture.headers["cache-control"] == "private, no-store"
    assert browser.post(f"{HERE}/app", data={"code": code_at(NOW, secret)}).status_code == 303
    page = browser.get(HERE)
    assert "In use" in page.text
    assert "You have 10 left." in page.text
    assert acts(database, sam)[-2:] == ["accounts.second_factor_added", "accounts.signed_in"]
    (mail,) = mails_to(app, sam.email)
    assert mail.subject == "A second factor was added to your account at Preceptor Academy"
    assert "authenticator app" in mail.text
    with database.read() as db:
        assert db.get_one(User, sam.user_id).second_factor_since == NOW
        assert checks.broken_invariants(db, ISSUER.keys, now=NOW) == []


def test_the_secret_is_sealed_for_its_owner(as_person, database, sam):
    """Neither the secret nor a recovery code is in the database, and a row that is moved opens nothing."""
    browser = as_person(sam)
    secret = begun(browser)
    codes = (*set_up(browser), secret)
    with database.read() as db:
        for table in ("totp_factors", "recovery_codes", "audit_events", "outbox_events"):
            for row in db.execute(text(f"SELECT * FROM {table}")):  # noqa: S608 - names above
                assert not any(code in repr(tuple(row)) for code in codes)
    with database.write() as db:
        stranger = a_user(db, "Another")
        db.execute(update(TotpFactor).values(user_id=stranger.user_id))
        code = code_at(NOW + STEP, secret)
        keys, later = sealing_keys(), NOW + STEP
        used = use_app_code(db, keys, stranger.user_id, code, now=later)
    assert used is False


def test_a_wrong_code_sets_nothing_up(as_person, database, sam):
    browser = as_person(sam)
    secret = begun(browser)
    response = browser.post(f"{HERE}/app", data={"code": code_at(NOW - 2 * STEP, secret)})
    assert response.status_code == 422
    assert "This code is not right. Type the six digits that your app shows now" in response.text
    assert "let your phone set its clock by itself" in response.text
    assert secret_on(response.text) == secret
    with database.read() as db:
        assert db.get_one(User, sam.user_id).second_factor_since is None
        assert db.scalars(select(TotpFactor.confirmed_at)).all() == [None]
        assert db.scalar(select(func.count(RecoveryCode.id))) == 0


def test_a_secret_that_was_begun_stays_for_half_an_hour(as_person, sam, clock_file):
    """A person who goes back and presses the button again has already scanned the first secret."""
    browser = as_person(sam)
    secret = begun(browser)
    clock_file.write_text((NOW + timedelta(minutes=29)).isoformat())
    prove(browser)
    assert begun(browser) == secret
    late = NOW + timedelta(minutes=31)
    clock_file.write_text(late.isoformat())
    response = browser.post(f"{HERE}/app", data={"code": code_at(late, secret)})
    assert response.headers["location"] == HERE
    assert "took longer than 30 minutes" in browser.get(HERE).text
    assert begun(browser) != secret


def test_a_secret_that_does_not_open_is_begun_anew_and_never_an_error(
    as_person, database, sam, ada
):
    """It was sealed for another person, or with a key that was removed from the key file."""
    hers = begun(as_person(ada))
    browser = as_person(sam)
    begun(browser)
    with database.write() as db:
        foreign = select(TotpFactor.sealed).where(TotpFactor.user_id == ada.user_id)
        mine = update(TotpFactor).where(TotpFactor.user_id == sam.user_id)
        db.execute(mine.values(sealed=foreign.scalar_subquery()))
    response = browser.post(f"{HERE}/app", data={"code": code_at(NOW, hers)})
    assert (response.status_code, response.headers["location"]) == (303, HERE)
    with database.read() as db:
        assert db.get_one(User, sam.user_id).second_factor_since is None
    assert begun(browser) != hers
    set_up(browser)


def test_nobody_sees_the_secret_of_another(as_person, database, sam, ada):
    begun(as_person(sam))
    other = as_person(ada)
    assert other.get(f"{HERE}/app").headers["location"] == HERE
    assert other.get(f"{HERE}/app.svg").status_code == 404


def test_the_other_sign_ins_end_and_this_one_gets_a_new_secret(as_person, database, sam):
    """R-012: the old token, the sign-ins of other devices and the API tokens stop working."""
    browser, other = as_person(sam), as_person(sam)
    with database.write() as db:
        token = make_for_address(db, SystemActor.command_line, email=sam.email, now=NOW)
    old = browser.cookies["preceptor-sid"]
    set_up(browser)
    assert browser.get("/me").status_code == 200
    assert other.get("/me").status_code == 303
    browser.cookies.clear()
    browser.cookies.set("preceptor-sid", old)
    assert browser.get("/me").status_code == 303
    bearer = {"authorization": f"Bearer {token}"}
    assert other.get("/api/v1/me", headers=bearer).status_code == 401


def test_a_change_of_factors_proves_nobody_anew(as_person, database, sam, clock_file):
    """A stolen browser must not turn an old sign-in into a fresh one by adding a factor."""
    browser = as_person(sam)
    late = NOW + timedelta(minutes=14)
    clock_file.write_text(late.isoformat())
    secret = begun(browser)
    browser.post(f"{HERE}/app", data={"code": code_at(late, secret)})
    with database.read() as db:
        row = db.scalars(select(SignIn).where(SignIn.user_id == sam.user_id)).one()
    assert (row.proved_at, row.second_factor_at) == (NOW, late)


def test_recovery_codes_are_shown_until_they_are_kept(as_person, sam):
    browser = as_person(sam)
    codes = set_up(browser)
    assert len(codes) == 10
    assert codes_on(browser.get(f"{HERE}/codes").text) == codes
    saved = browser.get(f"{HERE}/codes.txt")
    assert saved.headers["content-disposition"] == 'attachment; filename="recovery-codes.txt"'
    assert codes_on(saved.text) == codes
    assert "Have you kept your codes?" in browser.get(HERE).text
    assert browser.post(f"{HERE}/codes/kept").headers["location"] == HERE
    assert codes_on(browser.get(f"{HERE}/codes").text) == ()
    assert "Have you kept your codes?" not in browser.get(HERE).text
    assert browser.get(f"{HERE}/codes.txt").status_code == 404


def test_recovery_codes_are_shown_to_their_owner_and_not_for_long(as_person, sam, ada, clock_file):
    browser, other = as_person(sam), as_person(ada)
    set_up(browser)
    held = browser.cookies["preceptor-codes"]
    other.cookies.set("preceptor-codes", held)
    assert codes_on(other.get(f"{HERE}/codes").text) == ()
    for broken in ("", "-", held[:-5], "A" * 300):
        other.cookies.set("preceptor-codes", broken)
        assert other.get(f"{HERE}/codes").status_code == 200
    clock_file.write_text((NOW + timedelta(minutes=15)).isoformat())
    assert codes_on(browser.get(f"{HERE}/codes").text) == ()


def test_codes_are_made_anew(app, as_person, database, sam):
    """R-027: the earlier codes no longer work."""
    with database.write() as db:
        an_app_factor(db, sam)
        recovery_codes(db, sam)
        before = set(db.scalars(select(RecoveryCode.code_hash)))
    browser, other = as_person(sam), as_person(sam)
    assert browser.post(f"{HERE}/codes/new").headers["location"] == f"{HERE}/codes"
    assert len(codes_on(browser.get(f"{HERE}/codes").text)) == 10
    with database.read() as db:
        after = set(db.scalars(select(RecoveryCode.code_hash)))
    assert len(after) == 10
    assert not after & before
    assert other.get("/me").status_code == 303
    assert mails_to(app, sam.email)[0].subject.startswith("New recovery codes")


def test_who_has_no_factor_has_no_codes(as_person, database, sam):
    assert as_person(sam).post(f"{HERE}/codes/new").status_code == 404
    with database.read() as db:
        assert db.scalar(select(func.count(RecoveryCode.id))) == 0


def test_another_phone_takes_the_place_of_the_first(as_person, database, sam):
    with database.write() as db:
        an_app_factor(db, sam)
        recovery_codes(db, sam)
    browser = as_person(sam)
    secret = begun(browser)
    assert secret != SECRET
    response = browser.post(f"{HERE}/app", data={"code": code_at(NOW, secret)})
    assert response.headers["location"] == HERE  # the codes of before still work
    with database.read() as db:
        assert db.scalar(select(func.count(TotpFactor.id))) == 1
        assert db.scalar(select(func.count(RecoveryCode.id))) == 10


@pytest.fixture
def owner(database):
    """A student with an app and a long password."""
    with database.write() as db:
        owner = a_user_with_password(db, "Olga Owner", email="olga@example.org")
        an_app_factor(db, owner)
        recovery_codes(db, owner)
    return owner


def test_a_student_removes_the_app(app, as_person, database, owner):
    browser, other = as_person(owner), as_person(owner)
    assert "password alone" in browser.get(f"{HERE}/app/remove").text
    response = browser.post(f"{HERE}/app/remove", data={"current_password": A_PASSWORD})
    assert response.headers["location"] == HERE
    assert "Set up an authenticator app" in browser.get(HERE).text
    assert other.get("/me").status_code == 303
    assert "password alone" in mails_to(app, owner.email)[0].text
    with database.read() as db:
        assert db.get_one(User, owner.user_id).second_factor_since is None
        assert db.scalar(select(func.count(RecoveryCode.id))) == 0
        assert checks.broken_invariants(db, ISSUER.keys, now=NOW) == []
    assert browser.post(f"{HERE}/app/remove").status_code == 404


@pytest.mark.parametrize(
    ("password", "typed", "words"),
    [
        (A_PASSWORD, "", "Enter your current password."),
        (A_PASSWORD, "apricot velvet orbit tundra", "This is not your password."),
        ("plum otter 99", "plum otter 99", "needs 15 characters"),
    ],
    ids=["nothing", "wrong", "short"],
)
def test_the_last_factor_stays_without_a_long_password(
    as_person, database, owner, password, typed, words
):
    """R-001: a password of 10 to 14 characters is never alone."""
    with database.write() as db:
        hashed = hash_of_password(password)
        db.execute(update(User).where(User.id == owner.user_id).values(password_hash=hashed))
    response = as_person(owner).post(f"{HERE}/app/remove", data={"current_password": typed})
    assert response.status_code == 422
    assert words in response.text
    with database.read() as db:
        assert db.get_one(User, owner.user_id).second_factor_since == NOW
        assert db.scalar(select(func.count(TotpFactor.id))) == 1


def test_beside_a_passkey_the_app_goes_and_the_rest_stays(app, as_person, database, owner):
    with database.write() as db:
        a_passkey(db, owner)
    browser = as_person(owner)
    assert browser.post(f"{HERE}/app/remove").headers["location"] == HERE
    assert "Your other factors stay." in mails_to(app, owner.email)[0].text
    with database.read() as db:
        assert db.get_one(User, owner.user_id).second_factor_since == NOW
        assert db.scalar(select(func.count(Passkey.id))) == 1
        assert db.scalar(select(func.count(RecoveryCode.id))) == 10


def test_staff_who_need_a_factor_keep_their_last(database, ina):
    """R-025."""
    with database.write() as db:
        an_app_factor(db, ina)
        a_sign_in(db, ina, token="one")
        sign_in_id = db.scalars(select(SignIn.id)).one()
    actor = type(ina)(ina.user_id, ina.name, ina.roles, ina.email, sign_in_id)
    with pytest.raises(Forbidden, match="Your role needs a second factor"), database.write() as db:
        service.remove_app(
            db, actor, Browser("192.0.2.1"), password=None, staff_need_factor=True, now=NOW
        )
    with database.read() as db:
        assert db.scalar(select(func.count(TotpFactor.id))) == 1
        assert db.scalar(select(func.count(SignIn.id))) == 1


def test_without_a_sign_in_nothing_changes(database, sam):
    """A token of the API has no browser to give a new secret to."""
    with database.write() as db:
        an_app_factor(db, sam)
        make_for_address(db, SystemActor.command_line, email=sam.email, now=NOW)
    with pytest.raises(Exception, match="nothing at this address"), database.write() as db:
        service.make_codes_anew(db, sam, Browser("192.0.2.1"), now=NOW)
    with database.read() as db:
        assert db.scalar(select(func.count(RecoveryCode.id))) == 0
        assert db.scalar(select(ApiToken.revoked_at)) is None


def test_changing_the_password_keeps_the_second_factor(as_person, database, owner):
    """R-029, R-001: ten characters are enough beside a factor, and the sign-in stays good."""
    browser = as_person(owner)
    assert "At least 10 characters." in browser.get("/me/password").text
    form = {"current_password": A_PASSWORD, "password": "otter plum9"}
    assert browser.post("/me/password", data=form).status_code == 303
    assert browser.get("/me").status_code == 200
    with database.read() as db:
        assert db.scalars(select(SignIn.second_factor_at)).one() is not None


@pytest.mark.parametrize(("password", "fine"), [("otter plu", False), ("otter plum", True)])
def test_ten_characters_are_enough_beside_a_factor(as_person, owner, password, fine):
    """R-001, at its boundary."""
    form = {"current_password": A_PASSWORD, "password": password}
    response = as_person(owner).post("/me/password", data=form)
    assert (response.status_code == 303) is fine
    if not fine:
        assert "at least 10 characters" in response.text


@pytest.mark.parametrize(
    ("password", "fine"), [("otter plum vel", False), ("otter plum velv", True)]
)
def test_fifteen_characters_are_needed_without_one(as_person, sam, password, fine):
    """R-001, at its boundary."""
    form = {"current_password": A_PASSWORD, "password": password}
    response = as_person(sam).post("/me/password", data=form)
    assert (response.status_code == 303) is fine


def test_a_signed_in_page_costs_no_statement_more(as_person, database, sam, owner):
    """Bar 6: the sign-in and its second factor are read in one statement."""
    assert statements_of(as_person(sam).get("/me/password")) == 1
    assert statements_of(as_person(owner).get("/me/password")) == 1


def test_the_audit_sees_rows_that_disagree(database, sam, ada):
    with database.write() as db:
        recovery_codes(db, sam)
        an_app_factor(db, ada)
        db.execute(update(User).where(User.id == ada.user_id).values(second_factor_since=None))
        said = a_user(db, "Said", second_factor_since=NOW)
    with database.read() as db:
        broken = [
            sentence
            for sentence in checks.broken_invariants(db, ISSUER.keys, now=NOW)
            if "factor" in sentence
        ]
    assert sorted(broken) == sorted(
        [
            f"Person {sam.user_id}: has recovery codes and no second factor.",
            f"Person {ada.user_id}: has a second factor that signing in does not ask for.",
            f"Person {said.user_id}: a second factor is said to be set up, and there is none.",
        ]
    )


def test_the_migration_goes_back_and_forth(sqlite_database):
    with sqlite_database.write() as db:
        sam = a_user(db)
        an_app_factor(db, sam)
    downgrade(sqlite_database, "20261129_0051")
    upgrade(sqlite_database)
    with sqlite_database.read() as db:
        assert db.get_one(User, sam.user_id).second_factor_since is None
        assert db.scalar(select(func.count(TotpFactor.id))) == 0
