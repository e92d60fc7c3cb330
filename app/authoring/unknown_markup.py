"""Finds marks of other Markdown dialects, which this format would publish literally.

`~~not~~`, for instance, is a deletion on many sites but would be shown here with its tildes. Only
text that an author clearly meant as a mark is reported: “5 $”, “a_b”, “2 ~ 3” and “C# 3” are
ordinary words.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.entities import html5
from typing import Final

MASK: Final = "\ufffc"
"""Replaces the format's own marks, code and escaped characters."""

_LONELY_ADDRESS: Final = "An address that stands alone is no link"
_PLAIN: Final = "Write the character itself."
_ESCAPE: Final = "Write the sign after a backslash, as in `{}`, where the sign itself is meant."
_ENTITY: Final = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")

_ANYWHERE: Final = tuple(
    (re.compile(pattern, re.MULTILINE), message, hint)
    for pattern, message, hint in (
        (
            r"(?<![\w$])\$\$?(?![\s$])(?:(?![.;!?]\s)[^$]){0,200}?(?<![\s$])\$\$?(?![\w$])|\\[a-zA-Z]+\{",
            "Formulas are not part of the format",
            "Write the formula in words or with plain signs, such as x².",
        ),
        (
            r"\[\^[^\]\s]+\]|\^\[[^\[\]\n]+\]",
            "Footnotes are not part of the format",
            "Name a source as `[@key]`, or put the note into the text.",
        ),
        (
            r"\[[^\[\]\n]+\]\[[^\[\]\n]*\]|^ {0,3}\[[^\[\]\n]+\]:\s*(?=https?:|www\.|mailto:|[/<#])",
            "A link with its address in another place is not part of the format",
            "Write `[words](address)`.",
        ),
        (
            r"~~(?=[^\s~])|(?<=[^\s~])~~",
            "Words that are struck out are not part of the format",
            "Leave them out; a mistake that was published has its place in errata.yaml.",
        ),
        (
            r"(?<!~)~[^\s~]{1,20}~(?![~\d])|\^[\w+\-−]{1,20}\^",
            "Raised and lowered signs are not part of the format",
            "Write the signs themselves, such as cm² or H₂O.",
        ),
        (
            r"(?<![\w=])==(?=[^\s=])[^=]*[^\s=]==(?![\w=])|(?<![\w+])\+\+(?=[^\s+])[^+]*[^\s+]\+\+(?![\w+])",
            "Marked words are not part of the format",
            "Use `**bold**`.",
        ),
        (
            r"(?<![\w:]):(?:[a-z][a-z0-9_+-]{1,30}|[+-]1):(?![\w:])",
            "Names of emoji are not part of the format",
            "Write the emoji itself, or words.",
        ),
        (
            r"\b(?:https?|ftp)://[^\s<>]+",
            _LONELY_ADDRESS,
            "Write `<https://…>`, or `[words](https://…)`.",
        ),
        (
            r"\{(?:[.#:][A-Za-z]|\{|%)[^}\n]*\}",
            "Attributes and templates are not part of the format",
            "Remove the braces and what is in them.",
        ),
        (
            r"<!--|<!DOCTYPE|<\?[a-z]",
            "HTML is shown as it is typed",
            "Use Markdown instead; remarks for editors do not stand in a text.",
        ),
        (
            r"(?<![\d*])\*\*(?=[^\s*])|(?<=[^\s*])\*\*(?![\d*])|(?<!\S)\*\* [A-Za-z][^*\n]* \*\*(?!\S)"
            r"|(?<![\w_])__(?=[^\s_])|(?<=[^\s_])__(?![\w_])|(?<![\w*])\*(?=[A-Za-z])",
            "A mark of emphasis has no partner",
            "Write `**words**` without spaces inside the signs. " + _ESCAPE.format(r"\*"),
        ),
        (
            r"`",
            "A backtick has no partner",
            "Write one before and one after the words. " + _ESCAPE.format(r"\`"),
        ),
        (
            r"\[[@=][\w-]*",
            "A mark is not complete",
            "Write `[@key]` for a source, and `[=key]` for agreed words, each in one line.",
        ),
    )
)

