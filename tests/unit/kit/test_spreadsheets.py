"""CSV that spreadsheets open safely."""

import csv
import unicodedata
from io import StringIO

import pytest

from app.kit.spreadsheets import csv_text

HOSTILE = [
    f"{before}{sign}{formula}"
    for before in ("", " ", "Ann;", "Ann; ")
    for sign, formula in (
        *(("=", "1+1"), ("+", "44"), ("-", "1"), ("@", "SUM(1)"), ("\t", "=1")),
        *(("\r", "=1"), ("＝", "HYPERLINK(1)"), ("＋", "1"), ("－", "1"), ("＠", "x")),
    )
]
"""Forty cells that begin a formula somewhere."""


def cells_of(document: str, separator: str) -> list[list[str]]:
    """Read a document with the standard library's reader, as a spreadsheet with this separator does."""
    assert document.startswith("\ufeff")
    return list(csv.reader(StringIO(document[1:], newline=""), delimiter=separator))


def is_formula(cell: str) -> bool:
    return unicodedata.normalize("NFKC", cell.strip()).startswith(("=", "+", "-", "@"))


@pytest.mark.parametrize("cell", HOSTILE)
def test_no_part_of_a_cell_is_a_formula(cell):
    """R-110. Not with another separator than ours either."""
    document = csv_text(("Name", "Note"), [("Sam", cell), (cell, "x")])
    for separator in ",;\t":
        for row in cells_of(document, separator):
            assert not any(is_formula(part.strip('"')) for part in row), (separator, row)


def test_without_the_guard_a_reader_sees_formulas():
    """The negative control."""
    assert any(is_formula(cell) for cell in HOSTILE)
    row = cells_of('\ufeff"Sam","Ann;=1+1"\r\n', ";")[0]
    assert any(is_formula(part) for part in row)


def test_a_reader_gets_the_cells_that_were_written():
    rows = [["Zoë, Ann", 'say "hi"'], ["two\nlines", "O’Neil"], ["", "3 = 3"], ["a - b", "x@y.org"]]
    assert cells_of(csv_text(("A", "B"), rows), ",") == [["A", "B"], *rows]


def test_the_document():
    assert csv_text(("A", "B"), [("x,y", "=z")]) == '\ufeff"A","B"\r\n"x,y","\'=z"\r\n'
