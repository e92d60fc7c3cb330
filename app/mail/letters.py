"""Letters: each mail has one template, which is parsed into blocks and written as plain text and as
HTML.

A source is a template `templates/mail/<feature>/<name>.txt`. Its first line is the subject; below stand
blocks with an empty line between them:

    {% trans %}Words of a paragraph, over one line or more.{% endtrans %}

    - {{ thing }}: a list, one thing a line

    = {% trans %}Label{% endtrans %}: a fact; several lines make one block

    > {{ words }} of a person, kept as they wrote them

    [{% trans %}What it does{% endtrans %}]({{ base_url }}/path)

Words stand in `{% trans %}…{% endtrans %}`, and become those of the reader's language. A value is printed
in that language: a day, an amount or a message becomes its words, in another form with the filter `value`
(`{{ starts_on | value("long") }}`).

Only the template creates structure. A value stays text inside its block, whatever it looks like. A
letter with a link to a foreign address is refused (R-108).
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from datetime import time as time_of_day
from decimal import Decimal
from typing import Any, Final, Literal, Self

from jinja2 import Environment
from jinja2.ext import Extension

from app.kit.messages import Message, Money, msg
from app.kit.words import Words

_VALUE = re.compile("\x02([^\x03]*)\x03")
_ACTION = re.compile(r"\[([^\]]+)\]\((\S+)\)")
_FACT = re.compile(r"= ([^:\x02]+): (.+)")
_LINE_BREAK = "\x1d"
_TYPED: Final = (Message, date, time_of_day, timedelta, int, Decimal, Money, tuple)
"""The types of values that are printed in the words of a language; a datetime is a date."""

Kind = Literal["paragraph", "list", "facts", "quote", "action"]


class BadLetter(Exception):
    """The template is not a valid letter; the message says which line and why."""


@dataclass(frozen=True, slots=True)
class Block:
    """`lines` are a paragraph, the items of a list, or a quotation; `facts` are pairs of label and
    value; an action has one line and an address."""

    kind: Kind
    lines: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    address: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """The content of a mail in one language, independent of its format."""

    subject: str
    blocks: tuple[Block, ...]
    academy: str
    base_url: str
    words: Words

    @property
    def preview(self) -> str:
        """The first paragraph below the greeting, which mailboxes show beside the subject."""
        paragraphs = [" ".join(block.lines) for block in self.blocks if block.kind == "paragraph"]
        return paragraphs[1] if len(paragraphs) > 1 else self.subject

    @property
    def plain(self) -> str:
        """The letter as plain text."""
        parts = [_plain(block, self.words) for block in self.blocks]
        return "\n\n".join([*parts, f"{self.academy}\n{self.base_url}"]) + "\n"


class KeepsLines(Extension):
    """Keeps the line break after `{% endtrans %}`, because the lines of a letter are its structure."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return source.replace("{% endtrans %}\n", "{% endtrans +%}\n")


@dataclass(frozen=True, slots=True)
class Letters:
    """Reads templates and writes HTML, in one language. Create it with `Letters.over`."""

    sources: Environment
    layouts: Environment
    words: Words

    @classmethod
    def over(cls, templates: Environment, words: Words) -> Self:
        """Return the letters in a folder of templates. Values are marked while a template is
        rendered."""
        sources = templates.overlay(finalize=_marking(words), extensions=[KeepsLines])
        return cls(sources, layouts=templates, words=words)

    def read(
        self, template: str, values: Mapping[str, Any], *, academy: str, base_url: str
    ) -> Letter:
        """Render `mail/<template>.txt` and return the letter, or raise BadLetter."""
        shared = {"academy": academy, "base_url": base_url}
        filled = self.sources.get_template(f"mail/{template}.txt").render({**shared, **values})
        subject, _, body = filled.partition("\n")
        groups = re.split(r"\n\s*\n", body.strip("\n "))
        blocks = [_block(group.split("\n"), base_url) for group in groups if group.strip()]
        return Letter(_subject(subject), tuple(blocks), academy, base_url, self.words)

    def read_subject(
        self, template: str, values: Mapping[str, Any], *, academy: str, base_url: str
    ) -> str:
        """Return only the subject, for a list of letters. The lines below it are not rendered."""
        shared = {"academy": academy, "base_url": base_url}
        source = self.sources.get_template(f"mail/{template}.txt")
        filling = source.generate({**shared, **values})
        first_line = ""
        for piece in filling:
            before, end, _ = piece.partition("\n")
            first_line += before
            if end:
                break
        return _subject(first_line)

    def html(self, letter: Letter) -> str:
        """Return the letter as HTML without pictures, style sheets or scripts."""
        return self.layouts.get_template("mail/letter.html").render(letter=letter)


