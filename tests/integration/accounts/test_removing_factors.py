"""Removing second factors: the transaction that removes a factor decides whether it is the last
one, and the password typed for the last one counts as a fresh proof."""

from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import delete, select, update

from app.accounts.factors import passkeys, service
from app.accounts.factors.models import Passkey, TotpFactor
from app.accounts.factors.steps import person_factors
from app.accounts.models import SignIn, User
from app.accounts.sign_in_values import Browser, SignInCandidate
from app.audit.models import AuditEvent
from app.kit.errors import Refused
from tests.make import NOW
from tests.make.factors import a_passkey, an_app_factor, recovery_codes
from tests.make.lock_waits import another_process
from tests.make.people import A_PASSWORD, a_sign_in

HERE = "/me/second-factor"
APP, PASSKEY = "app", "passkey"
KINDS = (APP, PASSKEY)
STALE = NOW - timedelta(minutes=16)


def has_factors(database, person, *kinds: str) -> None:
    with database.write() as db:
        for kind in kinds:
            (an_app_factor if kind == APP else a_passkey)(db, person)
        recovery_codes(db, person)


def factors(database, person) -> tuple[str, ...]:
    """Return the person's factors, including the row that signing in reads."""
    with database.read() as db:
        has_app = db.scalar(select(TotpFactor.id)) is not None
        has_key = db.scalar(select(Passkey.id)) is not None
        is_asked = db.get_one(User, person.user_id).second_factor_since is not None
    kinds = [kind for kind, has in ((APP, has_app), (PASSKEY, has_key)) if has]
    assert is_asked is bool(kinds)
    return tuple(kinds)


def path_to(database, kind: str) -> str:
    if kind == APP:
        return f"{HERE}/app/remove"
    with database.read() as db:
        return f"{HERE}/passkeys/{db.scalars(select(Passkey.id)).one()}/remove"


@pytest.fixture
def stale_browser(as_person, database):
    """Return somebody's browser whose owner proved 16 minutes ago who they are."""

    def opened(person):
        browser = as_person(person)
        with database.write() as db:
            db.execute(update(SignIn).values(proved_at=STALE))
        return browser

    return opened


@pytest.mark.parametrize("kind", KINDS)
def test_the_last_factor_goes_with_the_password_typed_once(stale_browser, database, sam, kind):
    has_factors(database, sam, kind)
    browser = stale_browser(sam)
    path = path_to(database, kind)
    assert 'name="current_password"' in browser.get(path).text
    gone = browser.post(path, data={"current_password": A_PASSWORD})
    assert (gone.status_code, gone.headers["location"]) == (303, HERE)
    assert factors(database, sam) == ()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("typed", "words"),
    [("", "Enter your current password."), ("apricot velvet orbit", "This is not your password.")],
)
def test_the_last_factor_stays_without_it(stale_browser, database, sam, kind, typed, words):
    has_factors(database, sam, kind)
    refused = stale_browser(sam).post(path_to(database, kind), data={"current_password": typed})
    assert refused.status_code == 422
    assert words in refused.text
    assert factors(database, sam) == (kind,)


@pytest.mark.parametrize("kind", KINDS)
def test_one_of_two_goes_with_a_fresh_proof_or_the_password(
    stale_browser, as_person, database, sam, kind
):
    has_factors(database, sam, *KINDS)
    path = path_to(database, kind)
    browser = stale_browser(sam)
    assert browser.post(path).headers["location"].startswith("/prove?")
    wrong = browser.post(path, data={"current_password": "apricot velvet orbit"})
    assert wrong.status_code == 422
    assert factors(database, sam) == KINDS
    assert browser.post(path, data={"current_password": A_PASSWORD}).headers["location"] == HERE
    (left,) = factors(database, sam)
    assert left != kind
    has_factors(database, sam, kind)
    assert as_person(sam).post(path_to(database, kind)).headers["location"] == HERE


def test_a_password_that_has_changed_since_it_was_typed_proves_nothing(database, sam):
    has_factors(database, sam, APP)
    with database.read() as db:
        user = db.get_one(User, sam.user_id)
        candidate = SignInCandidate(sam.email, sam.user_id, user.password_hash)
    with database.write() as db:
        db.execute(update(User).values(password_hash="another"))
    password = service.OwnPassword(candidate, is_too_short_alone=False)
    with pytest.raises(Refused) as refused, database.write() as db:
        service.remove_app(
            db, sam, Browser("192.0.2.1"), password=password, staff_need_factor=False, now=NOW
        )
    assert "not your password" in str(refused.value.detail)
    assert factors(database, sam) == (APP,)


def both_at_once(database, *acts) -> list[Refused]:
    """Run the functions at the same moment, each with its own connections as separate processes
    have; return the refusals."""
    start, refusals = Barrier(len(acts)), []

    def work(act) -> None:
        own = another_process(database.url, pool_size=2)
        try:
            act(own, start)
        except Refused as refused:
            refusals.append(refused)
        finally:
            own.close()

    threads = [Thread(target=work, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refusals


def test_of_two_factors_that_are_removed_at_once_one_stays(database, sam):
    """Each was one of two when its page was opened, so that no password was typed for either."""
    has_factors(database, sam, *KINDS)
    with database.write() as db:
        a_sign_in(db, sam, token="here")
        here = replace(sam, sign_in_id=db.scalars(select(SignIn.id)).one(), proved_at=NOW)
        key_id = db.scalars(select(Passkey.id)).one()
    rest = {"password": None, "staff_need_factor": False, "now": NOW}

    def remove_app(own, start) -> None:
        start.wait()
        with own.write() as db:
            service.remove_app(db, here, Browser("192.0.2.1"), **rest)

    def remove_passkey(own, start) -> None:
        start.wait()
        with own.write() as db:
            passkeys.remove_passkey(db, here, key_id, Browser("192.0.2.1"), **rest)

    (refused,) = both_at_once(database, remove_app, remove_passkey)
    assert str(refused.detail) == "Enter your current password."
    assert len(factors(database, sam)) == 1
    with database.read() as db:
        said = select(AuditEvent.id).where(AuditEvent.action == "accounts.second_factor_removed")
        assert len(db.scalars(said).all()) == 1


def test_decided_before_the_block_both_would_go(database, sam):
    """Negative control: check first, lock afterwards. If one factor remained here, the test above
    would prove nothing."""
    has_factors(database, sam, *KINDS)

    def remove(table):
        def act(own, start) -> None:
            with own.read() as db:
                is_last = person_factors.count_factors(db, sam.user_id) == 1
            start.wait()
            assert not is_last
            with own.write() as db:
                user = person_factors.lock_person(db, sam.user_id)
                db.execute(delete(table).where(table.user_id == user.id))
                if person_factors.count_factors(db, user.id) == 0:
                    person_factors.forget_factors(db, user)

        return act

    assert both_at_once(database, remove(TotpFactor), remove(Passkey)) == []
    assert factors(database, sam) == ()
