"""The marks of the format that Markdown does not have: `[[term]]`, `[@source]` and `[=agreed words]`."""

import re
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin

_TERM = re.compile(r"\[\[([^\[\]|\n]+)(?:\|([^\[\]\n]+))?\]\]")
_REFERENCE = re.compile(r"\[@([^\[\]\n]*)\]")
INSERTION: Final = re.compile(r"\[=([^\[\]\n]*)\]")

CALLOUT: Final = "callout"


def _term(state: StateInline, silent: bool) -> bool:
    match = _TERM.match(state.src, state.pos)
    if match is None:
        return False
    if not silent:
        token = state.push("term", "", 0)
        token.content = (match.group(2) or "").strip()
        token.meta = {"key": match.group(1).strip()}
    state.pos = match.end()
    return True


def _reference(state: StateInline, silent: bool) -> bool:
    match = _REFERENCE.match(state.src, state.pos)
    if match is None:
        return False
    if not silent:
        state.push("reference", "", 0).meta = {"key": match.group(1).strip()}
    state.pos = match.end()
    return True


def _insertion(state: StateInline, silent: bool) -> bool:
    match = INSERTION.match(state.src, state.pos)
    if match is None:
        return False
    if not silent:
        state.push("insertion", "", 0).meta = {"key": match.group(1).strip()}
    state.pos = match.end()
    return True


def _escapes_stay_apart(state: StateCore) -> None:
    """An escaped sign becomes a text of its own that says so: `\\*\\*` is no mark that lacks its partner."""
    for token in state.tokens:
        for child in token.children or []:
            if child.type == "text_special":
                child.type = "text"


def is_escaped(token: Token) -> bool:
    """Return whether a token is an escaped character, rather than a backslash before a letter."""
    return token.type == "text" and token.info == "escape" and len(token.content) == 1


def _accepts_any_kind(words: str, _marker: str) -> bool:
    """Accept every kind of callout, so that an unknown one can be reported as a problem."""
    return bool(words.strip())


def _accepts_any_address(url: str) -> bool:
    """Accept every address, because a link that Markdown refuses would be shown as brackets;
    `inline.py` reports wrong ones."""
    return True


def reader() -> MarkdownIt:
    """Return the Markdown parser of the format: tables, callouts and marks, but no HTML."""
    md = MarkdownIt("commonmark", {"html": False}).enable("table")
    md.disable(["lheading", "reference", "entity"])
    md.core.ruler.at("text_join", _escapes_stay_apart)
    md.inline.ruler.before("link", "term", _term)
    md.inline.ruler.before("link", "reference_mark", _reference)
    md.inline.ruler.before("link", "insertion", _insertion)
    container_plugin(md, CALLOUT, validate=_accepts_any_kind)
    md.validateLink = _accepts_any_address  # type: ignore[method-assign]
    return md
