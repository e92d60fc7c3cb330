"""Finding words that no translator gets: what a person can read outside ⟦ and ⟧ under the bracketing
language (`tests.make.pseudo_languages`)."""

import json
import re
from collections.abc import Iterable, Iterator
from html import unescape
from typing import Any, Final

from lxml import etree, html
from sqlalchemy import text as sql

from app.courses.domain.typography import same_marks
from app.db.database import Database
from app.kit.academy import Academy
from tests.make.pseudo_languages import CLOSE, OPEN

SPOKEN: Final = ("aria-label", "title", "alt", "placeholder", "aria-description", "label")
"""Attributes that a person hears or sees."""
SILENT: Final = ("script", "style", "code")
"""What nobody reads, and names for programs: those of cookies, fields and commands."""
INITIALS: Final = "avatar"
"""The class of a circle with the first letters of a name."""
DAY: Final = r"(Mon|Tues?|Wed(nes)?|Thu(rs)?|Fri|Sat(ur)?|Sun)(day)?"
MONTH: Final = (
    r"(Jan(uary)?|Feb(ruary)?|Mar(ch)?|Apr(il)?|May|June?|July?|Aug(ust)?|Sept?(ember)?|Oct(ober)?"
    r"|Nov(ember)?|Dec(ember)?)"
)
FORMATTED: Final = re.compile(
    rf"\b({DAY},? )?(\d{{1,2}} )?{MONTH}( \d{{4}})?\b(, \d\d:\d\d)?"
    rf"|\b{DAY}\b|\b\d+ (hours?|minutes?|days?|weeks?|seconds?)( \d+ minutes?)?\b"
    r"|\b\d+ [kMG]?B\b|\b[\w.+-]+@[\w.-]+|https?://\S+|(?<!\w)/[\w/{}.-]+|\b[0-9a-f-]{12,}\b"
    r"|\b[0-9A-Z]{4}(-[0-9A-Z]{2,4}){4,}\b|^\d+\. "
)
"""Days, moments and durations as the formats of a locale write them, addresses, ids, serial numbers,
and the number before an item of a list."""
WORD: Final = re.compile(r"[^\W\d_]{2,}")
SEPARATORS: Final = (
    r"\n",
    r"\s[–—|·→]\s",
    r":\s",
    r"\s\(|\)",
    r"\s*[·,:;()|–—/→]\s*|(?<=\w)\.\s",
    r"^\d[\d.,]*\s",
)
"""What stands between the names of one text: in the title of a page first, before a unit last."""
NOT_OURS: Final = ("notices", "outbox", "kept_mails", "audit_events", "idempotency", "deliveries")
"""Tables with words that we wrote: a text is no name because it stands there."""


def outside(page: str) -> list[str]:
    """Return every text of a page that stands outside brackets and has a word in it, in order, each once."""
    tree = html.document_fromstring(page)
    seen: dict[str, None] = {}
    for piece in (*_in_text(tree), *_in_attributes(tree)):
        words = " ".join(piece.split())
        if WORD.search(words):
            seen.setdefault(words)
    return list(seen)


def outside_in_text(text: str) -> list[str]:
    """The same for plain text, such as a calendar entry: the pieces between bracketed texts, by lines."""
    pieces = re.sub(rf"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}", "\n", text)
    while pieces != text:
        text, pieces = pieces, re.sub(rf"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}", "\n", pieces)
    return [line.strip() for line in text.split("\n") if WORD.search(line)]


def _in_text(tree: html.HtmlElement) -> Iterator[str]:
    """Yield what stands outside brackets; a bracketed text may contain elements."""
    depth = 0
    for element in tree.xpath("//wbr"):
        element.drop_tag()  # a long address may break there, and is one text still
    for words, silent in _texts(tree):
        if silent:
            continue
        piece = ""
        for character in words:
            if character == OPEN:
                depth += 1
            elif character == CLOSE:
                depth -= 1
            elif depth == 0:
                piece += character
        yield piece


