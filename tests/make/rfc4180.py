"""A reader of CSV that shares nothing with what writes it: the grammar of RFC 4180, word for word.

file = [header CRLF] record *(CRLF record) [CRLF];  field = escaped / non-escaped
"""

import re
import unicodedata
from typing import Final

MARK: Final = "\ufeff"
CELL: Final = re.compile(r'"((?:[^"]|"")*)"|([^",\r\n]*)')
"""A field: escaped, in which a quotation mark is doubled, or bare."""
HOSTILE: Final = tuple(
    f"{before}{sign}{formula}"
    for before in ("", " ", "Ann;", 'Say "x"| ')
    for sign, formula in (
        *(("=", "1+1"), ("+", "44"), ("-", "1"), ("@", "SUM(1)"), ("\t", "=1")),
        *(("\r", "=1"), ("＝", "HYPERLINK(1)"), ("＋", "1"), ("－", "1"), ("＠", "x")),
    )
)
"""Forty texts that begin a formula somewhere."""


def read(document: str) -> list[list[str]]:
    """Return the records of a document that begins with a byte-order mark. Raise ValueError where it is not
    what the RFC describes, or where a record has another number of fields than the first."""
    if not document.startswith(MARK):
        raise ValueError("no byte-order mark")
    records: list[list[str]] = [[]]
    position = len(MARK)
    while True:
        match = CELL.match(document, position)
        assert match is not None  # a bare field may be empty
        escaped, bare = match.groups()
        records[-1].append(bare if escaped is None else escaped.replace('""', '"'))
        position = match.end()
        follows = document[position : position + 2]
        if follows.startswith(","):
            position += 1
        elif follows == "\r\n" and position + 2 < len(document):
            records.append([])
            position += 2
        elif follows in ("", "\r\n"):
            break
        else:
            raise ValueError(f"unexpected at {position}: {follows!r}")
    if len({len(record) for record in records}) > 1:
        raise ValueError("records of different lengths")
    return records


def begins_a_formula(cell: str) -> bool:
    """Return whether a spreadsheet may take a cell, or what stands behind another separator in it, for a
    formula."""
    return any(
        unicodedata.normalize("NFKC", part.lstrip(' "')).startswith(("=", "+", "-", "@", "\t"))
        for part in re.split(r"[;|\t\r\n]", cell)
    )
