"""Documents that are damaged in the database: each is refused by itself, and nothing else stops."""

import pytest
from sqlalchemy import literal_column, update

from app import jobs
from app.notices.models import Notice
from app.outbox.models import OutboxEvent
from tests.make import NOW
from tests.make.keys import ISSUER
from tests.make.mails import a_stored_mail
from tests.make.notices import a_notice
from tests.make.pages import words
from tests.make.people import a_user

NO_JSON = '{"to": "ned@exam'
"""PostgreSQL refuses to store it; a damaged file of SQLite may hold it."""


@pytest.fixture(params=["[]", '"ned"', NO_JSON])
def document(request, database):
    """What stands in a column in the place of a document."""
    if request.param == NO_JSON and not database.is_sqlite:
        return "7"
    return request.param


def damage(db, column, row_id, document: str) -> None:
    """Store a text in the place of a document, as it stands."""
    table = column.class_
    changed = (
        update(table).where(table.id == row_id).values({column: literal_column(f"'{document}'")})
    )
    assert db.execute(changed).rowcount == 1


def test_a_damaged_mail_is_seen_and_the_next_is_sent(app, database, as_person, document):
    with database.write() as db:
        admin = a_user(db, roles=("admin",))
        waiting, given_up, readable = (
            a_stored_mail(db, "ned@example.org", "enquiries/received", {}) for _ in range(3)
        )
        for event_id in (waiting, given_up):
            damage(db, OutboxEvent.payload, event_id, document)
        event = db.get_one(OutboxEvent, given_up)
        event.dead_at, event.last_error = NOW, "It failed."
    jobs.deliver_due(database, app.state.mailer, ISSUER, now=NOW)
    with database.read() as db:
        assert db.get_one(OutboxEvent, readable).done_at == NOW
        assert db.get_one(OutboxEvent, waiting).tries == 1
    browser = as_person(admin)
    page = browser.get("/admin/outbox")
    assert page.status_code == 200
    assert "It failed." in words(page)
    dismissed = browser.post("/admin/outbox/dismiss", data={"only": str(given_up)})
    assert dismissed.status_code == 303
    assert "It failed." in words(browser.get("/admin/outbox?show=dismissed"))


def test_a_damaged_notice_is_listed_beside_the_others(database, as_person, document):
    with database.write() as db:
        student = a_user(db)
        damaged = a_notice(db, student, template="accounts/password-changed", details={})
        a_notice(db, student, template="accounts/password-changed", details={})
        damage(db, Notice.details, damaged, document)
    browser = as_person(student)
    listed = words(browser.get("/notices"))
    assert "A mail from the academy" in listed
    assert "Your password" in listed
    assert "the words cannot be shown here" in words(browser.get(f"/notices/{damaged}"))
