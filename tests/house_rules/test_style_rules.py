"""Each rule can fail: it gets one bad example and must report its line."""

import pytest
from jinja2 import Environment

from tests.house_rules.contrast import contrast, pairs, themes
from tests.house_rules.script_rules import scripts_hold_no_words
from tests.house_rules.style_rules import (
    SCRIPT_RULES,
    STYLESHEET_RULES,
    TEMPLATE_RULES,
    Rule,
    assets_exist,
    behaviours_exist,
    classes_exist,
    classes_of,
    drawings_exist,
    drawings_keep_to_their_palette,
    drawings_use_tokens,
    faults,
    headings_skip_no_level,
    icons_are_drawn,
    imports_lead_somewhere,
    scenes_exist,
)

TOKENS = """@layer tokens {
  :root { --ink: light-dark(#17212B, #EEF2F5); --muted: var(--ink); --canvas: light-dark(#FBFAF8, #0F151B);
    --surface: var(--canvas); --sunken: var(--canvas); --faint: light-dark(#B7C2CC, #465360); }
  @media (prefers-contrast: more) { :root { --faint: light-dark(#5F6B77, #EEF2F5); } }
}
"""
FIRST = TOKENS.count("\n") + 1

BAD_STYLES = [
    (".a { color: #fff; }", "a colour outside the tokens: color: #fff"),
    (".a { border: 1px solid tomato; }", "a colour outside the tokens: border: 1px solid tomato"),
    (".a { color: rgb(0 0 0 / .5); }", "a colour outside the tokens: color: rgb(0 0 0 / .5)"),
    (".a { gap: var(--s99); }", "a token that does not exist: --s99"),
    (".a { margin-left: 1rem; }", "a physical side: margin-left: 1rem"),
    (".a { border-right-color: inherit; }", "a physical side: border-right-color: inherit"),
    (".a { text-align: left; }", "a physical side: text-align: left"),
    (".a { max-width: 3rem; }", "a physical side: max-width: 3rem"),
    (".a { padding: 1px 2px 3px 4px; }", "a physical side: padding: 1px 2px 3px 4px"),
    (".a { gap: 0 !important; }", "!important outside print: gap: 0 !important"),
    (".a { transition: color 1s; }", "motion for everybody: transition: color 1s"),
    (".a thead th { display: none; }", "a head of a table is gone: display: none"),
    (".a { opacity: .4; }", "half-transparent: opacity: .4"),
    (".a { color: var(--faint); }", "light: faint on canvas is 1.74:1, less than 4.5:1"),
]
GOOD_STYLE = """@layer components {
  /* #fff and margin-left in a comment harm nobody */
  .a { margin-inline: 1rem; padding: 1px 2px 3px 2px; color: transparent; text-align: start; opacity: 0; }
  @media (width >= 30rem) { .a { color: var(--ink); background: var(--canvas); } }
  @media (prefers-reduced-motion: no-preference) { .a { transition: color 120ms; } }
}
@layer print { @media print { .a { display: none !important; } } }
"""


@pytest.mark.parametrize(("rule", "words"), BAD_STYLES)
def test_a_bad_rule_of_style_is_named_with_its_line(rule: str, words: str) -> None:
    css = f"{TOKENS}\n/* over\ntwo lines */\n@layer components {{\n  {rule}\n}}\n"
    assert f"app.css:{FIRST + 4}: {words}" in faults("app.css", css, *STYLESHEET_RULES)


def test_a_good_stylesheet_has_no_fault() -> None:
    assert faults("app.css", TOKENS + GOOD_STYLE, *STYLESHEET_RULES) == []


def test_each_theme_has_its_own_fault() -> None:
    """The dark theme and the increased contrast are checked too."""
    problems = faults("app.css", TOKENS + ".a { color: var(--faint); }", *STYLESHEET_RULES)
    assert f"app.css:{FIRST}: dark: faint on canvas is 2.33:1, less than 4.5:1" in problems
    more = f"app.css:{FIRST}: light, more contrast: faint on canvas is 5.22:1, less than 7.0:1"
    assert more in problems
    assert not any("dark, more contrast" in fault for fault in problems)


