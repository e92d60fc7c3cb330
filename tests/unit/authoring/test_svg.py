"""Drawings: shapes and words pass, everything that could act or load does not."""

import hashlib

import pytest

from app.authoring.svg import LARGEST, check_drawing

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="{}"><title>a</title><desc>b</desc>'


def drawn(inside: str = "", box: str = "0 0 320 200") -> bytes:
    return f"{HEAD.format(box)}{inside}</svg>".encode()


def problems_of(data: bytes) -> list[str]:
    drawing, problems = check_drawing("media/a.svg", "a.svg", data)
    assert (drawing is None) == bool(problems)
    return [problem.message for problem in problems]


def test_an_accepted_drawing_knows_its_size_and_address() -> None:
    data = drawn('<text font-size="12px">x</text>', box="-5,0, 320.4 .6")
    drawing, problems = check_drawing("media/a.svg", "a.svg", data)
    assert problems == []
    assert drawing is not None
    digest = hashlib.sha256(data).hexdigest()
    assert (drawing.width, drawing.height) == (320, 1)
    assert drawing.address == f"/media/{digest[:32]}/a.svg"


@pytest.mark.parametrize(
    "inside",
    [
        "<!-- a remark -->",
        '<defs><linearGradient id="g"><stop offset="0"/></linearGradient></defs>'
        '<rect fill="url(#g)"/>',
        '<use href="#g"/>',
        '<use xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="#g"/>',
        "<text>16 is the size when none is given</text>",
        "<rect fill=\"url( '#g' )\"/>",
    ],
)
def test_accepted(inside: str) -> None:
    assert problems_of(drawn(inside)) == []


@pytest.mark.parametrize(
    "inside",
    [
        "<script/>",
        "<style>a{}</style>",
        "<foreignObject/>",
        '<animate attributeName="href" to="x"/>',
        '<set attributeName="href" to="javascript:x"/>',
        '<image href="#a"/>',
        "<a><text>x</text></a>",
        '<b xmlns="http://www.w3.org/1999/xhtml">x</b>',
        '<rect onload="x"/>',
        '<rect ONLOAD="x"/>',
        '<rect style="x"/>',
        '<use href="https://example.org/#a"/>',
        '<use href="data:x"/>',
        '<use href=" #a"/>',
        '<use xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="b.svg#a"/>',
        '<use xmlns:xlink="http://www.w3.org/1999/xlink" xlink:title="x"/>',
        '<g xml:base="https://example.org/"/>',
        '<rect fill="url(b.svg#a)"/>',
        '<rect fill="u\\72l(b.svg#a)"/>',
        '<rect fill="URL( &quot;https://example.org&quot;)"/>',
        "<rect mask=\"image-set('//example.org/a.png' 1x)\"/>",
        '<rect mask="-webkit-image-set(&quot;//example.org/a.png&quot; 1x)"/>',
        '<path marker-start="src(&quot;https://example.org&quot;)"/>',
        '<rect mask="cross-fade(#a, #b)"/>',
        '<text font-size="11.9">x</text>',
        '<g font-size="8"/>',
        '<text font-size="small">x</text>',
        '<?xml-stylesheet href="https://example.org/a.css"?>',
    ],
)
def test_refused(inside: str) -> None:
    """R-171: an SVG that could act or load is refused."""
    assert len(problems_of(drawn(inside))) == 1


TOO_MANY = "With its repetitions the drawing has more than 10,000 elements."
HUNDRED = f'<g id="b">{99 * "<path/>"}</g>'
TOO_DEEP = "A part of the drawing uses itself, or more than 12 parts draw each other in a row."


def repeated(levels: int, attribute: str = 'href="#a{}"', tag: str = "use") -> str:
    """Return parts of which each draws the one before ten times."""
    parts = ['<g id="a0"><path d=""/></g>']
    for level in range(1, levels):
        drawn = f"<{tag} {attribute.format(level - 1)}/>" * 10
        parts.append(f'<g id="a{level}">{drawn}</g>')
    return "".join(parts)


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        (repeated(3), None),
        (repeated(6), TOO_MANY),
        (repeated(9, "mask=\"url( '#a{}' )\"", "rect"), TOO_MANY),
        (HUNDRED + '<use href="#b"/>' * 97, None),
        (HUNDRED + '<use href="#b"/>' * 98, TOO_MANY),
        ('<g id="a"><use href="#a"/></g>', TOO_DEEP),
        ('<g id="a"><use href="#b"/></g><g id="b"><rect fill="url(#a)"/></g>', TOO_DEEP),
        ("".join(f'<g id="a{n}"><use href="#a{n + 1}"/></g>' for n in range(4000)), TOO_DEEP),
    ],
)
def test_a_short_drawing_does_not_stop_a_browser(inside: str, message: str | None) -> None:
    assert problems_of(drawn(inside)) == ([message] if message else [])


@pytest.mark.parametrize("box", ["", "0 0 1", "0 0 0 5", "0 0 5 -1", "a b c d"])
def test_a_drawing_needs_a_size(box: str) -> None:
    assert problems_of(drawn(box=box)) == ["The drawing has no usable `viewBox`."]


def test_what_is_not_read_at_all() -> None:
    assert problems_of(b"x" * (LARGEST + 1)) == [
        "The drawing has 200 kB; at most 200 kB are accepted."
    ]
    assert problems_of(b"<!doctype svg>" + drawn()) == ["A document type or entity is declared."]
    assert problems_of(b"") == ["This is not well-formed XML."]
    for encoding in ("utf-16", "utf-16-le", "utf-32"):
        assert problems_of(drawn().decode().encode(encoding)) == ["The drawing is not UTF-8 text."]
    seven = b'<?xml version="1.0" encoding="UTF-7"?>\n+ADwAIQ-DOCTYPE svg+AD4-' + drawn()
    assert problems_of(seven) == ["The drawing says that it has another encoding than UTF-8."]


@pytest.mark.parametrize("encoding", ["UTF-7", "utf-16", "ISO-2022-JP", "x"])
def test_a_drawing_in_another_encoding_is_refused(encoding: str) -> None:
    declared = f"<?xml version='1.0' encoding = '{encoding}'?>".encode()
    assert problems_of(declared + drawn()) == [
        "The drawing says that it has another encoding than UTF-8."
    ]


@pytest.mark.parametrize("encoding", ["UTF-8", "utf-8"])
def test_a_drawing_may_say_that_it_is_utf_8(encoding: str) -> None:
    assert problems_of(f'<?xml version="1.0" encoding="{encoding}"?>'.encode() + drawn()) == []


def test_an_entity_is_never_resolved() -> None:
    bomb = b'<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + drawn("<text>&b;</text>")
    assert problems_of(bomb) == ["A document type or entity is declared."]
    assert problems_of(drawn("<text>&b;</text>")) == ["This is not well-formed XML."]
