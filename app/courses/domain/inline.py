"""Words, links and marks inside a paragraph, a heading or a cell."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from markdown_it.token import Token

from app.courses.domain import doses
from app.courses.domain.insertions import Insertion
from app.courses.domain.messages import did_you_mean
from app.courses.domain.problems import Problem
from app.courses.domain.svg import Drawing

_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


@dataclass(frozen=True)
class Surroundings:
    """What a text of a course may point at.

    Where a file could not be read, its words are None and nothing is said about marks that need
    them: one broken file does not fill the list with false problems. The same goes for a drawing.
    """

    course: str
    terms: Mapping[str, str] | None
    references: Mapping[str, object] | None
    drawings: Mapping[str, Drawing | None]
    insertions: Mapping[str, Insertion] | None = None


@dataclass
class Wording:
    """Reads inline tokens of one text; `whole` is true for a lesson, where HTML is a problem."""

    surroundings: Surroundings
    sources: Sequence[str] | None
    whole: bool
    problems: list[Problem] = field(default_factory=list)
    values: dict[str, Insertion] = field(default_factory=dict)
    """Clinical values that the text uses, in the order of their first use."""

    def read(self, token: Token, line: int) -> None:
        """Check the inline `token` that begins in `line`, and put the marks' HTML into it."""
        children = token.children or []
        words = [""]
        for number, child in enumerate(children):
            here = line + len(words) - 1
            if child.type in ("softbreak", "hardbreak"):
                words.append("")
            elif child.type == "text":
                words[-1] += child.content
            elif child.type == "link_open":
                empty = children[number + 1].type == "link_close"
                self._link(child, here, empty=empty)
            elif child.type == "image":
                self._problem("Pictures are not placed this way.", "Use a block ```figure.", here)
            elif child.type == "term":
                children[number] = self._term(child, here)
                words[-1] += " … "
            elif child.type == "reference":
                children[number] = self._reference(child, here)
            elif child.type == "insertion":
                children[number] = self._insertion(child, here)
                words[-1] += " … "
            elif child.type == "code_inline":
                # What stands between backticks is quoted as it is, such as a dose written wrongly.
                words[-1] += " … "
        for offset, text in enumerate(words):
            self._typing(text, line + offset)

    def _typing(self, text: str, line: int) -> None:
        for message, hint in doses.misprints(text):
            self._problem(message, hint, line)
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
        tag = _TAG.search(text)
        if self.whole and tag:
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
                f'aria-label="Source [{number}]">[{number}]</a>'
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
        """The words of an inline token that was not read yet, without marks."""
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
