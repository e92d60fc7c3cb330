"""The rules of the interface. Each rule is a function that returns the faults of a text, with their
lines; its docstring says whom a fault harms.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import pairwise

from jinja2 import Environment, nodes

from app.courses.domain.pictures import COLOURS
from tests.house_rules.contrast import pairs, themes
from tests.house_rules.stylesheet import Declaration, declarations, without_comments

Rule = Callable[[str], Iterator["Fault"]]


@dataclass(frozen=True)
class Fault:
    """What is wrong in one line of a file."""

    line: int
    words: str


def faults(name: str, text: str, *rules: Rule) -> list[str]:
    """Return what the rules find in a file, as `name:line: words`, in the order of the lines."""
    sorted_faults = sorted(
        {fault for rule in rules for fault in rule(text)}, key=lambda fault: fault.line
    )
    return [f"{name}:{fault.line}: {fault.words}" for fault in sorted_faults]


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _found(pattern: str, text: str, words: str, flags: int = 0) -> Iterator[Fault]:
    for match in re.finditer(pattern, text, flags):
        yield Fault(_line(text, match.start()), f"{words}: {' '.join(match[0].split())[:120]}")


# The stylesheet

_COLOUR_NAMES = """
aliceblue antiquewhite aqua aquamarine azure beige bisque black blanchedalmond blue blueviolet brown
burlywood cadetblue chartreuse chocolate coral cornflowerblue cornsilk crimson cyan darkblue
darkcyan darkgoldenrod darkgray darkgreen darkgrey darkkhaki darkmagenta darkolivegreen darkorange
darkorchid darkred darksalmon darkseagreen darkslateblue darkslategray darkslategrey darkturquoise
darkviolet deeppink deepskyblue dimgray dimgrey dodgerblue firebrick floralwhite forestgreen fuchsia
gainsboro ghostwhite gold goldenrod gray green greenyellow grey honeydew hotpink indianred indigo
ivory khaki lavender lavenderblush lawngreen lemonchiffon lightblue lightcoral lightcyan
lightgoldenrodyellow lightgray lightgreen lightgrey lightpink lightsalmon lightseagreen lightskyblue
lightslategray lightslategrey lightsteelblue lightyellow lime limegreen linen magenta maroon
mediumaquamarine mediumblue mediumorchid mediumpurple mediumseagreen mediumslateblue
mediumspringgreen mediumturquoise mediumvioletred midnightblue mintcream mistyrose moccasin
navajowhite navy oldlace olive olivedrab orange orangered orchid palegoldenrod palegreen
paleturquoise palevioletred papayawhip peachpuff peru pink plum powderblue purple rebeccapurple red
rosybrown royalblue saddlebrown salmon sandybrown seagreen seashell sienna silver skyblue slateblue
slategray slategrey snow springgreen steelblue tan teal thistle tomato turquoise violet wheat white
whitesmoke yellow yellowgreen
"""
NAMED_COLOURS = frozenset(_COLOUR_NAMES.split())
_COLOUR = re.compile(
    r"#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color)\(", re.IGNORECASE
)
_PHYSICAL = re.compile(
    r"^(?:(?:margin|padding|border|inset|scroll-margin|scroll-padding)-(?:left|right|top|bottom)\b.*"
    r"|left|right|top|bottom|(?:min-|max-)?(?:width|height)"
    r"|border-(?:top|bottom)-(?:left|right)-radius)$"
)
_SIDED = frozenset({"text-align", "float", "clear", "transform-origin", "background-position"})
_FOUR_SIDES = frozenset({"margin", "padding", "inset", "border-width", "border-style"})
_STILL = "@media (prefers-reduced-motion: no-preference)"


def colours_stand_in_the_tokens(css: str) -> Iterator[Fault]:
    """A colour written elsewhere is wrong in one of the two themes."""
    for declaration in declarations(css):
        if declaration.is_in("@layer tokens"):
            continue
        words = set(re.findall(r"(?<![\w-])[a-z]+(?![\w-])", declaration.value.lower()))
        if _COLOUR.search(declaration.value) or words & NAMED_COLOURS:
            yield Fault(
                declaration.line,
                f"a colour outside the tokens: {declaration.name}: {declaration.value}",
            )


def tokens_exist(css: str) -> Iterator[Fault]:
    """CSS silently replaces a misspelt token by the initial value, which can be black on black."""
    declared = {declaration.name for declaration in declarations(css)}
    for declaration in declarations(css):
        for token in re.findall(r"var\((--[\w-]+)", declaration.value):
            if token not in declared:
                yield Fault(declaration.line, f"a token that does not exist: {token}")


def sides_are_logical(css: str) -> Iterator[Fault]:
    """A physical side stays where it is when the page runs from right to left."""
    for declaration in declarations(css):
        turned = declaration.name in _SIDED and {"left", "right"} & set(declaration.value.split())
        if _PHYSICAL.match(declaration.name) or turned or _has_uneven_sides(declaration):
            yield Fault(
                declaration.line, f"a physical side: {declaration.name}: {declaration.value}"
            )


def _has_uneven_sides(declaration: Declaration) -> bool:
    """`padding: 1px 2px 3px 4px` is physical although no side is named."""
    sides = re.split(r"\s+(?![^(]*\))", declaration.value)
    return declaration.name in _FOUR_SIDES and len(sides) == 4 and sides[1] != sides[3]


def importance_is_for_paper(css: str) -> Iterator[Fault]:
    """Each !important needs a stronger one later."""
    for declaration in declarations(css):
        if "!important" in declaration.value and not declaration.is_in("@layer print"):
            yield Fault(
                declaration.line,
                f"!important outside print: {declaration.name}: {declaration.value}",
            )


def motion_can_be_refused(css: str) -> Iterator[Fault]:
    """Movement on a page makes some people sick (WCAG 2.3.3)."""
    for declaration in declarations(css):
        moves = re.match(r"transition|animation|scroll-behavior|navigation$", declaration.name)
        if moves and not declaration.is_in(_STILL):
            yield Fault(
                declaration.line, f"motion for everybody: {declaration.name}: {declaration.value}"
            )


def nothing_is_half_transparent(css: str) -> Iterator[Fault]:
    """The contrast of half-transparent text depends on what is behind it, so no test can compute
    it."""
    for declaration in declarations(css):
        if declaration.name == "opacity" and declaration.value not in ("0", "1"):
            yield Fault(declaration.line, f"half-transparent: opacity: {declaration.value}")


def heads_of_tables_stay(css: str) -> Iterator[Fault]:
    """A head that is not displayed is gone for screen readers too, and the cells of a row pair with wrong
    ones. It is hidden from sight only."""
    for declaration in declarations(css):
        is_head = re.search(r"\bthead\b", declaration.within[-1]) if declaration.within else None
        if is_head and (declaration.name, declaration.value) == ("display", "none"):
            yield Fault(declaration.line, "a head of a table is gone: display: none")


def colours_can_be_told_apart(css: str) -> Iterator[Fault]:
    """WCAG 1.4.3 and 1.4.11 in both themes; 1.4.6 for those who ask for more contrast."""
    for theme, tokens in themes(css).items():
        for pair in pairs(css):
            if {pair.front, pair.back} <= tokens.keys():
                words = pair.fault(tokens, more="more" in theme)
                if words:
                    yield Fault(pair.line, f"{theme}: {words}")


STYLESHEET_RULES: tuple[Rule, ...] = (
    colours_stand_in_the_tokens,
    tokens_exist,
    sides_are_logical,
    importance_is_for_paper,
    motion_can_be_refused,
    nothing_is_half_transparent,
    heads_of_tables_stay,
    colours_can_be_told_apart,
)

# The templates

_TAG = r"<(?:{})\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*>"
_DATA_BLOCK = '<script type="application/ld+json">'


def nothing_is_inline(page: str) -> Iterator[Fault]:
    """The content security policy refuses inline code and style: it would silently do nothing."""
    yield from _found(r"<style\b|\sstyle=|\son[a-z]+=|javascript:", page, "inline style or script")
    for match in re.finditer(r"(<script\b[^>]*>)(.*?)</script>", page, re.S):
        opening, content = match.groups()
        # A data block is never run; tojson keeps a value from ending it.
        if opening == _DATA_BLOCK and re.fullmatch(r"\{\{ \w+ \| tojson \}\}", content):
            continue
        if "src=" not in opening or content.strip():
            yield Fault(_line(page, match.start()), f"an inline script: {opening}")


def controls_have_labels(page: str) -> Iterator[Fault]:
    """Without a label a screen reader says "edit text" and no more."""
    for match in re.finditer(_TAG.format("input|select|textarea"), page):
        tag = match[0]
        if 'type="hidden"' in tag or "aria-label" in tag:
            continue
        named = re.search(r'\bid="([^"]+)"', tag)
        if not named or f'for="{named[1]}"' not in page:
            yield Fault(_line(page, match.start()), f"no label for {' '.join(tag.split())[:100]}")


def pictures_say_what_they_show(page: str) -> Iterator[Fault]:
    """Without `alt` a screen reader reads the file's name; without its size the page jumps."""
    for match in re.finditer(_TAG.format("img"), page):
        missing = [name for name in ("alt", "width", "height") if f"{name}=" not in match[0]]
        if missing:
            yield Fault(_line(page, match.start()), f"a picture without {', '.join(missing)}")


