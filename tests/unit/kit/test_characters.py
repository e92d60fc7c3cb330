"""Invisible characters go by their Unicode property, not by a list of those somebody happened to meet."""

import unicodedata

import pytest

from app.kit.characters import JOINERS, as_seen, is_ignorable, without_ignorable


@pytest.fixture(scope="module")
def every_character() -> list[str]:
    return [chr(point) for point in range(0x110000) if not 0xD800 <= point <= 0xDFFF]


@pytest.fixture(scope="module")
def ignorable(every_character) -> set[str]:
    return {character for character in every_character if is_ignorable(character)}


def test_there_are_as_many_as_the_standard_counts(ignorable):
    """DerivedCoreProperties.txt of Unicode 16 ends its list of them with this number."""
    assert len(ignorable) == 4174


def test_format_characters_that_are_drawn_are_not_among_them(every_character, ignorable):
    """Marks before numbers in Arabic, Syriac and Kaithi, notes between lines, and joints of hieroglyphs."""
    drawn = {c for c in every_character if unicodedata.category(c) == "Cf"} - ignorable
    marks = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
    # How many of these a Python knows depends on its version of Unicode.
    assert drawn <= {*marks, *"\ufff9\ufffa\ufffb", *map(chr, range(0x13430, 0x13440))}


@pytest.mark.parametrize("character", [*"\u3164\uffa0\u115f\u00ad\u200b\u200e\u2060\ufeff\ufe0f"])
def test_the_ones_people_met(character):
    assert without_ignorable(f"a{character}b") == "ab"


def test_what_is_typed_loses_only_what_nobody_means():
    meant = [*JOINERS, "\u200e", "\u200f", "\ufe0f", "\u00ad", "\U000e0067"]
    assert as_seen("".join(meant)) == "".join(meant)
    assert as_seen("a\x00\x07\u200b\u3164\uffa0\ufeffb\r\nc\u2028d") == "ab\nc\nd"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("one\r\ntwo\rthree\u2028four\u0085five", "one\ntwo\nthree\nfour\nfive"),
        ("ann\u200b@example.org\ufeff", "ann@example.org"),
        ("a\x00b\x07\x1b[31m\x7f\ufffe", "ab[31m"),
        ("tab\tstays", "tab\tstays"),
        ("half \ud83d and whole \U0001f600\udc00", "half  and whole \U0001f600"),
        ("می\u200cروم 👩🏽\u200d⚕️", "می\u200cروم 👩🏽\u200d⚕️"),
        ("\u200fשלום \u202a1\u202c", "\u200fשלום \u202a1\u202c"),
    ],
)
def test_what_nobody_sees_is_left_out_and_nothing_else(typed, expected):
    assert as_seen(typed) == expected
