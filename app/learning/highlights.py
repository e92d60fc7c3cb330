"""The passages of a lesson that a person highlights: the rules, without clock and database.

A highlight is stored by its words and what stands round them, so that another revision has it too wherever
these words are. One that is in no text any more is shown by its words alone.
"""

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from app.kit.ids import HighlightId
from app.kit.messages import msg
from app.kit.stored_documents import DocumentKind, upgraded
from app.learning.marking import TextSpan, united, with_marks, words_of

MOST_HIGHLIGHTS: Final = 200
"""How many highlights a person may have in one lesson."""
LONGEST_QUOTE: Final = 2000
ROUND: Final = 40
"""How many characters before and after a passage are stored, to tell it from others with its words."""
HIGHLIGHT_VERSION: Final = 1
KIND: Final = DocumentKind(msg("highlights"), msg("Highlights"))


@dataclass(frozen=True, slots=True)
class Passage:
    """Some words of a section. `occurrence` counts the places with these words from 1."""

    quote: str
    occurrence: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Highlight:
    """A passage that a person highlighted."""

    highlight_id: HighlightId
    section: str
    passage: Passage
    marked_at: datetime


class HighlightRefusal(StrEnum):
    """Why words cannot be highlighted."""

    no_words = "no-words"
    too_long = "too-long"
    not_in_section = "not-in-section"
    too_many = "too-many"


def stored_passage(passage: Passage) -> str:
    """Return a passage as the document that is stored."""
    return json.dumps({"version": HIGHLIGHT_VERSION, **asdict(passage)}, ensure_ascii=False)


def read_passage(text: str) -> Passage:
    """Return a stored passage of any version."""
    newest = upgraded(json.loads(text), KIND, newest=HIGHLIGHT_VERSION, steps={})
    return Passage(
        str(newest["quote"]), int(newest["occurrence"]), str(newest["before"]), str(newest["after"])
    )


def quoted(typed: str) -> str:
    """Return typed words as the words of a section are written: with single spaces."""
    return " ".join(typed.split())


def passage_at(html: str, span: TextSpan) -> Passage:
    """Return the words of a span of a section, with what stands round them."""
    text = words_of(html).text
    quote = text[span.start : span.end]
    starts = _starts(text, quote)
    return Passage(
        quote,
        starts.index(span.start) + 1,
        text[max(0, span.start - ROUND) : span.start],
        text[span.end : span.end + ROUND],
    )


def span_of(html: str, passage: Passage) -> TextSpan | None:
    """Return where a passage stands in a section: of the places with its words that which is most like the
    old one in what stands round it, and then in its number. None if its words are not there.

    Most passages stand between the same words as before, and these find them at once. A letter may stand at
    a thousand places, and a page has many highlights, so not each place is looked at for each of them."""
    text = words_of(html).text
    length = len(passage.quote)
    around = passage.before + passage.quote + passage.after
    same = [start + len(passage.before) for start in _starts(text, around)]
    if len(same) == 1:
        return TextSpan(same[0], same[0] + length)
    starts = _starts(text, passage.quote)
    if not starts:
        return None
    before, after = (side.replace(" ", "") for side in (passage.before[::-1], passage.after))

    def likeness(start: int) -> tuple[int, int]:
        alike = 0
        if not same:
            alike = _alike(_backwards(text, start), before)
            alike += _alike(_onwards(text, start + length), after)
        return alike, -abs(bisect_right(starts, start) - passage.occurrence)

    start = max(same or starts, key=likeness)
    return TextSpan(start, start + length)


def highlighted(html: str, highlights: Iterable[Highlight]) -> str:
    """Return the HTML of a section with the highlights marked whose words it has."""
    spans = (span_of(html, highlight.passage) for highlight in highlights)
    return with_marks(html, (span for span in spans if span))


def refusal_of(html: str, quote: str, *, others: int) -> HighlightRefusal | None:
    """Return why the words cannot be highlighted in a section, or None. `others` counts the highlights that
    the person has in the lesson."""
    if not quote:
        return HighlightRefusal.no_words
    if len(quote) > LONGEST_QUOTE:
        return HighlightRefusal.too_long
    if quote not in words_of(html).text:
        return HighlightRefusal.not_in_section
    return HighlightRefusal.too_many if others >= MOST_HIGHLIGHTS else None


def joined(
    html: str, span: TextSpan, highlights: Iterable[Highlight]
) -> tuple[TextSpan, list[Highlight]]:
    """Return a span united with the highlights that it overlaps or touches, and those highlights."""
    there = [(highlight, span_of(html, highlight.passage)) for highlight in highlights]
    whole = next(
        each
        for each in united([span, *(place for _, place in there if place)])
        if each.start <= span.start <= each.end
    )
    inside = [
        highlight
        for highlight, place in there
        if place and whole.start <= place.start and place.end <= whole.end
    ]
    return whole, inside


def _backwards(text: str, start: int) -> Iterator[str]:
    """Yield the letters before a place, the nearest first; not spaces, which a browser copies in its own
    way."""
    return (text[at] for at in range(start - 1, -1, -1) if text[at] != " ")


def _onwards(text: str, end: int) -> Iterator[str]:
    """Yield the letters from a place on, without spaces."""
    return (text[at] for at in range(end, len(text)) if text[at] != " ")


def _starts(text: str, quote: str) -> list[int]:
    """Return where a quote begins in a text."""
    starts: list[int] = []
    start = text.find(quote)
    while start >= 0:
        starts.append(start)
        start = text.find(quote, start + 1)
    return starts


def _alike(one_side: Iterable[str], other_side: Iterable[str]) -> int:
    """Return how many characters two texts have in common from their beginning."""
    count = 0
    for letter, other in zip(one_side, other_side, strict=False):
        if letter != other:
            break
        count += 1
    return count
