"""Makes tagged PDFs (PDF/UA-1) from the templates in `templates/pdf`, and pictures of them.

What people typed reaches a template only as data, so it cannot be typst markup (R-106). Each PDF is
made in a separate process (`app.documents.typesetting`).
"""

import json
import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from time import monotonic
from typing import Any

from app.documents.paper_words import words_of
from app.kit import typeface
from app.kit.errors import Conflict
from app.kit.messages import msg
from app.kit.paths import TEMPLATES
from app.kit.words import Words

FOLDER = TEMPLATES / "pdf"
NO_GLYPH = "◊"
"""Replaces a character that no font has; the main typeface has this one."""
PATIENCE = 120.0
"""The time limit for a PDF that nobody is waiting for at a screen, in seconds."""

_NOT_DRAWN = re.compile(r'the text `"(.+?)"` could not be displayed')
_CODE = re.compile(r"\\u\{([0-9a-f]+)\}")
_UNPRINTED = frozenset({"Cc", "Cs", "Co", "Cn"})
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class NotLaidOut(Exception):
    """typst crashed on a text. This happens for long words in a right-to-left script that no font
    has, such as Adlam."""


class NotDrawn(Exception):
    """typst refused a document: a font lacks a character, or the template is wrong."""

    def __init__(self, message: str, diagnostic: str) -> None:
        super().__init__(message)
        self.diagnostic = diagnostic


class TakesTooLong(Conflict):
    """The document was not ready in time."""

    title = msg("This paper takes too long now")

    def __init__(self) -> None:
        super().__init__(
            msg(
                "It was not ready in time, because the academy is busy. Wait a minute and ask for it again."
            )
        )


def paper(
    template: str,
    values: Mapping[str, Any],
    words: Words,
    *,
    at: datetime,
    within: float = PATIENCE,
) -> bytes:
    """Render `templates/pdf/<template>.typ` with plain JSON values, in the language of `words`. Never fails
    because of a name.

    The main typeface is used first, then Noto Sans for many scripts and typst's own fonts. A
    character that none of them has is printed as ◊, and the document says so. Takes 0.1 s or more,
    so never call it inside a write block. Raise TakesTooLong after `within` seconds.
    """
    until = monotonic() + within
    data = data_of(template, values, words)
    sure = typeface.drawn_characters() | set(map(ord, "".join(data["words"].values())))

    def is_sure(letter: str) -> bool:
        return ord(letter) in sure

    try:
        return _print(template, _clean(data, None), at, until)
    except NotLaidOut:
        return _print(template, _clean(data, is_sure), at, until, masked=True)
    except NotDrawn as refused:
        missing = frozenset(letters_not_drawn(refused))
        if not missing:
            raise
    try:
        # typst reports a letter together with its combining mark, even if only the mark is missing.
        others = _clean(data, lambda letter: letter not in missing or is_sure(letter))
        return _print(template, others, at, until, masked=True)
    except (NotLaidOut, NotDrawn):
        # A combining mark whose letter was replaced is alone now, and no font can draw that.
        return _print(template, _clean(data, is_sure), at, until, masked=True)


def exact_paper(
    template: str,
    values: Mapping[str, Any],
    words: Words,
    *,
    at: datetime,
    within: float = PATIENCE,
) -> bytes:
    """Return the document with every character unchanged, or raise NotDrawn if a font lacks one."""
    data = _clean(data_of(template, values, words), None)
    return _print(template, data, at, monotonic() + within)


def exact_picture(
    template: str,
    values: Mapping[str, Any],
    words: Words,
    *,
    at: datetime,
    resolution: int,
    within: float = PATIENCE,
) -> bytes:
    """Return the first page of what `exact_paper` prints as a PNG, in pixels per inch."""
    data = _clean(data_of(template, values, words), None)
    return _print(template, data, at, monotonic() + within, resolution=resolution)


def data_of(template: str, values: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """Return everything that a template reads: its values, and its own words in a language."""
    return {
        **values,
        "language": words.tag,
        "direction": words.direction,
        "words": words_of(template, words),
    }


def source_of(template: str) -> bytes:
    """Return everything that decides how a document looks, as a key for cached documents."""
    return b"".join(_read(name) for name in ("_paper", template))


def qr_code(address: str) -> dict[str, str]:
    """Return the placeholder for the QR code of an address in a document's values."""
    return {"qr_code_of": address}


def order_of(
    template: str, data: Any, at: datetime, *, masked: bool = False, resolution: int | None = None
) -> dict[str, Any]:
    """Return the JSON order that the typesetting process reads; `data` is what `data_of` returns. With a
    `resolution` it makes a picture."""
    return {
        "source": str(FOLDER / f"{template}.typ"),
        "root": str(FOLDER),
        "data": data,
        "masked": masked,
        "timestamp": int(at.timestamp()),
        "resolution": resolution,
    }


def _print(
    template: str,
    data: Any,
    at: datetime,
    until: float,
    *,
    masked: bool = False,
    resolution: int | None = None,
) -> bytes:
    order = order_of(template, data, at, masked=masked, resolution=resolution)
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
    """Return a value without control characters and direction overrides; characters that no font
    has become ◊."""
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


def letters_not_drawn(refused: NotDrawn) -> tuple[str, ...]:
    """Return the characters that typst reports as missing, each once; it writes some of them as
    codes."""
    named = "".join(_NOT_DRAWN.findall(refused.diagnostic))
    return tuple(dict.fromkeys(_CODE.sub(lambda code: chr(int(code[1], 16)), named)))


def _is_printed(letter: str) -> bool:
    return unicodedata.category(letter) not in _UNPRINTED and letter not in _TURNING


@lru_cache(64)
def _read(template: str) -> bytes:
    return (FOLDER / f"{template}.typ").read_bytes()
