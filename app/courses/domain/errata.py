"""Errata: corrections of text that learners of older revisions still read.

An erratum quotes a passage of a lesson or an explanation in plain words, and gives the right text.
The revision itself never changes: the passage is shown struck out with the right text beside it, so
evidence that refers to the revision stays what it was.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from html import escape

from app.authoring.lesson_words import CORRECTED_TO
from app.courses.domain.typography import quotes_of, same_marks, typeset_text
from app.kit.words import Words

_PARTS = re.compile(r"(<[^>]*>)")
_INLINE = re.compile(r"</?(?:a|em|strong|code|span)\b")
_REFERENCE = re.compile(r'<a class="reference"')
_BARRIER = "\x00"
"""Replaces a tag that ends a paragraph, a cell or a heading; no passage may cross it."""


@dataclass(frozen=True, slots=True)
class Erratum:
    """A correction as its author wrote it. Either `lesson` is set, or `quiz` and `question` are."""

    key: str
    lesson: str | None
    quiz: str | None
    question: str | None
    was: str
    now: str
    why: str


@dataclass(frozen=True, slots=True)
class Correction:
    """A published erratum, as pages show it; `published_at` is its date."""

    key: str
    target: str
    """The key of the lesson, or of the question whose explanation it corrects."""
    was: str
    now: str
    why: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class _Segment:
    """A piece of text in HTML: its position in the joined text, and the number of its part of the
    HTML."""

    start: int
    part: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)


def has_passage(html: str, words: str) -> bool:
    """Return whether the HTML contains the words, inside one paragraph, cell or heading."""
    joined, _ = _text_of(_PARTS.split(html))
    return _pattern(words).search(same_marks(joined)) is not None


def applying(html: str, corrections: Iterable[Correction]) -> tuple[Correction, ...]:
    """Return the corrections whose passage is in the HTML."""
    return tuple(correction for correction in corrections if has_passage(html, correction.was))


def corrected_html(html: str, corrections: Iterable[Correction], words: Words) -> str:
    """Return the HTML with each passage struck out and the right words after it. `words` are those of the
    course's language.

    The first corrected passage of each correction has the id `correction-<key>`.
    """
    for correction in corrections:
        html = _marked(html, correction, words)
    return html


def corrected_words(text: str, corrections: Iterable[Correction]) -> str:
    """Return plain words with each passage replaced, for search."""
    for correction in corrections:
        pattern = re.compile(r"\s+".join(map(re.escape, same_marks(correction.was).split())))
        kept_from, pieces = 0, []
        for match in pattern.finditer(same_marks(text)):
            pieces += [text[kept_from : match.start()], correction.now]
            kept_from = match.end()
        text = "".join([*pieces, text[kept_from:]])
    return text


def _marked(html: str, correction: Correction, words: Words) -> str:
    parts = _PARTS.split(html)
    joined, segments = _text_of(parts)
    changed: dict[int, list[str]] = {}
    position: dict[int, int] = {}
    for number, match in enumerate(_pattern(correction.was).finditer(same_marks(joined))):
        covered = [
            segment
            for segment in segments
            if segment.start < match.end() and segment.end > match.start()
        ]
        for segment in covered:
            start = max(match.start() - segment.start, 0)
            end = min(match.end() - segment.start, len(segment.text))
            pieces = changed.setdefault(segment.part, [])
            pieces.append(segment.text[position.get(segment.part, 0) : start])
            pieces.append(f'<del class="erratum-was">{segment.text[start:end]}</del>')
            if segment is covered[-1]:
                pieces.append(_right_words(correction, words, is_first=number == 0))
            position[segment.part] = end
    for part, pieces in changed.items():
        parts[part] = "".join(pieces) + parts[part][position[part] :]
    return "".join(parts)


def _right_words(correction: Correction, words: Words, *, is_first: bool) -> str:
    anchor = f' id="correction-{escape(correction.key)}"' if is_first else ""
    label = escape(words.of(CORRECTED_TO), quote=False)
    return (
        f' <ins class="erratum-now"{anchor}><span class="visually-hidden">{label} </span>'
        f"{escape(typeset_text(correction.now, quotes_of(words.tag)), quote=False)}</ins>"
    )


def _pattern(words: str) -> re.Pattern[str]:
    """Return what finds the words in a text with one kind of quotation mark, however theirs are written."""
    escaped = [re.escape(escape(word, quote=False)) for word in same_marks(words).split()]
    return re.compile(r"\s+".join(escaped))


def _text_of(parts: list[str]) -> tuple[str, list[_Segment]]:
    """Return the text of split HTML, and the position of each piece.

    Numbers of sources are left out, because authors do not write them in the passage.
    """
    segments: list[_Segment] = []
    joined = ""
    for number, text in _visible(parts):
        if number is None:
            joined += text
            continue
        segments.append(_Segment(len(joined), number, text))
        joined += text
    return joined, segments


def _visible(parts: list[str]) -> Iterator[tuple[int | None, str]]:
    """Yield each piece of text with its number, and a barrier (without a number) for a block's tag.

    What stands in a drawing is left out: its words are shapes.
    """
    is_reference = is_drawing = False
    for number, part in enumerate(parts):
        if part.startswith("<") and number % 2 == 1:
            is_drawing = part.startswith("<svg") or (is_drawing and part != "</svg>")
            if is_reference:
                is_reference = not part.startswith("</a")
            elif _REFERENCE.match(part):
                is_reference = True
            elif not _INLINE.match(part):
                yield None, _BARRIER
        elif part and not is_reference and not is_drawing:
            yield number, part
