"""Admins record that a proof of basic life support was seen, replace it and withdraw it."""

from datetime import date

import pytest
from sqlalchemy import func, select, update

from app.accounts import checks, life_support, life_support_queries, queries
from app.accounts.models import LifeSupportProof, User
from app.audit.models import AuditEvent
from app.kit.errors import Forbidden, NotFound
from app.kit.ids import UserId, new_uuid
from tests.make import NOW
from tests.make.versions import version_on

TODAY = NOW.date()
PASSED, EXPIRES = date(2026, 10, 3), date(2027, 10, 3)


@pytest.fixture
def admin(as_person, ada):
    return as_person(ada)


def page_of(sam):
    return f"/admin/people/{sam.user_id}/life-support"


def sent(client, sam, **changes):
    typed = {
        "version": version_on(client, page_of(sam), page_of(sam)),
        "passed_on": "3 October 2026",
        "expires_on": "3 October 2027",
        "issuer": "Example Training, no. 7",
    }
    return client.post(page_of(sam), data={**typed, **changes})


def until(database, sam):
    with database.read() as db:
        return queries.person(db, sam.user_id).life_support_until


def count(database, table):
    with database.read() as db:
        return db.scalar(select(func.count()).select_from(table))


def acts(database):
    with database.read() as db:
        rows = db.scalars(select(AuditEvent).order_by(AuditEvent.at, AuditEvent.id))
        return [(row.action, row.reason) for row in rows]


def test_a_proof_that_was_seen_is_recorded_and_shown(admin, database, ada, sam, as_person):
    assert "No proof has been seen yet" in admin.get(page_of(sam)).text
    answer = sent(admin, sam)
    assert answer.headers["location"] == f"/admin/people/{sam.user_id}"
    assert until(database, sam) == EXPIRES
    assert acts(database) == [("accounts.life_support_proof_seen", None)]
    assert "valid until Sun 3 Oct 2027" in admin.get(f"/admin/people/{sam.user_id}").text
    page = admin.get(page_of(sam)).text
    assert "Example Training, no. 7" in page
    assert "by Ada Admin" in page
    assert "valid until Sun 3 Oct 2027" in as_person(sam).get("/me").text
    with database.read() as db:
        assert checks.problems(db, now=NOW) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"passed_on": "2 December 2026"}, "lies in the future"),
        ({"expires_on": "30 November 2026"}, "This proof ended on 30 November 2026"),
        ({"expires_on": "3 October 2026"}, "ends after the day of the training"),
        ({"passed_on": "yesterday"}, "Enter a date such as"),
        ({"issuer": ""}, "Enter the name of the issuer."),
    ],
)
def test_a_proof_that_cannot_be_right_is_refused_and_what_was_typed_stays(
    admin, database, sam, changes, message
):
    answer = sent(admin, sam, **changes)
    assert answer.status_code == 422
    assert message in answer.text
    for typed in changes.values():
        assert typed in answer.text
    assert count(database, LifeSupportProof) == 0
    assert until(database, sam) is None


def test_a_proof_is_replaced_for_a_reason_and_the_earlier_one_is_kept(admin, database, sam):
    sent(admin, sam)
    later = {"passed_on": "1 December 2026", "expires_on": "1 December 2027"}
    refused = sent(admin, sam, **later)
    assert refused.status_code == 422
    assert "Say why the proof on record is replaced" in refused.text
    assert until(database, sam) == EXPIRES
    assert sent(admin, sam, **later, reason="Renewed").status_code == 303
    assert until(database, sam) == date(2027, 12, 1)
    page = admin.get(page_of(sam)).text
    assert "Earlier proofs" in page
    assert "Renewed" in page
    assert count(database, LifeSupportProof) == 2
    assert acts(database)[-1] == ("accounts.life_support_proof_seen", "Renewed")


def test_the_same_proof_sent_again_changes_nothing(admin, database, sam):
    sent(admin, sam)
    assert sent(admin, sam).status_code == 303
    assert count(database, LifeSupportProof) == 1
    assert len(acts(database)) == 1


def test_a_proof_is_withdrawn_for_a_reason(admin, database, sam):
    sent(admin, sam)
    address = f"{page_of(sam)}/withdraw"
    version = version_on(admin, page_of(sam), page_of(sam))
    refused = admin.post(address, data={"version": version, "withdraw_reason": ""})
    assert refused.status_code == 422
    assert until(database, sam) == EXPIRES
    done = admin.post(address, data={"version": version, "withdraw_reason": "Not the right course"})
    assert done.status_code == 303
    assert until(database, sam) is None
    assert acts(database)[-1] == ("accounts.life_support_proof_withdrawn", "Not the right course")
    again = admin.post(address, data={"version": version, "withdraw_reason": "Once more"})
    assert again.status_code == 409
    assert "There is no proof on record" in again.text


def test_a_stale_form_is_refused_and_changes_nothing(admin, database, sam):
    old = version_on(admin, page_of(sam), page_of(sam))
    sent(admin, sam)
    stale = sent(admin, sam, version=old, expires_on="4 October 2027", reason="Renewed")
    assert stale.status_code == 409
    assert "changed in the meantime" in stale.text.lower()
    assert until(database, sam) == EXPIRES
    gone = admin.post(
        f"{page_of(sam)}/withdraw", data={"version": old, "withdraw_reason": "A mistake"}
    )
    assert gone.status_code == 409
    assert until(database, sam) == EXPIRES
    assert count(database, LifeSupportProof) == 1


def test_only_admins_record_and_only_of_people_who_exist(database, ada, sam, ina):
    fields = {
        "passed_on": PASSED,
        "expires_on": EXPIRES,
        "issuer": "Example",
        "reason": None,
        "expected_version": "",
        "today": TODAY,
        "now": NOW,
    }
    for actor in (sam, ina):
        with pytest.raises(Forbidden), database.write() as db:
            life_support.record_proof(db, actor, sam.user_id, **fields)
        with pytest.raises(Forbidden), database.write() as db:
            life_support.withdraw_proof(
                db, actor, sam.user_id, reason="No", expected_version="", now=NOW
            )
        with pytest.raises(NotFound), database.read() as db:
            life_support_queries.proof_page(db, actor, sam.user_id)
    with pytest.raises(NotFound), database.write() as db:
        life_support.record_proof(db, ada, UserId(new_uuid()), **fields)
    assert count(database, LifeSupportProof) == 0


def test_the_audit_finds_a_last_day_that_no_proof_has(database, sam):
    with database.write() as db:
        db.execute(update(User).where(User.id == sam.user_id).values(life_support_until=EXPIRES))
    with database.read() as db:
        (finding,) = checks.problems(db, now=NOW)
    assert str(sam.user_id) in finding


def test_nobody_records_their_own_proof(admin, database, ada):
    before = count(database, LifeSupportProof), count(database, AuditEvent)
    answer = sent(admin, ada)
    assert answer.status_code == 403
    assert "Show it to another admin" in answer.text
    assert (count(database, LifeSupportProof), count(database, AuditEvent)) == before
