"""Markdown that the format does not know is told, and ordinary words never are."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.authoring.fields import plain_faults
from app.authoring.inline import Surroundings
from app.authoring.markdown import Rendered, Renderer
from app.authoring.sanitising import plain_words
from tests.make.examples import EXAMPLES

AROUND = Surroundings("skin-course", {"dermis": "Dermis"}, {"s1": {}, "s2": {}}, {}, {})
END = "\n\n::: key-points\n- One point.\n:::\n"

INSIDE_A_LINE = {
    "$x^2$": "Formulas are not part of the format: `$x^2$`.",
    "$$x$$": "Formulas are not part of the format: `$$x$$`.",
    "\\frac{1}{2}": "Formulas are not part of the format: `\\frac{`.",
    "[^1]": "Footnotes are not part of the format: `[^1]`.",
    "a^[note]": "Footnotes are not part of the format: `^[note]`.",
    "[here][1]": "A link with its address in another place is not part of the format: `[here][1]`.",
    "[here][]": "A link with its address in another place is not part of the format: `[here][]`.",
    "~~x~~": "Words that are struck out are not part of the format: `~~`.",
    "~~two words~~": "Words that are struck out are not part of the format: `~~`.",
    "H~2~O": "Raised and lowered signs are not part of the format: `~2~`.",
    "m^2^": "Raised and lowered signs are not part of the format: `^2^`.",
    "==mark==": "Marked words are not part of the format: `==mark==`.",
    "==two words==": "Marked words are not part of the format: `==two words==`.",
    "++new++": "Marked words are not part of the format: `++new++`.",
    ":syringe:": "Names of emoji are not part of the format: `:syringe:`.",
    ":+1:": "Names of emoji are not part of the format: `:+1:`.",
    "https://example.org/a": "An address that stands alone is no link: `https://example.org/a`.",
    "{.wide}": "Attributes and templates are not part of the format: `{.wide}`.",
    "{#name}": "Attributes and templates are not part of the format: `{#name}`.",
    "{{ name }}": "Attributes and templates are not part of the format: `{{ name }`.",
    "{% include x %}": "Attributes and templates are not part of the format: `{% include x %}`.",
    "<!-- later -->": "HTML is shown as it is typed: `<!--`.",
    "<br>": "HTML is shown as it is typed: `<br>`.",
    '<a name="x">': 'HTML is shown as it is typed: `<a name="x">`.',
    "**never": "A mark of emphasis has no partner: `**`.",
    "*never": "A mark of emphasis has no partner: `*`.",
    "never**": "A mark of emphasis has no partner: `**`.",
    "** never **": "A mark of emphasis has no partner: `** never **`.",
    "__never": "A mark of emphasis has no partner: `__`.",
    "`code": "A backtick has no partner: ```.",
    "&nbsp;": "A code for a character is shown as it is typed: `&nbsp;`.",
    "&#8239;": "A code for a character is shown as it is typed: `&#8239;`.",
    "&#x202e;": "A code for a character is shown as it is typed: `&#x202e;`.",
    "[@s1": "A mark is not complete: `[@s1`.",
    "[=words": "A mark is not complete: `[=words`.",
    "[s1]": "`[s1]` is shown as it is typed.",
    "[[Wiki Page]]": "There is no glossary term `Wiki Page`.",
    '[a](/b "c")': "A link has no title here, and nobody would read it.",
}
"""What an author may type inside a line, and what is said of it."""

AT_A_LINE_START = {
    "- [ ] Consent": "Boxes to tick are not part of the format: `[ ]`.",
    "- [x] Consent": "Boxes to tick are not part of the format: `[x]`.",
    "[ ] Consent": "Boxes to tick are not part of the format: `[ ]`.",
    "##NoSpace": "This is not read as a heading: `##N`.",
    "#Title": "This is not read as a heading: `#Ti`.",
    "####### Deep": "This is not read as a heading: `#######`.",
    "[TOC]": "A list of the headings is not part of the format: `[TOC]`.",
    "Title\n=====": "A heading is not underlined here: `=====`.",
    "Title\n-----": "A horizontal line is not part of the format.",
    "***": "A horizontal line is not part of the format.",
    "* * *": "A horizontal line is not part of the format.",
    "    indented": "A block of code is not part of the format.",
    "\tindented": "A block of code is not part of the format.",
    "> quoted": "A quotation (`>`) is not part of the format.",
    "| A | B |\n| 1 | 2 |": "This is not read as a table: `| A | B |`.",
    "A | B\n--|--|--\n1 | 2": "This is not read as a table: `--|--|--`.",
    "Dermis\n: The layer": "Lists of definitions are not part of the format: `: T`.",
    "*[HTML]: Words": "Lists of abbreviations are not part of the format: `*[HTML]:`.",
    "[1]: https://example.org": "A link with its address in another place is not part of the format: "
    "`[1]:`.",
    "[^1]: A note": "Footnotes are not part of the format: `[^1]`.",
    "!!! warning": "This is not read as a callout: `!!! warning`.",
    ":: tip": "This is not read as a callout: `:: t`.",
    "• one\n• two": "This is not read as a list: `• o`.",
    "-One\n-Two": "This is not read as a list: `-One -T`.",
    "1.One\n2.Two": "This is not read as a list: `1.One 2.T`.",
    "a) one\nb) two": "This is not read as a list: `a) one b)`.",
    "Steps:\n2. two": "This is not read as a list: `: 2.`.",
    "Words\\": "A backslash ends the text and is shown as it is typed: `\\`.",
    "::: danger\nx\n:::": "There is no callout `danger`.",
    "::: tip\nx\n:::\n\n:::": "`:::` stands here without a callout.",
    "::: tip **Bold**\nx\n:::": "This is plain text, and `**` would be shown as it is typed.",
}
"""What an author may type on lines of its own, and what is said of it."""

ORDINARY = (
    "5 $",
    "$5",
    "US$5/US$6",
    "$5-$10",
    "A$ or B$",
    "a_b",
    "snake__case",
    "2 ~ 3",
    "~5",
    "~5-~10",
    "~ 5 mm",
    "C# 3",
    "#1",
    "C++",
    "a == b",
    "a=b",
    "x^2",
    "10^6",
    "1 < 2 > 0",
    "p<0.05",
    "A & B",
    "R&D; B",
    "Q&Answers; B",
    "AT&T",
    "[sic]",
    "[1]",
    "[a] [b]",
    "{a, b}",
    "12:30:15",
    "note: this",
    "1:2",
    "3 * 4 * 5",
    "2 ** 3",
    "2*3",
    "****",
    "____",
    "dose*",
    "* see",
    "a | b | c",
    "|x|",
    "-5 °C",
    "5.",
    "e.g. x",
    "...",
    "--",
    "why?!",
    "100%",
    "it's",
    "(a)",
    "a)",
    "www.example.org",
    "me@example.org",
    "C:\\Users",
    "½ ± 5 µm",
    "👩\u200d⚕️",
)


def lesson(text: str) -> Rendered:
    return Renderer(AROUND, ["s1"]).lesson(text + END)


def field(text: str) -> Rendered:
    return Renderer(AROUND).field(text)


def said(rendered: Rendered) -> list[tuple[int, str]]:
    assert all(problem.hint for problem in rendered.problems)
    return [(problem.line, problem.message) for problem in rendered.problems]


@pytest.mark.parametrize("typed", INSIDE_A_LINE)
def test_inside_a_line(typed: str) -> None:
    """In a paragraph, a list, a table's cell, a heading and a field, with the line it stands in."""
    message = INSIDE_A_LINE[typed]
    text = f"First.\n\nSecond\nthen {typed} and more."
    assert (4, message) in said(lesson(text))
    assert (4, message) in said(field(text))
    assert (2, message) in said(field(f"- one\n- two {typed} three"))
    assert (1, message) in said(lesson(f"## Words {typed} more"))
    if "|" not in typed:
        assert (3, message) in said(field(f"| A |\n|---|\n| b {typed} c |"))