def posts_carry_the_token(page: str) -> Iterator[Fault]:
    """A form without the token is refused for browsers that send no origin (R-080)."""
    for match in re.finditer(r'<form\b[^>]*method="post".*?</form>', page, re.S):
        if 'name="csrf_token"' not in match[0]:
            yield Fault(_line(page, match.start()), "a POST form without its token")


def no_colour_is_written(page: str) -> Iterator[Fault]:
    """A colour in a template is wrong in one of the two themes."""
    attributes = "fill|stroke|stop-color|flood-color|color|bgcolor|content"
    yield from _found(
        rf"\b(?:{attributes})=\"(?:#[0-9a-fA-F]{{3,8}}|rgba?\(|hsla?\()", page, "a colour"
    )


def blocks_keep_the_direction(page: str) -> Iterator[Fault]:
    """A name in letters of another direction would move its heading or its row to the other side of the page.
    `<bdi>` round the name lets it be written as it is, where it belongs. Paragraphs of what a person wrote
    may have `dir="auto"`."""
    for match in re.finditer(r'<(?:h[1-6]|dt|dd|th|td|li)\b[^>]*\bdir="auto"', page):
        yield Fault(_line(page, match.start()), "a block with dir=auto: write <bdi> round the name")


TEMPLATE_RULES: tuple[Rule, ...] = (
    nothing_is_inline,
    controls_have_labels,
    pictures_say_what_they_show,
    posts_carry_the_token,
    no_colour_is_written,
    blocks_keep_the_direction,
)