def test_a_colour_meets_the_background_beside_it_or_every_ground() -> None:
    css = f"{TOKENS} .a {{ color: var(--faint); background: var(--ink); }} .b {{ color: var(--ink); }}"
    met = {(pair.front, pair.back) for pair in pairs(css)}
    assert ("faint", "ink") in met
    assert ("faint", "canvas") not in met
    assert {("ink", "canvas"), ("ink", "surface"), ("ink", "sunken")} <= met


def test_an_icon_is_a_picture_and_a_shape_carries_no_words() -> None:
    icon = pairs(f"{TOKENS} .a > .icon {{ color: var(--faint); }}")
    assert [pair.is_text for pair in icon] == [False, False, False]
    words = f'{TOKENS} .a::before {{ content: "new"; background: var(--ink); }}'
    assert list(pairs(words)) != []
    shape = f'{TOKENS} .a::before {{ content: ""; background: var(--faint); }}'
    assert list(pairs(shape)) == []


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.005)
    assert themes(TOKENS)["dark"]["muted"] == "#EEF2F5"


ENVIRONMENT = Environment()  # noqa: S701 - parses, never renders
NAMED: dict[str, Rule] = {
    "behaviour": behaviours_exist({"busy"}),
    "asset": assets_exist(lambda name: name == "css/app.css"),
    "icon": icons_are_drawn(ENVIRONMENT, {"check"}),
    "drawing": drawings_exist(ENVIRONMENT, {"skin"}),
    "scene": scenes_exist(ENVIRONMENT, {"lost"}),
    "class": classes_exist(classes_of(".stack > .card-top:hover { gap: .5rem; } /* .nowrap */")),
}
BAD_MARKUP = [
    ('<p style="color: red">x</p>', "inline style or script: style="),
    ('<p onclick="go()">x</p>', "inline style or script: onclick="),
    ("<style>p{}</style>", "inline style or script: <style"),
    ("<script>go()</script>", "an inline script: <script>"),
    ('<script type="application/ld+json">{{ x }}</script>', "an inline script: <script"),
    ('<input id="f-a" name="a">', 'no label for <input id="f-a" name="a">'),
    ('<select name="b"></select>', 'no label for <select name="b">'),
    ('<img src="x.svg" alt="" width="1">', "a picture without height"),
    ('<img src="x.svg" width="1" height="1">', "a picture without alt"),
    ('<form method="post" action="/x"></form>', "a POST form without its token"),
    ('<h1 dir="auto">{{ name }}</h1>', "a block with dir=auto"),
    ('<path fill="#0B6166"/>', 'a colour: fill="#0B6166'),
    ('<form data-behaviour="bussy">', "no module is called bussy"),
    ('{{ form_start("/x", behaviour="busy biscuit") }}', "no module is called biscuit"),
    ("""{{ asset('css/all.css') }}""", "no asset is called css/all.css"),
    ('{{ icon("chek") }}', "no icon is called chek"),
    ('{{ button("Send", "quiet", "sendd") }}', "no icon is called sendd"),
    ('{{ icon("check" if a else "cross") }}', "no icon is called cross"),
    ('{{ picture("skn") }}', "no drawing is called skn"),
    ('{{ empty_state("lots", "A", "B.") }}', "no scene is called lots"),
    ('{{ scene("a" if x else "lost") }}', "no scene is called a"),
    ('<p class="stack nowrap">x</p>', "no style for the class nowrap"),
    ('<p class="stack{% if wide %} wide{% endif %}">x</p>', "no style for the class wide"),
    ('{{ form_start("/x", classes="stack wide") }}', "no style for the class wide"),
]
GOOD_MARKUP = """<label for="f-a">A</label><input id="f-a" name="a"><input type="hidden" name="h">
<input aria-label="Search" name="q"><img src="{{ asset('css/app.css') }}" alt="" width="1" height="1">
<form method="post" data-behaviour="busy"><input type="hidden" name="csrf_token"></form>
<script type="application/ld+json">{{ document | tojson }}</script><script src="/x.js"></script>
<p class="stack{% if wide %} card-top{% endif %} tag-{{ "a" if b else "c" }}">x</p>
{{ icon("check") }}{{ icon(name) }}{{ picture("skin") }}{{ scene("lost") }}<path fill="var(--brand)"/>
"""


