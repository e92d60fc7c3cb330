"""Describes the letters of a name that cannot be printed, and where they are."""

import unicodedata
from collections.abc import Collection

from app.kit.messages import Message, msg

_JOINERS = frozenset("\u200c\u200d")
_PICTURE_MARKS = frozenset("\ufe0f\u20e3")
_SKIN_TONES = range(0x1F3FB, 0x1F400)


def pictures_in(name: str) -> tuple[str, ...]:
    """Return the pictures and symbols in a name, such as emoji, each once. Fonts draw some of them,
    but they are not part of a name."""
    return tuple(
        dict.fromkeys(
            letter for letter in name if _is_picture(letter) and letter not in _PICTURE_MARKS
        )
    ) or tuple(dict.fromkeys(letter for letter in name if letter in _PICTURE_MARKS))


def _is_picture(letter: str) -> bool:
    return (
        unicodedata.category(letter) == "So"
        or letter in _PICTURE_MARKS
        or ord(letter) in _SKIN_TONES
    )


def where_in(name: str, letters: Collection[str]) -> tuple[Message, ...]:
    """Return where letters occur in a name: whole words that consist of them, and single letters in
    other words. “ᏣᎳᎩ”, or “ꦗ” and “ꦮ” in “Anaꦗꦮ”. A combining mark is shown with its letter.
    """
    parts: list[Message] = []
    for word in name.split():
        drawn_as_one = _letters_with_marks(word)
        wanted = [
            letter_group
            for letter_group in drawn_as_one
            if any(letter in letters for letter in letter_group)
        ]
        if len(wanted) == len(drawn_as_one):
            parts.append(quoted(word))
        elif wanted:
            shown = tuple(quoted(letter_group) for letter_group in dict.fromkeys(wanted))
            parts.append(msg("{letters} in “{word}”", letters=shown, word=word))
    return tuple(parts) or (quoted(name),)


def quoted(text: str) -> Message:
    """Return a part of a name in quotation marks."""
    return msg("“{text}”", text=text)


def _letters_with_marks(word: str) -> list[str]:
    parts: list[str] = []
    for letter in word:
        follows = unicodedata.category(letter).startswith("M") or letter in _JOINERS
        if follows and parts:
            parts[-1] += letter
        else:
            parts.append(letter)
    return parts
