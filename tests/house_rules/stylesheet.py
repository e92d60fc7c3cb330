"""Reads a stylesheet into its declarations, each with the rules it stands in and its line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Declaration:
    """`name: value` on a line, inside the preludes `within`, the outermost first."""

    within: tuple[str, ...]
    name: str
    value: str
    line: int

    def is_in(self, prelude: str) -> bool:
        return any(rule.startswith(prelude) for rule in self.within)


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
