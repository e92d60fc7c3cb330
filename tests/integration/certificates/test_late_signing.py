"""Certificates that were issued before certificates were signed: the upgrade signs them once and
marks them."""

from datetime import timedelta

import pytest
from sqlalchemy import inspect, update

from app.audit.models import AuditEvent
from app.audit.queries import acts_about
from app.certificates import checks, domain, late_signing, queries, service
from app.certificates.domain import Status
from app.certificates.models import Certificate
from app.db import migrate
from app.db.database import Database
from app.kit.actor import SystemActor
from app.kit.ids import UserId, new_uuid
from tests.make import NOW
from tests.make.certificates import a_certificate, an_earner
from tests.make.damage import damage
from tests.make.keys import ISSUER, KEYS
from tests.make.people import a_user

LATER = NOW + timedelta(days=3)
UNSIGNED: dict[str, object] = {
    "signed_at": None,
    "signature_format": None,
    "signing_key_id": None,
    "signature": None,
    "revocation_format": None,
    "revocation_key_id": None,
    "revocation_signature": None,
}


@pytest.fixture
def earlier(database):
    """A certificate of the first format, as the version before stored it."""
    with database.write() as db:
        certificate_id = a_certificate(db, an_earner(db))
    with database.write() as db:
        row = db.get(Certificate, certificate_id)
        snapshot = {name: value for name, value in row.snapshot.items() if name != "issuer"}
        row.snapshot = {**snapshot, "format": 1}
        row.snapshot_hash = domain.hash_of(row.snapshot)
        db.execute(update(Certificate).values(UNSIGNED))
    return certificate_id


def verified(database, certificate_id):
    with database.read() as db:
        row = db.get(Certificate, certificate_id)
        return queries.verification(db, row.serial, ISSUER.keys)


def sign(database):
    with database.write() as db:
        return late_signing.sign_earlier(db, SystemActor.command_line, ISSUER.keys, now=LATER)


def test_it_is_not_valid_before_and_signed_later_afterwards(database, earlier):
    assert verified(database, earlier).status is Status.not_valid
    with database.read() as db:
        assert "preceptor keys sign-earlier" in checks.problems(db, ISSUER.keys, now=LATER)[0]
    signed = sign(database)
    assert (len(signed.signed), signed.refused) == (1, ())
    assert signed.sentences == ("Signed certificates that were issued before: 1.",)
    shown = verified(database, earlier)
    assert (shown.status, shown.name, shown.signed_later) == (Status.valid, "Sam Student", LATER)
    with database.read() as db:
        assert checks.problems(db, ISSUER.keys, now=LATER) == []
        acts = acts_about(db, shown.holder_id)
        assert acts[0].action == "certificates.certificate_signed_later"
    assert sign(database).sentences == ()


def test_what_is_issued_now_is_not_marked(database):
    with database.write() as db:
        certificate_id = a_certificate(db, an_earner(db))
    assert verified(database, certificate_id).signed_later is None


def test_a_revoked_one_stays_revoked(database, earlier):
    with database.write() as db:
        admin = a_user(db, "Ada Admin", roles=("admin",))
        service.revoke_certificate(db, admin, earlier, "In error", ISSUER, now=NOW)
        db.execute(update(Certificate).values(UNSIGNED))
    sign(database)
    shown = verified(database, earlier)
    assert (shown.status, shown.revoked_at) == (Status.revoked, NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"holder_name": "Somebody Else"},
        {"serial": "0" * 26},
        {"snapshot_hash": "0" * 64},
        {"snapshot": {}},
        {"revoked_at": NOW},
        {"revoked_by": UserId(new_uuid())},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_row_that_is_not_what_was_issued_is_not_signed(database, earlier, changes):
    with database.write() as db:
        db.execute(update(Certificate).values(changes))
    signed = sign(database)
    assert signed.signed == ()
    assert len(signed.refused) == 1
    assert "They stay not valid." in signed.sentences[0]
    assert verified(database, earlier).status is Status.not_valid
    with database.read() as db:
        row = db.get(Certificate, earlier)
        assert (row.signature, row.signed_at) == (None, None)


