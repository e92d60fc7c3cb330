"""Replacing a certificate after its holder's name was corrected: revoked and issued in one act."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, update

from app.accounts.models import User
from app.audit.models import AuditEvent
from app.certificates import service
from app.certificates.errors import AlreadyRevoked, NotIssued, NotReplaced
from app.certificates.models import Certificate
from app.certificates.records import ISSUED, REVOKED
from app.kit.errors import Forbidden, NotFound
from app.kit.ids import CertificateId, new_uuid
from tests.make import NOW
from tests.make.certificates import a_certificate, an_earner, check_letters
from tests.make.fingerprint import fingerprint
from tests.make.keys import ISSUER
from tests.make.mail import mails_to
from tests.make.pages import words
from tests.make.patience import SECONDS
from tests.make.people import a_user

REASON = "The name was misspelt."
NEW = "Samira Student"


@pytest.fixture
def office(database):
    with database.write() as db:
        return a_user(db, "Ada Admin", roles=("admin",))


@pytest.fixture
def earned(database):
    with database.write() as db:
        holder = an_earner(db)
        certificate_id = a_certificate(db, holder)
    return holder, certificate_id


def rename(database, earned, name: str | None) -> None:
    with database.write() as db:
        holder = earned.student.user_id
        db.execute(update(User).where(User.id == holder).values(certificate_name=name))
        check_letters(db, holder, earned.course_key)


def replace(database, actor, certificate_id):
    with database.write() as db:
        return service.replace_certificate(
            db, actor, certificate_id, REASON, ISSUER, now=NOW
        ).certificate_id


def certificates(database) -> dict[CertificateId, tuple[str, bool]]:
    with database.read() as db:
        rows = db.scalars(select(Certificate)).all()
    return {row.id: (row.holder_name, row.revoked_at is None) for row in rows}


def test_the_old_one_is_revoked_and_the_new_one_has_the_new_name(app, database, office, earned):
    holder, old = earned
    rename(database, holder, NEW)
    told_before = {mail.id for mail in mails_to(app, holder.student.email)}
    new = replace(database, office, old)
    assert certificates(database) == {old: ("Sam Student", False), new: (NEW, True)}
    with database.read() as db:
        acts = db.scalars(select(AuditEvent).where(AuditEvent.action.in_((REVOKED, ISSUED)))).all()
        old_row, new_row = (db.get_one(Certificate, each) for each in (old, new))
    assert {(act.action, act.subject_id, act.reason) for act in acts if act.actor_id} == {
        (REVOKED, old, REASON),
        (ISSUED, new, None),
    }
    (mail,) = (each for each in mails_to(app, holder.student.email) if each.id not in told_before)
    assert "in your corrected name" in " ".join(mail.text.split())
    assert old_row.serial in mail.text
    assert f"/verify/{new_row.serial}" in mail.text


def test_with_the_same_name_nothing_is_replaced(database, office, earned):
    _, old = earned
    before = fingerprint(database)
    with pytest.raises(NotReplaced) as refused:
        replace(database, office, old)
    assert refused.value.reason == "same_name"
    assert refused.value.link is not None
    assert fingerprint(database) == before


def test_where_no_new_one_can_be_issued_the_old_one_stays(database, office, earned):
    holder, old = earned
    rename(database, holder, None)
    before = fingerprint(database)
    with pytest.raises(NotIssued) as refused:
        replace(database, office, old)
    assert refused.value.reason == "not_complete"
    assert fingerprint(database) == before


def test_a_second_replacement_is_refused(database, office, earned):
    holder, old = earned
    rename(database, holder, NEW)
    replace(database, office, old)
    before = fingerprint(database)
    with pytest.raises(AlreadyRevoked) as refused:
        replace(database, office, old)
    assert refused.value.reason == "already_revoked"
    assert fingerprint(database) == before


def test_two_admins_at_once_issue_one(database, office, earned):
    holder, old = earned
    rename(database, holder, NEW)
    with ThreadPoolExecutor(2) as threads:
        running = [threads.submit(replace, database, office, old) for _ in range(2)]
        errors = [future.exception(SECONDS) for future in running]
    assert sorted(type(error).__name__ for error in errors) == ["AlreadyRevoked", "NoneType"]
    assert sum(is_valid for _, is_valid in certificates(database).values()) == 1


def test_only_admins_replace_and_only_what_there_is(database, office, earned):
    holder, old = earned
    rename(database, holder, NEW)
    before = fingerprint(database)
    with pytest.raises(Forbidden):
        replace(database, holder.student, old)
    with pytest.raises(NotFound):
        replace(database, office, CertificateId(new_uuid()))
    assert fingerprint(database) == before


def test_the_page_leads_from_the_name_to_the_new_certificate(database, office, earned, as_person):
    holder, old = earned
    browser = as_person(office)
    path = f"/admin/certificates/{old}"
    page = browser.get(path)
    assert "correct the person’s name on certificates first" in words(page)
    assert f"/admin/people/{holder.student.user_id}/details" in page.text
    early = browser.post(f"{path}/replace", data={"replace_reason": REASON})
    assert early.status_code == 409
    assert "The profile has the name that stands on this certificate." in words(early)
    rename(database, holder, NEW)
    assert f"A new certificate is issued for {NEW}" in words(browser.get(path))
    empty = browser.post(f"{path}/replace", data={"replace_reason": ""})
    assert empty.status_code == 422
    assert "Enter the reason." in words(empty)
    done = browser.post(f"{path}/replace", data={"replace_reason": REASON}, follow_redirects=True)
    assert "The certificate is replaced." in words(done)
    assert NEW in words(done)
