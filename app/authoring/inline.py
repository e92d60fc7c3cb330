"""Words, links and marks inside a paragraph, a heading or a cell."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from markdown_it.token import Token

from app.authoring import doses
from app.authoring.fields import KEY
from app.authoring.insertions import Insertion
from app.authoring.lesson_words import source_name
from app.authoring.messages import did_you_mean
from app.authoring.problems import Problem
from app.authoring.svg import Drawing
from app.authoring.syntax import is_escaped
from app.authoring.unknown_markup import MASK, unknown_blocks, unknown_marks

_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_BRACKETED = re.compile(rf"\[({KEY})\]")


@dataclass(frozen=True)
class Surroundings:
    """What a text of a course may refer to.

    If a file could not be read, its words are None, and marks that need them are not checked, so
    that one broken file does not fill the list with false problems. The same applies to drawings.
    """

    course: str
    terms: Mapping[str, str] | None
    references: Mapping[str, object] | None
    drawings: Mapping[str, Drawing | None]
    insertions: Mapping[str, Insertion] | None = None
    dose_rules: bool = True
    """Whether the rules for writing doses apply (`doses.py`)."""


@dataclass
class _Typing:
    """A paragraph as it was typed, without the marks of the format: in lines, and as one text in which each
    mark, each quoted word and each escaped sign is `MASK`."""

    words: list[str] = field(default_factory=lambda: [""])
    typed: str = ""
    is_in_link: bool = False

    @property
    def line(self) -> int:
        return len(self.words) - 1

    def add(self, text: str, *, is_escaped: bool) -> None:
        self.words[-1] += text
        if is_escaped:
            text = MASK
        elif self.is_in_link:  # an address may be the words of a link
            text = text.replace("://", MASK)
        self.typed += text

    def add_mark(self, *, is_shown: bool = True) -> None:
        if is_shown:
            self.words[-1] += " … "
        self.typed += MASK

    def end_line(self) -> None:
        self.words.append("")
        self.typed += "\n"


@dataclass
class Wording:
    """Reads the inline tokens of one text; `whole` is true for a lesson."""

    surroundings: Surroundings
    sources: Sequence[str] | None
    whole: bool
    problems: list[Problem] = field(default_factory=list)
    values: dict[str, Insertion] = field(default_factory=dict)
    """Clinical values that the text uses, in the order of their first use."""

    def read(self, token: Token, line: int, *, begins_block: bool = False) -> None:
        """Check the inline `token` that begins in `line`, and put the marks' HTML into it.

        `begins_block`: it is a paragraph, in which a mark could have been meant to begin a list, a table
        or the like.
        """
        children = token.children or []
        typing = _Typing()
        for number, child in enumerate(children):
            here = line + typing.line
            if child.type in ("softbreak", "hardbreak"):
                typing.end_line()
            elif child.type == "text":
                typing.add(child.content, is_escaped=is_escaped(child))
            elif child.type.startswith(("em_", "strong_")):
                self._emphasis(child, typing.typed, children[number + 1 :], here)
            elif child.type == "link_open":
                typing.is_in_link = True
                empty = children[number + 1].type == "link_close"
                self._link(child, here, empty=empty)
            elif child.type == "link_close":
                typing.is_in_link = False
            elif child.type == "image":
                self._problem("Pictures are not placed this way.", "Use a block ```figure.", here)
            elif child.type == "term":
                children[number] = self._term(child, here)
                typing.add_mark()
            elif child.type == "reference":
                children[number] = self._reference(child, here)
                typing.add_mark(is_shown=False)
            elif child.type == "insertion":
                children[number] = self._insertion(child, here)
                typing.add_mark()
            else:
                # Text between backticks is quoted unchanged, such as an example of a wrongly
                # written dose.
                typing.add_mark()
        for offset, text in enumerate(typing.words):
            for message, hint in doses.misprints(text) if self.surroundings.dose_rules else ():
                self._problem(message, hint, line + offset)
        for offset, text in enumerate(typing.typed.split("\n")):
            self._half_written(text, line + offset)
        self._unknown(typing.typed, line, begins_block=begins_block)

    def _emphasis(self, token: Token, before: str, after: Sequence[Token], line: int) -> None:
        """Report emphasis inside a word: `2*3 and 4*5` loses both signs, and 3*0.5 mL could be
        shown as 30.5 mL."""
        following = after[0].content if after else ""
        if before[-1:].isdigit() and re.match(r"[.,]?\d", following):
            self._problem(
                f"`{token.markup}` between two numbers is read as emphasis and left out.",
                r"Write ×, or `\*` where the sign itself is meant.",
                line,
            )
        elif token.markup[0] == "*" and (before.endswith("*") or following.startswith("*")):
            # `****; the dose*` would lose one sign on each side.
            self._problem(
                f"A mark of emphasis has no partner: `{token.markup}`.",
                r"Write ×, or `\*` where the sign itself is meant.",
                line,
            )

    def _unknown(self, typed: str, line: int, *, begins_block: bool) -> None:
        """Report marks of other Markdown dialects, which would be shown literally."""
        marks = [*unknown_marks(typed), *(unknown_blocks(typed) if begins_block else ())]
        for mark in marks:
            self._problem(f"{mark.message}: `{mark.typed}`.", mark.hint, line + mark.line)

    def _half_written(self, text: str, line: int) -> None:
        """Report incomplete marks of the format, and HTML."""
        if "[[" in text:
            self._problem(
                "A glossary mark is not complete.",
                r"Write `[[key]]` or `[[key|words]]` in one line; in a table write `\|`.",
                line,
            )
        if "](" in text:
            self._problem(
                "A link is not complete, or a mark stands inside its words.",
                "Write `[words](address)` without spaces in the address, and put marks outside.",
                line,
            )
        if ":::" in text:
            self._problem(
                "`:::` stands here without a callout.",
                "Begin a callout with `::: safety`, care, tip or key-points, on a line of its own.",
                line,
            )
        for key in _BRACKETED.findall(text):
            if key in (self.surroundings.references or ()):
                self._problem(
                    f"`[{key}]` is shown as it is typed.", f"A source is marked `[@{key}]`.", line
                )
        tag = _TAG.search(text)
        if tag:
            self._problem(
                f"HTML is shown as it is typed: `{tag.group()[:40]}`.",
                "Use Markdown instead.",
                line,
            )

    def _link(self, token: Token, line: int, *, empty: bool) -> None:
        address = str(token.attrs.get("href", ""))
        scheme = _SCHEME.match(address)
        local = address.startswith("/") and not address.startswith(("//", "/\\"))
        if scheme is None and not local:
            self._problem(
                f"The link `{address[:60]}` leads nowhere.",
                "Write the whole address with https://, or a path of this site that begins with /.",
                line,
            )
        elif scheme is not None and scheme.group(1).lower() not in ("http", "https", "mailto"):
            self._problem(
                f"A link to `{scheme.group(1)}:` is not safe.",
                "Only http, https, mailto and paths of this site are accepted.",
                line,
            )
        elif scheme is not None:
            token.attrSet("rel", "noopener noreferrer")
        if "title" in token.attrs:
            self._problem(
                "A link has no title here, and nobody would read it.",
                'Leave out what stands in quotes after the address: `[words](address "title")`.',
                line,
            )
        if empty:
            self._problem("A link has no words.", "Write `[words](address)`.", line)

    def _term(self, token: Token, line: int) -> Token:
        key = str(token.meta["key"])
        terms = self.surroundings.terms
        if terms is not None and key not in terms:
            self._problem(
                f"There is no glossary term `{key[:60]}`.", did_you_mean(key, terms), line
            )
        course = self.surroundings.course
        return _inline_markup(
            f'<a class="term" href="/learn/{escape(course)}/glossary#{escape(key)}">'
            f"{escape(self._shown(token))}</a>"
        )

    def _reference(self, token: Token, line: int) -> Token:
        key = str(token.meta["key"])
        sources, references = self.sources, self.surroundings.references
        if sources is None:
            self._problem(
                "A mark of a source stands outside a lesson.",
                "Name the source in words, or leave the mark out.",
                line,
            )
        elif references is not None and key not in references:
            self._problem(
                f"There is no reference `{key[:60]}`.", did_you_mean(key, references), line
            )
        elif key not in sources:
            self._problem(
                f"`{key[:60]}` is not among the lesson's sources.",
                "Add it to `sources` in the front matter.",
                line,
            )
        else:
            number = list(sources).index(key) + 1
            return _inline_markup(
                f'<a class="reference" href="#source-{escape(key)}" '
                f'aria-label="{source_name(str(number))}">[{number}]</a>'
            )
        return _inline_markup("")

    def _insertion(self, token: Token, line: int) -> Token:
        key = str(token.meta["key"])
        insertions = self.surroundings.insertions
        if insertions is None:
            return _inline_markup("")
        if key not in insertions:
            self._problem(
                f"There are no agreed words and no clinical value `{key[:60]}`.",
                did_you_mean(key, insertions),
                line,
            )
            return _inline_markup("")
        inserted = insertions[key]
        if inserted.is_value and self.whole:
            self.values[key] = inserted
        return _inline_markup(inserted.html(linked=self.whole))

    def bare(self, token: Token) -> str:
        """Return the words of an unread inline token, without marks."""
        parts = []
        for child in token.children or []:
            if child.type in ("text", "code_inline"):
                parts.append(child.content)
            elif child.type == "term":
                parts.append(self._shown(child))
        return " ".join("".join(parts).split())

    def _shown(self, token: Token) -> str:
        key = str(token.meta["key"])
        return token.content or (self.surroundings.terms or {}).get(key, key)

    def _problem(self, message: str, hint: str, line: int) -> None:
        self.problems.append(Problem("", line, message, hint))


def _inline_markup(content: str) -> Token:
    return Token("html_inline", "", 0, content=content)
