"""Facts, mails, notices and certificates that a later version stored: each is refused by itself, in words
that name the version, and nothing else stops. Answers and attempts: `quizzes/test_later_versions.py`."""

import pytest
from sqlalchemy import select, update

from app import jobs
from app.accounts.facts import LifeSupportSeen
from app.certificates.models import Certificate
from app.certificates.records import sign_certificate
from app.handlers import handlers_with
from app.kit.stored_documents import LaterVersionNeeded
from app.outbox import service as outbox
from app.outbox.models import OutboxEvent
from tests.make import NOW
from tests.make.certificates import a_certificate, an_earner
from tests.make.facts import a_stored_fact
from tests.make.keys import ISSUER
from tests.make.mails import a_stored_mail
from tests.make.notices import a_notice
from tests.make.pages import words
from tests.make.people import a_user

LATER = {"version": 3, "shape": "another"}


def event(database, event_id) -> OutboxEvent:
    with database.read() as db:
        return db.get_one(OutboxEvent, event_id)


@pytest.mark.parametrize(
    ("name", "payload", "said"),
    [
        ("certificate.earned", LATER, "facts: they have version 3"),
        (
            "quiz.celebrated",
            {"user_id": "x"},
            "facts: one is named “quiz.celebrated”",
        ),
    ],
)
def test_a_fact_is_tried_again_later(database, name, payload, said):
    handlers = handlers_with(ISSUER)
    with database.write() as db:
        person = a_user(db)
        later = a_stored_fact(db, name, payload, handler="celebrate")
        readable = outbox.announce(db, LifeSupportSeen(user_id=person.user_id), now=NOW)
    with pytest.raises(LaterVersionNeeded, match=said):
        handlers.fact_of(name, payload)
    jobs.deliver_facts(database, ISSUER, now=NOW)
    assert event(database, readable).done_at == NOW
    waiting = event(database, later)
    assert (waiting.done_at, waiting.tries) == (None, 1)
    assert waiting.last_error == "LaterVersionNeeded: needs-newer-version"


def test_a_mail_waits_and_the_next_is_sent(app, database):
    with database.write() as db:
        later = a_stored_mail(db, "ned@example.org", "enquiries/received", LATER)
        readable = a_stored_mail(db, "ned@example.org", "enquiries/received", {})
    jobs.deliver_due(database, app.state.mailer, ISSUER, now=NOW)
    assert event(database, later).done_at is None
    assert event(database, later).last_error == "LaterVersionNeeded: needs-newer-version"
    assert event(database, readable).done_at == NOW


def test_a_notice_says_that_its_words_are_in_the_mail(database, as_person):
    with database.write() as db:
        student = a_user(db)
        later = a_notice(db, student, template="enquiries/received", details=LATER)
        a_notice(db, student, template="accounts/password-changed", details={})
    browser = as_person(student)
    listed = words(browser.get("/notices"))
    assert "A mail from the academy" in listed
    assert "Your password" in listed
    page = browser.get(f"/notices/{later}")
    assert page.status_code == 200
    assert "the words cannot be shown here" in words(page)
    assert browser.get("/home").status_code == 200
    assert browser.get("/api/v1/notices").status_code == 200


def test_a_certificate_is_neither_called_valid_nor_forged(database, client, as_person):
    with database.write() as db:
        earned = an_earner(db)
        a_certificate(db, earned)
        admin = a_user(db, "Ada Admin", roles=("admin",))
        row = db.scalars(select(Certificate)).one()
        serial, certificate_id = row.serial, row.id
        row.snapshot = {**row.snapshot, "format": 3}
        sign_certificate(row, ISSUER.keys, now=NOW)
    page = client.get(f"/verify/{serial}")
    assert page.status_code == 409
    assert "certificates: this one has format 3" in words(page)
    assert "valid" not in words(page).lower()
    answer = client.get(f"/api/v1/certificates/{serial}")
    assert (answer.status_code, answer.json()["reason"]) == (409, "needs-newer-version")
    student = as_person(earned.student)
    assert student.get(f"/certificates/{certificate_id}.pdf").status_code == 409
    office = as_person(admin)
    assert office.get(f"/admin/certificates/{certificate_id}").status_code == 409
    for browser, paths in (
        (student, ("/home", "/certificates", "/notices")),
        (
            as_person(admin),
            ("/home", "/admin/certificates"),
        ),
    ):
        for path in paths:
            assert browser.get(path).status_code == 200, path


def test_a_forged_certificate_of_a_later_format_is_not_valid(database, client):
    """Otherwise a forger would only have to raise the number of the format to be told nothing."""
    with database.write() as db:
        a_certificate(db, an_earner(db))
        row = db.scalars(select(Certificate)).one()
        serial = row.serial
        db.execute(update(Certificate).values(snapshot={**row.snapshot, "format": 3}))
    answer = client.get(f"/api/v1/certificates/{serial}")
    assert (answer.status_code, answer.json()["status"]) == (200, "not_valid")
