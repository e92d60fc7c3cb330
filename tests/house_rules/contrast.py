"""Which colours of the stylesheet are used together, and whether their contrast is enough (WCAG
1.4.3, 1.4.6, 1.4.11).

The pairs are read from the stylesheet itself: a colour set beside a background meets that background; a
colour set alone may stand on every ground of the page; a background set alone carries the text of the page.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from tests.house_rules.stylesheet import Declaration, declarations

GROUNDS = ("canvas", "surface", "sunken")
MORE = "@media (prefers-contrast: more)"
THEMES = ("light", "dark", "light, more contrast", "dark, more contrast")
TEXT, GRAPHIC, TEXT_MORE, GRAPHIC_MORE = 4.5, 3.0, 7.0, 4.5

# Borders that only separate things; they carry no meaning.
DECORATION = frozenset({"line", "surface", "brand-soft"})
# Backgrounds that never have text on them.
BARE = ("progress", "backdrop")
# The possible values of local custom properties: a component sets them and its parts use them.
LOCAL = frozenset({"tone", "soft"})

_FRONT = re.compile(r"^(?:color|--tone)$")
_BACK = re.compile(r"^(?:background(?:-color)?|--soft)$")
_RING, _HALO = re.compile(r"^outline$"), re.compile(r"^box-shadow$")
_HEX = re.compile(r"#[0-9A-Fa-f]{6}")
_THEMED = re.compile(r"light-dark\((.+?), (.+)\)")
_USED = re.compile(r"var\(--([\w-]+)\)")
_EDGES = re.compile(r"^(?:border|outline)(?:-(?:block|inline)(?:-(?:start|end))?)?(?:-color)?$")

_ICON = re.compile(r"\.icon$")

Theme = Mapping[str, str]


@dataclass(frozen=True)
class Pair:
    """Two colours that meet, and the line of the stylesheet that brings them together."""

    front: str
    back: str
    is_text: bool
    line: int

    def fault(self, tokens: Theme, *, more: bool) -> str | None:
        """Say what is wrong with the pair among the tokens of one theme."""
        bar = (TEXT_MORE if more else TEXT) if self.is_text else GRAPHIC_MORE if more else GRAPHIC
        ratio = contrast(tokens[self.front], tokens[self.back])
        if ratio >= bar:
            return None
        return f"{self.front} on {self.back} is {ratio:.2f}:1, less than {bar}:1"


def themes(css: str) -> dict[str, Theme]:
    """Return name → colour for each theme: light and dark, with normal and with increased contrast."""
    plain: dict[str, str] = {}
    more: dict[str, str] = {}
    for declaration in declarations(css):
        if declaration.is_in("@layer tokens") and declaration.name.startswith("--"):
            (more if declaration.is_in(MORE) else plain)[declaration.name[2:]] = declaration.value
    by_theme = {}
    for name, tokens, side in (
        ("light", plain, 0),
        ("dark", plain, 1),
        ("light, more contrast", {**plain, **more}, 0),
        ("dark, more contrast", {**plain, **more}, 1),
    ):
        colours = {token: _colour(token, tokens, side) for token in tokens}
        by_theme[name] = {token: colour for token, colour in colours.items() if colour}
    return by_theme


def _colour(token: str, tokens: Mapping[str, str], side: int) -> str | None:
    value = tokens[token]
    if themed := _THEMED.fullmatch(value):
        value = themed[side + 1]
    if named := _USED.fullmatch(value):
        return _colour(named[1], tokens, side)
    return value if _HEX.fullmatch(value) else None


def pairs(css: str) -> Iterator[Pair]:
    """Yield every pair of colours that the rules of the stylesheet bring together."""
    rules: dict[tuple[str, ...], list[Declaration]] = defaultdict(list)
    for declaration in declarations(css):
        if not declaration.is_in("@layer tokens") and not declaration.is_in("@layer print"):
            rules[declaration.within].append(declaration)
    for within, rule in rules.items():
        yield from _pairs_of(within, rule)


def _pairs_of(within: tuple[str, ...], rule: list[Declaration]) -> Iterator[Pair]:
    fronts, backs, edges = (_tokens(rule, wanted) for wanted in (_FRONT, _BACK, _EDGES))
    is_bare = any(word in within[-1] for word in BARE) or _is_a_shape(rule)
    is_text = not _ICON.search(within[-1])
    for (front, line), (back, _) in product(fronts, backs):
        yield Pair(front, back, is_text=is_text, line=line)
    if not backs:
        for (front, line), back in product(fronts, GROUNDS):
            yield Pair(front, back, is_text=is_text, line=line)
    for back, line in () if is_bare else backs:
        if not fronts or back in GROUNDS or back.endswith("-soft"):
            yield from (Pair(words, back, is_text=True, line=line) for words in ("ink", "muted"))
    for (front, line), back in product(edges, GROUNDS):
        if front not in DECORATION:
            yield Pair(front, back, is_text=False, line=line)
    # The focus ring has two colours, so that one of them is visible on any background.
    for (ring, line), (halo, _) in product(_tokens(rule, _RING), _tokens(rule, _HALO)):
        yield Pair(ring, halo, is_text=False, line=line)


def _is_a_shape(rule: list[Declaration]) -> bool:
    """Whether the rule draws something that has no words: a line, a dot."""
    return any(declaration.name == "content" and declaration.value == '""' for declaration in rule)


def _tokens(rule: list[Declaration], wanted: re.Pattern[str]) -> list[tuple[str, int]]:
    """Return the tokens that some properties of a rule use, without the names that the component
    sets itself."""
    return [
        (token, declaration.line)
        for declaration in rule
        if wanted.match(declaration.name)
        for token in _USED.findall(declaration.value)
        if token not in LOCAL
    ]


def luminance(colour: str) -> float:
    def linear(value: float) -> float:
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(colour: str, other: str) -> float:
    light, dark = sorted((luminance(colour), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
