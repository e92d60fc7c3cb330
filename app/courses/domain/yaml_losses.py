"""Words that YAML leaves out or joins without an error: comments, and lines that become one.

An author who writes `title: Bleeding #2` means the whole line, and YAML reads `Bleeding`. So a comment
stands on a line of its own, and nothing that looks like a list is joined to one paragraph.
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
    """Where a text of YAML stands: first line and column, and the place after its last character.

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
        """The lines after the first one that the text reaches into."""
        return range(self.line + 1, self.end_line + (self.end_column > 0))


def lines_of(text: str) -> list[str]:
    """The lines of a text as YAML counts them."""
    return _LINE_END.split(text)


def losses(lines: Sequence[str], spans: Sequence[Span]) -> Iterator[Loss]:
    """Yield what YAML would leave out of `lines` or change. `spans` are all their keys and values."""
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
    """The lines with every key and value blanked out. What is left is punctuation and comments."""
    left = list(lines)
    for span in spans:
        if span.style in _BLOCK:
            # The comment after the sign stays: `|` itself stands in the first line of the span.
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
    """How far in a remark in line `number` may stand: as far as the key of the value above it."""
    above = bisect_left(spans, number, key=lambda span: span.line)
    indentation = spans[above - 1].indentation if above else None
    return _ANYWHERE if indentation is None else indentation
