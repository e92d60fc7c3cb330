"""Joins a stylesheet with the files that it imports, and leaves out what browsers do not need."""

import re
from pathlib import Path
from typing import Final

_IMPORT: Final = re.compile(rb'^@import "([^"\n]+)";$', re.MULTILINE)
# Strings are matched first, so that text in a string that looks like a comment stays.
_COMMENT: Final = re.compile(
    rb"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|[ \t]*/\*.*?\*/""", re.DOTALL
)
_LINE_START: Final = re.compile(rb"\n\s+")


def parts_of(path: Path) -> tuple[Path, ...]:
    """Return the files that a stylesheet imports, in its order. They are not served by themselves."""
    return tuple(
        part for name in _IMPORT.findall(path.read_bytes()) for part in _imported(path, name)
    )


def _imported(path: Path, name: bytes) -> tuple[Path, ...]:
    """Return the files of one line: one, or those of a folder in the order of their names, if the name ends
    with `/`."""
    named = path.parent / name.decode()
    return tuple(sorted(named.glob("*.css"))) if name.endswith(b"/") else (named,)


def served_stylesheet(path: Path) -> bytes:
    """Return a stylesheet as it is sent: each imported file takes the place of its `@import` line. Comments,
    empty lines and indentation are left out; they are a twelfth of the size. Raise FileNotFoundError if an
    imported file does not exist. Files that are imported import nothing themselves."""
    joined = _IMPORT.sub(
        lambda line: b"".join(part.read_bytes() for part in _imported(path, line[1])),
        path.read_bytes(),
    )
    return _LINE_START.sub(b"\n", _COMMENT.sub(lambda part: part[1] or b"", joined))
