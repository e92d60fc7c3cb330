"""Bar of issue 11: a thousand random changes of row, snapshot, signature, key id, PDF and QR code are each
reported as not valid, on the page, in the API and offline; unchanged certificates stay valid
(R-111..R-117)."""

import copy
import json
import random
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import segno
import zxingcpp
from PIL import Image
from sqlalchemy import select, text

from app.certificates import checks, queries, serials
from app.certificates.domain import Status, hash_of
from app.certificates.file_check import checked_data, checked_file
from app.certificates.key_list import read_list, written_list
from app.certificates.models import Certificate
from app.certificates.printing import certificate_pdf
from app.certificates.signing import (
    Issuer,
    StatementKind,
    certificate_words,
    signed_by,
    written_document,
)
from app.db.database import sqlite_module
from app.documents import papers
from app.kit.keys import SIGNING, SigningKeys, new_line
from tests.conftest import an_app
from tests.make import NOW
from tests.make.browsing import a_browser
from tests.make.certificates import a_certificate, an_earner
from tests.make.keys import ISSUER, SIGNING_FILE

IN_SUITE, DEEP = 100, 1_000
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -+/=.:\u00eb\u00df"
Row = dict[str, Any]


class Forger:
    """Somebody who writes to the database of SQLite as they like, but has no key."""

    def __init__(self, database, app, portal, seed: int) -> None:
        self.database, self.app, self.portal = database, app, portal
        self.dice = random.Random(seed)  # noqa: S311 - the same changes in every run
        self.hand = sqlite_module().connect(database.url.database, isolation_level=None)
        self.hand.execute("PRAGMA foreign_keys=OFF")
        self.hand.execute("DROP INDEX uq_certificates_live")
        self.columns = [each[1] for each in self.hand.execute("PRAGMA table_info(certificates)")]
        self.looked = 0

    def row_at(self, rowid: int) -> Row:
        cursor = self.hand.execute("SELECT * FROM certificates WHERE rowid = ?", (rowid,))
        return dict(zip(self.columns, cursor.fetchone(), strict=True))

    def write(self, rowid: int, row: Row) -> None:
        names = ", ".join(f"{name} = ?" for name in row)
        self.hand.execute(
            f"UPDATE certificates SET {names} WHERE rowid = ?",  # noqa: S608
            (*row.values(), rowid),
        )

    def rowid(self, serial: str) -> int:
        cursor = self.hand.execute("SELECT rowid FROM certificates WHERE serial = ?", (serial,))
        return int(cursor.fetchone()[0])

    @contextmanager
    def with_row(self, rowid: int, changed: Row) -> Iterator[None]:
        """Replace a row by another one for the length of a block."""
        before = self.row_at(rowid)
        self.write(rowid, changed)
        yield
        self.write(rowid, before)

    def reads_alike(self, rowid: int, changed: Row) -> bool:
        """Return whether a changed row still has the same meaning: another spelling of a moment, an
        id or JSON."""
        before = self.read(rowid)
        with self.with_row(rowid, changed):
            return self.read(rowid) == before

    def read(self, rowid: int) -> tuple[Any, ...]:
        """Return the values of a row as the application reads them, without the words by which the list of
        the office is searched: they are made of the others."""
        evidence = [column for column in Certificate.__table__.c if column.name != "search_text"]
        with self.database.read() as db:
            query = select(*evidence).where(text("rowid = :rowid"))
            return tuple(db.execute(query, {"rowid": rowid}).one())

    def typo(self, text: str) -> str:
        """Change, add or take away one character."""
        place = self.dice.randrange(len(text) + 1)
        letter = self.dice.choice(LETTERS)
        way = self.dice.randrange(3)
        changed = text[:place] + letter + text[place + (way != 0) :]
        if way == 2 and text:
            place %= len(text)
            changed = text[:place] + text[place + 1 :]
        return changed if changed != text else text + letter

    def browser(self):
        """A visitor's browser that changes its network now and then, because looking up numbers is
        limited."""
        if self.looked % 20 == 0:
            address = ".".join(str(self.dice.randrange(1, 255)) for _ in range(4))
            self._browser = a_browser(self.app, self.portal, network=address)
        self.looked += 1
        return self._browser

    def told(self, serial: str) -> str:
        """Return what page and API say about a number; fail if they differ."""
        browser = self.browser()
        page = browser.get(f"/verify/{serial}")
        answer = browser.get(f"/api/v1/certificates/{serial}")
        assert page.status_code == answer.status_code, (serial, page.status_code)
        if page.status_code == 404:
            return "unknown"
        assert page.status_code == 200, (serial, page.text)
        status: str = answer.json()["status"]
        words = {
            "valid": "This certificate is valid",
            "revoked": "This certificate was revoked",
            "not_valid": "This certificate is not valid",
        }[status]
        assert words in page.text
        return status


