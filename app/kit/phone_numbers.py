"""Reads phone numbers as people type them, and writes them so that they can be read and dialled."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from app.kit.characters import without_ignorable

LONGEST_TYPED: Final = 60
LONGEST_STORED: Final = 40
_DASHES: Final = re.compile("[\u2010-\u2015\u2212]")
_EXTENSION: Final = re.compile(
    r"(?:[,;\s]*(?:extension|ext\.?|x|#)\s*[=.:]?\s*)(\d{1,8})$", re.IGNORECASE
)
_BRACKETED_TRUNK: Final = re.compile(r"\(0\)")
_SEPARATORS: Final = re.compile(r"[\s().\-/]")
_STORED: Final = re.compile(r"\+(\d{7,15})(?: ext (\d{1,8}))?")
_TWO_DIGIT_CODES: Final = frozenset(
    [
        "20",
        "27",
        "30",
        "31",
        "32",
        "33",
        "34",
        "36",
        "39",
        "40",
        "41",
        "43",
        "44",
        "45",
        "46",
        "47",
        "48",
        "49",
        "51",
        "52",
        "53",
        "54",
        "55",
        "56",
        "57",
        "58",
        "60",
        "61",
        "62",
        "63",
        "64",
        "65",
        "66",
        "81",
        "82",
        "84",
        "86",
        "90",
        "91",
        "92",
        "93",
        "94",
        "95",
        "98",
    ]
)


@dataclass(frozen=True, slots=True)
class DialPlan:
    """How numbers of a country are dialled: its calling code, what stands before a number inside the country,
    and what stands before a calling code."""

    code: str
    trunk: str = "0"
    abroad: str = "00"


DIAL_PLANS: Final = {
    **dict.fromkeys(("US", "CA"), DialPlan("1", "1", "011")),
    "AT": DialPlan("43"),
    "AU": DialPlan("61", abroad="0011"),
    "BE": DialPlan("32"),
    "BG": DialPlan("359"),
    "CH": DialPlan("41"),
    "CY": DialPlan("357", ""),
    "CZ": DialPlan("420", ""),
    "DE": DialPlan("49"),
    "DK": DialPlan("45", ""),
    "EE": DialPlan("372", ""),
    "ES": DialPlan("34", ""),
    "FI": DialPlan("358"),
    "FR": DialPlan("33"),
    "GB": DialPlan("44"),
    "GR": DialPlan("30", ""),
    "HR": DialPlan("385"),
    "HU": DialPlan("36", "06"),
    "IE": DialPlan("353"),
    "IN": DialPlan("91"),
    "IS": DialPlan("354", ""),
    "IT": DialPlan("39", ""),
    "LT": DialPlan("370"),
    "LU": DialPlan("352", ""),
    "LV": DialPlan("371", ""),
    "MT": DialPlan("356", ""),
    "NL": DialPlan("31"),
    "NO": DialPlan("47", ""),
    "NZ": DialPlan("64"),
    "PL": DialPlan("48", ""),
    "PT": DialPlan("351", ""),
    "RO": DialPlan("40"),
    "SE": DialPlan("46"),
    "SI": DialPlan("386"),
    "SK": DialPlan("421"),
    "ZA": DialPlan("27"),
}
"""By region. Numbers of other regions are stored without a calling code, unless they are typed with one."""


def normal_phone(typed: str, region: str | None) -> str | None:
    """Return a phone number as it is stored, or None if it cannot be dialled: `+442079460000`, with
    ` ext 12` behind it where it has an extension.

    `region` is the country in which a number without a calling code is dialled, such as `GB`. A number of a
    region that is not in `DIAL_PLANS` keeps the digits that were typed.
    """
    text = _DASHES.sub("-", unicodedata.normalize("NFKC", without_ignorable(typed))).strip()
    text = text.removeprefix("tel:").strip()
    extension = _EXTENSION.search(text)
    digits = _digits(text[: extension.start()] if extension else text)
    number = _international(digits, DIAL_PLANS.get(region or "")) if digits else None
    if number is None:
        return None
    return f"{number} ext {_ascii(extension[1])}" if extension else number


def spaced_phone(stored: str) -> str:
    """Return a stored number in groups of digits, for people: `+44 207 946 0000`."""
    match = _STORED.fullmatch(stored)
    if match is None:
        return stored
    digits, extension = match.groups()
    code = _code_of(digits)
    spaced = f"+{code} {_groups(digits[len(code) :])}"
    return f"{spaced} ext {extension}" if extension else spaced


def listed_phone(stored: str) -> str:
    """Return a stored number for a cell of a spreadsheet, which reads what begins with a plus as a formula:
    `(+44) 207 946 0000`."""
    return re.sub(r"^(\+\d+)", r"(\1)", spaced_phone(stored))


def dialled(stored: str) -> str:
    """Return the address that dials a stored number: `tel:+442079460000;ext=12`."""
    number, _, extension = stored.partition(" ext ")
    return f"tel:{number};ext={extension}" if extension else f"tel:{number}"


def _digits(text: str) -> str | None:
    """Return the digits of a number, with a plus before them if there is one; None if anything else but
    separators stands there."""
    digits = _SEPARATORS.sub("", _BRACKETED_TRUNK.sub("", text) if "+" in text else text)
    plus = "+" if digits.startswith("+") else ""
    rest = digits.removeprefix("+")
    return plus + _ascii(rest) if rest.isdecimal() else None


def _ascii(digits: str) -> str:
    return "".join(str(unicodedata.digit(digit)) for digit in digits)


def _international(digits: str, plan: DialPlan | None) -> str | None:
    """Return a number with its calling code where that is known; None if it is too short or too long."""
    for abroad in (plan.abroad, "00") if plan else ("00",):
        if digits.startswith(abroad):
            digits = f"+{digits.removeprefix(abroad)}"
    if not digits.startswith("+"):
        if plan is None:
            return digits if 7 <= len(digits) <= 15 else None
        digits = f"+{plan.code}{digits.removeprefix(plan.trunk)}"
    is_dialled = 8 <= len(digits) - 1 <= 15 and not digits.startswith("+0")
    return digits if is_dialled else None


def _code_of(digits: str) -> str:
    if digits[0] in "17":
        return digits[0]
    return digits[:2] if digits[:2] in _TWO_DIGIT_CODES else digits[:3]


def _groups(digits: str) -> str:
    """Return digits in groups of three, of which the last may have four."""
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    if len(groups) > 1 and len(groups[-1]) == 1:
        groups[-2:] = [groups[-2] + groups[-1]]
    return " ".join(groups)
