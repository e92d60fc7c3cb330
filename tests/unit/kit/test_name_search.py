"""A name is found however it is typed, and sorted where people look for it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.name_search import (
    LONGEST_WORD,
    MOST_WORDS,
    folded,
    is_same_name,
    search_text,
    search_words,
    sort_key,
)
from tests.make.typed_names import PLAIN, ways_of_typing

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)


def finds(typed: str, stored: str) -> bool:
    return all(word in stored for word in search_words(typed))


@pytest.mark.parametrize("name", PLAIN)
def test_each_way_of_typing_a_name_finds_it(name):
    stored = search_text(name)
    for typed in ways_of_typing(name):
        assert search_words(typed)
        assert finds(typed, stored), typed


@pytest.mark.parametrize("name", PLAIN)
def test_a_name_with_one_more_letter_is_another(name):
    longest = max(search_words(name), key=len)
    assert not finds(f"{longest}q", search_text(name))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Élodie Ávila", "elodie avila"),
        ("İpek ŞAHİN", "ipek sahin"),
        ("ärztin MÜLLER", "arztin muller"),
        ("Großmann", "grossmann"),
        ("Łukasz Ørsted-Æther", "lukasz orsted aether"),
        ("Zoe\u0308", "zoe"),
        ("Ali\u200cReza", "alireza"),
        ("O’Brien D'Arcy", "obrien darcy"),
        ("Ａｎｎ\u3000Ｌｅｅ", "ann lee"),
        ("Σπύρος", "σπυροσ"),
        ("\u3164\u00ad", ""),
        ("?!\u0301", ""),
    ],
)
def test_folding(text, expected):
    assert folded(text) == expected


def test_the_words_of_a_search_are_bounded():
    assert search_words("a " * 200) == ("a",)
    assert len(search_words(" ".join(f"w{n}" for n in range(200)))) == MOST_WORDS
    assert search_words("x" * 500) == ("x" * LONGEST_WORD,)
    assert search_words("…!?\u0301") == ()


def test_an_address_is_found_whole_and_in_pieces():
    stored = search_text("Ann Lee", "ann.lee@example.org", None)
    for typed in ("ann.lee@example.org", "annlee", "@example", "LEE example"):
        assert finds(typed, stored)
    assert not finds("ben", stored)


def test_an_international_address_is_found_as_it_is_typed_and_as_it_is_stored():
    stored = search_text("Ann Lee", "ann@xn--mller-kva.xn--bcher-kva.example")
    for typed in ("ann@müller.bücher.example", "muller", "BÜCHER.example", "ann@xn--mller-kva"):
        assert finds(typed, stored)


def test_names_sort_where_people_look_for_them():
    expected = [
        *("Adam Żak", "Élodie Ávila", "elodie Bauer", "Lukas Peters", "Łukasz Nowak"),
        *("Ørsted Holm", "Şerban Ion", "van der Berg", "Zoe Zuma", "Zoë Zuma", "Борис", "李明"),
    ]
    assert sorted(expected, key=lambda name: sort_key(name).encode()) == expected
    assert sorted(expected) != expected  # by code point some stand behind Zoe


@given(TEXT)
def test_folding_is_stable(text):
    assert folded(folded(text)) == folded(text)


@given(TEXT, TEXT)
def test_texts_that_are_equal_to_unicode_are_equal(one_text, other_text):
    whole = f"{one_text} {other_text}"
    assert folded(unicodedata.normalize("NFD", whole)) == folded(
        unicodedata.normalize("NFC", whole)
    )
    assert sort_key(unicodedata.normalize("NFD", whole)) == sort_key(whole)


@pytest.mark.parametrize(
    ("name", "other", "is_same"),
    [
        ("Siân Lewis", "sian lewis", True),
        ("Lewis, Siân", "Siân Lewis", True),
        ("Anne-Marie O’Brien", "Annemarie OBrien", True),
        ("Łukasz Nowak", "LUKASZ NOWAK", True),
        ("Sian L", "Siân Lewis", False),
        ("Siân Lewis-Jones", "Siân Lewis", False),
        ("Siân", "", False),
    ],
)
def test_the_same_name_however_it_is_typed(name, other, is_same):
    assert is_same_name(name, other) is is_same
    assert is_same_name(other, name) is is_same
