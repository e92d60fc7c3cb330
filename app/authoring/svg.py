"""Checks drawings: SVG with nothing but shapes and text.

The list of allowed elements is short on purpose: a browser runs scripts in an SVG that is opened
directly, so everything that is not a shape, a gradient or a text is refused.
"""

import hashlib
import re
from dataclasses import dataclass, replace
from typing import Any, Final

from lxml import etree

from app.authoring import page_drawing
from app.authoring.characters import HINT, harmful_characters
from app.authoring.drawing_reader import root_of
from app.authoring.drawn_references import drawing_fault
from app.authoring.problems import Problem
from app.authoring.published import drawing_address

LARGEST: Final = 200_000
SMALLEST_TEXT: Final = 12
_SVG: Final = "http://www.w3.org/2000/svg"
_XLINK: Final = "http://www.w3.org/1999/xlink"
ELEMENTS: Final = frozenset(
    [
        *("svg", "g", "defs", "title", "desc", "symbol", "use"),
        *("marker", "clipPath", "mask", "pattern"),
        *("path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan"),
        *("linearGradient", "radialGradient", "stop"),
    ]
)
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)"
_VIEW_BOX = re.compile(rf"\s*{_NUMBER}[\s,]+{_NUMBER}[\s,]+({_NUMBER})[\s,]+({_NUMBER})\s*")
# With backslashes, `url` could be written so that only a browser recognises it. The other functions of CSS
# load an image, too, from a bare text.
_OUTSIDE = re.compile(
    r"url\((?!\s*['\"]?#)|\b(?:image-set|image|cross-fade|element|src)\(|\\", re.IGNORECASE
)
_ENCODING = re.compile(rb"[\xef\xbb\xbf\s]*<\?xml\b[^>]*?\bencoding\s*=\s*[\"']([^\"'>]*)[\"']")
_SIZE = re.compile(rf"\s*({_NUMBER})(?:px)?\s*")


@dataclass(frozen=True)
class Drawing:
    """An accepted drawing: its size in pixels, and the digest of its bytes.

    `shapes` is its content as HTML if it becomes part of the page, and empty if it is shown as a picture of
    its own.
    """

    name: str
    width: int
    height: int
    digest: str
    shapes: str = ""
    markers: int = 0

    @property
    def address(self) -> str:
        """The address for pages."""
        return drawing_address(self.name, self.digest)


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def check_drawing(path: str, name: str, data: bytes) -> tuple[Drawing | None, list[Problem]]:
    """Return the accepted drawing, or everything that is wrong with it."""
    early = _refused_unread(path, data)
    if early is not None:
        return None, [early]
    try:
        root = root_of(data)
    except etree.XMLSyntaxError as bad:
        return None, [
            Problem(
                path,
                bad.position[0] or 1,
                "This is not well-formed XML.",
                f"The reader says: {bad.msg}. Save the drawing again as plain SVG.",
            )
        ]
    problems = [*_root_problems(path, root), *_repetition_problems(path, root)]
    for element in root.iter():
        problems += _element_problems(path, element)
    belongs_to_page = page_drawing.follows_format(root)
    if belongs_to_page:
        problems += page_drawing.page_problems(path, root)
    size = _VIEW_BOX.fullmatch(root.get("viewBox", ""))
    if problems or size is None:
        return None, problems
    width, height = (max(1, round(float(number))) for number in size.groups())
    drawing = Drawing(name, width, height, digest_of(data))
    if belongs_to_page:
        shapes, markers = page_drawing.markup_of(root), page_drawing.markers_in(root)
        drawing = replace(drawing, shapes=shapes, markers=markers)
    return drawing, []


