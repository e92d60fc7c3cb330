"""Makes the stored HTML of a lesson ready for its page: terms open in place, and tables can be heard.

Stored revisions never change, so this is done each time a lesson is shown, for old revisions and new ones
alike. The compiler alone writes the markup, because authors cannot write HTML, so each place is recognised
exactly.

- A term is a link to its definition on the same page, which the stylesheet then shows as a sheet;
  `reading.js` makes a button of it that opens the same sheet. Stored it is a link to the glossary. In the
  question of a check, which is a button itself, it is plain words.
- The first cell of a row names the row. The others carry the heading of their column, for phones, where each
  row is a block of its own. Two columns fit a phone and stay a table. A table that does not scroll is no stop
  of the Tab key.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Final

from app.authoring.sanitising import plain_words
from app.courses.domain.delivery import Term

_TERM: Final = re.compile(
    r'<a class="term" href="[^"]*#(?P<key>[^"#]+)">(?P<words>.*?)</a>', re.DOTALL
)
_SUMMARY: Final = re.compile(r"<summary\b.*?</summary>", re.DOTALL)
_TABLE: Final = re.compile(
    r'<div class="table-scroll"[^>]* aria-label="(?P<name>[^"]*)">\n<table>(?P<rows>.*?)</table>\n</div>',
    re.DOTALL,
)
_BODY: Final = re.compile(r"(?<=<tbody>).*?(?=</tbody>)", re.DOTALL)
_ROW: Final = re.compile(r"(?<=<tr>).*?(?=</tr>)", re.DOTALL)
_HEADING: Final = re.compile(r"<th\b[^>]*>(.*?)</th>", re.DOTALL)
_PAIR: Final = 2
"""Columns that stand beside each other on every screen."""
_CELL: Final = re.compile(r"<td(?P<attributes>[^>]*)>(?P<words>.*?)</td>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ShownText:
    """HTML for the page, and the glossary terms that it opens: each once, in the order of first use."""

    html: str
    terms: tuple[Term, ...]


def shown_text(html: str, glossary: Iterable[Term]) -> ShownText:
    """Return the stored HTML of a lesson as its page shows it. A term that the glossary does not have stays
    a link."""
    by_key = {term.key: term for term in glossary}
    used: dict[str, Term] = {}

    def link(mark: re.Match[str]) -> str:
        key = mark["key"]
        if key not in by_key:
            return mark[0]
        place = "" if key in used else f' id="{term_id(key)}-first"'
        used[key] = by_key[key]
        return f'<a class="term"{place} href="#{term_id(key)}">{mark["words"]}</a>'

    with_terms = _TERM.sub(link, _SUMMARY.sub(_plain_terms, html))
    return ShownText(_TABLE.sub(_table, with_terms), tuple(used.values()))


def _plain_terms(summary: re.Match[str]) -> str:
    return _TERM.sub(lambda mark: mark["words"], summary[0])


def term_id(key: str) -> str:
    """Return the id of the definition of a term on a page."""
    return f"term-{escape(key)}"


def _table(table: re.Match[str]) -> str:
    rows = table["rows"]
    headings = [plain_words(heading) for heading in _HEADING.findall(rows)]
    body = _BODY.sub(lambda part: _ROW.sub(lambda row: _row(row[0], headings), part[0]), rows)
    named = "<table>" if "<caption>" in rows else f'<table aria-label="{table["name"]}">'
    shape = "table-pair" if len(headings) == _PAIR else "table-stack"
    return f'<div class="table-scroll {shape}">\n{named}{body}</table>\n</div>'


def _row(row: str, headings: list[str]) -> str:
    """Return the cells of a row: the first one names it, unless it is empty.

    An empty cell has no heading. Where the cells follow each other it would read as an instruction, such as
    “Call 999”.
    """
    cells = []
    for number, cell in enumerate(_CELL.finditer(row)):
        attributes, words = cell["attributes"], cell["words"]
        if number == 0 and words.strip():
            cells.append(f'<th scope="row"{attributes}>{words}</th>')
        else:
            label = f' data-label="{escape(headings[number])}"' if words.strip() else ""
            cells.append(f"<td{label}{attributes}><span>{words}</span></td>")
    return "\n" + "\n".join(cells) + "\n"
