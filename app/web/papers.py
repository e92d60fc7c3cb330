"""Papers: documents of `templates/pdf` as tagged PDF (PDF/UA-1), ready to print or to file.

What people typed reaches a document as data, never as its source: it cannot be typst markup (R-106).
"""

import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cache
from io import BytesIO
from typing import Any

import segno
import typst
from fastapi import Response

from app.kit import typeface
from app.kit.places import TEMPLATES

FOLDER = TEMPLATES / "pdf"
INK = "#17212B"
NO_GLYPH = "◊"
"""Stands for a character that no font here draws; the house typeface draws it, whatever follows."""

_NOT_DRAWN = re.compile(r'the text `"(.+?)"` could not be displayed')
_CODE = re.compile(r"\\u\{([0-9a-f]+)\}")
_UNPRINTED = frozenset({"Cc", "Cs", "Co", "Cn"})
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class NotLaidOut(Exception):
    """Raised where typst stops over a text: it does so for long words of a right-to-left script that no
    font draws, such as Adlam."""


def paper(template: str, values: Mapping[str, Any], *, at: datetime) -> bytes:
    """Return `templates/pdf/<template>.typ` filled with plain JSON values; never fails over a name.

    The house typeface comes first, then the fonts that typst carries (Greek, Cyrillic, Hebrew, Arabic
    and more). A character that none of them draws is printed as ◊, and the paper says so. Takes some ten
    milliseconds: never call it inside a write block.
    """
    try:
        return exact_paper(template, values, at=at)
    except NotLaidOut:
        return _print(template, _masked(values, _is_house), at)
    except typst.TypstError as refused:
        missing = frozenset(_named_in(refused))
        if not missing:
            raise
    try:
        return _print(template, _masked(values, lambda letter: letter not in missing), at)
    except (NotLaidOut, typst.TypstError):
        # A mark that stood on a masked letter may stand alone now, and no font draws that.
        return _print(template, _masked(values, _is_house), at)


def exact_paper(template: str, values: Mapping[str, Any], *, at: datetime) -> bytes:
    """Return the paper with every character as it is, or raise TypstError when a font lacks one."""
    return _print(template, {"data": _as_json(values)}, at)


def source_of(template: str) -> bytes:
    """Return everything the look of a paper is made of, to keep made papers by."""
    return b"".join(_read(name) for name in ("_paper", template))


def qr_code(address: str) -> str:
    """Return a QR code of an address, as SVG."""
    picture = BytesIO()
    segno.make(address, error="m").save(picture, kind="svg", border=0, dark=INK)
    return picture.getvalue().decode()


def pdf(content: bytes, name: str) -> Response:
    """Answer with a PDF that is saved under a name that says what it is; no search engine keeps it."""
    return Response(
        content,
        media_type="application/pdf",
        headers={
            "content-disposition": f'attachment; filename="{name}.pdf"',
            "x-robots-tag": "noindex, nofollow",
        },
    )


def _print(template: str, inputs: dict[str, str], at: datetime) -> bytes:
    try:
        document = typst.compile(
            str(FOLDER / f"{template}.typ"),
            root=str(FOLDER),
            font_paths=_fonts(),
            ignore_system_fonts=True,
            sys_inputs=inputs,
            pdf_standards="ua-1",
            timestamp=int(at.timestamp()),
        )
    except BaseException as stopped:
        # A panic of typst is no Exception, and its class cannot be imported.
        if type(stopped).__name__ == "PanicException":
            raise NotLaidOut from stopped
        raise
    assert isinstance(document, bytes)  # noqa: S101 - one PDF, not a list of pages
    return document


def _masked(values: Mapping[str, Any], is_drawn: Callable[[str], bool]) -> dict[str, str]:
    return {"data": _as_json(values, is_drawn), "masked": "yes"}


def _as_json(values: Mapping[str, Any], is_drawn: Callable[[str], bool] | None = None) -> str:
    return json.dumps(_clean(values, is_drawn), sort_keys=True, ensure_ascii=False)


def _clean(value: Any, is_drawn: Callable[[str], bool] | None) -> Any:
    """Return a value without what cannot be printed: control characters and turned directions go, a
    character that is not drawn becomes ◊."""
    if isinstance(value, str):
        return "".join(
            letter if is_drawn is None or letter == "\n" or is_drawn(letter) else NO_GLYPH
            for letter in unicodedata.normalize("NFC", value.replace("\r\n", "\n"))
            if letter == "\n" or _is_printed(letter)
        )
    if isinstance(value, Mapping):
        return {key: _clean(inner, is_drawn) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(inner, is_drawn) for inner in value]
    return value


def _is_house(letter: str) -> bool:
    return ord(letter) in typeface.drawn_characters()


def _named_in(refused: typst.TypstError) -> Iterator[str]:
    """Yield the characters that typst says it cannot draw; it writes some of them as codes."""
    for named in _NOT_DRAWN.findall(refused.diagnostic):
        yield from _CODE.sub(lambda found: chr(int(found[1], 16)), named)


def _is_printed(letter: str) -> bool:
    return unicodedata.category(letter) not in _UNPRINTED and letter not in _TURNING


@cache
def _fonts() -> typst.Fonts:
    """Read once: reading them costs as much as a paper."""
    return typst.Fonts(include_system_fonts=False, font_paths=[str(typeface.folder())])


@cache
def _read(template: str) -> bytes:
    return (FOLDER / f"{template}.typ").read_bytes()