@pytest.mark.parametrize(("markup", "words"), BAD_MARKUP)
def test_bad_markup_is_named_with_its_line(markup: str, words: str) -> None:
    problems = faults("a.html", f"<p>\n</p>\n{markup}", *TEMPLATE_RULES, *NAMED.values())
    assert any(fault.startswith(f"a.html:3: {words}") for fault in problems), problems


def test_good_markup_has_no_fault() -> None:
    assert faults("a.html", GOOD_MARKUP, *TEMPLATE_RULES, *NAMED.values()) == []


BAD_SCRIPTS = [
    ("box.innerHTML = name;", "markup or code from text: innerHTML"),
    ("box.insertAdjacentHTML('beforeend', name);", "markup or code from text"),
    ("eval(name);", "markup or code from text: eval("),
    ('box.setAttribute("style", "x");', "inline style or script"),
    ('box.style.color = "#fff";', 'a colour: "#fff"'),
    (
        "id = crypto.randomUUID();",
        "an API of secure contexts without a fallback: crypto.randomUUID(",
    ),
    ("await navigator.share(link);", "an API of secure contexts without a fallback"),
    ('import { a } from "./missing.js";', "no module is called ./missing.js"),
    ('import { a } from "https://example.org/a.js";', "no module is called https://"),
]


@pytest.mark.parametrize(("script", "words"), BAD_SCRIPTS)
def test_a_bad_script_is_named_with_its_line(script: str, words: str) -> None:
    rules = (*SCRIPT_RULES, imports_lead_somewhere(lambda name: name == "./words.js"))
    good = 'import { announce } from "./words.js";\nbox.textContent = name;\n'
    assert faults("a.js", good, *rules) == []
    (fault,) = faults("a.js", good + script, *rules)
    assert fault.startswith(f"a.js:3: {words}")


WORDY_SCRIPTS = [
    ('button.textContent = "Copy";', "words of English: Copy"),
    ("say('Saving…');", "words of English: Saving…"),
    ("announce(`${count} minutes left`);", "words of English:   minutes left"),
    (
        'announce("The link is copied", { assertive: true });',
        "words of English: The link is copied",
    ),
    ('const words = { text: "not saved" };', "words of English: not saved"),
]


@pytest.mark.parametrize(("script", "words"), WORDY_SCRIPTS)
def test_words_in_a_script_are_named(script: str, words: str) -> None:
    rule = scripts_hold_no_words({"button", "button-small"})
    good = """// Don't press here.
const NAME = /^[a-z "]+$/;
const row = made("button", "button button-small", word("go-back"));
const form = row.querySelector('form[data-number] .mark, li a');
throw new TypeError(error.name === "Error" ? "" : `${form.id}/steps`);
"""
    assert faults("a.js", good, rule) == []
    (fault,) = faults("a.js", good + script, rule)
    assert fault == f"a.js:6: {words}"


def test_a_long_script_is_named() -> None:
    assert faults("a.js", "x\n" * 400, *SCRIPT_RULES) == []
    assert faults("a.js", "x\n" * 401, *SCRIPT_RULES) == ["a.js:400: 401 lines, more than 400"]


@pytest.mark.parametrize("part", ['<path fill="#0B6166"/>', '<path stroke="black"/>', "<style/>"])
def test_a_drawing_with_a_colour_of_its_own_is_named(part: str) -> None:
    svg = f'<svg>\n<!-- #fff -->\n<path fill="var(--ink)" stroke="none"/>\n{part}</svg>'
    (fault,) = faults("a.svg", svg, drawings_use_tokens)
    assert fault.startswith("a.svg:4: a colour or style")


@pytest.mark.parametrize(
    "colour", ["var(--brand)", "currentColor", "url(#shade)", "var(--draw-red)"]
)
def test_a_drawing_with_another_token_is_named(colour: str) -> None:
    svg = f'<svg>\n<path fill="var(--draw-deep)" stroke="none"/>\n<path stroke="{colour}"/></svg>'
    (fault,) = faults("a.svg", svg, drawings_keep_to_their_palette)
    assert fault == f"a.svg:3: a colour that is not one of drawings: {colour}"


def test_headings_are_counted_down() -> None:
    assert headings_skip_no_level([1, 2, 3, 2, 2])
    assert not headings_skip_no_level([1, 3])
    assert not headings_skip_no_level([2, 3])
    assert not headings_skip_no_level([])