def behaviours_exist(modules: Set[str]) -> Rule:
    """A component with a misspelt behaviour never starts."""

    def rule(page: str) -> Iterator[Fault]:
        for match in re.finditer(r'\b(?:data-)?behaviour="([a-z][^"{]*)"', page):
            for name in set(match[1].split()) - modules:
                yield Fault(_line(page, match.start()), f"no module is called {name}")

    return rule


def assets_exist(is_asset: Callable[[str], bool]) -> Rule:
    """A missing style or script is a page that looks broken once, for one person."""

    def rule(page: str) -> Iterator[Fault]:
        for match in re.finditer(r"""\basset\(\s*["']([^"']+)["']""", page):
            if not is_asset(match[1]):
                yield Fault(_line(page, match.start()), f"no asset is called {match[1]}")

    return rule


def classes_of(css: str) -> frozenset[str]:
    """Return every class that the stylesheet mentions."""
    return frozenset(re.findall(r"\.([a-z][\w-]*)", without_comments(css)))


def classes_exist(styled: Set[str]) -> Rule:
    """A class without a style does nothing, and nobody sees that a line of it breaks."""

    def rule(page: str) -> Iterator[Fault]:
        written = re.finditer(r'\bclass="([^"]*)"', _MADE.sub(_without_words, page))
        passed_on = re.finditer(r'\bclasses="([^"]*)"', page)
        for match in (*written, *passed_on):
            for name in match[1].split():
                if _MADE_UP not in name and name not in styled:
                    yield Fault(
                        _line(match.string, match.start()), f"no style for the class {name}"
                    )

    return rule


_MADE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.S)
_MADE_UP = "{}"


def _without_words(match: re.Match[str]) -> str:
    """Return a placeholder for a piece of Jinja, with the same number of lines."""
    sign = _MADE_UP if match[0].startswith("{{") else " "
    return sign + "\n" * match[0].count("\n")


# Where each macro takes the name of an icon, and of a drawing.
ICON_ARGUMENT = {
    "icon": 0,
    "fact": 0,
    "button": 2,
    "link_button": 3,
    "post_button": 4,
    "status_tag": 2,
    "task": 5,
}
DRAWING_ARGUMENT = {"picture": 0}
SCENE_ARGUMENT = {"scene": 0, "empty_state": 0}


def icons_are_drawn(environment: Environment, names: Set[str]) -> Rule:
    """An icon that is not in the sprite is an empty square."""
    return _named(environment, names, ICON_ARGUMENT, "icon_name", "icon")


def drawings_exist(environment: Environment, names: Set[str]) -> Rule:
    """A drawing that is not in the file of pictures is an empty space."""
    return _named(environment, names, DRAWING_ARGUMENT, "picture_name", "drawing")


