"""Renders the Markdown of the course format as HTML, and reports every problem.

Lines are counted from 1 in the given text; the caller knows its position in the file.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Final

from markdown_it.token import Token

from app.authoring import lesson_words
from app.authoring.blocks import CheckFields, FigureFields
from app.authoring.fields import plain_faults
from app.authoring.figures import Figure, figure_of, with_drawings
from app.authoring.inline import Surroundings, Wording
from app.authoring.insertions import values_list
from app.authoring.messages import did_you_mean, validated
from app.authoring.problems import Problem
from app.authoring.published import Heading
from app.authoring.sanitising import plain_words, sanitised, unwrapped
from app.authoring.svg import Drawing
from app.authoring.syntax import CALLOUT, reader
from app.authoring.tables import caption_before, unnamed_in, unnamed_parts
from app.authoring.yaml_source import load

MOST_LETTERS: Final = 100
"""How many of a heading stand in its anchor: pages send it back, and devices store it."""
_READER: Final = reader()
_MARK = re.compile(r"\[\[[^\[\]]*\]\]|`[^`]*`")
_CELLS = re.compile(r"(?<!\\)\|")
_ALIGNED: Final = {"text-align:right": "align-end", "text-align:center": "align-center"}
_NOT_IN_FORMAT: Final = {
    "blockquote_open": ("A quotation (`>`)", "Use a callout, or plain words."),
    "code_block": ("A block of code", "Remove the four spaces at the beginning of the line."),
    "hr": ("A horizontal line", "Use a heading to begin a new part."),
}


@dataclass(frozen=True)
class Rendered:
    """Sanitised HTML with its contents, its words, its problems and the drawings it shows."""

    html: str
    headings: tuple[Heading, ...]
    text: str
    problems: tuple[Problem, ...]
    drawings: frozenset[str]
    unnamed: tuple[Problem, ...] = ()
    """Of tables and rows without a name: see `tables`."""


class Renderer:
    """Renders the texts of one file.

    `sources` numbers the marks of sources; without it a mark is a problem.

    Field types also use it to check Markdown and drawings (`fields.TextRules`).
    """

    def __init__(self, surroundings: Surroundings, sources: Sequence[str] | None = None) -> None:
        self.surroundings = surroundings
        self.sources = sources
        self._fields: dict[str, Rendered] = {}

    @property
    def drawings(self) -> Mapping[str, Drawing | None]:
        return self.surroundings.drawings

    @property
    def dose_rules(self) -> bool:
        return self.surroundings.dose_rules

    def problems_of(self, text: str) -> Iterable[Problem]:
        return self.field(text).problems

    def field(self, text: str) -> Rendered:
        """A Markdown field: paragraphs, lists, tables, links, terms. It makes no ids."""
        if text not in self._fields:
            self._fields[text] = _Page(self, text, whole=False).rendered()
        return self._fields[text]

    @property
    def unnamed(self) -> Mapping[str, tuple[Problem, ...]]:
        """The unnamed tables and rows of every Markdown field that was rendered so far, by its text."""
        return {text: rendered.unnamed for text, rendered in self._fields.items()}

    def lesson(self, text: str) -> Rendered:
        """The text of a lesson, with headings, callouts, figures and check-yourself questions."""
        return _Page(self, text, whole=True).rendered()

    def figure(self, fields: FigureFields, name: str) -> Figure:
        """Return a figure; without an accepted drawing it is empty. `name` is unique in the page."""
        drawing = self.drawings.get(fields.file)
        if drawing is None:
            return Figure(name, "")
        legend = [self.field(entry).html for entry in fields.legend or ()]
        return figure_of(fields, drawing, name, self.field(fields.description).html, legend)

    def check(self, fields: CheckFields) -> str:
        """Return a check-yourself question. Links in it are shown as text, because the question is
        a button."""
        question = re.sub(r"</?a\b[^>]*>", "", self.field(fields.question).html)
        question = unwrapped(question)
        return (
            '<details class="check">\n<summary>'
            f'<span class="check-label">{lesson_words.CHECK_YOURSELF}</span> '
            f"{question}</summary>\n{self.field(fields.answer).html}\n</details>\n"
        )


def _markup(content: str) -> Token:
    return Token("html_block", "", 0, content=content)


@dataclass
class _Page:
    """One pass over the tokens of a text: finds problems and inserts the format's own HTML."""

    renderer: Renderer
    source: str
    whole: bool
    problems: list[Problem] = field(default_factory=list)
    unnamed: list[Problem] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    drawings: set[str] = field(default_factory=set)
    figures: list[Figure] = field(default_factory=list)
    callouts: int = 0
    callout_end: int = -1
    tables: int = 0
    key_points_end: int | None = None
    line: int = 1

    def __post_init__(self) -> None:
        self.lines = self.source.split("\n")
        self.wording = Wording(self.renderer.surroundings, self.renderer.sources, self.whole)

    def rendered(self) -> Rendered:
        # A last empty line keeps the container rule from reading past the end of the text.
        tokens = _READER.parse(self.source + "\n")
        steps: dict[str, Callable[[list[Token], int], None]] = {
            "heading_open": self._heading,
            "fence": self._fence,
            f"container_{CALLOUT}_open": self._callout,
            "table_open": self._table,
            "th_open": self._cell,
            "td_open": self._cell,
        }
        for index, token in enumerate(tokens):
            if token.map:
                self.line = token.map[0] + 1
            if token.type in _NOT_IN_FORMAT:
                what, hint = _NOT_IN_FORMAT[token.type]
                self._problem(f"{what} is not part of the format.", hint)
            if token.type == "inline":
                begins_block = tokens[index - 1].type == "paragraph_open"
                self.wording.read(token, self.line, begins_block=begins_block)
            if token.type in steps:
                steps[token.type](tokens, index)
        if self.whole:
            self._ends_with_key_points(tokens)
        page = _READER.renderer.render(tokens, _READER.options, {})
        html = sanitised(page + values_list(list(self.wording.values.values())))
        return Rendered(
            with_drawings(html, self.figures),
            tuple(self.headings),
            plain_words(html),
            tuple(sorted({*self.problems, *self.wording.problems})),
            frozenset(self.drawings),
            tuple(self.unnamed),
        )

    def _problem(self, message: str, hint: str, line: int | None = None) -> None:
        self.problems.append(Problem("", line or self.line, message, hint))

    # Headings

    def _heading(self, tokens: list[Token], index: int) -> None:
        token = tokens[index]
        level = int(token.tag[1:])
        if not self.whole:
            self._problem("A heading cannot stand here.", "Use bold words, or a list.")
            return
        if token.level > 0:
            self._problem("A heading stands inside something else.", "Use bold words there.")
            return
        if level == 1:
            self._problem(
                "A level-1 heading stands in the text; the lesson's title is the only one.",
                "Write `##`.",
            )
            return
        before = self.headings[-1].level if self.headings else 1
        if level > 3:
            self._problem(
                f"A heading of level {level} is too deep.", "Only `##` and `###` are used."
            )
            return
        if level > before + 1:
            self._problem("A heading level is skipped here.", f"Write `{'#' * (before + 1)}`.")
        self._anchor(token, self.wording.bare(tokens[index + 1]), level)

    def _anchor(self, token: Token, text: str, level: int) -> None:
        if not text:
            self._problem("A heading has no words.", "Write its words after `##`.")
            return
        words = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:MOST_LETTERS].strip("-")
        slug = "section-" + (words or "text")
        taken = {heading.anchor for heading in self.headings}
        anchor, count = slug, 1
        while anchor in taken:
            count += 1
            anchor = f"{slug}-{count}"
        token.attrSet("id", anchor)
        self.headings.append(Heading(level=level, anchor=anchor, text=text))

    # Fences

    def _fence(self, tokens: list[Token], index: int) -> None:
        token = tokens[index]
        kind = token.info.strip()
        first, after = token.map or [0, 0]
        last = self.lines[min(after, len(self.lines)) - 1].strip()
        tokens[index] = _markup("")
        if not self.whole:
            self._problem("A fenced block cannot stand here.", "Write plain Markdown.")
        elif after - first < 2 or not last.startswith(token.markup):
            self._problem(
                "A fenced block is not closed.", f"Write a line `{token.markup}` after it."
            )
        elif kind == "figure":
            tokens[index] = _markup(self._figure(token.content, first + 2))
        elif kind == "check":
            tokens[index] = _markup(self._check(token.content, first + 2))
        else:
            self._problem(
                f"There is no fenced block `{kind[:40]}`.", did_you_mean(kind, ("figure", "check"))
            )

    def _figure(self, content: str, first_line: int) -> str:
        lined, problems = load("", content, first_line=first_line)
        self.problems += problems
        if lined is None:
            return ""
        name = lined.scalars.get(("file",))
        if name is not None:
            self.drawings.add(str(name.value))
        fields, problems = validated(FigureFields, lined, "", self.renderer)
        self.problems += problems
        if fields is None:
            return ""
        self.unnamed += unnamed_in(lined, "", self.renderer.unnamed)
        figure = self.renderer.figure(fields, f"figure-{len(self.figures) + 1}")
        self.figures.append(figure)
        return figure.html

    def _check(self, content: str, first_line: int) -> str:
        lined, problems = load("", content, first_line=first_line)
        self.problems += problems
        if lined is None:
            return ""
        fields, problems = validated(CheckFields, lined, "", self.renderer)
        self.problems += problems
        if fields is None:
            return ""
        self.unnamed += unnamed_in(lined, "", self.renderer.unnamed)
        if self.renderer.field(fields.question).html.count("<p>") != 1:
            self._problem(
                "The question of a check must be one paragraph.",
                "Put lists and tables into the answer.",
                lined.line(("question",)),
            )
        return self.renderer.check(fields)

    # Callouts

    def _callout(self, tokens: list[Token], index: int) -> None:
        token = tokens[index]
        kind, _, heading = token.info.strip().partition(" ")
        end = self._end_of(tokens, index)
        tokens[index], tokens[end] = _markup(""), _markup("")
        if kind == "key-points":
            self.key_points_end = end
        if end < self.callout_end:  # told where the outer one begins
            return
        if not self.whole or token.level > 0:
            self._problem("A callout cannot stand here.", "Close what it stands in first.")
            return
        self.callout_end = end
        if not self._is_closed(token, tokens[index + 1 : end]):
            return
        if kind not in lesson_words.CALLOUTS:
            hint = did_you_mean(kind, lesson_words.CALLOUTS)
            self._problem(f"There is no callout `{kind[:40]}`.", hint)
            return
        has_list = any(inner.type == "bullet_list_open" for inner in tokens[index:end])
        if kind == "key-points" and not has_list:
            self._problem("Key points are a list.", "Begin each point with `- `.")
        self.callouts += 1
        tokens[index] = _markup(self._callout_opening(kind, heading.strip()))
        tokens[end] = _markup("</section>\n")

    def _is_closed(self, token: Token, inside: list[Token]) -> bool:
        """Report a callout without its end in the line in which it begins, not where that is noticed."""
        hint = "Write a line `:::` after its last line; a callout does not stand in another."
        opening = f"container_{CALLOUT}_open"
        closing = (token.map or [0, 0])[1]
        if any(inner.type == opening for inner in inside):
            self._problem("A callout is not closed before the next one begins.", hint)
        elif closing >= len(self.lines) or not self.lines[closing].strip().startswith(":::"):
            self._problem("A callout is not closed.", hint)
        else:
            return True
        return False

    def _callout_opening(self, kind: str, heading: str) -> str:
        for message, hint in plain_faults(heading, dose_rules=self.renderer.dose_rules):
            self._problem(message, hint)
        title = str(lesson_words.callout_title(kind, heading))
        name = f"callout-{self.callouts}"
        # A note, not a region: two tips without a heading would be two landmarks of one name.
        return (
            f'<section class="callout callout-{kind}" role="note" aria-labelledby="{name}">\n'
            f'<p class="callout-title" id="{name}">{escape(title)}</p>\n'
        )

    def _end_of(self, tokens: list[Token], index: int) -> int:
        level = tokens[index].level
        return next(
            number
            for number in range(index + 1, len(tokens))
            if tokens[number].type == f"container_{CALLOUT}_close" and tokens[number].level == level
        )

    def _ends_with_key_points(self, tokens: list[Token]) -> None:
        """Report content after the key points, other than figures and check-yourself questions."""
        hint = "End the lesson with `::: key-points`, a list and `:::`."
        if self.key_points_end is None:
            self._problem(
                "The lesson has no key points.", hint, len(self.source.rstrip().split("\n"))
            )
            return
        for token in tokens[self.key_points_end + 1 :]:
            if token.map and token.level == 0:
                self._problem("Text follows the key points.", hint, token.map[0] + 1)
                return

    # Tables

    def _table(self, tokens: list[Token], index: int) -> None:
        headers = []
        end = index
        while tokens[end].type != "table_close":
            if tokens[end].type == "th_open":
                headers.append(self.wording.bare(tokens[end + 1]))
            end += 1
        if not all(headers):
            self._problem(
                "A column of the table has no heading.",
                "Write a word in every cell of the first row.",
            )
        first, after = tokens[index].map or [0, 0]
        for line in range(first, after):
            # Markdown silently drops cells without a column.
            row = _MARK.sub("", self.lines[line]).strip().removeprefix("|").removesuffix("|")
            if len(_CELLS.split(row)) > len(headers):
                self._problem(
                    "The row has more cells than the table has columns.",
                    r"Remove a cell, or write `\|` where a bar is meant.",
                    line + 1,
                )
        self.tables += 1
        # A page has several fields, and two landmarks may not have the same name.
        role = "region" if self.whole else "group"
        number = str(self.tables) if self.whole else ""
        caption = caption_before(tokens, index)
        self.unnamed += unnamed_parts(tokens, index, caption)
        about = self.wording.bare(caption) if caption else ", ".join(headers)
        name = escape(str(lesson_words.table_name(about, number)))
        opening = (
            f'<div class="table-scroll" tabindex="0" role="{role}" aria-label="{name}">\n<table>\n'
        )
        tokens[index] = _markup("" if caption else opening)
        tokens[end] = _markup("</table>\n</div>\n")
        if caption:
            tokens[index - 3] = _markup(f"{opening}<caption>")
            tokens[index - 1] = _markup("</caption>\n")

    def _cell(self, tokens: list[Token], index: int) -> None:
        token = tokens[index]
        side = _ALIGNED.get(str(token.attrs.pop("style", "")))
        if token.tag == "th":
            token.attrSet("scope", "col")
        if side:
            token.attrSet("class", side)
