"""Rules for writing doses so that nobody misreads them, checked with patterns."""

import re
from collections.abc import Iterator
from typing import Final

_UNIT: Final = r"(?:mL|mg|kg|g|L|micrograms?|nanograms?|units?|mmol)"

_RULES: Final = (
    (
        re.compile(r"(?<![\w.,])[.,]\d+"),
        "has no leading zero",
        "Write a zero before the point, as in 0.5 mL.",
    ),
    (
        re.compile(rf"(?<![\w.,])\d+\.\d*0(?=\s?{_UNIT}\b)"),
        "has a trailing zero",
        "Leave the zero out, as in 5 mL: a point that is overlooked makes a tenfold dose.",
    ),
    (
        re.compile(r"(?<![A-Za-z])ml(?![A-Za-z])"),
        "is not the way millilitres are written here",
        "Write mL.",
    ),
    (
        re.compile(r"(?<![A-Za-z])(?:ug|mcg|[µμ]g)(?![A-Za-z])"),
        "is not the way micrograms are written here",
        "Write the word micrograms.",
    ),
    (
        re.compile(r"(?<![A-Za-z])IU(?![A-Za-z])"),
        "is not the way units are written here",
        "Write the word units.",
    ),
    (
        re.compile(rf"(?<![\w.,])\d+(?:\.\d+)?{_UNIT}\b"),
        "has no space before its unit",
        "Write a space between the number and the unit, as in 0.5 mL.",
    ),
)


def misprints(text: str) -> Iterator[tuple[str, str]]:
    """Yield a message and a hint for every dose that breaks the rules."""
    for pattern, fault, hint in _RULES:
        for match in pattern.finditer(text):
            yield f"`{match.group()}` {fault}.", hint
