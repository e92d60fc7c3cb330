"""A corrected address: while it waits, when it is corrected again or taken back, and when its owner confirms
it at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from app.accounts import own_account, sign_ins
from app.accounts.corrections import correct_person, details_of, take_address_back
from app.accounts.domain import LinkPurpose
from app.accounts.errors import LinkSpent, PersonRefused
from app.accounts.models import MailedLink, User
from app.accounts.sign_in_values import Browser
from app.audit.models import AuditEvent
from app.kit.errors import Forbidden, Invalid
from app.kit.versions import Stale
from app.retention.sweeping import sweep
from tests.make import NOW
from tests.make.fingerprint import fingerprint
from tests.make.lock_waits import until_waiting
from tests.make.mail import mails_to
from tests.make.pages import words
from tests.make.patience import SECONDS
from tests.make.people import a_user, a_user_with_password
from tests.make.versions import version_on

OLD, NEW, NEWER = "sam@example.org", "sam@exampel.com", "sam@example.com"
BROWSER = Browser("192.0.2.1")
ON_POSTGRES = pytest.mark.parametrize(
    "database", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
"""SQLite has one writer, so the two transactions cannot overlap there."""


def correct(database, actor, person, email) -> None:
    with database.write() as db:
        before = details_of(db, actor, person.user_id)
        correct_person(
            db,
            actor,
            person.user_id,
            replace(before, email=email),
            reason="They asked us to",
            expected_version=before.version,
            now=NOW,
        )


def take_back(database, actor, person, version=None) -> None:
    with database.write() as db:
        before = details_of(db, actor, person.user_id)
        take_address_back(
            db,
            actor,
            person.user_id,
            reason="It was a slip",
            expected_version=version or before.version,
            now=NOW,
        )


def state(database, person) -> tuple[str, object, str | None]:
    with database.read() as db:
        user = db.get_one(User, person.user_id)
    return user.email, user.confirmed_at, user.address_before


def confirm_link(database, email):
    with database.read() as db:
        sent = select(MailedLink.id).where(
            MailedLink.email == email,
            MailedLink.purpose == LinkPurpose.confirm,
            MailedLink.used_at.is_(None),
        )
        return db.scalars(sent).one_or_none()


def confirm(database, email, link_id) -> None:
    candidate = sign_ins.begin_sign_in(database, email=email, browser=BROWSER, now=NOW)
    with database.write() as db:
        own_account.confirm(db, link_id, candidate, BROWSER, now=NOW)


def test_taken_back_it_is_as_if_it_had_never_been_and_both_are_told(app, database, ada, sam):
    before = state(database, sam)
    correct(database, ada, sam, NEW)
    assert state(database, sam) == (NEW, None, OLD)
    link_id = confirm_link(database, NEW)
    take_back(database, ada, sam)
    assert state(database, sam) == before
    subjects = [mail.subject for mail in mails_to(app, OLD)]
    assert len(subjects) == 2
    assert any("is your address at" in subject for subject in subjects)
    assert any("was corrected" in mail.subject for mail in mails_to(app, NEW))
    with pytest.raises(LinkSpent), database.write() as db:
        own_account.set_password(db, link_id, LinkPurpose.confirm, "h", BROWSER, now=NOW)
    with database.read() as db:
        act = db.scalars(
            select(AuditEvent).where(AuditEvent.action == "accounts.address_restored")
        ).one()
    assert (act.person_id, act.reason, act.actor_id) == (sam.user_id, "It was a slip", ada.user_id)
    assert "example" not in str((act.details, act.personal_values))


def test_a_second_correction_keeps_the_address_that_was_confirmed(app, database, ada, sam):
    correct(database, ada, sam, NEW)
    correct(database, ada, sam, NEWER)
    assert state(database, sam) == (NEWER, None, OLD)
    assert confirm_link(database, NEW) is None
    assert any("was corrected" in mail.subject for mail in mails_to(app, NEW))
    assert sum("was corrected" in mail.subject for mail in mails_to(app, OLD)) == 2
    take_back(database, ada, sam)
    assert state(database, sam) == (OLD, NOW, None)


def test_corrected_back_it_is_confirmed_as_before(app, database, ada, sam):
    correct(database, ada, sam, NEW)
    correct(database, ada, sam, OLD)
    assert state(database, sam) == (OLD, NOW, None)
    assert confirm_link(database, OLD) is None


def test_an_invitation_goes_out_again_when_its_address_is_taken_back(app, database, ada):
    with database.write() as db:
        ann = a_user(db, "Ann Lee", email="ann@example.org", confirmed_at=None)
    correct(database, ada, ann, "ann@exampel.org")
    take_back(database, ada, ann)
    assert state(database, ann) == ("ann@example.org", None, None)
    assert any("/invitation" in mail.text for mail in mails_to(app, "ann@example.org"))


def test_once_confirmed_there_is_nothing_to_take_back(database, ada, sam):
    correct(database, ada, sam, NEW)
    confirm(database, NEW, confirm_link(database, NEW))
    assert state(database, sam) == (NEW, NOW, None)
    before = fingerprint(database)
    with pytest.raises(PersonRefused) as refused:
        take_back(database, ada, sam)
    assert refused.value.reason == "no_address_waits"
    assert fingerprint(database) == before


def test_what_an_older_version_confirmed_does_not_wait(database, ada, sam):
    correct(database, ada, sam, NEW)
    with database.write() as db:
        db.execute(update(User).where(User.id == sam.user_id).values(confirmed_at=NOW))
    with pytest.raises(PersonRefused) as refused:
        take_back(database, ada, sam)
    assert refused.value.reason == "no_address_waits"
    correct(database, ada, sam, OLD)
    assert state(database, sam) == (OLD, None, NEW), "whoever has it now is asked"
    correct(database, ada, sam, NEWER)
    assert state(database, sam) == (NEWER, None, NEW)


def test_a_second_undo_is_refused(database, ada, sam):
    correct(database, ada, sam, NEW)
    take_back(database, ada, sam)
    with pytest.raises(PersonRefused) as refused:
        take_back(database, ada, sam)
    assert refused.value.reason == "no_address_waits"


def test_an_undo_of_an_older_page_is_refused(database, ada, sam):
    correct(database, ada, sam, NEW)
    with database.read() as db:
        seen = details_of(db, ada, sam.user_id).version
    correct(database, ada, sam, NEWER)
    with pytest.raises(Stale):
        take_back(database, ada, sam, seen)
    assert state(database, sam) == (NEWER, None, OLD)


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"password_hash": "h"}, "address_taken"),
        ({}, "address_of_invited"),
        ({"disabled_at": NOW}, "address_of_closed"),
    ],
)
def test_an_address_that_somebody_took_meanwhile_is_not_given_back(
    database, ada, sam, columns, reason
):
    correct(database, ada, sam, NEW)
    with database.write() as db:
        a_user(db, "Ann Lee", email=OLD, **columns)
    before = fingerprint(database)
    with pytest.raises(Invalid) as refused:
        take_back(database, ada, sam)
    assert refused.value.reason == reason
    assert "Ann Lee" in str(refused.value.fields["email"])
    assert fingerprint(database) == before


@pytest.mark.parametrize("typed", ["INA@Example.ORG", "ｉｎａ@example.org", " ina@example.org. "])
def test_another_case_or_width_is_the_same_address(database, ada, sam, as_person, typed):
    with database.write() as db:
        a_user_with_password(db, "Ina Other", email="ina@example.org")
    browser = as_person(ada)
    path = f"/admin/people/{sam.user_id}/details"
    fields = {"name": "Sam Student", "email": typed, "reason": "A slip"}
    before = fingerprint(database)
    answer = browser.post(path, data={**fields, "version": version_on(browser, path)})
    assert answer.status_code == 422
    assert "The account of Ina Other has this address." in words(answer)
    assert fingerprint(database) == before


def test_only_admins_take_an_address_back(database, ada, sam, ina):
    correct(database, ada, sam, NEW)
    with pytest.raises(Forbidden), database.write() as db:
        take_address_back(db, ina, sam.user_id, reason="It was", expected_version="", now=NOW)
    assert state(database, sam) == (NEW, None, OLD)


def test_whoever_registers_with_the_waiting_address_does_not_get_the_account(
    app, database, ada, sam
):
    correct(database, ada, sam, NEW)
    with database.read() as db:
        before = db.get_one(User, sam.user_id).password_hash
    with database.write() as db:
        own_account.register(
            db, name="Stranger", email=NEW, password_hash="theirs", wanted="", now=NOW
        )
    with database.read() as db:
        user = db.get_one(User, sam.user_id)
    assert (user.name, user.password_hash) == ("Sam Student", before)


def test_an_account_whose_new_address_waits_is_not_swept_away(database, ada, sam):
    correct(database, ada, sam, NEW)
    with database.write() as db:
        db.execute(update(User).values(created_at=NOW.replace(year=2020)))
        db.execute(MailedLink.__table__.delete())
    sweep(database, now=NOW)
    assert state(database, sam) == (NEW, None, OLD)


def test_the_page_takes_it_back_with_a_reason(database, ada, sam, as_person):
    correct(database, ada, sam, NEW)
    browser = as_person(ada)
    path = f"/admin/people/{sam.user_id}/details"
    back = f"{path}/address-back"
    assert f"Before, the address was {OLD}." in words(browser.get(path))
    version = version_on(browser, path, back)
    refused = browser.post(back, data={"version": version, "back_reason": ""})
    assert refused.status_code == 422
    assert "Enter the reason." in words(refused)
    assert state(database, sam) == (NEW, None, OLD)
    done = browser.post(
        back, data={"version": version, "back_reason": "A slip"}, follow_redirects=True
    )
    assert "The address of before is theirs again." in words(done)
    assert state(database, sam) == (OLD, NOW, None)
    again = browser.post(back, data={"version": version, "back_reason": "A slip"})
    assert again.status_code == 409
    assert "No new address waits to be confirmed." in words(again)
    assert 'value="Sam Student"' in again.text
    assert back not in browser.get(path).text


@ON_POSTGRES
@pytest.mark.parametrize("correction_first", [True, False])
def test_a_confirmation_and_a_correction_at_once(database, ada, sam, correction_first):
    """Whoever is first, an address that its owner has not confirmed is never a confirmed one."""
    correct(database, ada, sam, NEW)
    link_id = confirm_link(database, NEW)

    def confirming():
        confirm(database, NEW, link_id)

    def correcting():
        correct(database, ada, sam, NEWER)

    first, second = (correcting, confirming) if correction_first else (confirming, correcting)
    outcomes = at_once(database, sam, first, second)
    email, confirmed_at, before = state(database, sam)
    assert (email, confirmed_at) == (NEWER, None)
    assert before == (OLD if correction_first else NEW)
    assert [type(error) for error in outcomes if error] == ([LinkSpent] if correction_first else [])


@ON_POSTGRES
@pytest.mark.parametrize("locks", [True, False])
def test_an_undo_behind_a_confirmation_is_refused(database, ada, sam, monkeypatch, locks):
    """The negative control: an undo that reads the account without locking it gives back an address that the
    person has just left."""
    correct(database, ada, sam, NEW)
    link_id = confirm_link(database, NEW)
    if not locks:
        monkeypatch.setattr(
            "app.accounts.corrections.locked_user",
            lambda db, user_id: db.scalars(select(User).where(User.id == user_id)).one(),
        )
    confirmed, undone = at_once(
        database,
        sam,
        lambda: confirm(database, NEW, link_id),
        lambda: take_back(database, ada, sam),
    )
    assert confirmed is None
    if locks:
        assert isinstance(undone, PersonRefused)
        assert undone.reason == "no_address_waits"
    assert state(database, sam) == (NEW if locks else OLD, NOW, None)


def at_once(database, person, first, second) -> list[BaseException | None]:
    """Let two commands wait for the row of a person, in this order, and then run. Return how each ended."""
    with ThreadPoolExecutor(2) as threads:
        with database.write() as db:
            db.execute(select(User.id).where(User.id == person.user_id).with_for_update())
            running = [threads.submit(first)]
            until_waiting(database, 1, *running)
            running.append(threads.submit(second))
            until_waiting(database, 2, *running)
        return [future.exception(SECONDS) for future in running]