_AT_LINE_START: Final = tuple(
    (re.compile(pattern, re.MULTILINE), message, hint)
    for pattern, message, hint in (
        (
            r"\\\Z",
            "A backslash ends the text and is shown as it is typed",
            "Remove it; it begins a new line only where a line follows.",
        ),
        (
            r"^\[[ xX]?\](?=\s)",
            "Boxes to tick are not part of the format",
            "Remove the brackets, and keep the list.",
        ),
        (
            r"^#{2,6}[^#\s]|^#[A-Z][a-z]|^#{7,}",
            "This is not read as a heading",
            "Write a space after the `##`. " + _ESCAPE.format(r"\#"),
        ),
        (
            r"^\[(?:TOC|toc)\][ \t]*$",
            "A list of the headings is not part of the format",
            "Remove it; pages make such a list themselves.",
        ),
        (
            r"^=+[ \t]*$",
            "A heading is not underlined here",
            "Write `## ` before its words.",
        ),
        (
            r"^\|[^|\n]*\|[^|\n]*\|.*$|^\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)+\|?[ \t]*$"
            r"|^\|[ \t]*:?-{2,}:?[ \t]*\|[ \t]*$",
            "This is not read as a table",
            "A table has a row of headings, below it a row `|---|---|` with as many cells, and an empty "
            "line before and after it.",
        ),
        (
            r"^:[ \t]+\S",
            "Lists of definitions are not part of the format",
            "Use a list with `- **word**: meaning`; terms have their place in glossary.yaml.",
        ),
        (
            r"^\*\[[^\]\n]+\]:",
            "Lists of abbreviations are not part of the format",
            "Write the words out; terms have their place in glossary.yaml.",
        ),
        (
            r"^(?:!!!|\?\?\?)\+?[ \t]+\w+|^::[ \t]?[a-z]",
            "This is not read as a callout",
            "Begin a callout with `::: safety`, care, tip or key-points, and end it with `:::`.",
        ),
        (
            r"^[•◦▪▫●○‣⁃][ \t]*\S",
            "This is not read as a list",
            "Begin each entry with `- `.",
        ),
        (
            r"^(?:[-+*][A-Za-z].*\n){1}[-+*][A-Za-z]|^[0-9]{1,3}[.)][A-Za-z].*\n[0-9]{1,3}[.)][A-Za-z]",
            "This is not read as a list",
            "Write a space after the sign or number of each entry.",
        ),
        (
            r"^[aA][.)][ \t].*\n[bB][.)][ \t]|:[ \t]*\n[0-9]{1,3}[.)][ \t]",
            "This is not read as a list",
            "Begin each entry with `- `, or with `1. ` after an empty line.",
        ),
    )
)


# Most texts have none of these characters, and one search is faster than one per rule.
_SIGN: Final = re.compile(r"[$\\^~{`<&]|\[[@=]|\]\[|\]:|==|\+\+|:[a-z+-]|://|\*|__")
_SIGN_OF_BLOCK: Final = re.compile(
    r"^[\[#=|:*!?•◦▪▫●○‣⁃aA\d+-]|\\\Z|--[ \t:]*\||:[ \t]*\n", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class UnknownMark:
    """`line` counts the line ends before it; `typed` is the mark itself, in at most 40 characters."""

    line: int
    typed: str
    message: str
    hint: str


def unknown_marks(text: str, *, is_plain: bool = False) -> Iterator[UnknownMark]:
    """Yield each unknown mark of a text inside a line. In plain text an address may stand alone."""
    if not _SIGN.search(text):
        return
    for pattern, message, hint in _ANYWHERE:
        if not (is_plain and message == _LONELY_ADDRESS):
            yield from _matches(pattern, text, message, hint)
    for mark in _matches(_ENTITY, text, "A code for a character is shown as it is typed", _PLAIN):
        if mark.typed[1] == "#" or mark.typed[1:] in html5:
            yield mark


def unknown_blocks(text: str) -> Iterator[UnknownMark]:
    """Yield each unknown mark of a paragraph at the beginning of a line, like `unknown_marks`."""
    if not _SIGN_OF_BLOCK.search(text):
        return
    for pattern, message, hint in _AT_LINE_START:
        yield from _matches(pattern, text, message, hint)


def _matches(pattern: re.Pattern[str], text: str, message: str, hint: str) -> Iterator[UnknownMark]:
    for match in pattern.finditer(text):
        typed = " ".join(match.group().replace(MASK, "…").split())[:40]
        yield UnknownMark(text[: match.start()].count("\n"), typed, message, hint)
