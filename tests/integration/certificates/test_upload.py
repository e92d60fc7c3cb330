"""The page that takes the PDF of a certificate and says whether it is one."""

import json

import pytest
from lxml import html
from sqlalchemy import update

from app.certificates import queries, service
from app.certificates.models import Certificate
from app.certificates.pdf_signature import signed_attachment
from app.certificates.printing import certificate_pdf
from app.certificates.rate_limits import VERIFY
from tests.make import NOW
from tests.make.certificates import a_certificate, an_earner
from tests.make.keys import ISSUER
from tests.make.people import a_user


@pytest.fixture
def certificate(database) -> Certificate:
    with database.write() as db:
        certificate_id = a_certificate(db, an_earner(db))
    with database.read() as db:
        return db.get_one(Certificate, certificate_id)


@pytest.fixture
def content(database, certificate, tmp_path) -> bytes:
    with database.read() as db:
        shown = queries.verification(db, certificate.serial, ISSUER.keys)
    address = f"http://testserver/verify/{certificate.serial}"
    return certificate_pdf(shown.signed, ISSUER, address=address, kept_in=tmp_path, within=120)


@pytest.mark.parametrize("put", ["another's", "cut off", "empty", "unsigned"])
def test_a_kept_file_that_was_exchanged_is_made_anew(database, certificate, content, tmp_path, put):
    """A person who replaces a stored file cannot make the holder download it."""
    with database.write() as db:
        other_id = a_certificate(db, an_earner(db, "Ola Other"))
    with database.read() as db:
        mine = queries.verification(db, certificate.serial, ISSUER.keys).signed
        hers = queries.verification(db, db.get_one(Certificate, other_id).serial, ISSUER.keys)
    address = f"http://testserver/verify/{certificate.serial}"
    (stored_file,) = (tmp_path / "certificates").iterdir()
    contents = {
        "another's": lambda: certificate_pdf(
            hers.signed, ISSUER, address=address, kept_in=tmp_path / "hers", within=120
        ),
        "cut off": lambda: content[:-10],
        "empty": lambda: b"",
        "unsigned": lambda: b"%PDF-1.7\n",
    }
    stored_file.write_bytes(contents[put]())
    got = certificate_pdf(mine, ISSUER, address=address, kept_in=tmp_path, within=120)
    assert json.loads(signed_attachment(got, ISSUER.keys)[1])["words"] == mine.words
    assert stored_file.read_bytes() == got


def told(client, content: bytes):
    answer = client.post("/verify/file", files={"file": ("c.pdf", content, "application/pdf")})
    text = " ".join(html.document_fromstring(answer.text).itertext())
    return answer, " ".join(text.split())


def test_a_genuine_file_is_told_as_valid(client, content):
    answer, words = told(client, content)
    assert answer.status_code == 200
    assert "This file is a valid certificate" in words
    assert "Sam Student" in words
    assert answer.headers["x-robots-tag"] == "noindex, nofollow"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda content: content[:-9], "It was changed after it was signed"),
        (
            lambda content: content.replace(b"/Sig", b"/Sug", 1),
            "It was changed after it was signed",
        ),
        (lambda content: content + b"x", "Something was added to it"),
        (lambda _: b"GIF89a", "It is not a PDF."),
    ],
)
def test_another_file_is_told_as_not_valid_and_why(client, content, change, why):
    answer, words = told(client, change(content))
    assert answer.status_code == 200
    assert "This file is not a valid certificate" in words
    assert why in words
    assert "Sam Student" not in words


def test_it_says_what_the_page_of_the_number_says(client, content, certificate, database):
    """R-115: altered in the records, then revoked."""
    with database.write() as db:
        db.execute(update(Certificate).values(holder_name="Somebody Else"))
    assert "This file is not a valid certificate" in told(client, content)[1]
    with database.write() as db:
        db.execute(update(Certificate).values(holder_name="Sam Student"))
        admin = a_user(db, "Ada Admin", roles=("admin",))
        service.revoke_certificate(db, admin, certificate.id, "In error", ISSUER, now=NOW)
    words = told(client, content)[1]
    assert "The certificate in this file was revoked" in words
    assert "revoked it on 1 December 2026. Do not rely on it." in words
    assert "In error" not in words
    with database.write() as db:
        db.execute(update(Certificate).values(serial="1" * 26))
    assert "has no certificate with this number" in told(client, content)[1]


def test_no_file_is_said_at_the_field(client, database):
    for sent in (
        client.post("/verify/file", files={"file": ("", b"", "application/octet-stream")}),
        client.post("/verify/file", data={"serial": "x"}),
    ):
        assert sent.status_code == 422
        assert "Choose the PDF of a certificate." in sent.text


def test_other_content_and_other_sites_are_refused(client, database):
    assert client.post("/verify/file", content=b"%PDF-1.7").status_code == 415
    foreign = {"origin": "https://evil.example"}
    refused = client.post("/verify/file", files={"file": ("c.pdf", b"%PDF")}, headers=foreign)
    assert refused.status_code == 403
    large = {"file": ("c.pdf", b"%PDF-" + b"x" * 2**20)}
    assert client.post("/verify/file", files=large).status_code == 413


def test_files_count_for_the_limit_on_looking(client, database):
    """R-114."""
    for _ in range(VERIFY.most):
        assert told(client, b"no pdf")[0].status_code == 200
    assert told(client, b"no pdf")[0].status_code == 429
