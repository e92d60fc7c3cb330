"""The initials of a person, for the circle that stands for them in the header."""

import re
import unicodedata

APART = "\u200c"
"""Keeps two letters of a joined script, such as Arabic, from being drawn as one word."""
JOINED = ("ARABIC", "SYRIAC", "MONGOLIAN", "NKO")
"""How the Unicode names of letters of such scripts begin."""
ASIDE = re.compile(r"\([^)]*\)")
"""What stands in brackets, such as pronouns."""


def initials(name: str) -> str:
    """Return one or two letters in the script of the name: the first letter of its first word and of its
    last, each with its marks, in capitals where the script has them. Words without a letter, those that
    begin with a digit, and what stands in brackets do not count. Returns "" for a name without letters."""
    firsts = [letter for word in ASIDE.sub(" ", name).split() if (letter := _first_letter(word))]
    if not firsts:
        return ""
    chosen = firsts if len(firsts) == 1 else [firsts[0], firsts[-1]]
    apart = APART if unicodedata.name(chosen[-1][0], "").startswith(JOINED) else ""
    return apart.join(chosen)


def _first_letter(word: str) -> str:
    """Return the first letter of a word with the marks that belong to it, or "" if it has none."""
    letters = unicodedata.normalize("NFC", word)
    if letters[0].isdigit():
        return ""
    start = next((at for at, sign in enumerate(letters) if sign.isalpha()), None)
    if start is None:
        return ""
    end = start + 1
    while end < len(letters) and unicodedata.category(letters[end]).startswith("M"):
        end += 1
    capital = letters[start].upper()
    return (capital if len(capital) == 1 else letters[start]) + letters[start + 1 : end]
