"""Finds English words in templates that no translator gets; `test_untranslated.py` refuses them.

The crawl under the bracketing language sees the pages that the demo academy has. This sees every branch.
"""

import re
from collections.abc import Iterator
from typing import Final

from jinja2 import Environment, nodes

from tests.house_rules.joined_texts import SAYING, TRANS

CLASSES: Final = re.compile(r"{%-? block frame -?%}.*?{%-? endblock -?%}", re.DOTALL)
NOT_READ: Final = re.compile(r"<(script|style|code)\b.*?</\1>|<!DOCTYPE[^>]*>", re.DOTALL)
TAG: Final = re.compile(r"<[^<>]*>")
ATTRIBUTE: Final = re.compile(
    r"(?:aria-label|aria-description|title|alt|placeholder)=\"([^\"]*)\"", re.DOTALL
)
JINJA: Final = re.compile(r"{#.*?#}|{{.*?}}|{%.*?%}", re.DOTALL)
FOR_PROGRAMS: Final = re.compile(r"\S*[/=\"#]\S*|(?<!\S)-\S+")
"""Addresses, attributes and the endings of ids."""
WORD: Final = re.compile(r"[^\W\d_]{3,}")
SENTENCE: Final = re.compile(r"[A-Z][\w’-]* [A-Za-z].*", re.DOTALL)


def untranslated(source: str) -> list[str]:
    """Return the words of a template, with their lines, that stand in no `trans`, `_`, `msg` or `msgs`."""
    outside = TRANS.sub(_only_lines, CLASSES.sub(_only_lines, source))
    return [*_words_of_html(outside), *_sentences_of_code(outside)]


def _words_of_html(source: str) -> Iterator[str]:
    page = NOT_READ.sub(_only_lines, JINJA.sub(_only_lines, source))
    for attribute in ATTRIBUTE.finditer(page):
        yield from _words(page, attribute.start(1), attribute[1])
    last = 0
    for tag in TAG.finditer(page):
        yield from _words(page, last, page[last : tag.start()])
        last = tag.end()
    yield from _words(page, last, page[last:])


def _words(page: str, start: int, text: str) -> Iterator[str]:
    text = FOR_PROGRAMS.sub(lambda match: " " * len(match.group()), text)
    if word := WORD.search(text):
        line = page.count("\n", 0, start + word.start()) + 1
        yield f"{line}: {' '.join(text.split())}"


def _sentences_of_code(source: str) -> Iterator[str]:
    """Yield the texts with several words that the code of a template has outside a call for a translation."""
    tree = Environment(autoescape=True).parse(source)
    said = {
        id(part)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in SAYING
        for part in call.find_all(nodes.Const)
    }
    for constant in tree.find_all(nodes.Const):
        is_text = isinstance(constant.value, str) and SENTENCE.fullmatch(constant.value)
        if is_text and id(constant) not in said:
            yield f"{constant.lineno}: {constant.value}"


def _only_lines(match: re.Match[str]) -> str:
    return "\n" * match.group().count("\n")