def _texts(tree: html.HtmlElement) -> Iterator[tuple[str, bool]]:
    silenced = 0
    for event, element in etree.iterwalk(tree, events=("start", "end", "comment", "pi")):
        if event == "start":
            silenced += _is_silent(element)
            yield element.text or "", silenced > 0
        else:
            silenced -= event == "end" and _is_silent(element)
            yield element.tail or "", silenced > 0


def _is_silent(element: html.HtmlElement) -> bool:
    return element.tag in SILENT or element.get("class") == INITIALS


def _in_attributes(tree: html.HtmlElement) -> Iterator[str]:
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        for name in SPOKEN:
            yield from outside_in_text(element.get(name, ""))
        if element.tag == "meta" and element.get("name") == "description":
            yield from outside_in_text(element.get("content", ""))
        if element.tag == "input" and element.get("type") in ("submit", "button", "reset"):
            yield from outside_in_text(element.get("value", ""))


class Names:
    """What may stand outside brackets on a page: words that people, courses and the academy's file said."""

    def __init__(self, texts: Iterable[str]) -> None:
        plain = {same_marks(" ".join(text.split())) for text in texts}
        self._whole = {text for text in plain if text}
        self._all = "\n".join(sorted(self._whole))

    def untold(self, pieces: Iterable[str]) -> list[str]:
        """Return the pieces that are nobody's words and no formatted value."""
        return [piece for piece in pieces if not self._are(piece)]

    def _are(self, piece: str) -> bool:
        return self._is(piece) or self._are_between(FORMATTED.sub("\n", piece), SEPARATORS)

    def _are_between(self, piece: str, separators: tuple[str, ...]) -> bool:
        """Return whether everything between the separators is a name. A title with a comma is a name itself,
        so commas come last."""
        piece = piece.strip(" .…&+–\n")
        if not WORD.search(piece) or self._is(piece):
            return True
        if not separators:
            return False
        first, *others = separators
        return all(
            self._are_between(part, tuple(others)) for part in re.split(first, piece) if part
        )

    def _is(self, piece: str) -> bool:
        piece = same_marks(piece)
        if piece in self._whole:
            return True
        return len(piece) > MOST_OF_A_WORD and piece in self._all


MOST_OF_A_WORD: Final = 9
"""A piece of a stored text counts only if it is longer: a heading such as “Name” stands in many lessons."""


def names_of(database: Database, academy: Academy) -> Names:
    """Return the words that stand in a database and in the academy's file."""
    return Names((*_stored(database), *_strings(_plain(academy))))


def _stored(database: Database) -> Iterator[str]:
    with database.read() as db:
        tables = db.execute(sql("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars()
        for table in tables.all():
            if table.startswith(NOT_OURS):
                continue
            for row in db.execute(sql(f'SELECT * FROM "{table}"')):  # noqa: S608 - the schema's own names
                for value in row:
                    yield from _strings(value)


def _strings(value: Any) -> Iterator[str]:
    """Yield the texts in a stored value: of a document each, and of HTML each text of the page."""
    if isinstance(value, dict):
        for part in value.values():
            yield from _strings(part)
    elif isinstance(value, list | tuple | set | frozenset):
        for part in value:
            yield from _strings(part)
    elif isinstance(value, str) and value[:1] in ("{", "["):
        try:
            yield from _strings(json.loads(value))
        except ValueError:
            yield value
    elif isinstance(value, str) and "<" in value:
        tree = html.fragment_fromstring(value, create_parent="div")
        yield from (str(text) for text in tree.itertext())
        yield from _in_attributes(tree)
    elif isinstance(value, str):
        yield value
        yield unescape(value)  # HTML without an element: “A&amp;E”
        yield from value.splitlines()


def _plain(value: Any) -> Any:
    """Return the fields of a frozen value, and of those in it, as a list."""
    if hasattr(value, "__dataclass_fields__"):
        return [_plain(getattr(value, name)) for name in value.__dataclass_fields__]
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value if isinstance(value, str | dict) else None
