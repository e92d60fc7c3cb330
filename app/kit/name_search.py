"""Finding and sorting names, however they are typed.

Lists store two texts beside a name, made here: a search text and a sort key. Both are compared as bytes, so
that SQLite and PostgreSQL agree, whatever the collation of the database.

| typed | finds |
|---|---|
| elodie avila, ÁVILA élodie | Élodie Ávila |
| obrien, o'brien, O’Brien, o brien | O’Brien |
| anne marie, anne-marie, annemarie | Anne-Marie |
| sorensen, SØRENSEN | Sørensen |
"""

import re
import unicodedata
from typing import Final

from app.kit.characters import without_ignorable
from app.kit.hosts import readable_address

MOST_WORDS: Final = 6
"""How many words of a search are looked for; what stands behind them is not."""
LONGEST_WORD: Final = 80
_APOSTROPHES: Final = re.compile("['’‘‛ʼʹʻʽ´`′＇‚]")
_WITHOUT_PARTS: Final = str.maketrans(
    {
        **{
            "æ": "ae",
            "œ": "oe",
            "þ": "th",
            "ø": "o",
            "ł": "l",
            "đ": "d",
            "ð": "d",
            "ı": "i",
            "ħ": "h",
        },
        **{
            "ŧ": "t",
            "ŋ": "n",
            "ƒ": "f",
            "ɓ": "b",
            "ɖ": "d",
            "ɗ": "d",
            "ɛ": "e",
            "ɔ": "o",
            "ə": "e",
        },
        **{"ƙ": "k", "ɲ": "n", "ƴ": "y", "ʒ": "z"},
    }
)
"""Letters that Unicode does not take apart into a basic letter and a mark. People type them without."""


def folded(text: str) -> str:
    """Return a text without case, accents, apostrophes and invisible characters. Everything else that is no
    letter or number is a space."""
    seen = _APOSTROPHES.sub("", without_ignorable(text))
    # Twice, because lower case may bring a mark of its own: İ becomes an i and a dot.
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", seen).casefold())
    letters = (letter for letter in plain if unicodedata.category(letter) != "Mn")
    return " ".join("".join(map(_letter_or_space, letters)).translate(_WITHOUT_PARTS).split())


def _letter_or_space(character: str) -> str:
    is_letter = character.isalnum() or unicodedata.category(character) == "Mc"
    return character if is_letter else " "


def search_text(*texts: str | None) -> str:
    """Return what a search looks through: the words of names, addresses or numbers. Each text stands in it
    also as one word, and so does each word with a hyphen or a full stop inside. The international domain of
    an address stands in it as people type it, too."""
    words: dict[str, None] = {}
    for text in filter(None, texts):
        for part in (*text.split(), text, *readable_address(text).split()):
            separate = folded(part).split()
            words.update(dict.fromkeys([*separate, "".join(separate)]))
    return " ".join(filter(None, words))


def search_words(typed: str) -> tuple[str, ...]:
    """Return the words that must all stand in a search text. A text without a letter or a number has none."""
    return tuple(dict.fromkeys(word[:LONGEST_WORD] for word in folded(typed).split()))[:MOST_WORDS]


def sort_key(name: str) -> str:
    """Return the text by which names are sorted: letter by letter without case and accents, and names that
    are alike but for these by the accents."""
    return f"{folded(name)}\x01{unicodedata.normalize('NFC', name).casefold()}"


def is_same_name(name: str, other: str) -> bool:
    """Return whether two names differ only in case, accents, apostrophes, hyphens and the order of words."""
    words, others = folded(name).split(), folded(other).split()
    return sorted(words) == sorted(others) or "".join(words) == "".join(others)
