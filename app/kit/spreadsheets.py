"""Writes lists as CSV text that spreadsheets can open safely."""

import csv
import re
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Final

_FORMULA: Final = re.compile("(^ *|[;|\t\r\n] *)(?=[=+\\-@＝＋－＠\t\r])")
"""Where a formula begins: at the beginning of a cell, or behind what some spreadsheets take for the end of
one. Signs of full width count too, because spreadsheets read them like the narrow ones."""


def csv_text(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a CSV document with a byte-order mark, so that spreadsheets read it as UTF-8. Every cell is
    quoted, so that no comma or line end in it begins another."""
    out = StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow([harmless(title) for title in heading])
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return "\ufeff" + out.getvalue()


def harmless(cell: str) -> str:
    """Return the cell, changed so that no spreadsheet reads it, or a part of it, as a formula (R-110)."""
    return _FORMULA.sub(r"\1'", cell)
