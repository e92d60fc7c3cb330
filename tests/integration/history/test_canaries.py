"""The trail says that a sensitive detail changed, and holds no value of it: neither its rows nor any page or
file that is made of them."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.accounts.contact_rules import ContactDetails
from app.accounts.corrections import correct_person, details_of
from app.accounts.models import User
from app.accounts.own_profile import change_profile
from app.accounts.queries import profile_from
from app.audit.models import AuditEvent
from app.db.sealed import Opened
from tests.make import NOW
from tests.make.keys import sealing_keys
from tests.make.pages import words
from tests.make.people import a_user

SENSITIVE = {
    "email": "zaunkoenig@example.org",
    "registration_number": "ZK-4711-0001",
    "phone": "+442079464711",
    "emergency_name": "Zita Zaunkönig",
    "emergency_phone": "+442079464712",
    "profession": "Zaunkönigsforscherin",
    "needs": "A Zaunkönig at my side",
}
NAME = "Zenobia Rotkehlchen"


@pytest.fixture
def ada(database):
    with database.write() as db:
        return a_user(db, "Ada Admin", roles=("admin",))


@pytest.fixture
def sam(database, ada):
    """The office corrects everything of Sam, who then changes the rest themselves."""
    with database.write() as db:
        sam = a_user(db, "Sam Student")
    contact = ContactDetails(
        SENSITIVE["phone"], SENSITIVE["emergency_name"], SENSITIVE["emergency_phone"], "aunt"
    )
    with database.write() as db:
        before = details_of(db, ada, sam.user_id)
        details = replace(
            before,
            name=NAME,
            email=SENSITIVE["email"],
            registration_number=SENSITIVE["registration_number"],
            contact=contact,
        )
        correct_person(
            db,
            ada,
            sam.user_id,
            details,
            reason="Asked by phone",
            expected_version=before.version,
            now=NOW,
        )
    with database.write() as db:
        keys = sealing_keys()
        recorded = profile_from(db.get_one(User, sam.user_id), keys)
        changed = replace(
            recorded,
            profession=SENSITIVE["profession"],
            access_needs=Opened(SENSITIVE["needs"]),
            registration_number="ZK-4711-0002",
        )
        change_profile(db, sam, changed, keys, expected_version=recorded.version, now=NOW)
    return sam


def rows(database) -> str:
    with database.read() as db:
        return "\n".join(
            str((act.reason, act.details, act.personal_values))
            for act in db.scalars(select(AuditEvent).order_by(AuditEvent.id))
        )


def test_the_trail_says_what_changed_and_holds_no_value(database, as_person, ada, sam):
    browser = as_person(ada)
    history = words(browser.get("/admin/audit"))
    person = words(browser.get(f"/admin/people/{sam.user_id}")).partition("History")[2]
    exported = browser.post("/admin/audit/export", data={"reason": "To look"}).text
    for place in (rows(database), history, exported):
        for name, value in (*SENSITIVE.items(), ("new number", "ZK-4711")):
            assert value not in place, name
    for place in (history, person, exported):
        for label in ("E-mail address", "Registration number", "Phone", "Emergency contact"):
            assert f"{label}: changed" in place
        for label in ("Profession", "Access needs"):
            assert f"{label}: changed" in place
        assert "Asked by phone" in place


def test_a_name_is_seen_where_the_others_are_looked_for(database, as_person, ada, sam):
    """The negative control: a value that the trail does hold is found by the same search."""
    browser = as_person(ada)
    assert NAME in rows(database)
    assert f"Name: from Sam Student to {NAME}" in words(browser.get("/admin/audit"))
    exported = browser.post("/admin/audit/export", data={"reason": "To look"}).text
    assert f"Name: from Sam Student to {NAME}" in exported
