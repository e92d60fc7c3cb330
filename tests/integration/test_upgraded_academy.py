"""Upgrades a stored academy of the last version without keys, second factors and signatures.

`academy-2026-11-29.sql` was written by that version: an admin and an instructor who are signed in and have
tokens of the API, a student with a certificate, and one whose certificate was revoked. Never write
it again.
"""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from app.certificates import late_signing, queries
from app.certificates.domain import Status
from app.checks import broken_invariants
from app.db.auditing import findings
from app.db.database import Database
from app.kit.actor import SystemActor
from app.main import create_app
from app.retention import checks as retention
from app.retention.endings import table
from app.retention.sweeping import sweep
from app.settings import Settings
from tests.make import NOW
from tests.make.factors import code_at, secret_on
from tests.make.keys import ISSUER, KEYS
from tests.make.people import A_PASSWORD
from tests.make.settings import production_settings

STORED = Path(__file__).parents[1] / "fixtures" / "stored" / "academy-2026-11-29.sql"
VALID, REVOKED = "1EJ7B6N1CHAX2GSASYGVTXZZTM", "2KR5G6BJYDD8EDSHTBM20TFRV4"
BASE = "https://academy.example"
HERE = "/me/second-factor"
LATER = NOW + timedelta(minutes=10)
STAFF = {
    "of-ada": ("ada@example.org", "/admin/people"),
    "of-ina": ("ina@example.org", "/teach/practicals"),
}


@pytest.fixture
def stored(tmp_path):
    """The database of the version before."""
    connection = sqlite3.connect(tmp_path / "academy.db")
    connection.executescript(STORED.read_text(encoding="utf-8"))
    connection.close()
    database = Database(f"sqlite:///{tmp_path}/academy.db")
    yield database
    database.close()


@pytest.fixture
def upgraded(stored):
    done = late_signing.upgrade(stored, SystemActor.command_line, KEYS, now=LATER)
    assert done.sentences == ("Signed certificates that were issued before: 2.",)
    return stored


def in_production(tmp_path, clock_file, cookie: str | None = None) -> TestClient:
    clock_file.write_text(LATER.isoformat())
    settings = Settings(**production_settings(tmp_path)).model_copy(
        update={"test_clock": clock_file}
    )
    cookies = {"__Host-sid": cookie} if cookie else None
    return TestClient(
        create_app(settings),
        base_url=BASE,
        headers={"origin": BASE},
        cookies=cookies,
        follow_redirects=False,
    )


def test_every_invariant_holds(upgraded):
    with upgraded.read() as db:
        assert broken_invariants(db, ISSUER.keys, now=LATER) == []


def test_what_was_issued_before_is_signed_and_says_so(upgraded, tmp_path, clock_file):
    """R-111, R-116: on the page and in the API; and what somebody changes in the row is not valid."""
    with in_production(tmp_path, clock_file) as client:
        page = client.get(f"/verify/{VALID}").text
        assert "This certificate is valid" in page
        assert "Zoë Zimmermann" in page
        assert "It was issued before" in page
        valid, revoked = (
            client.get(f"/api/v1/certificates/{serial}").json() for serial in (VALID, REVOKED)
        )
    assert (valid["status"], valid["signed_later"]) == ("valid", "2026-12-01T09:10:00Z")
    assert (revoked["status"], revoked["name"]) == ("revoked", "Ola Other")
    upgraded.close()
    hand = sqlite3.connect(tmp_path / "academy.db")
    hand.execute("UPDATE certificates SET holder_name = 'Zoe Zimmermann' WHERE serial = ?", [VALID])
    hand.commit()
    hand.close()
    with upgraded.read() as db:
        assert queries.verification(db, VALID, ISSUER.keys).status is Status.not_valid


@pytest.mark.parametrize("token", STAFF)
def test_staff_of_before_reach_only_enrolling_until_they_have_a_factor(
    upgraded, tmp_path, clock_file, token
):
    """R-025: with the sign-in and the token of the API that they had before the upgrade."""
    email, work = STAFF[token]
    with in_production(tmp_path, clock_file, token) as browser:
        for path in ("/home", work, "/me", f"{HERE}/codes"):
            assert browser.get(path).headers["location"] == HERE, path
        bearer = {"authorization": f"Bearer api-{token}"}
        with TestClient(browser.app, base_url=BASE, follow_redirects=False) as program:
            refused = program.get("/api/v1/me", headers=bearer)
            assert refused.status_code == 403
            assert refused.json()["reason"] == "second-factor-needed"
        page = browser.get(HERE).text
        assert "Set up your second factor to go on" in page
        proof = {"act": "set up", "next": HERE, "password": A_PASSWORD}
        assert browser.post("/prove", data=proof).status_code == 303
        browser.post(f"{HERE}/app/begin")
        secret = secret_on(browser.get(f"{HERE}/app").text)
        done = browser.post(f"{HERE}/app", data={"code": code_at(LATER, secret)})
        assert done.headers["location"] == f"{HERE}/codes"
        assert browser.get("/home").status_code == 200
        assert browser.get(work).status_code == 200
        browser.post("/sign-out")
        form = {"email": email, "password": A_PASSWORD}
        assert "second-factor" in browser.post("/sign-in", data=form).headers["location"]
        assert browser.get("/home").status_code == 303


def test_what_the_version_before_stored_is_swept_by_the_same_rules(upgraded):
    """Years later sign-ins, tokens, links and records of signing in are deleted; certificates
    remain."""
    with upgraded.read() as db:
        before = {
            name: db.scalar(select(func.count()).select_from(table(name)))
            for name in ("sign_ins", "api_tokens", "mailed_links", "notices")
        }
        assert min(before["sign_ins"], before["api_tokens"]) > 0
    swept = sweep(upgraded, now=LATER + timedelta(days=3650))
    assert swept.failed == ()
    with upgraded.read() as db:
        for name in ("sign_ins", "api_tokens", "mailed_links"):
            assert db.scalar(select(func.count()).select_from(table(name))) == 0, name
        assert db.scalar(select(func.count()).select_from(table("notices"))) == before["notices"]
        assert db.scalar(select(func.count()).select_from(table("certificates"))) == 2
        assert findings(db, retention.CHECKS, now=LATER + timedelta(days=3650)) == []
    with upgraded.write() as db:
        db.execute(table("users").update().values(disabled_at=LATER))
    assert sweep(upgraded, now=LATER + timedelta(days=3650)).rows["accounts"] == 4
    with upgraded.read() as db:
        assert broken_invariants(db, ISSUER.keys, now=LATER) == []
        assert (
            db.scalars(
                select(table("users").c.email).where(table("users").c.email.like("%example%"))
            ).all()
            == []
        )
