"""Writes lists as CSV text that spreadsheets can open safely."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

RUNS = ("=", "+", "-", "@", "\t", "\r")


def csv_text(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a CSV document with a byte-order mark, so that spreadsheets read it as UTF-8."""
    out = StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(heading)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return "\ufeff" + out.getvalue()


def harmless(cell: str) -> str:
    """Return the cell, changed so that no spreadsheet reads it as a formula (R-110)."""
    return f"'{cell}" if cell.lstrip(" ").startswith(RUNS) else cell
