"""Marks passages in the HTML of a section: pure functions on text that the compiler has sanitised.

Passages are counted in the words that people see: whitespace of any length is one space, a block begins with
one, and drawings, buttons and the questions of checks are left out. A mark stands in one run of text, never
round a tag, so that no tag is broken whatever is marked; without the marks the HTML is what it was, byte by
byte.
"""

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from typing import Final, NamedTuple

OPENING: Final = '<mark class="highlight">'
CLOSING: Final = "</mark>"
_PIECE: Final = re.compile(
    r"<!--.*?-->|<(?P<slash>/?)(?P<tag>[a-zA-Z][a-zA-Z0-9]*)(?:\"[^\"]*\"|'[^']*'|[^'\">])*>"
    r"|(?P<text>&(?:[a-zA-Z0-9]+|#[0-9]+|#x[0-9a-fA-F]+);|.)",
    re.DOTALL,
)
_LEFT_OUT: Final = frozenset(
    [
        "svg",
        "button",
        "summary",
        "script",
        "style",
        "template",
        "textarea",
        "select",
        "math",
        "option",
    ]
)
_INSIDE_LINES: Final = frozenset(
    [
        "a",
        "abbr",
        "b",
        "bdi",
        "code",
        "del",
        "dfn",
        "em",
        "i",
        "ins",
        "mark",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
    ]
)


class TextSpan(NamedTuple):
    """A passage of the words of a section, from its first character to the one after its last."""

    start: int
    end: int


NOWHERE: Final = TextSpan(0, 0)
"""The place of a space between blocks: no character of the HTML."""


@dataclass(frozen=True, slots=True)
class SectionWords:
    """The words of some HTML, and where each character begins and ends in it; a space between blocks stands
    `NOWHERE`. Plain numbers, because many sections are cached: an object for each character would take
    twelve times the memory."""

    text: str
    begins: Sequence[int]
    ends: Sequence[int]

    def places(self, span: TextSpan) -> Iterator[TextSpan]:
        """Yield where the characters of a span stand in the HTML, but for spaces between blocks."""
        for begin, end in zip(
            self.begins[span.start : span.end], self.ends[span.start : span.end], strict=True
        ):
            if begin < end:
                yield TextSpan(begin, end)


@lru_cache(500)
def words_of(html: str) -> SectionWords:
    """Return the words that people see in HTML."""
    letters: list[str] = []
    begins, ends = array("I"), array("I")
    for letter, place in _letters(html):
        if letter.isspace():
            if not letters or letters[-1] == " ":
                continue
            letter = " "
        letters.append(letter)
        begins.append(place.start)
        ends.append(place.end)
    return SectionWords("".join(letters), begins, ends)


def _letters(html: str) -> Iterator[tuple[str, TextSpan]]:
    """Yield each character that people see with its place; between blocks a space that stands nowhere."""
    inside: list[str] = []
    for piece in _PIECE.finditer(html):
        tag = (piece["tag"] or "").lower()
        if tag in _LEFT_OUT:
            if piece["slash"]:
                if inside and inside[-1] == tag:
                    inside.pop()
            elif not piece[0].endswith("/>"):
                inside.append(tag)
        if tag and tag not in _INSIDE_LINES:
            yield " ", NOWHERE
        elif piece["text"] and not inside:
            for letter in unescape(piece[0]):
                yield letter, TextSpan(*piece.span())


def united(spans: Iterable[TextSpan]) -> tuple[TextSpan, ...]:
    """Return spans in order, those that overlap or touch each other as one."""
    whole: list[TextSpan] = []
    for span in sorted(spans):
        if whole and span.start <= whole[-1].end:
            whole[-1] = TextSpan(whole[-1].start, max(whole[-1].end, span.end))
        else:
            whole.append(span)
    return tuple(whole)


def with_marks(html: str, spans: Iterable[TextSpan]) -> str:
    """Return HTML with some passages of its words marked."""
    words = words_of(html)
    pieces: list[str] = []
    end = 0
    for run in _runs(html, words, spans):
        pieces += [html[end : run.start], OPENING, html[run.start : run.end], CLOSING]
        end = run.end
    return "".join([*pieces, html[end:]])


def _runs(html: str, words: SectionWords, spans: Iterable[TextSpan]) -> Iterator[TextSpan]:
    """Yield the pieces of HTML that hold the spans: text without a tag, and more than space."""
    for span in united(spans):
        run: TextSpan | None = None
        for place in words.places(span):
            if run and "<" not in html[run.end : place.start]:
                run = TextSpan(run.start, max(run.end, place.end))
                continue
            if run and html[run.start : run.end].strip():
                yield run
            run = place
        if run and html[run.start : run.end].strip():
            yield run
