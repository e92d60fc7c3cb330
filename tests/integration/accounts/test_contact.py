"""One's own phone number and emergency contact: by page and by API, with what is refused."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.accounts.contact_queries import contact_of
from app.accounts.contact_rules import ContactDetails
from app.accounts.models import User
from app.accounts.own_contact import change_contact
from app.audit.changes import read_details
from app.audit.models import AuditEvent
from app.kit.errors import ProofNeeded
from app.kit.versions import Stale
from tests.make import NOW
from tests.make.fingerprint import fingerprint
from tests.make.pages import words
from tests.make.versions import version_on

TYPED = {
    "phone": "020 7946 0000",
    "emergency_name": "Jo Doe",
    "emergency_phone": "(020) 7946-0001 ext 2",
    "emergency_relation": "partner",
}
STORED = ContactDetails("+442079460000", "Jo Doe", "+442079460001 ext 2", "partner")


def contact(database, person) -> ContactDetails:
    with database.read() as db:
        return contact_of(db, person.user_id)


def changes(database) -> list[dict[str, object]]:
    with database.read() as db:
        is_change = AuditEvent.action == "accounts.contact_changed"
        return list(db.scalars(select(AuditEvent.details).where(is_change)))


def test_what_is_typed_is_stored_in_one_form_and_shown_again(database, sam, as_person):
    browser = as_person(sam)
    assert "Not given yet" in words(browser.get("/me"))
    fields = {**TYPED, "version": version_on(browser, "/me/contact")}
    saved = browser.post("/me/contact", data=fields, follow_redirects=True)
    assert "Your phone number and emergency contact are saved." in words(saved)
    assert "+44 207 946 0000" in words(saved)
    assert "Jo Doe" in words(saved)
    assert contact(database, sam) == STORED
    assert [
        [(change.field, change.has_values) for change in read_details(details, None).changes]
        for details in changes(database)
    ] == [[("phone", False), ("emergency_contact", False)]]
    assert 'value="+44 207 946 0001 ext 2"' in browser.get("/me/contact").text


def test_what_is_refused_stays_typed_and_changes_nothing(database, sam, as_person):
    browser = as_person(sam)
    fields = {**TYPED, "phone": "call me", "version": version_on(browser, "/me/contact")}
    before = fingerprint(database)
    answer = browser.post("/me/contact", data=fields)
    assert answer.status_code == 422
    assert "Enter a phone number with its digits" in words(answer)
    for value in ("call me", "(020) 7946-0001 ext 2", "partner"):
        assert f'value="{value}"' in answer.text
    assert fingerprint(database) == before


def test_the_api_says_and_changes_the_same(database, sam, as_person):
    browser = as_person(sam)
    empty = browser.get("/api/v1/me/contact").json()
    assert {empty[name] for name in TYPED} == {None}
    sent = {**TYPED, "version": empty["version"]}
    answer = browser.put("/api/v1/me/contact", json=sent)
    assert answer.status_code == 200
    assert answer.json() == browser.get("/api/v1/me/contact").json()
    assert answer.json() == {**STORED.record, "version": STORED.version}
    before = fingerprint(database)
    bad = browser.put("/api/v1/me/contact", json={**sent, "emergency_phone": None})
    assert (bad.status_code, bad.json()["reason"]) == (422, "contact_not_usable")
    assert "Enter the phone number of the emergency contact" in bad.text
    stale = browser.put("/api/v1/me/contact", json={**sent, "phone": "020 7946 0009"})
    assert (stale.status_code, stale.json()["reason"]) == (409, "stale")
    assert fingerprint(database) == before


def test_to_replace_it_needs_a_fresh_proof_and_to_fill_it_in_none(database, sam):
    stranger = replace(sam, proved_at=NOW - timedelta(hours=1))

    def change(actor, wanted, version):
        with database.write() as db:
            change_contact(db, actor, wanted, expected_version=version, now=NOW)

    change(stranger, STORED, ContactDetails().version)
    with pytest.raises(ProofNeeded):
        change(stranger, ContactDetails(), STORED.version)
    assert contact(database, sam) == STORED
    with pytest.raises(Stale):
        change(sam, ContactDetails(), ContactDetails().version)
    change(sam, STORED, STORED.version)
    assert len(changes(database)) == 1
    change(sam, ContactDetails(), STORED.version)
    assert contact(database, sam) == ContactDetails()


@pytest.mark.parametrize(
    "columns", [{"emergency_name": "Jo"}, {"emergency_phone": "1"}, {"emergency_relation": "x"}]
)
def test_the_database_refuses_half_an_emergency_contact(database, sam, columns):
    with pytest.raises(IntegrityError), database.write() as db:
        db.execute(update(User).where(User.id == sam.user_id).values(**columns))
    assert contact(database, sam) == ContactDetails()


def test_the_office_sees_and_corrects_it_with_a_reason(app, database, ada, sam, as_person):
    browser = as_person(ada)
    path = f"/admin/people/{sam.user_id}/details"
    shown = browser.get(f"/admin/people/{sam.user_id}").text
    form = browser.get(path).text
    for field in ("phone", "emergency_name"):
        assert f'href="{path}#f-{field}"' in shown
        assert f'id="f-{field}"' in form
    names = {"name": "Sam Student", "certificate_name": "Sam Student", "email": sam.email}
    fields = {**names, **TYPED, "version": version_on(browser, path), "reason": "By phone"}
    wrong = browser.post(path, data={**fields, "emergency_name": ""})
    assert wrong.status_code == 422
    assert "Enter the name of the emergency contact" in words(wrong)
    assert contact(database, sam) == ContactDetails()
    saved = browser.post(path, data=fields, follow_redirects=True)
    assert "phone number, name of the emergency contact" in words(saved)
    assert "In an emergency: Jo Doe (partner), +44 207 946 0001 ext 2" in words(saved)
    assert 'href="tel:+442079460001;ext=2"' in saved.text
    assert contact(database, sam) == STORED
    with database.read() as db:
        is_corrected = AuditEvent.action == "accounts.details_corrected"
        (details,) = db.scalars(select(AuditEvent.details).where(is_corrected))
    assert [change.field for change in read_details(details, None).changes] == [
        "phone",
        "emergency_contact",
    ]
    assert "Jo" not in str(details)
