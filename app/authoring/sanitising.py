"""Sanitises HTML of a course before it reaches a page: everything not listed here is removed."""

import html as html_entities
import re
from typing import Final

import nh3

_TAGS: Final = frozenset(
    [
        "p",
        "br",
        "em",
        "strong",
        "code",
        "ul",
        "ol",
        "li",
        "a",
        "h2",
        "h3",
        "table",
        "caption",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "div",
        "section",
        "figure",
        "img",
        "figcaption",
        "details",
        "summary",
        "span",
    ]
)
_ATTRIBUTES: Final = {
    "a": {"href", "rel", "id", "aria-label", "aria-labelledby"},
    "p": {"id"},
    "h2": {"id"},
    "h3": {"id"},
    "ol": {"start"},
    "th": {"scope"},
    "div": {"id", "tabindex", "role", "aria-label"},
    "figcaption": {"id"},
    "summary": {"id", "aria-labelledby"},
    "section": {"role", "aria-labelledby"},
    "img": {"src", "alt", "width", "height", "loading"},
}
_CLASSES: Final = {
    "a": {"term", "reference", "clinical-value", "enlarge"},
    "p": {"callout-title"},
    "th": {"align-end", "align-center"},
    "td": {"align-end", "align-center"},
    "div": {"table-scroll", "figure-body", "figure-picture", "figure-tools"},
    "ol": {"legend"},
    "section": {
        "callout",
        "callout-safety",
        "callout-care",
        "callout-tip",
        "callout-key-points",
    },
    "figure": {"figure"},
    "details": {"check"},
    "span": {"check-label", "clinical-value"},
}
_REFERENCE = re.compile(r'\s*<a class="reference"[^>]*>.*?</a>')
_DRAWING = re.compile(r'<svg class="drawing".*?</svg>', re.DOTALL)


def sanitised(html: str) -> str:
    """Return sanitised HTML. Everything that the renderer writes itself is unchanged."""
    return nh3.clean(
        html,
        tags=set(_TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        allowed_classes={tag: set(names) for tag, names in _CLASSES.items()},
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    ).strip()


def plain_words(html: str) -> str:
    """Return the words of sanitised HTML in one line, for search. Numbers of sources are left out, and what
    stands in drawings."""
    bare = nh3.clean(_REFERENCE.sub("", _DRAWING.sub("", html)), tags=set())
    return " ".join(html_entities.unescape(bare).split())


def unwrapped(html: str) -> str:
    """Return one paragraph without its tags, for places that may contain only text, such as a
    label."""
    if html.count("<p>") == 1 and html.startswith("<p>") and html.endswith("</p>"):
        return html[3:-4]
    return html
