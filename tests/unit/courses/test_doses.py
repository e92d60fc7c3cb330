"""Doses that could be misread are found; ordinary writing is not."""

import pytest

from app.courses.domain.doses import misprints


@pytest.mark.parametrize(
    "text",
    [
        "0.5 mL",
        "10 units of 0.05 mL",
        "50 micrograms per mL",
        "The 4 mm needle, 30G, in 2.0 mm steps",
        "p = 0.50 and 95 % of 1.20",
        "5.05 mL, 10 mL, 100 mg",
        "version 1.0. Then go on",
        "html, small, mug, plug, IUD, Xml",
        "at 8.30 am",
        "See 3.2.10 g",
        "https://example.org/a.5",
    ],
)
def test_accepted(text: str) -> None:
    assert list(misprints(text)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (".5 mL", "`.5` has no leading zero"),
        ("(.25)", "`.25` has no leading zero"),
        ("give ,5 mL", "`,5` has no leading zero"),
        ("5.0 mL", "`5.0` has a trailing zero"),
        ("0.10 mg", "`0.10` has a trailing zero"),
        ("1.0 units", "`1.0` has a trailing zero"),
        ("5 ml", "`ml` is not"),
        ("mg/ml", "`ml` is not"),
        ("5 ug", "`ug` is not"),
        ("5mcg", "`mcg` is not"),
        ("5 μg", "`μg` is not"),
        ("100 IU", "`IU` is not"),
        ("0.5mL", "`0.5mL` has no space"),
        ("20mg", "`20mg` has no space"),
        ("5units", "`5units` has no space"),
    ],
)
def test_found(text: str, expected: str) -> None:
    messages = [message for message, hint in misprints(text) if hint]
    assert len(messages) == 1
    assert messages[0].startswith(expected)
