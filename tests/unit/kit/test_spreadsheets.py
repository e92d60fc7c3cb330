"""CSV that spreadsheets open safely."""

import pytest

from app.kit.spreadsheets import csv_text, harmless


@pytest.mark.parametrize("cell", ["=1+1", "+44", "-1", "@x", "\t=1", "\r=1", " =1"])
def test_formulas_are_neutralised(cell):
    """R-110."""
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["Sam", "", "3 = 3", "o'neil@example.org"])
def test_plain_text_stays(cell):
    assert harmless(cell) == cell


def test_the_document():
    assert csv_text(("A", "B"), [("x,y", "=z")]) == '\ufeffA,B\r\n"x,y",\'=z\r\n'
