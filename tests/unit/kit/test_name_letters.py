"""Which letters of a name cannot be printed, in words a person understands."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.kit.messages import msg
from app.kit.name_letters import pictures_in, where_in


@pytest.mark.parametrize(
    ("name", "letters", "words"),
    [
        ("ᏣᎳᎩ", "ᏣᎳᎩ", "“ᏣᎳᎩ”"),
        ("Ana ꦗꦮ", "ꦗꦮ", "“ꦗꦮ”"),
        ("Anaꦗ Lee", "ꦗ", "“ꦗ” in “Anaꦗ”"),
        ("Anaꦗꦮꦗ Leeꦮ", "ꦗꦮ", "“ꦗ” and “ꦮ” in “Anaꦗꦮꦗ” and “ꦮ” in “Leeꦮ”"),
        ("Rene\u1a55 Lee", "\u1a55", "“e\u1a55” in “Rene\u1a55”"),
        ("މުހައް", "މހއުަް", "“މުހައް”"),
        ("Ann Lee", "", "“Ann Lee”"),
    ],
)
def test_the_letters_and_their_words_are_shown(name, letters, words):
    """Never as code points (S12)."""
    assert str(msg("{parts}", parts=where_in(name, letters))) == words


@settings(deadline=None)
@given(st.text(min_size=1, max_size=30), st.data())
def test_every_letter_that_is_missing_is_shown(name, data):
    letters = data.draw(st.sets(st.sampled_from(name)))
    shown = str(msg("{parts}", parts=where_in(name, letters)))
    assert all(letter in shown for letter in letters if not letter.isspace())


@pytest.mark.parametrize(
    ("name", "pictures"),
    [
        ("Sam 😀", ("😀",)),
        ("Sam 👩🏽‍⚕️", ("👩", "🏽", "⚕")),
        ("Sam 🇬🇧", ("🇬", "🇧")),
        ("Sam ©™", ("©", "™")),
        ("Sam 1\ufe0f\u20e3", ("\ufe0f", "\u20e3")),
        ("علی\u200cرضا", ()),
        ("O’Brien-Lee", ()),
        ("Gal·la ʻOkina", ()),
        ("ශ්\u200dරී", ()),
    ],
)
def test_pictures_are_told_from_letters(name, pictures):
    assert pictures_in(name) == pictures