@pytest.mark.parametrize("typed", INSIDE_A_LINE)
def test_each_says_one_thing(typed: str) -> None:
    pairs = {"~~", "[[", "<a", "$x", "{{"}
    told = {message for _, message in said(field(f"Words {typed} more."))}
    assert len(told) == 1 or typed[:2] in pairs, told


@pytest.mark.parametrize(
    "typed",
    sorted(INSIDE_A_LINE.keys() - {"`code", "[[Wiki Page]]", "[here][]", "[=words", "[@s1"}),
)
def test_quoted_and_escaped_it_is_what_it_is(typed: str) -> None:
    assert said(field(f"Words `{typed}` more.")) == []
    escaped = "".join(f"\\{sign}" if sign in '$\\[]~^=+:/{}<*_&#("' else sign for sign in typed)
    rendered = field(f"Words {escaped} more.")
    assert said(rendered) == []
    assert plain_words(rendered.html) == f"Words {typed} more."


@pytest.mark.parametrize(
    "typed", sorted(INSIDE_A_LINE.keys() - {"https://example.org/a", "[s1]", "`code"})
)
def test_a_title_takes_none_either(typed: str) -> None:
    (fault,) = plain_faults(f"Words {typed} more")
    assert fault[0].startswith("This is plain text, and `")


