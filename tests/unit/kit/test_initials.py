"""The initials of a name in any script."""

import pytest

from app.kit.initials import initials


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Priya Shah", "PS"),
        ("ana maría de la cruz", "AC"),
        ("Cher", "C"),
        ("Siân O’Rourke (she/her)", "SO"),
        ("“Bob” Marley", "BM"),
        ("Dr. 4 Ann Able 3rd", "DA"),
        ("Étienne Ôster", "ÉÔ"),
        ("E\u0301tienne Oster", "ÉO"),
        ("Łukasz Żak", "ŁŻ"),
        ("ßen Able", "ßA"),
        ("Nguyễn Thị Thuỳ", "NT"),
        ("Александр Пушкин", "АП"),
        ("Γιώργος Ώρας", "ΓΏ"),
        ("王小明", "王"),
        ("김 민준", "김민"),
        ("فاطمة الزهراء", "ف\u200cا"),
        ("דוד כהן", "דכ"),
        ("किरण शर्मा", "किश"),
        ("𝔄nna 𐐨x", "𝔄𐐀"),
        ("  Ann  ", "A"),
        ("", ""),
        ("123 🙂", ""),
    ],
)
def test_the_first_letters_of_the_first_and_the_last_word(name: str, letters: str) -> None:
    assert initials(name) == letters