def _refused_unread(path: str, data: bytes) -> Problem | None:
    if len(data) > LARGEST:
        return Problem(
            path,
            1,
            f"The drawing has {len(data) // 1000} kB; at most {LARGEST // 1000} kB are accepted.",
            "Simplify its paths, or leave out what cannot be seen.",
        )
    if b"\0" in data or not _is_utf8(data):
        return Problem(
            path, 1, "The drawing is not UTF-8 text.", "Save it with the encoding UTF-8."
        )
    encoding = _ENCODING.match(data)
    if encoding is not None and encoding[1].lower() not in (b"utf-8", b"utf8", b"us-ascii"):
        return Problem(
            path,
            1,
            "The drawing says that it has another encoding than UTF-8.",
            'Save it as UTF-8, or remove encoding="…" from its first line.',
        )
    declaration = re.search(rb"<!(?:DOCTYPE|ENTITY)", data, re.IGNORECASE)
    if declaration is not None:
        return Problem(
            path,
            data[: declaration.start()].count(b"\n") + 1,
            "A document type or entity is declared.",
            "Remove the line that begins with <!DOCTYPE or <!ENTITY.",
        )
    return None


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _root_problems(path: str, root: Any) -> list[Problem]:
    line = root.sourceline or 1
    if root.tag != f"{{{_SVG}}}svg":
        return [
            Problem(
                path,
                line,
                "The outermost element is not an SVG.",
                f'Begin with <svg xmlns="{_SVG}" viewBox="0 0 640 400">.',
            )
        ]
    problems = []
    box = _VIEW_BOX.fullmatch(root.get("viewBox", ""))
    if box is None or min(float(number) for number in box.groups()) <= 0:
        problems.append(
            Problem(
                path,
                line,
                "The drawing has no usable `viewBox`.",
                'Add viewBox="0 0 640 400" with its own width and height to <svg>.',
            )
        )
    problems.extend(
        Problem(
            path,
            line,
            f"The drawing has no <{name}>.",
            f"Add <{name}>…</{name}> directly inside <svg>, for people who cannot see it.",
        )
        for name in ("title", "desc")
        if not (root.findtext(f"{{{_SVG}}}{name}") or "").strip()
    )
    return problems


def _repetition_problems(path: str, root: Any) -> list[Problem]:
    fault = drawing_fault(root)
    return [] if fault is None else [Problem(path, root.sourceline or 1, *fault)]


def _element_problems(path: str, element: Any) -> list[Problem]:
    line = element.sourceline or 1
    # The stubs of lxml know only elements, but it also yields comments and instructions, which it
    # names comments and processing instructions by their factory function.
    if not isinstance(element.tag, str):
        if element.tag is etree.Comment:
            return []
        return [
            Problem(
                path,
                line,
                "An instruction for a program stands here.",
                "Remove what begins with <? or &.",
            )
        ]
    name = etree.QName(element)
    if name.namespace != _SVG or name.localname not in ELEMENTS:
        return [
            Problem(
                path,
                line,
                f"The element <{name.localname}> is not accepted.",
                "Use shapes, texts and gradients only, and save as plain SVG.",
            )
        ]
    problems = [
        Problem(path, line, message, hint)
        for attribute, value in element.attrib.items()
        for message, hint in _attribute_faults(str(attribute), str(value))
    ]
    words = (element.text, element.tail, *element.attrib.values())
    problems += [
        Problem(path, line, message, HINT)
        for text in words
        for _, message in harmful_characters(text or "")
    ]
    size = _size_fault(element)
    if size is not None:
        problems.append(Problem(path, line, *size))
    return problems


def _attribute_faults(attribute: str, value: str) -> list[tuple[str, str]]:
    name = etree.QName(attribute)
    local = name.localname.lower()
    if local.startswith("on"):
        return [(f"The attribute `{local}` runs a script.", "Remove it.")]
    if local == "style":
        return [
            (
                "The attribute `style` is not accepted.",
                'Write each property as an attribute, such as fill="#0a6e6e".',
            )
        ]
    if local in ("href", "src", "base") or name.namespace == _XLINK:
        if local != "href" or not value.startswith("#"):
            return [
                (
                    f"`{value[:60]}` leads out of the drawing.",
                    'Only a part of the same drawing may be named, such as href="#arrow".',
                )
            ]
    elif _OUTSIDE.search(value):
        return [
            (
                f"`{value[:60]}` leads out of the drawing.",
                "Only a part of the same drawing may be named, such as url(#shade).",
            )
        ]
    return []


def _size_fault(element: Any) -> tuple[str, str] | None:
    size_text = element.get("font-size")
    if size_text is None:
        return None
    size = _SIZE.fullmatch(size_text)
    if size is None:
        return (f"The font size `{size_text[:20]}` is not a number.", 'Write font-size="14".')
    if float(size.group(1)) < SMALLEST_TEXT:
        return (
            f"The font size {size_text} is too small to read.",
            f"Use {SMALLEST_TEXT} or more, in the units of the viewBox.",
        )
    return None
