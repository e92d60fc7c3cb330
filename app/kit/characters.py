"""Characters that nobody sees, and what a text becomes without them."""

import re
from typing import Final

_IGNORABLE: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""The Unicode property Default_Ignorable_Code_Point (DerivedCoreProperties.txt, Unicode 16): characters that
a font draws as nothing. `unicodedata` does not have it."""
JOINERS: Final = frozenset("\u200c\u200d")
"""They join or part the letters beside them. Persian and many languages of India need them."""
_ANY_IGNORABLE: Final = re.compile(f"[{_IGNORABLE}]")
_IGNORABLE_IN_A_NAME: Final = re.compile(f"(?![{''.join(JOINERS)}])[{_IGNORABLE}]")
_CONTROLS: Final = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff"
_HALVES: Final = "\ud800-\udfff"
"""Halves of a character, which JSON can carry alone. No text with one can be sent as UTF-8."""
_NEVER_MEANT: Final = re.compile(
    f"[{_CONTROLS}{_HALVES}\u115f\u1160\u200b\u2060\u3164\ufeff\uffa0]"
)
_LINE_ENDS: Final = re.compile("\r\n?|[\x85\u2028\u2029]")


def is_ignorable(character: str) -> bool:
    return _ANY_IGNORABLE.fullmatch(character) is not None


def without_ignorable(text: str) -> str:
    """Return a text without any invisible character: for addresses, numbers, codes and searches."""
    return _ANY_IGNORABLE.sub("", text)


def without_ignorable_but_joiners(text: str) -> str:
    """Return a text without invisible characters, except joiners: for names."""
    return _IGNORABLE_IN_A_NAME.sub("", text)


def as_seen(typed: str) -> str:
    """Return what somebody typed without the characters that pasted text often contains and nobody means:
    control characters, which databases refuse, halves of a character, which no page can hold, spaces of no
    width, which make an address invalid, and fillers, which make a name empty. Joiners, directions and the
    parts of emoji stay, because a text may need them. All line ends become `\\n`."""
    return _NEVER_MEANT.sub("", _LINE_ENDS.sub("\n", typed))
