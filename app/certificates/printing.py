"""A certificate as a tagged PDF (PDF/UA-1) that carries its signed data and is itself signed; made once and
kept by the hash of what it says and of the key."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import structlog

from app.certificates.pdf_signature import NotGenuine, sign_pdf, signed_attachment
from app.certificates.records import SignedCertificate, trained
from app.certificates.serials import grouped
from app.certificates.signing import Issuer, written_document
from app.documents import papers

log = structlog.get_logger("preceptor.certificates")

FILE_LASTS: Final = timedelta(days=365)
"""How long a document that was made is kept: a rule of `app.retention`."""
HALF_LASTS: Final = timedelta(days=1)
MOST_FILES: Final = 500


def certificate_pdf(
    signed: SignedCertificate, issuer: Issuer, *, address: str, kept_in: Path, within: float
) -> bytes:
    """Return the document, printed and signed at most once with each key. `address` is where anybody can
    verify it. The academy's name is the issuer's for certificates that do not say who issued them.

    Takes a fifth of a second the first time, and later 10 ms to check what was kept: never call it inside a
    write block. Raise TakesTooLong after `within` seconds.
    """
    values = _values(signed, issuer.academy, address)
    said = json.dumps([values, issuer.keys.newest_id], sort_keys=True).encode()
    name = sha256(papers.source_of("certificate") + said).hexdigest()
    issued_at = datetime.fromisoformat(signed.snapshot["issued_at"])

    def make() -> bytes:
        # The process that typesets gets what is printed, and no private key.
        paper = papers.exact_paper("certificate", values, at=issued_at, within=within)
        return sign_pdf(paper, issuer.keys, academy=values["academy"])

    data = str(values["signed"]).encode()

    def is_whole(content: bytes) -> bool:
        try:
            return signed_attachment(content, issuer.keys)[1] == data
        except NotGenuine:
            return False

    return _kept(kept_in / "certificates" / f"{name}.pdf", make, is_whole)


def delete_old_files(kept_in: Path, *, now: datetime) -> int:
    """Delete documents that were made long ago, some of them at once, and return how many: of a certificate
    that is asked for again one is made anew. What a full disk left half written goes after a day."""
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
    """Return the file that is kept, or make it. One that was damaged or exchanged is made anew: nothing that
    anybody wrote into the folder is handed out as a certificate."""
    content = _read(path)
    if content is not None:
        if is_whole(content):
            return content
        log.warning("kept certificate is not what was made", name=path.name)
    content = make()
    # Readers see the whole file or none: it is written beside and then moved.
    beside = path.with_suffix(f".{uuid4().hex}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as error:  # a full disk: it is printed again the next time
        log.warning("certificate not kept", exc_info=error)
        with suppress(OSError):
            beside.unlink(missing_ok=True)
    return content


def _read(path: Path) -> bytes | None:
    """Return what is kept; None where nothing is, or where this user may not read it."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        log.warning("kept certificate cannot be read", exc_info=error)
        return None


def _values(signed: SignedCertificate, academy: str, address: str) -> dict[str, Any]:
    said = signed.snapshot
    return {
        "academy": said.get("issuer", academy),
        "name": said["holder"]["name"],
        "title": said["title"],
        "scope": said["scope"],
        "issued": _day(date.fromisoformat(said["issued_on"])),
        "serial": grouped(said["serial"]),
        "address": address,
        "qr": papers.qr_code(address),
        "signed": written_document(signed.words, signed.proof),
        "practicals": [
            {
                "title": practical.title,
                "on": _day(practical.on),
                "assessed": _day(practical.assessed_on),
                "assessor": practical.assessor,
            }
            for practical in trained(said)
        ],
    }


def _day(day: date) -> str:
    """8 December 2026"""
    return f"{day.day} {day:%B %Y}"
