"""Markdown of the format: what it becomes, what is refused, and that nothing unsafe passes."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as html_reader

from app.authoring.inline import Surroundings
from app.authoring.markdown import Rendered, Renderer
from app.authoring.sanitising import plain_words, sanitised, unwrapped
from app.authoring.svg import Drawing
from tests.make.examples import EXAMPLES

AROUND = Surroundings(
    "skin-course",
    {"dermis": "Dermis", "mesoderm": "Mesoderm <layer>"},
    {"s1": {}, "s2": {}, "s3": {}},
    {"layers.svg": Drawing("layers.svg", 320, 200, "ab" * 32), "refused.svg": None},
)
END = "\n\n::: key-points\n- One point.\n:::\n"
FIGURE = "```figure\nfile: {}\nalt: Two bands\ncaption: Bands\ndescription: Two bands.\n```"


def lesson(text: str) -> Rendered:
    return Renderer(AROUND, ["s2", "s1"]).lesson(text + END)


def field(text: str) -> Rendered:
    return Renderer(AROUND).field(text)


def lines(rendered: Rendered) -> list[tuple[int, str]]:
    return [(problem.line, problem.message) for problem in rendered.problems]


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("One *two* **three**.", "<p>One <em>two</em> <strong>three</strong>.</p>"),
        ("One  \ntwo", "<p>One<br>\ntwo</p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>'),
        (
            "| A |\n|---|\n| a\\|b |",
            '<div class="table-scroll" tabindex="0" role="group" aria-label="Table: A">\n<table>\n'
            '<thead>\n<tr>\n<th scope="col">A</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>a|b</td>\n'
            "</tr>\n</tbody>\n</table>\n</div>",
        ),
        ("1 < 2 & \\<b>x\\</b>", "<p>1 &lt; 2 &amp; &lt;b&gt;x&lt;/b&gt;</p>"),
        ("[in](/courses)", '<p><a href="/courses">in</a></p>'),
        (
            "[out](https://example.org/a?b=1&c=2)",
            '<p><a href="https://example.org/a?b=1&amp;c=2" rel="noopener noreferrer">out</a></p>',
        ),
        (
            "[out](http://example.org)",
            '<p><a href="http://example.org" rel="noopener noreferrer">out</a></p>',
        ),
        (
            "[[dermis]] and [[dermis|the layer]]",
            '<p><a class="term" href="/learn/skin-course/glossary#dermis">Dermis</a> and '
            '<a class="term" href="/learn/skin-course/glossary#dermis">the layer</a></p>',
        ),
        (
            "[[mesoderm]]",
            '<p><a class="term" href="/learn/skin-course/glossary#mesoderm">'
            "Mesoderm &lt;layer&gt;</a></p>",
        ),
        ("A dose of `.5 ml`", "<p>A dose of <code>.5 ml</code></p>"),
    ],
)
def test_a_field_becomes(text: str, html: str) -> None:
    rendered = field(text)
    assert (rendered.html, rendered.problems) == (html, ())


def test_references_are_numbered_in_the_order_of_the_sources() -> None:
    rendered = lesson("A [@s1], b [@s2], again [@s1].")
    assert rendered.problems == ()
    assert re.findall(r'href="#source-(\w+)" aria-label="(.*?)">\[(\d)\]', rendered.html) == [
        ("s1", "Source [2]", "2"),
        ("s2", "Source [1]", "1"),
        ("s1", "Source [2]", "2"),
    ]
    assert rendered.text.startswith("A, b, again.")


def test_headings_get_anchors_that_differ() -> None:
    rendered = lesson("## The *skin*\n\n### The [[dermis]]\n\n## The skin\n\n## ???\n\n## `Code`")
    assert rendered.problems == ()
    assert [(heading.level, heading.anchor, heading.text) for heading in rendered.headings] == [
        (2, "section-the-skin", "The skin"),
        (3, "section-the-dermis", "The Dermis"),
        (2, "section-the-skin-2", "The skin"),
        (2, "section-text", "???"),
        (2, "section-code", "Code"),
    ]
    for heading in rendered.headings:
        assert f'<h{heading.level} id="{heading.anchor}">' in rendered.html


def test_the_anchor_of_a_long_heading_fits_every_form() -> None:
    rendered = lesson(f"## {'Very ' * 40}long\n\n## {'Very ' * 40}short")
    anchors = [heading.anchor for heading in rendered.headings]
    assert anchors == [f"section-{'very-' * 19}very", f"section-{'very-' * 19}very-2"]


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        ("safety", "Safety"),
        ("care", "Take care"),
        ("tip", "Tip"),
        ("safety 1 < 2", "Safety: 1 &lt; 2"),
    ],
)
def test_callouts(kind: str, title: str) -> None:
    rendered = lesson(f"::: {kind}\nText.\n:::")
    assert rendered.problems == ()
    assert (
        f'<section class="callout callout-{kind.split()[0]}" role="note" '
        f'aria-labelledby="callout-1">\n<p class="callout-title" id="callout-1">{title}</p>\n'
        "<p>Text.</p>\n</section>"
    ) in rendered.html


def test_a_figure_has_its_size_its_address_and_its_description() -> None:
    rendered = lesson(FIGURE.format("layers.svg"))
    assert rendered.problems == ()
    assert rendered.drawings == {"layers.svg"}
    assert (
        f'<figure class="figure">\n<img src="/media/{"ab" * 16}/layers.svg" alt="Two bands" '
        'width="320" height="200" loading="lazy">\n<figcaption>Bands\n<details>\n'
        "<summary>Describe this picture</summary>\n<p>Two bands.</p>\n</details>\n</figcaption>\n"
        "</figure>"
    ) in rendered.html


def test_a_figure_of_a_refused_drawing_is_no_second_problem() -> None:
    rendered = lesson(FIGURE.format("refused.svg"))
    assert rendered.problems == ()
    assert "<figure" not in rendered.html


def test_a_check_has_a_visible_label_and_no_link_in_its_button() -> None:
    rendered = lesson("```check\nquestion: What is the [[dermis]]?\nanswer: A [[dermis]].\n```")
    assert rendered.problems == ()
    assert (
        '<details class="check">\n<summary><span class="check-label">Check yourself</span> '
        "What is the Dermis?</summary>\n<p>A <a"
    ) in rendered.html


def test_each_callout_of_a_lesson_has_a_name_of_its_own() -> None:
    html = lesson("::: tip\nOne.\n:::\n\n::: care\nTwo.\n:::").html
    names = re.findall(r'class="callout-title" id="([^"]+)"', html)
    assert names == ["callout-1", "callout-2", "callout-3"]
    assert names == re.findall(r'aria-labelledby="([^"]+)"', html)


def test_cells_stand_below_their_heading() -> None:
    html = field("| A | B |\n|---|--:|\n| 1 | 2 |").html
    assert '<td>1</td>\n<td class="align-end">2</td>' in html


def test_bars_outside_a_table_are_no_cells() -> None:
    text = "a | b | c | d\n\n| A | B |\n|---|---|\n| 1 | 2 |\n\na | b | c | d"
    assert field(text).problems == ()


def test_a_fence_further_down_that_is_not_closed_is_told_in_its_line() -> None:
    problems = Renderer(AROUND, ["s1"]).lesson("One.\n\nTwo.\n\n```check").problems
    assert (5, "A fenced block is not closed.") in [
        (problem.line, problem.message) for problem in problems
    ]


def test_tables_scroll_and_say_what_they_are() -> None:
    table = "| A | B | [[dermis]] |\n|---|--:|:-:|\n| 1 | 2 | [[dermis\\|x]] |"
    rendered = lesson(f"{table}\n\n{table}")
    assert rendered.problems == ()
    assert re.findall(r"<div [^>]*>", rendered.html) == [
        '<div class="table-scroll" tabindex="0" role="region" aria-label="Table 1: A, B, Dermis">',
        '<div class="table-scroll" tabindex="0" role="region" aria-label="Table 2: A, B, Dermis">',
    ]
    assert '<th scope="col" class="align-end">B</th>' in rendered.html
    assert "style" not in rendered.html
    assert 'role="group" aria-label="Table: A, B, Dermis"' in field(table).html


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# One", [(1, "A level-1 heading")]),
        ("a\n\n### One", [(3, "A heading level is skipped")]),
        ("## One\n\n#### Two", [(3, "A heading of level 4")]),
        ("a\n![b](/c.png)", [(2, "Pictures")]),
        ("a\nb\n[c](javascript:x)", [(3, "A link to `javascript:`")]),
        ("[c](JaVaScRiPt:x)", [(1, "A link to `JaVaScRiPt:`")]),
        ("[c](data:text/html,x)", [(1, "A link to `data:`")]),
        ("[c](//example.org)", [(1, "The link `//example.org` leads nowhere")]),
        ("[c](other.md)", [(1, "The link `other.md` leads nowhere")]),
        ("<ftp://example.org/a>", [(1, "A link to `ftp:`")]),
        ("```python\nx\n```", [(1, "There is no fenced block `python`")]),
        ("::: hint\nx\n:::", [(1, "There is no callout `hint`")]),
        ("a [@s3]\nb [@s9]", [(1, "`s3` is not among"), (2, "There is no reference `s9`")]),
        ("- a\n- b [[dermos]]", [(2, "There is no glossary term `dermos`")]),
        ("a\n[see [[dermis]] now](/x)", [(2, "A link is not complete")]),
        ("[see [@s1] now](/x)", [(1, "A link is not complete")]),
        ("| A | B |\n|---|---|\n| 1 | 2 |\n| 1 | 2 | 3 |", [(4, "The row has more cells")]),
        ("[[dermis", [(1, "A glossary mark is not complete")]),
        (
            "::: tip\n::: care\nx\n:::\n:::",
            [(1, "A callout is not closed before"), (5, "`:::` stands")],
        ),
        (
            "One\n\n::: care\nText\n\n::: tip\nx\n:::\n\nMore",
            [(3, "A callout is not closed before")],
        ),
        ("a\n\n::: care\nText\n", [(3, "A callout is not closed before")]),
        ("- a\n\n  ::: tip\n  x\n", [(3, "A callout cannot stand")]),
        ("```check\nquestion: [\n```", [(2, "This is not valid YAML")]),
        ("```figure\n- a\n```", [(2, "The file must be a mapping")]),
        ("```figure\nfile: &a b\n```", [(2, "Anchors")]),
    ],
)
def test_problems_of_a_lesson(text: str, expected: list[tuple[int, str]]) -> None:
    got = lines(lesson(text))
    assert [line for line, _ in got] == [line for line, _ in expected]
    for (_, message), (_, wanted) in zip(got, expected, strict=True):
        assert message.startswith(wanted)


def x(number: int) -> str:
    return "x" * number


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (
            "| A |\n|---|\n| 1 | 2 |",
            "The row has more cells than the table has columns.",
            r"Remove a cell, or write `\|` where a bar is meant.",
        ),
        (
            "[see [@s1] now](/x)",
            "A link is not complete, or a mark stands inside its words.",
            "Write `[words](address)` without spaces in the address, and put marks outside.",
        ),
        (
            "[[dermis",
            "A glossary mark is not complete.",
            r"Write `[[key]]` or `[[key|words]]` in one line; in a table write `\|`.",
        ),
        ("[](/x)", "A link has no words.", "Write `[words](address)`."),
        (
            f"[a]({x(70)})",
            f"The link `{x(60)}` leads nowhere.",
            "Write the whole address with https://, or a path of this site that begins with /.",
        ),
        (
            "[a](x+1.2-z:b)",
            "A link to `x+1.2-z:` is not safe.",
            "Only http, https, mailto and paths of this site are accepted.",
        ),
        (f"<{x(60)}>", f"HTML is shown as it is typed: `<{x(39)}`.", "Use Markdown instead."),
        ("a </b> c", "HTML is shown as it is typed: `</b>`.", "Use Markdown instead."),
        (f"[[{x(70)}]]", f"There is no glossary term `{x(60)}`.", "Known: dermis, mesoderm."),
        (f"[@{x(70)}]", f"There is no reference `{x(60)}`.", "Known: s1, s2, s3."),
        (
            "[@s3]",
            "`s3` is not among the lesson's sources.",
            "Add it to `sources` in the front matter.",
        ),
        (f"```{x(50)}\n```", f"There is no fenced block `{x(40)}`.", "Known: check, figure."),
        (
            f"::: {x(50)}\na\n:::",
            f"There is no callout `{x(40)}`.",
            "Known: care, key-points, safety, tip.",
        ),
        (
            "a\n\n#### b",
            "A heading of level 4 is too deep.",
            "Only `##` and `###` are used.",
        ),
        ("### a", "A heading level is skipped here.", "Write `##`."),
        ("##", "A heading has no words.", "Write its words after `##`."),
        ("~~~check\nquestion: a", "A fenced block is not closed.", "Write a line `~~~` after it."),
        (
            FIGURE.format(x(90)),
            f"There is no drawing `{x(80)}`.",
            "Drawings in media/: layers.svg, refused.svg.",
        ),
    ],
)
def test_each_problem_says_what_to_do(text: str, message: str, hint: str) -> None:
    text = text if text.startswith("~~~") else text + END
    problems = Renderer(AROUND, ["s1"]).lesson(text).problems
    said = [(problem.message, problem.hint) for problem in problems]
    assert (message, hint) in said, said
    assert len(said) == (2 if text.startswith("~~~") else 1)


def test_a_field_says_what_it_is_not_for() -> None:
    around = Surroundings("c", {}, {}, {}, {})
    said = {
        "## One": ("A heading cannot stand here.", "Use bold words, or a list."),
        "::: tip\nx\n:::": ("A callout cannot stand here.", "Close what it stands in first."),
        "```figure\n```": ("A fenced block cannot stand here.", "Write plain Markdown."),
        "A [@s1]": (
            "A mark of a source stands outside a lesson.",
            "Name the source in words, or leave the mark out.",
        ),
        "> x": ("A quotation (`>`) is not part of the format.", "Use a callout, or plain words."),
        "    x": (
            "A block of code is not part of the format.",
            "Remove the four spaces at the beginning of the line.",
        ),
        "a\n\n---": (
            "A horizontal line is not part of the format.",
            "Use a heading to begin a new part.",
        ),
        f"[={x(70)}]": (
            f"There are no agreed words and no clinical value `{x(60)}`.",
            "Known: none.",
        ),
    }
    for text, (message, hint) in said.items():
        (problem,) = Renderer(around).field(text).problems
        assert (problem.message, problem.hint) == (message, hint)


def test_the_text_of_a_field_is_rendered_once() -> None:
    renderer = Renderer(AROUND)
    assert renderer.field("One") is renderer.field("One")
    assert renderer.field("One") is not renderer.field("Two")


@pytest.mark.parametrize(
    "text",
    ["## One", "::: tip\nx\n:::", "```figure\n```", "A [@s1]", "[[unknown]]", ".5 mL"],
)
def test_what_a_field_does_not_know(text: str) -> None:
    assert len(field(text).problems) == 1


def test_a_lesson_without_key_points_is_told_at_its_end() -> None:
    rendered = Renderer(AROUND, []).lesson("## One\n\nText.\n\n")
    assert lines(rendered) == [(3, "The lesson has no key points.")]


def test_a_callout_without_end_swallows_the_rest_and_says_so_once() -> None:
    key_points = Renderer(AROUND, []).lesson("One.\n\n::: key-points\n- Text.")
    assert lines(key_points) == [(3, "A callout is not closed.")]
    rendered = Renderer(AROUND, []).lesson("::: tip\nText.")
    assert lines(rendered) == [
        (1, "A callout is not closed."),
        (2, "The lesson has no key points."),
    ]


def test_marks_are_not_judged_by_a_list_that_could_not_be_read() -> None:
    around = Surroundings("c", None, None, {})
    assert Renderer(around, ["s1"]).field("[[anything]] [@s1]").problems == ()


def test_fields_make_no_ids() -> None:
    html = field("One\n\n| A |\n|---|\n| [[dermis]] |\n\n- x").html
    assert not re.search(r"\sid=", html)


def test_only_one_paragraph_is_unwrapped() -> None:
    assert unwrapped("<p>a</p>") == "a"
    assert unwrapped("<p>a</p>\n<p>b</p>") == "<p>a</p>\n<p>b</p>"
    assert unwrapped("<ul>\n<li>a</li>\n</ul>") == "<ul>\n<li>a</li>\n</ul>"


@pytest.mark.parametrize(
    "dirty",
    [
        "<script>alert(1)</script>",
        '<img src="x" onerror="alert(1)">',
        '<a href="javascript:alert(1)">x</a>',
        '<p style="color:red">x</p>',
        '<iframe src="https://example.org"></iframe>',
        '<div class="admin">x</div>',
    ],
)
def test_the_last_gate_removes(dirty: str) -> None:
    """R-086, R-087: no script, no handler, no address that runs something."""
    clean = sanitised(f"<p>stays</p>{dirty}")
    assert clean.startswith("<p>stays</p>")
    for word in ("script", "onerror", "style", "iframe", "admin"):
        assert word not in clean


@pytest.mark.parametrize(
    ("address", "stays"),
    [
        *(("http://a.example/", True), ("https://a.example/", True), ("mailto:a@b.example", True)),
        *(("/here", True), ("ftp://a.example/", False), ("tel:1", False), ("data:x", False)),
    ],
)
def test_the_last_gate_keeps_addresses_of_the_web_of_mail_and_of_this_site(
    address: str, stays: bool
) -> None:
    assert (address in sanitised(f'<a href="{address}">x</a>')) is stays


def test_plain_words() -> None:
    assert plain_words("<h2>A</h2>\n<p>b &amp; <em>c</em>d</p>") == "A b & cd"


MARKUP = st.lists(
    st.sampled_from(
        [
            *"abc #*_[]()|!<>`:-=@&;\n\\\"'.5",
            *("\n\n", "```", ":::", "::: tip\n", "::: key-points\n", "    ", "- ", "> "),
            *("[[dermis]]", "[@s1]", "](javascript:x)", "](https://a.b)", "&#106;avascript:"),
            *("<script>", " onclick=x ", "| a |\n|---|\n", "5.0 mL", "{{ x }}"),
            *("```figure\n", "```check\n", "question: x\n", "file: layers.svg\n"),
            *("\u0000", "\u202e"),
        ]
    ),
    max_size=40,
).map("".join)


@settings(max_examples=EXAMPLES, deadline=None)
@given(MARKUP)
def test_whatever_is_typed_the_html_is_safe_and_no_line_is_outside(text: str) -> None:
    """R-171: Markdown is sanitised, whatever it holds."""
    for rendered in (Renderer(AROUND, ["s1"]).lesson(text), Renderer(AROUND).field(text)):
        assert sanitised(rendered.html) == rendered.html
        for problem in rendered.problems:
            assert 1 <= problem.line <= text.count("\n") + 1
        tree = html_reader.fromstring(f"<div>{rendered.html}</div>")
        for element in tree.iter():
            assert element.tag not in ("script", "style", "iframe", "object", "form")
            for name, value in element.attrib.items():
                assert not name.startswith("on")
                assert name != "style"
                if name == "href" and not rendered.problems:
                    assert value.startswith(("https:", "http:", "mailto:", "/", "#"))
        ids = [element.get("id") for element in tree.iter() if element.get("id")]
        assert len(ids) == len(set(ids))


def test_a_paragraph_before_a_table_is_its_caption() -> None:
    page = lesson("Table: Doses & sites\n\n| Site | Dose |\n|---|---|\n| Face | 1 mL |\n")
    assert "<table>\n<caption>Doses &amp; sites</caption>\n<thead>" in page.html
    assert 'aria-label="Table 1: Doses &amp; sites"' in page.html
    assert "Table: Doses" not in page.html
    assert "Doses & sites" in page.text


@pytest.mark.parametrize(
    "before",
    ["", "Table of doses", "- Table: Doses", "*Table: Doses*"],
    ids=["nothing", "other words", "a list", "emphasis"],
)
def test_other_paragraphs_are_no_captions(before: str) -> None:
    page = lesson(f"{before}\n\n| Site | Dose |\n|---|---|\n| Face | 1 mL |\n")
    assert "<caption>" not in page.html
    assert 'aria-label="Table 1: Site, Dose"' in page.html
