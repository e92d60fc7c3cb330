"""Puts the words of the interface that stand in the HTML of a stored course into the course's language.

They belong to the text in which they stand: a person reads “Safety” and the paragraph under it as one text,
and a screen reader speaks both in one voice. So they follow the course, not the page around it (decision 21).

A stored document holds them in English, which is the key of every translation. The markup round them is
written by the compiler alone, because authors cannot write HTML, so each place is recognised exactly. Words
that an earlier version wrote stay here for ever: revisions never change.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Any, Final

from app.authoring import lesson_words
from app.authoring.sanitising import plain_words
from app.kit.messages import Catalogue, Message
from app.kit.stored_documents import Document
from app.kit.words import Words
from app.questions import answering

Place = tuple[re.Pattern[str], Callable[[re.Match[str]], Message]]
_KINDS: Final = {str(title): kind for kind, title in lesson_words.CALLOUTS.items()}


def _place(
    before: str, words: str, after: str, message: Callable[[re.Match[str]], Message]
) -> Place:
    return re.compile(f"(?P<before>{before}){words}(?={after})"), message


_PLACES: Final[tuple[Place, ...]] = (
    _place(
        r'<p class="callout-title" id="callout-\d+">',
        rf"(?P<title>{'|'.join(map(re.escape, _KINDS))})(?:: (?P<heading>[^<]*))?",
        "</p>",
        lambda at: lesson_words.callout_title(_KINDS[at["title"]], at["heading"] or ""),
    ),
    _place(
        '<a class="reference"[^>]* aria-label="',
        r"Source \[(?P<number>\d+)\]",
        '"',
        lambda at: lesson_words.source_name(at["number"]),
    ),
    _place(
        '<div class="table-scroll"[^>]* aria-label="',
        r'Table(?: (?P<number>\d+))?: (?P<headings>[^"]*)',
        '"',
        lambda at: lesson_words.table_name(at["headings"], at["number"] or ""),
    ),
    _place(
        "<summary>",
        re.escape(str(lesson_words.DESCRIBE_THIS_PICTURE)),
        "</summary>",
        lambda at: lesson_words.DESCRIBE_THIS_PICTURE,
    ),
    _place(
        '<summary id="[^"]*" aria-labelledby="[^"]*">',
        re.escape(str(lesson_words.DESCRIBE_PICTURE)),
        "</summary>",
        lambda at: lesson_words.DESCRIBE_PICTURE,
    ),
    _place(
        '<a class="enlarge"[^>]*>',
        re.escape(str(lesson_words.ENLARGE_PICTURE)),
        "</a>",
        lambda at: lesson_words.ENLARGE_PICTURE,
    ),
    _place(
        '<span class="check-label">',
        re.escape(str(lesson_words.CHECK_YOURSELF)),
        "</span>",
        lambda at: lesson_words.CHECK_YOURSELF,
    ),
    _place(
        '<p class="callout-title" id="clinical-values">',
        re.escape(str(lesson_words.VALUES_TITLE)),
        "</p>",
        lambda at: lesson_words.VALUES_TITLE,
    ),
    _place(
        '<(?:a|span) class="clinical-value"[^>]*>',
        "not set yet: (?P<advice>[^<]*)",
        "</(?:a|span)>",
        lambda at: lesson_words.not_set_yet(at["advice"]),
    ),
    _place(
        '<p id="value-[^"]*"><strong>[^<]*</strong> ',
        rf"{re.escape(str(lesson_words.NOT_SET))} (?P<advice>[^<]*)",
        "</p>",
        lambda at: lesson_words.not_set_sentence(at["advice"]),
    ),
    _place(
        '<p id="value-[^"]*"><strong>[^<]*</strong> ',
        r"(?P<value>[^<]*)\. Set by (?P<person>[^<]*) on (?P<day>\d{4}-\d\d-\d\d)\. "
        r"Source: (?P<source>[^<]*)",
        "</p>",
        lambda at: lesson_words.set_sentence(at["value"], at["person"], at["day"], at["source"]),
    ),
)


def in_language(document: Document, words: Words) -> Document:
    """Return a valid document of the newest format, for learners or for marking, with the words of the
    interface in a language."""
    escaping = replace(words, catalogue=_Escaping(words.catalogue))
    return _translated(document, escaping)


@dataclass(frozen=True, slots=True)
class _Escaping:
    """A catalogue whose translations are escaped. The values of a place are escaped already."""

    catalogue: Catalogue

    def gettext(self, message: str) -> str:
        return escape(self.catalogue.gettext(message))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return escape(self.catalogue.ngettext(msgid1, msgid2, n))


def _translated(document: Mapping[str, Any], words: Words) -> dict[str, Any]:
    translated = {name: _value(name, value, words) for name, value in document.items()}
    if "stem_html" in document:
        translated = {**answering.TYPES[document["type"]].translated(translated, words)}
    if "headings" in document and translated["html"] != document["html"]:
        translated["text"] = plain_words(translated["html"])
    return translated


def _value(name: str, value: Any, words: Words) -> Any:
    if isinstance(value, str):
        return _html(value, words) if name == "html" or name.endswith("_html") else value
    if name == "option_explanations":
        return {option: _html(html, words) for option, html in value.items()}
    if isinstance(value, dict):
        return _translated(value, words)
    if isinstance(value, list):
        return [_translated(part, words) if isinstance(part, dict) else part for part in value]
    return value


def _html(html: str, words: Words) -> str:
    for pattern, message in _PLACES:
        html = pattern.sub(lambda at, say=message: at["before"] + words.of(say(at)), html)  # type: ignore[misc] # mypy does not know the default
    return html
