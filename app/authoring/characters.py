"""Invisible characters, and characters that change how the text around them is read.

They come with copied text. With one of them, two different titles can look the same; a character
that reverses the writing direction can show a dose backwards.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

HINT: Final = (
    "Delete it, and type what stands around it again; it probably came with a copied text."
)

_JOINERS: Final = "\u200c\u200d"
"""Emoji and some scripts need these between two characters; they have no effect elsewhere."""

_HARMFUL: Final = re.compile(
    "["
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # control characters; tab and line ends are left out
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u3164\uffa0"  # shown as nothing
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # zero width, line separators, direction of writing
    "\ue000-\uf8ff"  # private use: every font shows something else
    "\ufdd0-\ufdef\ufeff\ufff0-\uffff"  # no characters, marks of order, and the sign for a lost letter
    "\U000e0000-\U000e0fff\U000f0000-\U0010ffff"
    "]"
)
_NAMES: Final = {
    "\x00": "NUL",
    "\x07": "BELL",
    "\x08": "BACKSPACE",
    "\x0b": "VERTICAL TAB",
    "\x0c": "FORM FEED",
    "\x1b": "ESCAPE",
    "\x7f": "DELETE",
    "\x85": "NEXT LINE",
}


def harmful_characters(text: str) -> Iterator[tuple[int, str]]:
    """Yield the position of each harmful character of `text`, and a sentence that names it."""
    for match in _HARMFUL.finditer(text):
        if match.group() in _JOINERS and _is_between_letters(text, match.start()):
            continue
        yield match.start(), _sentence(match.group())


def without_harmful_characters(text: str) -> str:
    """Return the text in which each harmful character is left out. Lines keep their numbers."""
    for position, _ in reversed([*harmful_characters(text)]):
        text = text[:position] + text[position + 1 :]
    return text


def _is_between_letters(text: str, position: int) -> bool:
    around = text[position - 1 : position] + text[position + 1 : position + 2]
    return len(around) == 2 and all(
        not character.isascii() and not character.isspace() for character in around
    )


def _sentence(character: str) -> str:
    if character == "\ufffd":
        return "The sign U+FFFD stands here in place of a letter that was lost."
    name = _NAMES.get(character) or unicodedata.name(character, "without a name")
    return f"The invisible character U+{ord(character):04X} ({name}) stands here."