def scenes_exist(environment: Environment, names: Set[str]) -> Rule:
    """The same of a scene for a place that holds nothing yet."""
    return _named(environment, names, SCENE_ARGUMENT, "scene_name", "scene")


def _named(
    environment: Environment, names: Set[str], places: Mapping[str, int], keyword: str, kind: str
) -> Rule:
    def rule(page: str) -> Iterator[Fault]:
        for call in environment.parse(page).find_all(nodes.Call):
            named_nodes: list[nodes.Node] = [
                word.value for word in call.kwargs if word.key == keyword
            ]
            if isinstance(call.node, nodes.Name) and call.node.name in places:
                named_nodes += call.args[places[call.node.name] :][:1]
            for name in (name for node in named_nodes for name in _words(node)):
                if name not in names:
                    yield Fault(call.lineno, f"no {kind} is called {name}")

    return rule


def _words(node: nodes.Node) -> Iterator[str]:
    if isinstance(node, nodes.CondExpr):
        yield from _words(node.expr1)
        if node.expr2:
            yield from _words(node.expr2)
    elif isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value


# A page as it arrives


def headings_skip_no_level(levels: list[int]) -> bool:
    """Say whether headings begin with one h1 and go down one step at a time."""
    return levels[:1] == [1] and all(after <= before + 1 for before, after in pairwise(levels))


# The scripts

LONGEST_SCRIPT = 400


def scripts_write_no_markup(script: str) -> Iterator[Fault]:
    """If a script builds markup from text, a person's name can become code."""
    yield from _found(
        r"\b(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write|\beval\(|new Function\b",
        script,
        "markup or code from text",
    )
    yield from _found(
        r"setAttribute\(\s*[\"'](?:style|on[a-z]+)[\"']", script, "inline style or script"
    )


def scripts_write_no_colour(script: str) -> Iterator[Fault]:
    """A colour in a script is wrong in one of the two themes."""
    yield from _found(r"[\"'`]#[0-9a-fA-F]{3,8}[\"'`]|\brgba?\(|\bhsla?\(", script, "a colour")


def scripts_are_short(script: str) -> Iterator[Fault]:
    """A long module is one that nobody reads."""
    lines = len(script.splitlines())
    if lines > LONGEST_SCRIPT:
        yield Fault(LONGEST_SCRIPT, f"{lines} lines, more than {LONGEST_SCRIPT}")


def scripts_work_on_plain_http(script: str) -> Iterator[Fault]:
    """Browsers offer some APIs to pages by https only: without `?.` a script fails on plain http (B20)."""
    yield from _found(
        r"\bcrypto\.(?:randomUUID\(|subtle\.)"
        r"|\bnavigator\.(?:clipboard|credentials|locks|serviceWorker|share|storage|wakeLock)[.(]",
        script,
        "an API of secure contexts without a fallback",
    )


SCRIPT_RULES: tuple[Rule, ...] = (
    scripts_write_no_markup,
    scripts_write_no_colour,
    scripts_are_short,
    scripts_work_on_plain_http,
)


def imports_lead_somewhere(is_module: Callable[[str], bool]) -> Rule:
    """Modules import each other by relative paths, because there is no bundler."""

    def rule(script: str) -> Iterator[Fault]:
        for match in re.finditer(r"""\b(?:from|import)\s+["']([^"']+)["']""", script):
            if not match[1].startswith(("./", "../")) or not is_module(match[1]):
                yield Fault(_line(script, match.start()), f"no module is called {match[1]}")

    return rule


# Our own drawings


def drawings_keep_to_their_palette(svg: str) -> Iterator[Fault]:
    """All drawings are of one style: three tints, warmth, paper and a line."""
    for match in re.finditer(r'\b(?:fill|stroke)="([^"]*)"', svg):
        colour = match[1]
        if colour != "none" and not re.fullmatch(rf"var\(--draw-(?:{'|'.join(COLOURS)})\)", colour):
            yield Fault(
                _line(svg, match.start()), f"a colour that is not one of drawings: {colour}"
            )


def drawings_use_tokens(svg: str) -> Iterator[Fault]:
    """A drawing that is part of a page follows the page's theme, unless it sets its own colour."""
    text = without_comments(
        re.sub(r"<!--.*?-->", lambda match: "\n" * match[0].count("\n"), svg, flags=re.S)
    )
    yield from _found(
        r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(|<style\b|\sstyle=|<script\b",
        text,
        "a colour or style",
    )
    for match in re.finditer(r'(?:fill|stroke)="([a-z]+)"', text):
        if match[1] in NAMED_COLOURS:
            yield Fault(_line(text, match.start()), f"a colour or style: {match[0]}")
