"""Searches the lessons and the glossary of one course, in memory.

Every word of a query must be the beginning of a word in the result; case and accents are ignored.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.authoring.sanitising import plain_words
from app.courses.domain.delivery import Course

LONGEST_QUERY: Final = 100
MOST_WORDS: Final = 8
EXCERPT: Final = 220
_BEFORE: Final = 60
_WORD = re.compile(r"\w+")
_WEIGHT: Final = {"title": 12, "objectives": 4, "text": 1}
_MOST_COUNTED: Final = 5
"""How many occurrences in one text are counted; otherwise the longest lesson would always come
first."""


class HitKind(StrEnum):
    lesson = "lesson"
    term = "term"


@dataclass(frozen=True, slots=True)
class ExcerptPiece:
    """A part of an excerpt; `hit` marks a word that was searched for."""

    text: str
    hit: bool


@dataclass(frozen=True, slots=True)
class IndexedText:
    """One lesson or term. `folded` holds the same words without case and accents, per field."""

    kind: HitKind
    key: str
    title: str
    text: str
    folded: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A search result; better matches come first."""

    document: IndexedText
    words: tuple[str, ...]

    @property
    def title(self) -> tuple[ExcerptPiece, ...]:
        return _marked(self.document.title, self.words)

    @property
    def excerpt(self) -> tuple[ExcerptPiece, ...]:
        return _excerpt(self.document.text, self.words)


def index_of(course: Course) -> tuple[IndexedText, ...]:
    """Return the search index of a course, in its order; built once per revision."""
    return (*_lessons(course), *_terms(course))


def search(index: tuple[IndexedText, ...], query: str) -> tuple[SearchHit, ...]:
    """Return everything that has all words of the query, best first; nothing for a query without
    words. Only the first words of a long query count."""
    words = words_of(query)
    if not words:
        return ()
    ranked = []
    for order, document in enumerate(index):
        score = _score(document, words)
        if score:
            ranked.append((-score, order, SearchHit(document, words)))
    return tuple(hit for _, _, hit in sorted(ranked, key=lambda row: row[:2]))


def words_of(query: str) -> tuple[str, ...]:
    """Return the words of a query without case and accents, each once."""
    words = _WORD.findall(_folded(query[:LONGEST_QUERY]))
    return tuple(dict.fromkeys(words))[:MOST_WORDS]


def contains(text: str, query: str) -> bool:
    """Whether every word of the query begins some word of the text; an empty query is in any text."""
    folded = _folded(text)
    return all(_count(folded, word) for word in words_of(query))


def _lessons(course: Course) -> Iterator[IndexedText]:
    for module in course.modules:
        for lesson in module.lessons:
            objectives = " ".join(lesson.objectives)
            yield _document(HitKind.lesson, lesson.key, lesson.title, objectives, lesson.text)


def _terms(course: Course) -> Iterator[IndexedText]:
    for term in course.glossary:
        yield _document(HitKind.term, term.key, term.term, "", plain_words(term.definition_html))


def _document(kind: HitKind, key: str, title: str, objectives: str, text: str) -> IndexedText:
    fields = (("title", title), ("objectives", objectives), ("text", text))
    folded = tuple((_WEIGHT[name], _folded(words)) for name, words in fields)
    return IndexedText(kind, key, title, unicodedata.normalize("NFC", text), folded)


def _score(document: IndexedText, words: tuple[str, ...]) -> int:
    total = 0
    for word in words:
        score = sum(
            weight * min(_count(folded, word), _MOST_COUNTED) for weight, folded in document.folded
        )
        if score == 0:
            return 0
        total += score
    return total


def _count(folded: str, word: str) -> int:
    return len(re.findall(rf"\b{re.escape(word)}", folded))


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _is_hit(word: str, words: tuple[str, ...]) -> bool:
    return _folded(word).startswith(words)


def _excerpt(text: str, words: tuple[str, ...]) -> tuple[ExcerptPiece, ...]:
    first = next((m.start() for m in _WORD.finditer(text) if _is_hit(m.group(), words)), 0)
    start = _word_edge(text, max(0, first - _BEFORE))
    end = _word_edge(text, min(len(text), start + EXCERPT))
    inner = _marked(text[start:end].strip(), words)
    before = (ExcerptPiece("… ", hit=False),) if start else ()
    after = (ExcerptPiece(" …", hit=False),) if end < len(text) else ()
    return (*before, *inner, *after)


def _word_edge(text: str, position: int) -> int:
    """The next place at or after `position` where no word is cut."""
    if position in (0, len(text)):
        return position
    space = text.find(" ", position)
    return len(text) if space < 0 else space


def _marked(text: str, words: tuple[str, ...]) -> tuple[ExcerptPiece, ...]:
    pieces: list[ExcerptPiece] = []
    done = 0
    for match in _WORD.finditer(text):
        if _is_hit(match.group(), words):
            if match.start() > done:
                pieces.append(ExcerptPiece(text[done : match.start()], hit=False))
            pieces.append(ExcerptPiece(match.group(), hit=True))
            done = match.end()
    if done < len(text):
        pieces.append(ExcerptPiece(text[done:], hit=False))
    return tuple(pieces)