@pytest.fixture
def forger(request, sqlite_database, settings_for, made_apps, portal):
    app = an_app(made_apps, settings_for(sqlite_database))
    forger = Forger(sqlite_database, app, portal, seed=20261129)
    yield forger
    forger.hand.close()
    app.state.app_context.database.close()


@pytest.fixture
def serials_of_two(sqlite_database):
    """Two people with a certificate of one course."""
    with sqlite_database.write() as db:
        first = an_earner(db)
        second = an_earner(db, "Ola Other", published=first.published)
        ids = [a_certificate(db, first), a_certificate(db, second)]
        return [db.get(Certificate, certificate_id).serial for certificate_id in ids]


def signed_of(database, serial: str):
    with database.read() as db:
        return queries.verification(db, serial, ISSUER.keys).signed


def pdf_of(signed, folder: Path, issuer: Issuer = ISSUER) -> bytes:
    address = f"http://testserver/verify/{signed.snapshot['serial']}"
    return certificate_pdf(signed, issuer, address=address, kept_in=folder, within=120)


def changes_of_row(forger: Forger, row: Row, other: Row) -> Row:
    """One column that was changed by hand, filled, emptied, or taken from another row."""
    names = [name for name in row if name not in ("snapshot", "signature", "signing_key_id")]
    name = forger.dice.choice(names)
    value = row[name]
    if value is None:
        value_written: Any = {
            "revoked_at": "2026-12-02 10:00:00.000000",
            "revoked_by": row["user_id"],
            "revocation_format": 1,
            "revocation_key_id": row["signing_key_id"],
            "revocation_signature": row["signature"],
            "revocation_reason": "None",
        }[name]
    elif isinstance(value, int):
        value_written = value + forger.dice.choice([-1, 1, 7])
    else:
        taken = other[name] if name not in ("serial", "id") else value
        value_written = forger.dice.choice([forger.typo(value), forger.typo(value), taken, None])
    if value_written is None and name in ("id", "serial", "user_id", "revision_id", "course_key"):
        value_written = forger.typo(value)
    if value_written is None and name in ("holder_name", "snapshot_hash", "issued_at"):
        value_written = ""
    return {**row, name: value_written}


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in inner:
        if isinstance(each, dict | list):
            yield from leaves(each, (*path, key))
        else:
            yield (*path, key)


def changed_snapshot(forger: Forger, said: dict[str, Any]) -> dict[str, Any]:
    """One value that was changed, a key that was added, or one that is gone."""
    said = copy.deepcopy(said)
    path = forger.dice.choice(list(leaves(said)))
    place: Any = said
    for key in path[:-1]:
        place = place[key]
    way = forger.dice.randrange(5)
    if way == 0:
        said[forger.typo("more")] = "or less"
    elif way == 1 and isinstance(place, dict):
        del place[path[-1]]
    else:
        value = place[path[-1]]
        place[path[-1]] = value + 1 if isinstance(value, int) else forger.typo(value)
    return said


def changes_of_snapshot(forger: Forger, row: Row, other: Row) -> Row:
    """Changes by a forger who knows the format: the hash is recomputed, and the columns repeat the
    changed values."""
    said = changed_snapshot(forger, json.loads(row["snapshot"]))
    holder = said.get("holder", {})
    repeated = {"holder_name": holder["name"]} if "name" in holder else {}
    return {**row, "snapshot": json.dumps(said), "snapshot_hash": hash_of(said), **repeated}


def changes_of_signature(forger: Forger, row: Row, other: Row) -> Row:
    stranger = SigningKeys.read(new_line(SIGNING, on=NOW.date()).written())
    words = certificate_words(json.loads(row["snapshot"]), id=row["id"], signed_at=NOW)
    forged = forger.dice.choice(
        [
            forger.typo(row["signature"]),
            forger.typo(row["signature"]),
            b64encode(forger.dice.randbytes(64)).decode(),
            other["signature"],
            signed_by(stranger, StatementKind.certificate, words).value,
            None,
        ]
    )
    return {**row, "signature": forged}


def changes_of_key_id(forger: Forger, row: Row, other: Row) -> Row:
    other_key_ids = [name for name in ISSUER.keys.public() if name != row["signing_key_id"]]
    forged = [forger.typo(row["signing_key_id"]), *other_key_ids, "20261129-deadbeef", None]
    return {**row, "signing_key_id": forger.dice.choice(forged)}


OF_ROWS: dict[str, Callable[[Forger, Row, Row], Row]] = {
    "row": changes_of_row,
    "snapshot": changes_of_snapshot,
    "signature": changes_of_signature,
    "key id": changes_of_key_id,
}


