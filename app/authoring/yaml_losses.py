"""Finds text that YAML silently drops or joins: comments, and lines that become one.

An author who writes `title: Bleeding #2` means the whole line, but YAML reads `Bleeding`. So
comments are allowed only on lines of their own, and text that looks like a list may not be joined
to one paragraph.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

Loss = tuple[int, str, str]
"""The line, counted from 0 in the text, the message and the hint."""

_MARKER = re.compile(r"(?:[-*+]|[0-9]{1,3}[.)])\s|\||#{1,6}\s|:::|```|~~~|>\s")
_LINE_END: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_BLOCK: Final = ("|", ">")
_ANYWHERE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Span:
    """The position of a text in YAML: its first line and column, and the position after its last
    character.

    `style` is its quote, `|`, `>` or empty. `indentation` is the column of the key or dash that it
    belongs to, or None for a key.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    style: str
    indentation: int | None

    @property
    def lines_below(self) -> range:
        """The lines of the text after its first line."""
        return range(self.line + 1, self.end_line + (self.end_column > 0))


def lines_of(text: str) -> list[str]:
    """Return the lines of a text as YAML counts them."""
    return _LINE_END.split(text)


def losses(lines: Sequence[str], spans: Sequence[Span]) -> Iterator[Loss]:
    """Yield what YAML would drop or change in `lines`. `spans` are all keys and values in them."""
    for span in spans:
        yield from _joined_lines(lines, span)
    yield from _comments(_without_values(lines, spans), spans)


def _joined_lines(lines: Sequence[str], span: Span) -> Iterator[Loss]:
    if span.style == "|":
        return
    for number in span.lines_below:
        marker = _MARKER.match(lines[number].strip())
        if marker:
            yield (
                number,
                f"The lines of this text are joined to one, so that `{marker.group().strip()}` begins "
                "nothing here.",
                "Write `|` after the key, and the text below it, further in than the key.",
            )


def _without_values(lines: Sequence[str], spans: Sequence[Span]) -> list[str]:
    """Return the lines with every key and value masked, so that only punctuation and comments are
    left."""
    left = list(lines)
    for span in spans:
        if span.style in _BLOCK:
            # A comment after `|` stays, because `|` itself is in the first line of the span.
            for number in span.lines_below:
                left[number] = ""
            continue
        for number in (span.line, *span.lines_below):
            start = span.column if number == span.line else 0
            end = span.end_column if number == span.end_line else len(left[number])
            left[number] = left[number][:start] + "·" * (end - start) + left[number][end:]
    return left


def _comments(left: Sequence[str], spans: Sequence[Span]) -> Iterator[Loss]:
    for number, line in enumerate(left):
        before, sign, _ = line.partition("#")
        if not sign:
            continue
        if before.strip():
            yield (
                number,
                "What follows ` #` is left out by YAML.",
                "Put the whole text in double quotes; a remark stands on a line of its own.",
            )
        elif len(before) > _indentation_before(number, spans):
            yield (
                number,
                "This line does not belong to the text above it: YAML leaves it out.",
                "Move it as far in as the text, or a remark as far out as the key.",
            )


def _indentation_before(number: int, spans: Sequence[Span]) -> int:
    """Return how far a comment in line `number` may be indented: as far as the key of the value
    above it."""
    above = bisect_left(spans, number, key=lambda span: span.line)
    indentation = spans[above - 1].indentation if above else None
    return _ANYWHERE if indentation is None else indentation
