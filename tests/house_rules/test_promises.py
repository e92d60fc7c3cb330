"""Pages and mails never print a stored deadline directly. They print what a rule says about it at
that moment."""

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).parent.parent.parent / "templates"
SOURCES = sorted(path for path in TEMPLATES.rglob("*") if path.suffix in (".html", ".txt"))
RAW = re.compile(r"\b(?:cancel_until|booking_opens_at|booking_closes_at|opens_at|closes_at)\b")
OF_OLD_NOTICES = "mail/practicals/_terms.txt"
"""The template for terms that earlier versions stored with a notice. They were true when they were
written."""


def raw_deadlines(source: str) -> list[str]:
    """Return the deadlines that a template prints without asking whether they have passed."""
    return RAW.findall(source)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_template_prints_no_deadline_as_it_is_stored(path: Path) -> None:
    """A page that does not compare the deadline with the clock makes a promise that has expired
    ("Cancel free until" last Friday)."""
    if str(path.relative_to(TEMPLATES)) == OF_OLD_NOTICES:
        return
    assert raw_deadlines(path.read_text()) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ gate.cancel_until | datetime(gate.zone) }}", ["cancel_until"]),
        ("{{ when(offer.closes_at, zone) }}", ["closes_at"]),
        ("{{ row.cancel.sentence }} {{ offer.window(now).at }}", []),
    ],
)
def test_a_stored_deadline_is_noticed(source: str, expected: list[str]) -> None:
    assert raw_deadlines(source) == expected