@pytest.mark.parametrize("typed", ["# Title", "*x*", "_x_", "`x`", "[=words]", "[[a]]", "\\*x"])
def test_marks_of_the_format_do_not_stand_in_a_title(typed: str) -> None:
    assert len([*plain_faults(typed)]) == 1


@pytest.mark.parametrize("typed", AT_A_LINE_START)
def test_on_lines_of_its_own(typed: str) -> None:
    message = AT_A_LINE_START[typed]
    rendered = lesson(f"First.\n\n{typed}")
    assert message in [told for _, told in said(rendered)]
    assert all(3 <= line <= 3 + typed.count("\n") for line, _ in said(rendered))


def test_emphasis_that_takes_one_star_of_a_row_is_told() -> None:
    told = [message for _, message in said(field("The ****; the dose*"))]
    assert told == ["A mark of emphasis has no partner: `*`."]


@pytest.mark.parametrize("words", ORDINARY)
def test_ordinary_words_are_shown_as_they_are_typed(words: str) -> None:
    for text in (f"The {words} here", f"The {words}", f"The {words}, and more again."):
        rendered = field(text)
        assert (said(rendered), plain_words(rendered.html)) == ([], text)
        assert [*plain_faults(text)] == []


@given(st.lists(st.sampled_from(ORDINARY), min_size=1, max_size=5))
@example(["5 $", "A$ or B$"])
@example(["$5", "A$ or B$"])
@settings(max_examples=EXAMPLES)
def test_ordinary_words_side_by_side(words: list[str]) -> None:
    text = "; the ".join(["The " + words[0], *words[1:]])
    rendered = field(text)
    if text.count("*") > 1:
        # Markdown may read two of the signs as emphasis and leave them out: never without a problem.
        assert said(rendered) or plain_words(rendered.html) == text
    else:
        assert (said(rendered), plain_words(rendered.html)) == ([], text)


@given(
    st.sampled_from(sorted(INSIDE_A_LINE)),
    st.lists(st.sampled_from(ORDINARY), max_size=2),
    st.lists(st.sampled_from(ORDINARY), max_size=2),
)
@settings(max_examples=EXAMPLES)
def test_a_mark_among_ordinary_words_is_told(
    typed: str, before: list[str], after: list[str]
) -> None:
    text = " and ".join(["The", *before]) + f"\n{typed}\n" + " and ".join(["then", *after])
    rendered = field(text)
    # The sign of the mark and that of a word before or after it may be a pair: then it is emphasis.
    assert said(rendered) or (text.count("*") > 1 and "<em>" in rendered.html), text


@pytest.mark.parametrize(
    ("typed", "sign"),
    [("3*0.5 mL and 2*0.5 mL", "*"), ("2**3 and 3**2", "**")],
)
def test_a_product_is_no_emphasis(typed: str, sign: str) -> None:
    """It was shown as 30.5 mL."""
    told = (2, f"`{sign}` between two numbers is read as emphasis and left out.")
    assert told in said(field(f"Words\n{typed}."))
    assert said(field("a*0* and 4 *5* and *6* 7")) == []


def test_links_may_show_their_address() -> None:
    text = "<https://example.org> and [https://example.org](https://example.org)"
    assert said(field(text)) == []
    assert field(text).html.count("<a ") == 2
