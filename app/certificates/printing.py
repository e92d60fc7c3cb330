"""Prints a certificate as a tagged PDF (PDF/UA-1) that contains its signed data and is itself
signed. The file is made once and cached under the hash of its content and key."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import structlog

from app.certificates.frozen_words import words_of_certificate
from app.certificates.pdf_signature import NotGenuine, sign_pdf, signed_attachment
from app.certificates.records import SignedCertificate, trained
from app.certificates.serials import grouped
from app.certificates.signing import Issuer, written_document
from app.documents import papers
from app.kit.words import Words

log = structlog.get_logger("preceptor.certificates")

FILE_LASTS: Final = timedelta(days=365)
"""How long a printed file is cached: a rule of `app.retention`."""
HALF_LASTS: Final = timedelta(days=1)
MOST_FILES: Final = 500
PICTURE_RESOLUTION: Final = 110
"""In pixels per inch: the paper is 1286 × 909 pixels, twice the width of a phone."""


def certificate_pdf(
    signed: SignedCertificate, issuer: Issuer, *, address: str, kept_in: Path, within: float
) -> bytes:
    """Return the document, printed and signed at most once with each key. `address` is the address
    of its public page. The academy's name is used as issuer if the certificate does not name one.

    Takes 0.2 s the first time, and later 10 ms to check the cached file, so never call it inside a
    write block. Raise TakesTooLong after `within` seconds.
    """
    words = words_of_certificate(signed.snapshot, issuer)
    values = _values(signed, issuer, address, words)
    said = json.dumps(
        [papers.data_of("certificate", values, words), issuer.keys.newest_id], sort_keys=True
    ).encode()
    name = sha256(papers.source_of("certificate") + said).hexdigest()
    issued_at = datetime.fromisoformat(signed.snapshot["issued_at"])

    def make() -> bytes:
        # The typesetting process gets only the text to print, and no private key.
        paper = papers.exact_paper("certificate", values, words, at=issued_at, within=within)
        return sign_pdf(paper, issuer.keys, academy=values["academy"])

    data = str(values["signed"]).encode()

    def is_whole(content: bytes) -> bool:
        try:
            return signed_attachment(content, issuer.keys)[1] == data
        except NotGenuine:
            return False

    return _kept(kept_in / "certificates" / f"{name}.pdf", make, is_whole)


def certificate_picture(
    signed: SignedCertificate, issuer: Issuer, *, address: str, within: float
) -> bytes:
    """Return the paper as a PNG for the page of its holder. It is not signed: what proves a certificate is
    its file, or its public page. Takes 0.4 s. Raise TakesTooLong after `within` seconds."""
    words = words_of_certificate(signed.snapshot, issuer)
    issued_at = datetime.fromisoformat(signed.snapshot["issued_at"])
    return papers.exact_picture(
        "certificate",
        _values(signed, issuer, address, words),
        words,
        at=issued_at,
        resolution=PICTURE_RESOLUTION,
        within=within,
    )


def delete_old_files(kept_in: Path, *, now: datetime) -> int:
    """Delete some old cached files and return how many; a file that is needed again is printed
    again. Incomplete files that a full disk left behind are deleted after a day."""
    folder = kept_in / "certificates"
    if not folder.is_dir():
        return 0
    deleted = 0
    for path in folder.iterdir():
        lasts = FILE_LASTS if path.suffix == ".pdf" else HALF_LASTS
        with suppress(FileNotFoundError):  # another worker was quicker
            if path.stat().st_mtime <= (now - lasts).timestamp():
                path.unlink()
                deleted += 1
        if deleted == MOST_FILES:
            break
    return deleted


def _kept(path: Path, make: Callable[[], bytes], is_whole: Callable[[bytes], bool]) -> bytes:
    """Return the cached file, or make it. A damaged or replaced file is made again, so that nothing
    which somebody wrote into the folder is given out as a certificate."""
    content = _read(path)
    if content is not None:
        if is_whole(content):
            return content
        log.warning("kept certificate is not what was made", name=path.name)
    content = make()
    # Written under another name and then moved, so that readers see the whole file or none.
    beside = path.with_suffix(f".{uuid4().hex}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:  # a full disk: it will be printed again next time
        log.warning("certificate not kept", exc_info=error)
        with suppress(OSError):
            beside.unlink(missing_ok=True)
    return content


def _read(path: Path) -> bytes | None:
    """Return the cached file, or None if there is none or this user may not read it."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        log.warning("kept certificate cannot be read", exc_info=error)
        return None


def _values(
    signed: SignedCertificate, issuer: Issuer, address: str, words: Words
) -> dict[str, Any]:
    said = signed.snapshot

    def day(of: date) -> str:
        return words.value(of, "plain")

    return {
        "academy": said.get("issuer", issuer.academy),
        "name": said["holder"]["name"],
        "title": said["title"],
        "scope": said["scope"],
        "issued": day(date.fromisoformat(said["issued_on"])),
        "serial": grouped(said["serial"]),
        "address": address,
        "qr": papers.qr_code(address),
        "signed": written_document(signed.words, signed.proof),
        **({"look": said["look"]} if "look" in said else {}),
        "practicals": [
            {
                "title": practical.title,
                "on": day(practical.on),
                "assessed": day(practical.assessed_on),
                "assessor": practical.assessor,
            }
            for practical in trained(said)
        ],
    }