def _marking(words: Words) -> Callable[[object], str]:
    """Return what is done with each value before it is printed: it becomes words, and is marked."""

    def marked(value: Any) -> str:
        return _marked(words.value(value) if isinstance(value, _TYPED) else value)

    return marked


def _marked(value: object) -> str:
    """Mark a value, so that nothing in it is read as structure."""
    if value is None:
        raise BadLetter("A value of the letter is missing.")
    lines = str(value).replace("\r\n", "\n").split("\n")
    lines_without_controls = (
        "".join(sign for sign in line if unicodedata.category(sign) != "Cc") for line in lines
    )
    return f"\x02{_LINE_BREAK.join(lines_without_controls)}\x03"


def _subject(first_line: str) -> str:
    return " ".join(_said(first_line).split())


def _said(text: str) -> str:
    """Return a text without the marks."""
    return _VALUE.sub(lambda match: match[1], text).replace(_LINE_BREAK, "\n").strip()


def _block(lines: list[str], base_url: str) -> Block:
    lines = [line.strip() for line in lines]
    # Values are replaced by marks while the structure is parsed, and put back afterwards.
    bare = [_VALUE.sub("\x02\x03", line) for line in lines]
    if all(line.startswith("- ") for line in bare):
        return Block("list", tuple(_said(line[2:]) for line in lines))
    if all(line.startswith("> ") for line in bare):
        return Block("quote", tuple(_said(line[2:]) for line in lines))
    if all(line.startswith("= ") for line in bare):
        return Block("facts", facts=tuple(_fact(line) for line in lines))
    if bare[0].startswith("["):
        return _action(lines, base_url)
    words = _said(" ".join(lines))
    if any(line.startswith(("- ", "> ", "= ", "[")) for line in bare) or "://" in "".join(bare):
        raise BadLetter(f"Put an empty line round each block, and a link into a block: {words}")
    return Block("paragraph", (words,))


def _fact(line: str) -> tuple[str, str]:
    match = _FACT.fullmatch(line)
    if not match:
        raise BadLetter(f"A fact is “= Label: value”: {_said(line)}")
    return match[1], _said(match[2])


def _action(lines: list[str], base_url: str) -> Block:
    """Parse “[Words](address)”. Refuses an address that is not ours."""
    hidden: list[str] = []

    def hide(match: re.Match[str]) -> str:
        hidden.append(match[0])
        return f"\x02{len(hidden) - 1}\x03"

    def shown(text: str) -> str:
        return _said(_VALUE.sub(lambda match: hidden[int(match[1])], text))

    parts = _ACTION.fullmatch(_VALUE.sub(hide, " ".join(lines)))
    if not parts:
        raise BadLetter(f"A link is “[Words](address)” on a line of its own: {_said(lines[0])}")
    address = shown(parts[2])
    if not address.startswith(f"{base_url}/") or re.search(r"\s", address):
        raise BadLetter(f"A link leads to our own address, not to {address}")
    return Block("action", (shown(parts[1]),), address=address)


def _plain(block: Block, words: Words) -> str:
    if block.kind == "list":
        return "\n".join(f"- {line}" for line in block.lines)
    if block.kind == "facts":
        facts = (msg("{label}: {value}", label=label, value=value) for label, value in block.facts)
        return "\n".join(words.of(fact) for fact in facts)
    if block.kind == "action":
        return "\n".join((words.of(msg("{action}:", action=block.lines[0])), block.address))
    return "\n".join(block.lines)
