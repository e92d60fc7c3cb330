"""Certificate numbers: making one, and finding one in text that somebody pasted or typed.

A number has 26 characters of Crockford's base 32, printed in groups of four. People copy it
together with the address of its page, words before it, quotes, or invisible characters.
"""

import re
import secrets
import unicodedata
from collections.abc import Callable, Iterator
from urllib.parse import unquote

from app.kit.characters import is_ignorable
from app.kit.messages import Message, msg, msgs

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U, so that a serial can be read aloud and typed."""

SERIAL_LENGTH = 26
LONGEST_TEXT = 2000
"""A number is looked for in so many characters of a text."""

_MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0"})
_FOREIGN_LETTERS = str.maketrans(
    "АВЕЅЗІЈКМНОРСТУҮХԚԜҺԌ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹ" + "Ӏ",
    "ABES31JKMH0PCTYYXQWHG" + "ABEZH1KMN0PTYXC" + "1",
)
"""Cyrillic and Greek capitals that look like Latin letters or like digits."""

_GROUP = "[0-9A-Z]"
_GAP = "[^0-9A-Z]{1,5}"
_PRINTED = re.compile(
    f"(?<!{_GROUP})(?=((?:{_GROUP}{{4}}{_GAP}){{6}}{_GROUP}{{2}}|{_GROUP}{{26}})(?!{_GROUP}))"
)
_IN_ADDRESS = re.compile(r"/VERIFY/([^\s/?#]+)")
_WORD = re.compile(f"{_GROUP}+")
_PIECES = re.compile(r"[\s/?#&=:,;()<>\[\]{}\"'“”‘’«»]+")


def new_serial() -> str:
    """Return 128 random bits as 26 characters. A number cannot be guessed or derived from another."""
    return written_serial(secrets.randbits(128))


def written_serial(value: int) -> str:
    """Return a number below 2¹²⁸ as a serial of full length."""
    digits = []
    for _ in range(SERIAL_LENGTH):
        value, digit = divmod(value, 32)
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))


def grouped(serial: str) -> str:
    """Return a serial as it is printed: groups of four, to be read aloud."""
    return "-".join(serial[at : at + 4] for at in range(0, len(serial), 4))


def read_serial(typed: str) -> str | None:
    """Return the serial in a text, or None if there is none or more than one. Text around it,
    spaces, hyphens and lower case are ignored. O is read as 0, I and L as 1, and letters of other
    alphabets as the Latin letters that they look like.
    """
    serials = _serials_in(typed)
    return serials[0] if len(serials) == 1 else None


def serial_problem(typed: str) -> Message:
    """Return a sentence about what to check in a text in which `read_serial` finds no serial."""
    if several := len(_serials_in(typed)):
        return msgs(
            "There is {n} certificate number in what you typed. Check it.",
            "There are {n} certificate numbers in what you typed. Check them one by one.",
            several,
        )
    text = _meant(_in_capitals(typed))
    wrong = "".join(
        dict.fromkeys(
            letter for letter in text.translate(_MISREAD) if letter.isalnum() and not _fits(letter)
        )
    )
    if "U" in wrong:
        return msg("The letter U is never used in a number. What looks like one is a V.")
    if wrong:
        return msg(
            "A number has only digits and the letters A to Z, but you typed {letters}. Check each one.",
            letters=" ".join(wrong),
        )
    count = sum(letter.isalnum() for letter in text)
    return msg(
        "A certificate number has {length} letters and digits; you typed {count}. Check that none is "
        "missing or double.",
        length=SERIAL_LENGTH,
        count=count,
    )


def _serials_in(typed: str) -> tuple[str, ...]:
    """Return the different serials in a text, by the first and most reliable way of reading that
    finds any."""
    typed = typed[:LONGEST_TEXT]
    readings = dict.fromkeys(
        (_in_capitals(typed), _in_capitals(typed, unseen=" "), _in_capitals(unquote(typed)))
    )
    for seek in _WAYS:
        for text in readings:
            if serials := tuple(dict.fromkeys(seek(text))):
                return serials
    return ()


def _in_capitals(typed: str, *, unseen: str = "") -> str:
    """Return a text in plain capitals: any width or style, without accents, look-alike letters
    replaced by Latin ones, digits of every script. `unseen` replaces invisible characters."""
    return "".join(_capital(letter, unseen) for letter in typed)


def _capital(letter: str, unseen: str) -> str:
    if is_ignorable(letter) or unicodedata.category(letter) in ("Cf", "Mn", "Me"):
        return unseen
    if letter.isdecimal():
        return str(unicodedata.decimal(letter))
    plain = "".join(
        part
        for part in unicodedata.normalize("NFKD", letter)
        if unicodedata.category(part) not in ("Mn", "Me")
    )
    capitals = plain.upper().translate(_FOREIGN_LETTERS)
    # A single character that means a word, such as №, is not part of the number beside it.
    return capitals if len(capitals) == 1 else f" {capitals} "


def _in_address(text: str) -> Iterator[str]:
    """Yield the part of a certificate page's address that should be the number."""
    for part in _IN_ADDRESS.findall(text):
        yield from _as_serial(_WORD.findall(part))


def _printed(text: str) -> Iterator[str]:
    """Yield candidates that are grouped as printed, or written without gaps."""
    for part in _PRINTED.findall(text):
        yield from _as_serial(_WORD.findall(part))


def _whole(text: str) -> Iterator[str]:
    """Yield the whole text as a serial, however its words are grouped."""
    yield from _as_serial(_WORD.findall(text))


def _grouped_otherwise(text: str) -> Iterator[str]:
    """Yield consecutive words that together have the length of a number. At least one contains a
    digit; otherwise they are ordinary words."""
    words = _WORD.findall(text)
    for first in range(len(words)):
        length = 0
        for last in range(first, len(words)):
            length += len(words[last])
            if length >= SERIAL_LENGTH:
                break
        part = words[first : last + 1]
        if any(letter.isdigit() for word in part for letter in word):
            yield from _as_serial(part)


_WAYS: tuple[Callable[[str], Iterator[str]], ...] = (
    _in_address,
    _printed,
    _whole,
    _grouped_otherwise,
)


def _as_serial(words: list[str]) -> Iterator[str]:
    serial = "".join(words).translate(_MISREAD)
    if len(serial) == SERIAL_LENGTH and all(map(_fits, serial)):
        yield serial


def _fits(letter: str) -> bool:
    return letter in ALPHABET


def _meant(text: str) -> str:
    """Return the part of a text that was probably meant as the number: the end of a page's address,
    or the words from the first to the last with a digit, or the whole text."""
    if in_address := _IN_ADDRESS.search(text):
        return in_address[1]
    pieces = [piece for piece in _PIECES.split(text) if piece]
    numbers = [at for at, piece in enumerate(pieces) if any(map(str.isdigit, piece))]
    if not numbers:
        return text
    first, last = numbers[0], numbers[-1]
    if all(len(piece) <= 4 for piece in pieces[first : last + 1]):
        # Groups separated by gaps; some have no digit.
        while first > 0 and len(pieces[first - 1]) == 4:
            first -= 1
        while last + 1 < len(pieces) and len(pieces[last + 1]) in (2, 4):
            last += 1
    return " ".join(pieces[first : last + 1])
