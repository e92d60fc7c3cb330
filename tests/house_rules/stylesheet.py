"""Reads a stylesheet into its declarations, each with the rules it stands in and its line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.web.stylesheets import parts_of


@dataclass(frozen=True)
class Declaration:
    """`name: value` and its line. `within` are the selectors and at-rules around it, the outermost
    first."""

    within: tuple[str, ...]
    name: str
    value: str
    line: int

    def is_in(self, prelude: str) -> bool:
        return any(rule.startswith(prelude) for rule in self.within)


@dataclass(frozen=True)
class Stylesheet:
    """A stylesheet joined with the files that it imports. `parts` are pairs of name and text; the
    first is the sheet itself."""

    parts: tuple[tuple[str, str], ...]

    @classmethod
    def at(cls, path: Path) -> "Stylesheet":
        files = (path, *parts_of(path))
        return cls(
            tuple((file.relative_to(path.parent).as_posix(), file.read_text()) for file in files)
        )

    @property
    def text(self) -> str:
        return "".join(text for _, text in self.parts)

    def located(self, fault: str) -> str:
        """Return a fault of `text`, "sheet:line: words", with its file and the line there."""
        _, line, words = fault.split(":", 2)
        number = int(line)
        for name, text in self.parts:
            if number <= text.count("\n"):
                return f"{name}:{number}:{words}"
            number -= text.count("\n")
        raise ValueError(f"The sheet has no such line: {fault}")


def without_comments(css: str) -> str:
    """Blank out comments; every line keeps its number."""
    return re.sub(r"/\*.*?\*/", lambda match: "\n" * match[0].count("\n"), css, flags=re.S)


def declarations(css: str) -> Iterator[Declaration]:
    """Yield every declaration in order. Values of this sheet hold no braces and no semicolons."""
    within: list[str] = []
    line = 1
    for words, sign in re.findall(r"([^{};]*)([{};])", without_comments(css)):
        begins = line + words[: len(words) - len(words.lstrip())].count("\n")
        line += words.count("\n")
        words = " ".join(words.split())
        if sign == "{":
            within.append(words)
            continue
        name, colon, value = words.partition(":")
        if colon and not words.startswith("@"):
            yield Declaration(tuple(within), name.strip(), value.strip(), begins)
        if sign == "}" and within:
            within.pop()