def offline_status(row: Row, words: dict[str, Any]) -> Status:
    """Return the offline answer about data that a forger made from the values of a row."""
    document = {
        "format": row["signature_format"],
        "key_id": row["signing_key_id"],
        "signature": row["signature"],
        "words": {**words, "certificate": json.loads(row["snapshot"])},
    }
    return checked_data(json.dumps(document), ISSUER.keys).status


COUNTS = [
    pytest.param(IN_SUITE, id="a tenth"),
    pytest.param(DEEP, id="all", marks=pytest.mark.deep),
]


@pytest.mark.parametrize("count", COUNTS)
def test_each_change_in_the_database_is_told(sqlite_database, forger, serials_of_two, count):
    """Six of ten changes: of the row, the snapshot, the signature and the key id."""
    first, second = serials_of_two
    rowid = forger.rowid(first)
    row, other = forger.row_at(rowid), forger.row_at(forger.rowid(second))
    words = dict(signed_of(sqlite_database, first).words)
    assert offline_status(row, words) is Status.valid
    done = dict.fromkeys(OF_ROWS, 0)
    while sum(done.values()) < count * 6 // 10:
        kind = forger.dice.choice(list(OF_ROWS))
        changed = OF_ROWS[kind](forger, row, other)
        if changed == row or forger.reads_alike(rowid, changed):
            continue
        with forger.with_row(rowid, changed):
            told = forger.told(changed["serial"] or first)
            with sqlite_database.read() as db:
                findings = checks.problems(db, ISSUER.keys, now=NOW)
        assert told in ("not_valid", "unknown"), (kind, difference(row, changed))
        assert findings, (kind, difference(row, changed))
        if kind != "row":
            assert offline_status(changed, words) is Status.not_valid, (
                kind,
                difference(row, changed),
            )
        assert told == "not_valid" or changed["serial"] != first
        done[kind] += 1
    assert min(done.values()) > count // 20
    assert (forger.told(first), forger.told(second)) == ("valid", "valid")
    with sqlite_database.read() as db:
        assert checks.problems(db, ISSUER.keys, now=NOW) == []


def difference(row: Row, changed: Row) -> dict[str, Any]:
    return {name: (row[name], changed[name]) for name in row if row[name] != changed[name]}


def with_other_words(signed, forger: Forger, folder: Path) -> bytes:
    """Return a file with other visible words and the genuine data, signed with a forger's key or
    not at all."""
    said = copy.deepcopy(signed.snapshot)
    said["holder"]["name"] = forger.typo("Sam Student").replace("\u00df", "s").strip() + "x"
    forged = type(signed)(said, signed.words, signed.proof)
    stranger = SigningKeys.read(new_line(SIGNING, on=NOW.date()).written())
    return pdf_of(forged, folder, Issuer("Preceptor Academy", stranger))


def changed_bytes(content: bytes, forger: Forger) -> bytes:
    """One byte is changed, or some are removed, repeated or appended."""
    place, way = forger.dice.randrange(len(content)), forger.dice.randrange(6)
    if way == 0:
        return content[:place]
    if way == 1:
        return content[:place] + content[place + forger.dice.randrange(1, 40) :]
    if way == 2:
        return content + forger.dice.randbytes(forger.dice.randrange(1, 200))
    changed = bytearray(content)
    changed[place] ^= forger.dice.randrange(1, 256)
    return bytes(changed)


