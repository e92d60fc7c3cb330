"""Drawings for the page: what they may hold, and the HTML that they become."""

import re

import pytest
from lxml import html as html_reader

from app.authoring.page_drawing import TINTS, page_of_its_own, picture
from app.authoring.svg import Drawing, check_drawing
from app.kit.paths import STATIC
from tests.house_rules.contrast import contrast, themes
from tests.house_rules.style_rules import classes_of
from tests.house_rules.stylesheet import Stylesheet

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="{}"><title>a</title><desc>b</desc>'
MARKER = '<g class="marker" transform="translate({} {})"><circle r="14"/><text>{}</text></g>'
SHAPE = '<path class="d-fat" d="M0 0h9"/>'
SHEET = Stylesheet.at(STATIC / "css" / "app.css").text
WORDS_STAND_ON = (
    *("surface", "draw-pale", "draw-mid", "draw-warm", "draw-paper"),
    *("tissue-epidermis", "tissue-papillary", "tissue-reticular"),
    *("tissue-fat", "tissue-muscle", "tissue-bone"),
)


def read(inside: str, box: str = "0 0 360 200") -> tuple[Drawing | None, list[str]]:
    data = f"{HEAD.format(box)}{inside}</svg>".encode()
    drawing, problems = check_drawing("media/a.svg", "a.svg", data)
    return drawing, [problem.message for problem in problems]


def shapes_of(inside: str) -> str:
    drawing, problems = read(inside)
    assert problems == []
    assert drawing is not None
    return drawing.shapes


def test_a_drawing_without_classes_is_shown_as_it_is() -> None:
    drawing, problems = read('<path class="cls-1" fill="#fff" d="M0 0h9"/>', "0 0 640 400")
    assert (drawing and (drawing.shapes, drawing.markers), problems) == (("", 0), [])


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        ('<path class="d-sky" d=""/>', "There is no class `d-sky`."),
        (f'{SHAPE}<path class="big" d=""/>', "There is no class `big`."),
        (
            f'{SHAPE}<path stroke="red" d=""/>',
            'The colour stroke="red" would be wrong in one of the two themes.',
        ),
        (
            f'{SHAPE}<g color="#123456"/>',
            'The colour color="#123456" would be wrong in one of the two themes.',
        ),
        (
            f'{SHAPE}<path opacity=".5" d=""/>',
            "The attribute `opacity` is not accepted in a drawing with classes.",
        ),
        (
            f"{SHAPE}<symbol/>",
            "The element <symbol> is not accepted in a drawing with classes.",
        ),
        (
            f"{SHAPE}<svg/>",
            "The element <svg> is not accepted in a drawing with classes.",
        ),
        (
            f'{SHAPE}<text font-size="12.9">x</text>',
            "The font size 12.9 is too small to read on a phone.",
        ),
        (
            f'{SHAPE}<g transform="rotate(9) matrix(1 0 0 1 0 0)"><text>x</text></g>',
            "A text is made larger or smaller.",
        ),
        (
            f"{SHAPE}<defs><text>x</text></defs>",
            "A text stands in a part that is used again.",
        ),
        (MARKER.format(40, 40, 2), "The markers are numbered 2."),
        (
            MARKER.format(40, 40, 1) + MARKER.format(90, 40, 1),
            "The markers are numbered 1, 1.",
        ),
        (MARKER.format(13, 40, 1), "Marker 1 leaves the drawing."),
        (MARKER.format(346.5, 40, 1), "Marker 1 leaves the drawing."),
        (MARKER.format(40, 187, 1), "Marker 1 leaves the drawing."),
        (MARKER.format(40, 40, "one"), "A marker is not written as the format says."),
        (
            MARKER.format(40, 40, 1).replace("14", "10"),
            "A marker is not written as the format says.",
        ),
        (
            MARKER.format(40, 40, 1).replace("translate", "rotate"),
            "A marker is not written as the format says.",
        ),
        (
            f'<g transform="translate(900 900)">{MARKER.format(40, 40, 1)}</g>',
            "Marker 1 stands in a part that is moved, cut or covered.",
        ),
        (
            f'<g clip-path="url(#a)">{MARKER.format(40, 40, 1)}</g>',
            "Marker 1 stands in a part that is moved, cut or covered.",
        ),
        (
            MARKER.format("1.2.3", 40, 1),
            "A marker is not written as the format says.",
        ),
        (MARKER.format(40, ".", 1), "A marker is not written as the format says."),
        ('<path class="d-fat" id="caption" d=""/>', "The id `caption` cannot stand in a page."),
        ('<path class="d-fat" id="a b" d=""/>', "The id `a b` cannot stand in a page."),
        (
            '<path class="d-fat" id="a" d=""/><path class="d-fat" id="a" d=""/>',
            "The id `a` stands twice.",
        ),
        ('<path class="d-fat marker" d=""/>', "A marker is not written as the format says."),
    ],
)
def test_refused(inside: str, message: str) -> None:
    drawing, problems = read(inside)
    assert (drawing, problems) == (None, [message])


