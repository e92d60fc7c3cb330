"""Papers: documents of `templates/pdf` as tagged PDF (PDF/UA-1), ready to print or to file.

What people typed reaches a document as data, never as its source: it cannot be typst markup (R-106).
Each paper is made in a process of its own (`app.documents.typesetting`).
"""

import json
import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from time import monotonic
from typing import Any

from app.kit import typeface
from app.kit.errors import Conflict
from app.kit.paths import TEMPLATES

FOLDER = TEMPLATES / "pdf"
NO_GLYPH = "◊"
"""Stands for a character that no font here draws; the house typeface draws it, whatever follows."""
PATIENCE = 120.0
"""Seconds for a paper that nobody waits for with a screen before them."""

_NOT_DRAWN = re.compile(r'the text `"(.+?)"` could not be displayed')
_CODE = re.compile(r"\\u\{([0-9a-f]+)\}")
_UNPRINTED = frozenset({"Cc", "Cs", "Co", "Cn"})
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class NotLaidOut(Exception):
    """Raised where typst stops over a text: it does so for long words of a right-to-left script that no
    font draws, such as Adlam."""


class NotDrawn(Exception):
    """Raised where typst refuses a paper: a font lacks a character, or its template is wrong."""

    def __init__(self, message: str, diagnostic: str) -> None:
        super().__init__(message)
        self.diagnostic = diagnostic


class TakesTooLong(Conflict):
    """The paper was not ready in time."""

    title = "This paper takes too long now"

    def __init__(self) -> None:
        super().__init__(
            "It was not ready in time, because the academy is busy. Wait a minute and ask for it again."
        )


def paper(
    template: str, values: Mapping[str, Any], *, at: datetime, within: float = PATIENCE
) -> bytes:
    """Return `templates/pdf/<template>.typ` filled with plain JSON values; never fails over a name.

    The house typeface comes first, then Noto Sans of many scripts and the fonts that typst carries. A
    character that none of them draws is printed as ◊, and the paper says so. Takes a tenth of a second or
    more: never call it inside a write block. Raise TakesTooLong after `within` seconds.
    """
    until = monotonic() + within
    try:
        return _print(template, _clean(values, None), at, until)
    except NotLaidOut:
        return _print(template, _clean(values, _is_house), at, until, masked=True)
    except NotDrawn as refused:
        missing = frozenset(letters_not_drawn(refused))
        if not missing:
            raise
    try:
        # typst names a letter together with the mark on it, although the letter alone is drawn.
        others = _clean(values, lambda letter: letter not in missing or _is_house(letter))
        return _print(template, others, at, until, masked=True)
    except (NotLaidOut, NotDrawn):
        # A mark that stood on a masked letter may stand alone now, and no font draws that.
        return _print(template, _clean(values, _is_house), at, until, masked=True)


def exact_paper(
    template: str, values: Mapping[str, Any], *, at: datetime, within: float = PATIENCE
) -> bytes:
    """Return the paper with every character as it is, or raise NotDrawn when a font lacks one."""
    return _print(template, _clean(values, None), at, monotonic() + within)


def source_of(template: str) -> bytes:
    """Return everything the look of a paper is made of, to keep made papers by."""
    return b"".join(_read(name) for name in ("_paper", template))


def qr_code(address: str) -> dict[str, str]:
    """Return what stands for the QR code of an address in a paper's values; it is drawn with the paper."""
    return {"qr_code_of": address}


def order_of(template: str, values: Any, at: datetime, *, masked: bool = False) -> dict[str, Any]:
    """Return what the process that makes a paper reads, as JSON."""
    return {
        "source": str(FOLDER / f"{template}.typ"),
        "root": str(FOLDER),
        "data": values,
        "masked": masked,
        "timestamp": int(at.timestamp()),
    }


def _print(
    template: str, values: Any, at: datetime, until: float, *, masked: bool = False
) -> bytes:
    order = order_of(template, values, at, masked=masked)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "app.documents.typesetting"],
            input=json.dumps(order).encode(),
            capture_output=True,
            timeout=max(0.0, until - monotonic()),
            check=True,
        )
    except subprocess.TimeoutExpired:
        raise TakesTooLong from None
    line, _, document = done.stdout.partition(b"\n")
    said = json.loads(line)
    if "stopped" in said:
        raise NotLaidOut
    if "refused" in said:
        raise NotDrawn(said["refused"], said["diagnostic"])
    return document


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


def letters_not_drawn(refused: NotDrawn) -> tuple[str, ...]:
    """Return the characters that typst says it cannot draw, each once; it writes some of them as codes."""
    named = "".join(_NOT_DRAWN.findall(refused.diagnostic))
    return tuple(dict.fromkeys(_CODE.sub(lambda code: chr(int(code[1], 16)), named)))


def _is_printed(letter: str) -> bool:
    return unicodedata.category(letter) not in _UNPRINTED and letter not in _TURNING


@cache
def _read(template: str) -> bytes:
    return (FOLDER / f"{template}.typ").read_bytes()
