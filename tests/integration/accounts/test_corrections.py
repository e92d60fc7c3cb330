"""The office corrects names and addresses: who is told, what ends, and what is refused."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from app.accounts.corrections import correct_person, details_of
from app.accounts.errors import PersonRefused
from app.accounts.models import SignIn, User
from app.accounts.people_search import search_people
from app.audit.models import AuditEvent
from app.kit.errors import Forbidden, Invalid, NotFound
from app.kit.ids import UserId, new_uuid
from app.kit.versions import Stale
from tests.make import NOW
from tests.make.mail import link_in, mails_to
from tests.make.pages import words
from tests.make.people import A_PASSWORD, a_sign_in, a_user

NEW = "sam@example.com"


def correct(database, actor, person, *, reason="They asked us to", **changes):
    """Correct a person as the form does that was opened just before."""
    with database.write() as db:
        before = details_of(db, actor, person.user_id)
        return correct_person(
            db,
            actor,
            person.user_id,
            replace(before, **changes),
            reason=reason,
            expected_version=before.version,
            now=NOW,
        )


def stored(database, person) -> User:
    with database.read() as db:
        return db.get_one(User, person.user_id)


def acts(database) -> list[tuple[str, object, object, str | None]]:
    with database.read() as db:
        rows = db.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    return [(row.action, row.details, row.personal_values, row.reason) for row in rows]


def test_a_name_is_corrected_told_and_found(app, database, ada, sam):
    assert correct(database, ada, sam, name="Sám Student") == {"name"}
    assert stored(database, sam).name == "Sám Student"
    with database.read() as db:
        assert search_people(db, text="sam student").total == 1
    (mail,) = mails_to(app, "sam@example.org")
    assert "corrected these details of your account: name." in " ".join(mail.text.split())
    expected = (
        "accounts.details_corrected",
        {"version": 2, "fields": [{"field": "name"}]},
        {"name": {"old": sam.name, "new": "Sám Student"}},
        "They asked us to",
    )
    assert expected in acts(database)
    assert stored(database, sam).confirmed_at is not None


def test_a_new_address_is_confirmed_by_its_owner_and_both_are_told(app, database, ada, sam, client):
    with database.write() as db:
        a_sign_in(db, sam, token="t")
    assert correct(database, ada, sam, email=NEW) == {"email"}
    user = stored(database, sam)
    assert (user.email, user.confirmed_at) == (NEW, None)
    with database.read() as db:
        open_sign_ins = select(func.count(SignIn.id)).where(
            SignIn.user_id == sam.user_id, SignIn.ended_at.is_(None)
        )
        assert db.scalar(open_sign_ins) == 0
    (old,) = mails_to(app, "sam@example.org")
    assert NEW not in old.text
    links = [mail for mail in mails_to(app, NEW) if "token=" in mail.text]
    page = client.get(link_in(links[0]))
    token = re.search(r'name="token" value="([^"]+)"', page.text)
    assert token
    client.post("/confirm", data={"token": token[1], "password": A_PASSWORD})
    assert stored(database, sam).confirmed_at is not None


def test_somebody_without_a_password_is_invited_again(app, database, ada):
    with database.write() as db:
        person = a_user(db, "Ann Lee", email="ann@exampel.org", confirmed_at=None)
    correct(database, ada, person, email="ann@example.org")
    assert any("/invitation" in mail.text for mail in mails_to(app, "ann@example.org"))


@pytest.mark.parametrize(
    ("who", "changes", "reason"),
    [
        ("ada", {"name": "Ada Other"}, "own_details"),
        ("closed", {"name": "Other"}, "account_closed"),
        ("admin", {"email": NEW}, "address_of_an_admin"),
    ],
)
def test_what_is_refused_changes_nothing(database, ada, sam, who, changes, reason):
    with database.write() as db:
        people = {
            "ada": ada,
            "closed": a_user(db, "Clo Sed", disabled_at=NOW),
            "admin": a_user(db, "Other Admin", roles=("admin",)),
        }
    before = stored(database, people[who])
    count = len(acts(database))
    with pytest.raises(PersonRefused) as refused:
        correct(database, ada, people[who], **changes)
    assert refused.value.reason == reason
    after = stored(database, people[who])
    assert (after.name, after.email) == (before.name, before.email)
    assert len(acts(database)) == count


def test_an_address_of_another_account_is_refused_and_changes_nothing(app, database, ada, sam, ina):
    with pytest.raises(Invalid) as refused:
        correct(database, ada, sam, name="Sam Other", email="ina@example.org")
    assert refused.value.reason == "address_of_invited"
    assert "Ina Instructor" in str(refused.value.fields["email"])
    assert (stored(database, sam).email, stored(database, sam).name) == (
        "sam@example.org",
        "Sam Student",
    )
    assert mails_to(app, "ina@example.org") == ()
    assert mails_to(app, "sam@example.org") == ()


def test_a_form_of_before_another_correction_is_refused(database, ada, sam):
    with database.write() as db:
        before = details_of(db, ada, sam.user_id)
    correct(database, ada, sam, name="Sam Second")
    with database.write() as db, pytest.raises(Stale):
        correct_person(
            db,
            ada,
            sam.user_id,
            replace(before, name="Sam Third"),
            reason="x y z",
            expected_version=before.version,
            now=NOW,
        )
    assert stored(database, sam).name == "Sam Second"


@pytest.mark.parametrize("role", ["student", "instructor"])
def test_only_admins_correct_people(database, ada, sam, role):
    with database.write() as db:
        other = a_user(db, "Other", roles=(role,))
        details = details_of(db, ada, sam.user_id)
        with pytest.raises(Forbidden):
            details_of(db, other, sam.user_id)
        with pytest.raises(Forbidden):
            correct_person(
                db,
                other,
                sam.user_id,
                replace(details, name="Other Name"),
                reason="They asked us to",
                expected_version=details.version,
                now=NOW,
            )
    assert stored(database, sam).name == "Sam Student"


def test_nobody_is_not_found(database, ada):
    with database.read() as db, pytest.raises(NotFound):
        details_of(db, ada, UserId(new_uuid()))


def test_the_page_keeps_what_was_typed_and_leads_back(database, ada, sam, as_person):
    browser = as_person(ada)
    path = f"/admin/people/{sam.user_id}/details"
    assert f'href="{path}#f-name"' in browser.get(f"/admin/people/{sam.user_id}").text
    page = browser.get(path)
    version = re.search(r'name="version" value="([^"]+)"', page.text)
    assert version
    fields = {"version": version[1], "name": "Sam Typed", "email": "sam@example.org"}
    refused = browser.post(path, data={**fields, "reason": ""})
    assert refused.status_code == 422
    assert "Enter the reason." in words(refused)
    assert 'value="Sam Typed"' in refused.text
    assert stored(database, sam).name == "Sam Student"
    saved = browser.post(path, data={**fields, "reason": "A slip"}, follow_redirects=True)
    assert "Corrected: name and name on the certificate." in words(saved)
    assert stored(database, sam).certificate_name is None
    again = browser.post(path, data={**fields, "reason": "A slip"}, follow_redirects=True)
    assert "Nothing was changed." in words(again)


def test_a_name_that_no_certificate_can_print_is_refused(database, ada, sam, as_person):
    browser = as_person(ada)
    path = f"/admin/people/{sam.user_id}/details"
    version = re.search(r'name="version" value="([^"]+)"', browser.get(path).text)
    assert version
    answer = browser.post(
        path,
        data={
            "version": version[1],
            "name": "Sam",
            "certificate_name": "ᏣᎳᎩ",
            "email": "sam@example.org",
            "reason": "A slip",
        },
    )
    assert answer.status_code == 422
    assert stored(database, sam).certificate_name == "Sam Student"