@pytest.mark.parametrize("count", COUNTS)
def test_each_change_of_a_file_is_told(sqlite_database, forger, serials_of_two, tmp_path, count):
    """Three of ten changes: of the bytes of the PDF, and of its words under genuine data."""
    signed = signed_of(sqlite_database, serials_of_two[0])
    content = pdf_of(signed, tmp_path)
    published = read_list(written_list(ISSUER, {}, now=NOW)).keys
    assert checked_file(content, published).status is Status.valid
    for _ in range(count * 27 // 100):
        changed = changed_bytes(content, forger)
        assert checked_file(changed, published).status is Status.not_valid
    for number in range(count * 3 // 100):
        changed = with_other_words(signed, forger, tmp_path / str(number))
        checked = checked_file(changed, published)
        assert checked.status is Status.not_valid
        assert checked.said == {}
        # The genuine file's signature after the forged content: the data are genuine, the words are
        # not.
        behind = changed + content[content.rindex(b"/ByteRange") - 20_000 :]
        assert checked_file(behind, published).status is Status.not_valid
    assert checked_file(content, published).status is Status.valid
    assert checked_file(content, ISSUER.keys).serial == serials_of_two[0]


def code_in(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    try:
        (barcode,) = zxingcpp.read_barcodes(document[0].render(scale=3).to_pil())
    finally:
        document.close()
    return str(barcode.text)


def drawn(address: str) -> str:
    """Draw a QR code as a forger would, and read it as a phone does."""
    picture = BytesIO()
    segno.make(address, error="m").save(picture, kind="png", scale=4)
    (barcode,) = zxingcpp.read_barcodes(Image.open(picture).convert("L"))
    return str(barcode.text)


@pytest.mark.parametrize("count", COUNTS)
def test_each_change_of_the_code_leads_to_no_valid_certificate(
    sqlite_database, forger, serials_of_two, tmp_path, count
):
    """One of ten changes: of the number in the QR code."""
    first, second = serials_of_two
    address = code_in(pdf_of(signed_of(sqlite_database, first), tmp_path))
    assert address == f"http://testserver/verify/{first}"
    for _ in range(count // 10):
        place = forger.dice.randrange(len(first))
        letter = forger.dice.choice([each for each in serials.ALPHABET if each != first[place]])
        forged = first[:place] + letter + first[place + 1 :]
        read = drawn(address.replace(first, forged)).rpartition("/")[2]
        assert forger.told(read) == "unknown"
    assert forger.told(drawn(address).rpartition("/")[2]) == "valid"
    assert forger.told(second) == "valid"


def test_the_code_of_another_certificate_shows_the_other_name(forger, serials_of_two):
    """A forger may print a genuine code of somebody else: the page names whose it is."""
    page = forger.browser().get(f"/verify/{serials_of_two[1]}").text
    assert "Ola Other" in page
    assert "Sam Student" not in page
    assert "Compare the name" in page


def test_a_rotation_changes_nothing_for_what_is_issued(sqlite_database, serials_of_two, tmp_path):
    """R-117: after a key rotation an old certificate stays valid, its PDF is signed with the new
    key, and the published list has both keys. Without the old key in the key file the old
    certificate is not valid."""
    signed = signed_of(sqlite_database, serials_of_two[0])
    before = pdf_of(signed, tmp_path)
    newer = new_line(SIGNING, on=NOW.date())
    rotated = SigningKeys.read(newer.written() + SIGNING_FILE.read_text())
    issuer = Issuer(ISSUER.academy, rotated)
    with sqlite_database.read() as db:
        shown = queries.verification(db, serials_of_two[0], rotated)
    assert shown.status is Status.valid
    after = pdf_of(signed, tmp_path, issuer)
    assert after != before
    published = read_list(written_list(issuer, {}, now=NOW)).keys
    for content, file_key in ((before, ISSUER.keys.newest_id), (after, newer.id)):
        checked = checked_file(content, published)
        assert (checked.status, checked.file_signed_with) == (Status.valid, file_key)
        assert checked.signed_with == ISSUER.keys.newest_id
    assert checked_file(after, ISSUER.keys).status is Status.not_valid  # an unknown key
    forgetful = SigningKeys.read(newer.written())
    assert checked_file(before, forgetful).status is Status.not_valid
    with sqlite_database.read() as db:
        assert queries.verification(db, serials_of_two[0], forgetful).status is Status.not_valid


def test_genuine_data_in_a_paper_that_the_academy_did_not_print(
    sqlite_database, serials_of_two, tmp_path
):
    """A file that our key signed is not valid if the data inside it are not ours."""
    signed = signed_of(sqlite_database, serials_of_two[0])
    said = {**signed.snapshot, "title": "Master of everything"}
    words = {**signed.words, "certificate": said}
    forged = type(signed)(said, words, signed.proof)
    assert written_document(words, signed.proof) != written_document(signed.words, signed.proof)
    assert checked_file(pdf_of(forged, tmp_path), ISSUER.keys).status is Status.not_valid


def test_the_process_that_typesets_gets_no_private_key(
    sqlite_database, serials_of_two, tmp_path, monkeypatch
):
    """R-117: it gets only the text to print."""
    orders: list[bytes] = []
    run = papers.subprocess.run

    def watched(*arguments: Any, **named: Any) -> Any:
        orders.append(named["input"])
        return run(*arguments, **named)

    monkeypatch.setattr(papers.subprocess, "run", watched)
    pdf_of(signed_of(sqlite_database, serials_of_two[0]), tmp_path)
    private = ISSUER.keys.newest_private.private_bytes_raw()
    (order,) = orders
    assert b64encode(private) not in order
    assert private.hex().encode() not in order
    assert b"Sam Student" in order


def test_a_signed_pdf_of_the_first_day_is_valid_for_ever():
    """A stored file of the first format, which every later version must accept as valid."""
    content = (
        Path(__file__).parents[2] / "fixtures/stored/certificate-2026-11-29.pdf"
    ).read_bytes()
    checked = checked_file(content, ISSUER.keys)
    assert (checked.status, checked.why) == (Status.valid, None)
    assert str(checked.words) == (
        "Preceptor Academy issued certificate 7ZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZZZ-ZZ to Zoë Zimmermann for "
        "“A small course in skin and needles” on 1 December 2026."
    )