def test_a_size_that_is_no_number_is_a_problem_and_not_an_error() -> None:
    drawing, problems = read(f'{SHAPE}<text font-size="1.2.3">a</text>')
    assert drawing is None
    assert "The font size `1.2.3` is not a number." in problems


@pytest.mark.parametrize("box", ["0 0 640 400", "0 0 361 200", "1 0 360 200", "0 0 3600 200"])
def test_a_drawing_with_classes_is_as_wide_as_a_phone(box: str) -> None:
    drawing, problems = read(SHAPE, box)
    assert drawing is None
    assert problems == ["The drawing has markers or classes and is not 360 wide."]


@pytest.mark.parametrize("number", range(1, 15))
def test_markers_are_counted(number: int) -> None:
    inside = "".join(MARKER.format(20 * n, 100, n) for n in range(number, 0, -1))
    drawing, problems = read(inside)
    assert (drawing and drawing.markers, problems) == (number, [])


def test_what_is_drawn_becomes_html_without_titles_and_remarks() -> None:
    inside = (
        '<!-- a remark --><g class="d-artery" stroke-width="3">\n  <title>x</title>\n'
        '  <path d="M0 0\n h9"/>\n</g>'
        '<text class="d-end" x="9">a &lt;&amp; "b"<tspan dy="2">c</tspan> d</text>'
    )
    assert shapes_of(inside) == (
        '<g class="d-artery" stroke-width="3"><path d="M0 0 h9"/></g>'
        '<text class="d-end" x="9">a &lt;&amp; "b"<tspan dy="2">c</tspan> d</text>'
    )


def test_a_marker_has_one_form_however_it_was_written() -> None:
    written = (
        '<g transform="translate(40,50)" class="marker" stroke-width="9"><circle r="14" cx="5"/>'
        '<text y="5" text-anchor="middle"> 1 </text></g>'
    )
    assert shapes_of(written) == (
        '<g class="marker" transform="translate(40,50)"><circle r="14"/><text>1</text></g>'
    )


def test_a_stored_drawing_is_shown_as_it_was_checked() -> None:
    """Versions before this one accepted a drawing that said it was UTF-7, in which `+ADw-` is `<`."""
    hidden = "<text>+ADw-/text+AD4APA-script+AD4-</text>"
    data = f'<?xml version="1.0" encoding="UTF-7"?>{HEAD.format("0 0 360 9")}{SHAPE}{hidden}</svg>'
    shown = page_of_its_own(data.encode(), "/app.css")
    assert shown is not None
    assert hidden.encode() in shown
    assert b"<script" not in shown


def test_two_drawings_of_a_page_never_share_an_id() -> None:
    shapes = shapes_of(
        '<defs><pattern id="dots"><circle r="1"/></pattern><g id="leaf"/></defs>'
        '<rect fill="url(#dots)"/><use href="#leaf"/>'
        f'<use xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="#leaf"/>{SHAPE}'
    )
    html = picture(shapes, name="figure-2", alt="A <leaf>", width=360, height=200)
    assert html.startswith(
        '<svg class="drawing" role="img" aria-label="A &lt;leaf&gt;" viewBox="0 0 360 200" '
        'width="360" height="200">'
    )
    assert re.findall(r'id="(.*?)"', html) == ["figure-2-dots", "figure-2-leaf"]
    assert re.findall(r"#([\w-]+)", html) == ["figure-2-dots", "figure-2-leaf", "figure-2-leaf"]
    assert "\x00" not in html


def test_what_is_written_reads_as_what_was_drawn() -> None:
    """A browser reads the HTML as the same elements, also those that close themselves."""
    html = picture(
        shapes_of(f'<g class="d-fat"><path d="M0 0"/><g/></g>{MARKER.format(40, 40, 1)}'),
        name="a",
        alt="b",
        width=360,
        height=200,
    )
    (drawing,) = html_reader.fragments_fromstring(html)
    assert [element.tag for element in drawing.iter()] == [
        *("svg", "g", "path", "g", "g", "circle", "text"),
    ]


def test_each_class_of_a_drawing_is_drawn() -> None:
    """A class that no style draws would be black, and one that is only drawn would be refused."""
    drawn = {name for name in classes_of(SHEET) if name.startswith("d-")}
    assert drawn == TINTS


@pytest.mark.parametrize("theme", ["light", "dark", "light, more contrast", "dark, more contrast"])
def test_words_can_be_read_on_every_tissue(theme: str) -> None:
    tokens = themes(SHEET)[theme]
    ratios = {ground: contrast(tokens["ink"], tokens[ground]) for ground in WORDS_STAND_ON}
    assert {ground: ratio for ground, ratio in ratios.items() if ratio < 4.5} == {}
