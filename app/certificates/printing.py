"""A certificate as a tagged PDF (PDF/UA-1), made once and kept by the hash of what it says."""

import json
from collections.abc import Callable
from datetime import date
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import segno
import typst

from app.certificates import fonts
from app.certificates.queries import Shown
from app.kit.places import TEMPLATES

TEMPLATE = TEMPLATES / "pdf" / "certificate.typ"


def certificate_pdf(certificate: Shown, *, academy: str, address: str, kept_in: Path) -> bytes:
    """Return the document, printed at most once. `address` is where anybody can verify it.

    Takes some ten milliseconds the first time: never call it inside a write block.
    """
    values = _values(certificate, academy, address)
    name = sha256(_template() + values.encode()).hexdigest()
    return _kept(kept_in / "certificates" / f"{name}.pdf", lambda: _print(certificate, values))


def _kept(path: Path, make: Callable[[], bytes]) -> bytes:
    if path.is_file():
        return path.read_bytes()
    content = make()
    path.parent.mkdir(parents=True, exist_ok=True)
    # Readers see the whole file or none: it is written beside and then moved.
    beside = path.with_suffix(f".{uuid4().hex}")
    beside.write_bytes(content)
    beside.replace(path)
    return content


def _print(certificate: Shown, values: str) -> bytes:
    document = typst.compile(
        str(TEMPLATE),
        root=str(TEMPLATE.parent),
        font_paths=[str(fonts.folder())],
        ignore_system_fonts=True,
        sys_inputs={"data": values},
        pdf_standards="ua-1",
        timestamp=int(certificate.issued_at.timestamp()),
    )
    assert isinstance(document, bytes)  # noqa: S101 - one PDF, not a list of pages
    return document


def _values(certificate: Shown, academy: str, address: str) -> str:
    picture = BytesIO()
    segno.make(address, error="m").save(picture, kind="svg", border=0, dark="#17212B")
    return json.dumps(
        {
            "academy": academy,
            "name": certificate.name,
            "title": certificate.title,
            "scope": certificate.scope,
            "issued": _day(certificate.issued_on),
            "serial": certificate.grouped,
            "address": address,
            "qr": picture.getvalue().decode(),
            "practicals": [
                {
                    "title": one.title,
                    "on": _day(one.on),
                    "assessed": _day(one.assessed_on),
                    "assessor": one.assessor,
                }
                for one in certificate.practicals
            ],
        },
        sort_keys=True,
        ensure_ascii=False,
    )


def _day(day: date) -> str:
    """8 December 2026"""
    return f"{day.day} {day:%B %Y}"


@cache
def _template() -> bytes:
    return TEMPLATE.read_bytes()
