"""`preceptor verify` and the published keys: the offline answer agrees with the page (R-115)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from app import cli
from app.certificates import domain, queries, service
from app.certificates.key_list import read_list, written_list
from app.certificates.models import Certificate
from app.certificates.pdf_signature import sign_pdf
from app.certificates.printing import certificate_pdf
from app.certificates.signing import Issuer, StatementKind, signed_by, written_document
from app.documents import papers
from app.kit.keys import SIGNING, SigningKeys, new_line
from app.kit.words import ENGLISH_WORDS
from tests.make import NOW
from tests.make.certificates import a_certificate, an_earner
from tests.make.keys import ISSUER, KEY_SETTINGS
from tests.make.people import a_user
from tests.unit.documents.test_papers import values_of

KEYS_PAGE = "/.well-known/preceptor-certificate-keys.json"


@pytest.fixture
def academy(sqlite_database):
    return sqlite_database


@pytest.fixture
def certificate(academy):
    with academy.write() as db:
        certificate_id = a_certificate(db, an_earner(db))
    with academy.read() as db:
        return db.get(Certificate, certificate_id)


@pytest.fixture
def file(academy, certificate, tmp_path) -> Path:
    with academy.read() as db:
        shown = queries.verification(db, certificate.serial, ISSUER.keys)
    content = certificate_pdf(
        shown.signed, ISSUER, address="http://x/verify/1", kept_in=tmp_path, within=60
    )
    path = tmp_path / "certificate.pdf"
    path.write_bytes(content)
    return path


@pytest.fixture
def verify(academy, monkeypatch, clock_file):
    """Run the command with the settings of an installation."""
    for name, value in {
        **KEY_SETTINGS,
        "PRECEPTOR_ENV": "test",
        "PRECEPTOR_TEST_CLOCK": str(clock_file),
        "PRECEPTOR_DATABASE_URL": academy.url.render_as_string(hide_password=False),
    }.items():
        monkeypatch.setenv(name, value)
    return lambda *words: CliRunner().invoke(cli.app, ["verify", *map(str, words)])


def verify_elsewhere(folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    """Run the installed command on a machine without settings, keys or database."""
    return subprocess.run(
        [Path(sys.executable).parent / "preceptor", "verify", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={"PATH": os.environ["PATH"]},
    )


def revoke(academy, certificate):
    with academy.write() as db:
        admin = a_user(db, "Ada Admin", roles=("admin",))
        service.revoke_certificate(db, admin, certificate.id, "In error", ISSUER, now=NOW)


def published(academy, settings_for, made_apps, portal, tmp_path) -> Path:
    from tests.conftest import an_app
    from tests.make.browsing import a_browser

    app = an_app(made_apps, settings_for(academy))
    answer = a_browser(app, portal).get(KEYS_PAGE)
    assert answer.status_code == 200
    path = tmp_path / "keys.json"
    path.write_bytes(answer.content)
    return path


def test_a_valid_file_is_told_by_the_installation(verify, file, certificate):
    done = verify(file)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.startswith("Valid.\n")
    assert "to Sam Student for" in done.stdout


def test_with_the_published_keys_no_settings_are_needed(
    file, academy, certificate, settings_for, made_apps, portal, tmp_path
):
    keys = published(academy, settings_for, made_apps, portal, tmp_path)
    done = verify_elsewhere(tmp_path, file, "--keys", keys, "--json")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    answer = json.loads(done.stdout)
    assert (answer["status"], answer["name"]) == ("valid", "Sam Student")
    assert answer["signed_with"] == answer["file_signed_with"] == ISSUER.keys.newest_id
    revoke(academy, certificate)
    keys = published(academy, settings_for, made_apps, portal, tmp_path)
    done = verify_elsewhere(tmp_path, file, "--keys", keys)
    assert done.returncode == 1
    assert done.stdout.startswith(
        "Revoked. The academy issued it and revoked it on 1 December 2026."
    )
    assert "published on 1 December 2026, 09:00 UTC" in done.stdout


@pytest.mark.parametrize(
    "left_out", [None, "holder", "serial", "title", "issued_on"], ids=lambda name: name or "nothing"
)
def test_a_list_of_a_stranger_says_that_it_may_be_one(
    file, academy, certificate, verify, tmp_path, left_out
):
    """A person who sends a forged file can also send a matching list of keys."""
    stranger = Issuer(
        "Preceptor\x1b[2J\nValid.", SigningKeys.read(new_line(SIGNING, on=NOW.date()).written())
    )
    with academy.read() as db:
        shown = queries.verification(db, certificate.serial, ISSUER.keys)
    said = {name: value for name, value in shown.signed.snapshot.items() if name != left_out}
    words = {"certificate": said}
    proof = signed_by(stranger.keys, StatementKind.certificate, words)
    values = values_of("certificate") | {"signed": written_document(words, proof)}
    paper = papers.exact_paper("certificate", values, ENGLISH_WORDS, at=NOW)
    forged, keys = tmp_path / "forged.pdf", tmp_path / "forged.json"
    forged.write_bytes(sign_pdf(paper, stranger.keys, academy="Preceptor Academy"))
    keys.write_text(written_list(stranger, {}, now=NOW))
    assert verify(forged).stdout.startswith("Not valid. It is signed with a key that is none")
    done = verify(forged, "--keys", keys)
    assert done.exit_code == (1 if left_out else 0)
    assert done.stdout.startswith("Not valid. " if left_out else "Valid.\n")
    assert "only if you fetched it yourself from the academy's own address." in done.stdout
    assert "\x1b" not in done.stdout
    assert done.stdout.count("\nValid.") == 0


def test_the_installation_says_what_its_page_says(verify, file, academy, certificate):
    """R-115: revoked, altered in the records, and not in them."""
    with academy.write() as db:
        db.execute(update(Certificate).values(holder_name="Somebody Else"))
    done = verify(file)
    assert (done.exit_code, done.stdout) == (
        1,
        "Not valid. What the academy's records say under this number is not what was issued. Ask the "
        "academy.\n",
    )
    with academy.write() as db:
        db.execute(update(Certificate).values(holder_name="Sam Student"))
    revoke(academy, certificate)
    done = verify(file)
    assert done.exit_code == 1
    assert done.stdout.startswith(
        "Revoked. The academy issued it and revoked it on 1 December 2026."
    )
    with academy.write() as db:
        row = db.get(Certificate, certificate.id)
        row.serial = "1" * 26
        row.snapshot_hash = domain.hash_of(row.snapshot)
    assert "has no certificate with this number" in verify(file).stdout


def test_a_revocation_that_was_taken_from_the_row_is_published_all_the_same(
    academy, certificate, settings_for, made_apps, portal, tmp_path
):
    """R-116: the audit trail still shows it."""
    revoke(academy, certificate)
    nothing = {
        "revoked_at": None,
        "revoked_by": None,
        "revocation_reason": None,
        "revocation_format": None,
        "revocation_key_id": None,
        "revocation_signature": None,
    }
    with academy.write() as db:
        db.execute(update(Certificate).values(nothing))
    path = published(academy, settings_for, made_apps, portal, tmp_path)
    assert read_list(path.read_bytes()).revoked_at(certificate.serial) == NOW


def test_what_cannot_be_checked_is_one_sentence(verify, file, tmp_path):
    missing = verify(tmp_path / "no.pdf")
    assert (missing.exit_code, missing.stdout) == (2, "")
    assert missing.stderr.startswith("preceptor: ")
    assert "cannot be read" in missing.stderr
    wrong = verify(file, "--keys", file)
    assert wrong.exit_code == 2
    assert "cannot be used. It is no list of an academy's keys." in wrong.stderr
    assert verify().exit_code == 2


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda content: content[: len(content) // 2], "carries no signature"),
        (lambda _: b"", "It is not a PDF."),
        (lambda content: content + b"more", "added to it after"),
        (lambda content: content.replace(b"/Sig", b"/Sug", 1), "changed after it was signed"),
    ],
)
def test_another_file_is_not_valid_and_says_why(verify, file, change, why):
    file.write_bytes(change(file.read_bytes()))
    done = verify(file)
    assert (done.exit_code, done.stderr) == (1, "")
    assert done.stdout.startswith("Not valid. ")
    assert why in done.stdout


def test_a_database_that_is_away_leaves_the_check_of_the_file(verify, file, academy):
    academy.close()
    Path(academy.url.database).unlink()
    done = verify(file)
    assert done.exit_code == 0
    assert "could not be looked up" in done.stdout


def test_the_list_of_keys_is_for_everybody_and_may_be_kept(client, database):
    answer = client.get(KEYS_PAGE)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert read_list(answer.content).keys.public() == ISSUER.keys.public()
