"""How much a drawing draws: parts of it may be drawn many times by `use`, patterns, masks and markers.

Each part that draws ten others which draw ten others is short to write, and yet stops the browser of
everybody who opens the page. So the shapes are counted as a browser draws them.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

MOST_DRAWN: Final = 10_000
"""How many elements a drawing may draw, with every repetition."""
MOST_LEVELS: Final = 12
"""How many parts may draw each other in a row."""
_REFERENCE: Final = re.compile(r"url\(\s*['\"]?#([^'\")\s]+)")
_HREFS: Final = ("href", "{http://www.w3.org/1999/xlink}href")


def drawing_fault(root: Any) -> tuple[str, str] | None:
    """Return what is wrong with the parts that a drawing uses again, and what to do instead, or None."""
    named = {element.get("id"): element for element in _elements(root) if element.get("id")}
    try:
        drawn = _Parts({name: _part(element) for name, element in named.items()}).drawn(_part(root))
    except _TooDeep:
        return (
            f"A part of the drawing uses itself, or more than {MOST_LEVELS} parts draw each other in a row.",
            "Let `use` and url(#…) name a part that draws shapes.",
        )
    if drawn > MOST_DRAWN:
        return (
            f"With its repetitions the drawing has more than {MOST_DRAWN:,} elements.",
            "Use fewer parts again inside of parts that are used again.",
        )
    return None


class _TooDeep(Exception):
    """Too many parts draw each other in a row. A part that draws itself never ends."""


@dataclass(frozen=True)
class _Part:
    """How many elements a part has, and how often it names each other part."""

    elements: int
    names: Counter[str]


@dataclass
class _Parts:
    """The parts of a drawing with an id; `counts` are the elements that they draw, as far as counted."""

    parts: dict[str, _Part]
    counts: dict[str, int] = field(default_factory=dict)

    def drawn(self, part: _Part, level: int = 0) -> int:
        """Return how many elements a part draws, with all repetitions."""
        if level > MOST_LEVELS:
            raise _TooDeep
        return part.elements + sum(
            times * self._named(name, level + 1) for name, times in part.names.items()
        )

    def _named(self, name: str, level: int) -> int:
        if name not in self.parts:
            return 0
        if name not in self.counts:
            self.counts[name] = self.drawn(self.parts[name], level)
        return self.counts[name]


def _part(element: Any) -> _Part:
    inside = list(_elements(element))
    return _Part(len(inside), Counter(name for each in inside for name in _named_parts(each)))


def _elements(root: Any) -> Iterator[Any]:
    return (element for element in root.iter() if isinstance(element.tag, str))


def _named_parts(element: Any) -> Iterator[str]:
    for attribute in _HREFS:
        if element.get(attribute, "").startswith("#"):
            yield element.get(attribute)[1:]
    for value in element.attrib.values():
        yield from _REFERENCE.findall(value)