def test_a_row_in_the_old_form_that_nobody_issued_is_not_signed(database, earlier):
    """Somebody with access to the database wrote it, with the right SHA-256."""
    with database.write() as db:
        db.execute(
            update(AuditEvent)
            .where(AuditEvent.action == "certificates.certificate_issued")
            .values(action="certificates.certificate_blocked")
        )
    assert len(sign(database).refused) == 1
    assert verified(database, earlier).status is Status.not_valid


def test_a_revocation_that_was_taken_away_before_the_upgrade_is_not_signed_away(database, earlier):
    with database.write() as db:
        admin = a_user(db, "Ada Admin", roles=("admin",))
        service.revoke_certificate(db, admin, earlier, "In error", ISSUER, now=NOW)
        db.execute(
            update(Certificate).values(
                {**UNSIGNED, "revoked_at": None, "revoked_by": None, "revocation_reason": None}
            )
        )
    assert len(sign(database).refused) == 1


def test_the_migration_to_signatures_signs_and_no_later_one_does(sqlite_database: Database):
    """If a worker or a later upgrade signed too, somebody could add a row in the old form and get
    it signed."""
    with sqlite_database.write() as db:
        certificate_id = a_certificate(db, an_earner(db))
    migrate.downgrade(sqlite_database, "20261129_0090")
    with sqlite_database.engine.connect() as connection:
        assert "signature" not in {
            column["name"] for column in inspect(connection).get_columns("certificates")
        }
    signed = late_signing.upgrade(sqlite_database, SystemActor.command_line, KEYS, now=LATER)
    assert len(signed.signed) == 1
    assert verified(sqlite_database, certificate_id).signed_later == LATER
    with sqlite_database.write() as db:
        db.execute(update(Certificate).values(UNSIGNED))
    assert (
        late_signing.upgrade(sqlite_database, SystemActor.command_line, KEYS, now=LATER).signed
        == ()
    )
    assert verified(sqlite_database, certificate_id).status is Status.not_valid


def test_the_page_and_the_api_say_that_it_was_signed_later(database, earlier, client):
    sign(database)
    serial = verified(database, earlier).serial
    page = client.get(f"/verify/{serial}")
    assert page.status_code == 200
    assert "It was issued before" in page.text
    assert "was signed on Fri 4 Dec 2026" in page.text
    answer = client.get(f"/api/v1/certificates/{serial}").json()
    assert (answer["status"], answer["signed_later"]) == ("valid", "2026-12-04T09:00:00Z")


@pytest.mark.parametrize(
    "column",
    [
        *("id", "user_id", "revision_id", "revoked_by", "snapshot", "issued_at", "signed_at"),
        *("revoked_at", "signature", "signing_key_id", "serial", "revocation_signature"),
    ],
)
def test_bytes_that_are_no_value_of_their_column_are_not_valid_and_no_error(
    sqlite_database, column
):
    """SQLite keeps any bytes in any column; the page says "not valid" of them (R-116)."""
    with sqlite_database.write() as db:
        earned = an_earner(db)
        certificate_id = a_certificate(db, earned)
        serial = db.get(Certificate, certificate_id).serial
    damage(sqlite_database, f"UPDATE certificates SET {column} = x'ff7b00'")  # noqa: S608
    with sqlite_database.read() as db:
        shown = queries.verification(db, serial, ISSUER.keys)
        listed = queries.issued(db, ISSUER.keys, search="", number=1).rows
        own = queries.own_page(db, earned.student.user_id, ISSUER.keys).certificates
        assert checks.problems(db, ISSUER.keys, now=NOW) != []
    assert {view.status for view in (shown, *listed, *own) if view} <= {Status.not_valid}
    assert len(listed) == 1
