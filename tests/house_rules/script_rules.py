"""Rules for the words of scripts: they come from the page, in its language."""

import re
from collections.abc import Iterator, Set

from tests.house_rules.style_rules import Fault, Rule

_LITERAL = re.compile(
    r"""//[^\n]*|/\*.*?\*/|(?<![\w)\]])/(?![/*])(?:[^/\\\n\[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+/"""
    r"""|"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`""",
    re.S,
)
"""A comment, a regular expression, or a text, which is in one of the three groups."""
_ENGLISH = re.compile(r"^[A-Z][a-z]+[….:?!]?$|[A-Za-z’]{2,}[,;:.…]? +[A-Za-z’]+")
"""A word that begins with a capital letter, or two words."""
_SELECTOR = re.compile(r"[\[\]#>]|^\.|:[a-z]+\(|\w\.\w")

NOT_WORDS = frozenset(
    {
        "Error",  # the name of a class of errors
        "The behaviour   could not be attached.",  # for the console: people who build pages read it
        'The behaviour " " could not be attached.',
    }
)
"""Texts of scripts that no visitor of a page reads."""


def scripts_hold_no_words(styled: Set[str]) -> Rule:
    """Words come from the page, in its language: `word("name")` of words.js and app/web/script_words.py."""

    def rule(script: str) -> Iterator[Fault]:
        for match in _LITERAL.finditer(script):
            text = re.sub(r"\$\{[^}]*\}", " ", next(filter(None, match.groups()), ""))
            is_code = text in NOT_WORDS or _SELECTOR.search(text) or set(text.split()) <= styled
            if _ENGLISH.search(text.strip()) and not is_code:
                yield Fault(script.count("\n", 0, match.start()) + 1, f"words of English: {text}")

    return rule
