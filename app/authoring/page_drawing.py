"""Drawings that become part of the page: 360 wide, coloured by classes, with numbered markers.

Such a drawing has the width of a phone, so that its words are read at their own size there. It says by the
class of a shape what it shows; the stylesheet `components/drawings.css` knows how that looks in each theme.
Its markers are numbers that the legend of the figure explains. Every other drawing is shown as a picture of
its own, as it is.
"""

import re
from collections import Counter
from collections.abc import Iterator
from html import escape
from typing import Any, Final

from lxml import etree

from app.authoring.drawing_reader import root_of
from app.authoring.problems import Problem

WIDTH: Final = 360
SMALLEST_TEXT: Final = 13
RADIUS: Final = 14
"""Of a marker, in units of the drawing."""
MARKER: Final = "marker"
TINTS: Final = frozenset(
    {
        *("d-line", "d-deep", "d-mid", "d-pale", "d-warm", "d-paper", "d-ink", "d-metal"),
        *("d-epidermis", "d-papillary", "d-reticular", "d-fat", "d-muscle", "d-bone"),
        *("d-artery", "d-vein", "d-nerve"),
        *("d-skin", "d-skin-dark", "d-skin-shade", "d-lip", "d-hair", "d-eye", "d-feature"),
        *("d-open", "d-watched", "d-closed", "d-closed-soft", "d-veil"),
        *("d-lid-yellow", "d-lid-orange", "d-lid-purple"),
        *(
            "d-danger",
            "d-danger-soft",
            "d-warning",
            "d-warning-soft",
            "d-success",
            "d-success-soft",
        ),
        *("d-stroke", "d-filled", "d-strong", "d-middle", "d-end"),
    }
)
"""The classes that a shape or a text may have."""
ELEMENTS: Final = frozenset(
    {
        *("svg", "g", "defs", "title", "desc", "use", "marker", "clipPath", "mask", "pattern"),
        *("path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan"),
    }
)
ATTRIBUTES: Final = frozenset(
    {
        *("class", "id", "d", "points", "transform", "fill", "stroke", "href", "viewBox"),
        *(
            "x",
            "y",
            "x1",
            "y1",
            "x2",
            "y2",
            "cx",
            "cy",
            "r",
            "rx",
            "ry",
            "dx",
            "dy",
            "width",
            "height",
        ),
        *(
            "stroke-width",
            "stroke-dasharray",
            "stroke-dashoffset",
            "stroke-linecap",
            "stroke-linejoin",
        ),
        *("fill-rule", "clip-rule", "clip-path", "mask", "text-anchor", "font-size", "font-weight"),
        *("marker-start", "marker-mid", "marker-end", "markerWidth", "markerHeight", "markerUnits"),
        *("refX", "refY", "orient", "patternUnits", "patternContentUnits", "patternTransform"),
        *("clipPathUnits", "maskUnits", "maskContentUnits"),
    }
)
COLOURS: Final = frozenset({"fill", "stroke", "stop-color", "flood-color", "color"})
_OF_THE_ROOT: Final = frozenset({"version", "role", "width", "height", "preserveAspectRatio"})
_UNPAINTED = re.compile(r"none|currentColor|url\(\s*['\"]?#[\w-]+['\"]?\s*\)")
_BOX = re.compile(rf"0[\s,]+0[\s,]+{WIDTH}(?:\.0+)?[\s,]+(\d+(?:\.\d+)?)")
_NUMBER: Final = r"-?(?:\d+(?:\.\d+)?|\.\d+)"
_MOVED = re.compile(rf"translate\(\s*({_NUMBER})(?:[\s,]+({_NUMBER}))?\s*\)")
_RESIZES = re.compile(r"scale|matrix|skew", re.IGNORECASE)
_NAMED = re.compile(r"(url\(\s*['\"]?#|^#)")
_ID: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_IDS_OF_THE_FIGURE: Final = frozenset({"caption", "describe", "enlarge"})
_HIDDEN: Final = ("title", "desc")
_MOVING_OR_HIDING: Final = ("transform", "clip-path", "mask")
_REUSED: Final = frozenset({"defs", "marker", "clipPath", "mask", "pattern"})
_PREFIX: Final = "\x00"
"""Stands in the markup where an id gets the name of its figure; no drawing can hold it."""

Fault = tuple[int, str, str]


def follows_format(root: Any) -> bool:
    """Return whether a drawing is meant for a figure of the page: a shape has a class of the format.

    The opening picture of a module has rules of its own (`pictures.py`).
    """
    if any(child.get("id") == "picture" for child in root):
        return False
    return any(name in TINTS or name == MARKER or name.startswith("d-") for name in _names(root))


def page_problems(path: str, root: Any) -> Iterator[Problem]:
    """Yield everything that keeps a drawing with classes of the format out of the page."""
    if _BOX.fullmatch(root.get("viewBox", "").strip()) is None:
        yield Problem(
            path,
            root.sourceline or 1,
            f"The drawing has markers or classes and is not {WIDTH} wide.",
            f'Write viewBox="0 0 {WIDTH} 300" with its own height: it is read at its size on a phone.',
        )
    for element in _elements(root):
        for line, message, hint in _faults(element):
            yield Problem(path, line, message, hint)
    for line, message, hint in (*_id_faults(root), *_marker_faults(root)):
        yield Problem(path, line, message, hint)


def markers_in(root: Any) -> int:
    """Return how many markers a drawing has."""
    return sum(1 for _ in _markers(root))


def markup_of(root: Any) -> str:
    """Return an accepted drawing as HTML, without its outermost element, its titles and its remarks."""
    return "".join(_written(child) for child in root if isinstance(child.tag, str))


def picture(markup: str, *, name: str, alt: str, width: int, height: int) -> str:
    """Return the HTML of a drawing. `name` is unique in its page and begins each id in the drawing."""
    return (
        f'<svg class="drawing" role="img" aria-label="{escape(alt)}" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}">{markup.replace(_PREFIX, f"{name}-")}</svg>'
    )


def page_of_its_own(data: bytes, stylesheet: str) -> bytes | None:
    """Return an accepted drawing as a document that loads the stylesheet at an address, or None if it has no
    classes."""
    root = root_of(data)
    if not follows_format(root):
        return None
    root.set("class", "drawing")
    link = f'<?xml-stylesheet href="{escape(stylesheet)}"?>\n'
    return link.encode() + etree.tostring(root, encoding="utf-8")


def _elements(root: Any) -> Iterator[Any]:
    return (element for element in root.iter() if isinstance(element.tag, str))


def _local(element: Any) -> str:
    return str(etree.QName(element).localname)


def _classes(element: Any) -> list[str]:
    return str(element.get("class", "")).split()


def _names(root: Any) -> Iterator[str]:
    for element in _elements(root):
        yield from _classes(element)


def _faults(element: Any) -> Iterator[Fault]:
    line = element.sourceline or 1
    name = _local(element)
    is_root = element.getparent() is None
    if name not in ELEMENTS or (name == "svg" and not is_root):
        hint = "Use flat shapes with classes; docs/course-format.md lists the elements."
        yield line, f"The element <{name}> is not accepted in a drawing with classes.", hint
    for unknown in set(_classes(element)) - TINTS - {MARKER}:
        yield line, f"There is no class `{unknown[:40]}`.", f"Known: {', '.join(sorted(TINTS))}."
    for attribute, value in element.attrib.items():
        yield from _attribute_faults(line, str(etree.QName(attribute).localname), value, is_root)
    if name == "text":
        yield from _text_faults(element)


def _attribute_faults(line: int, name: str, value: str, is_root: bool) -> Iterator[Fault]:
    if name in COLOURS:
        if _UNPAINTED.fullmatch(value.strip()) is None:
            yield (
                line,
                f'The colour {name}="{value[:30]}" would be wrong in one of the two themes.',
                'Give the shape a class, such as class="d-epidermis" or class="d-line".',
            )
    elif name == "font-size":
        digits = re.match(_NUMBER, value.strip())
        if digits and float(digits.group()) < SMALLEST_TEXT:
            yield (
                line,
                f"The font size {value} is too small to read on a phone.",
                f"Use {SMALLEST_TEXT} or more, or a marker and its legend.",
            )
    elif name not in ATTRIBUTES and not (is_root and name in _OF_THE_ROOT):
        yield (
            line,
            f"The attribute `{name[:40]}` is not accepted in a drawing with classes.",
            "Leave it out: the theme gives colours and typeface, and nothing is half transparent.",
        )


def _text_faults(element: Any) -> Iterator[Fault]:
    line = element.sourceline or 1
    around = [element, *element.iterancestors()]
    if any(_RESIZES.search(parent.get("transform", "")) for parent in around):
        hint = "Move and turn only: translate(…) and rotate(…)."
        yield line, "A text is made larger or smaller.", hint
    if any(_local(parent) in _REUSED for parent in around):
        hint = "Write it directly into the drawing."
        yield line, "A text stands in a part that is used again.", hint


def _id_faults(root: Any) -> Iterator[Fault]:
    """In the page each id begins with the name of its figure, and the parts of the figure around the drawing
    have such ids, too."""
    ids = Counter(element.get("id") for element in _elements(root) if element.get("id") is not None)
    line = root.sourceline or 1
    for name, count in ids.items():
        if _ID.fullmatch(name) is None or name in _IDS_OF_THE_FIGURE:
            hint = (
                f"Use letters, digits and hyphens, and not {', '.join(sorted(_IDS_OF_THE_FIGURE))}."
            )
            yield line, f"The id `{name[:40]}` cannot stand in a page.", hint
        elif count > 1:
            yield line, f"The id `{name[:40]}` stands twice.", "Give each part an id of its own."


def _markers(root: Any) -> Iterator[Any]:
    return (element for element in _elements(root) if MARKER in _classes(element))


def _marker_faults(root: Any) -> Iterator[Fault]:
    box = _BOX.fullmatch(root.get("viewBox", "").strip())
    numbers = []
    markers = list(_markers(root))
    for marker in markers:
        line = marker.sourceline or 1
        place = _MOVED.fullmatch(marker.get("transform", "").strip())
        number = _number_of(marker)
        if place is None or number is None:
            yield (
                line,
                "A marker is not written as the format says.",
                f'Write <g class="marker" transform="translate(40 60)"><circle r="{RADIUS}"/>'
                "<text>1</text></g>.",
            )
            continue
        numbers.append(number)
        if _is_moved_or_hidden(marker):
            hint = "Write it directly into the drawing, or into a group without any of these."
            yield line, f"Marker {number} stands in a part that is moved, cut or covered.", hint
        across, down = float(place[1]), float(place[2] or 0)
        if box and not _is_inside(across, down, float(box[1])):
            hint = f"Keep {RADIUS} units between its middle and each edge."
            yield line, f"Marker {number} leaves the drawing.", hint
    if len(numbers) == len(markers) and sorted(numbers) != list(range(1, len(numbers) + 1)):
        yield (
            root.sourceline or 1,
            f"The markers are numbered {', '.join(map(str, sorted(numbers)))}.",
            "Number them from 1, each number once.",
        )


def _is_moved_or_hidden(marker: Any) -> bool:
    return any(parent.get(name) for parent in marker.iterancestors() for name in _MOVING_OR_HIDING)


def _is_inside(across: float, down: float, height: float) -> bool:
    return RADIUS <= across <= WIDTH - RADIUS and RADIUS <= down <= height - RADIUS


def _number_of(marker: Any) -> int | None:
    """Return the number of a marker that is written as the format says, and None of every other."""
    parts = [child for child in marker if isinstance(child.tag, str)]
    if _local(marker) != "g" or [_local(part) for part in parts] != ["circle", "text"]:
        return None
    circle, text = parts
    digits = (text.text or "").strip()
    is_number = re.fullmatch(r"[1-9]\d?", digits, re.ASCII) and len(text) == 0
    return int(digits) if is_number and circle.get("r") == str(RADIUS) else None


def _written(element: Any) -> str:
    name = _local(element)
    if name in _HIDDEN:
        return ""
    if MARKER in _classes(element):
        return (
            f'<g class="marker" transform="{escape(element.get("transform"))}"><circle r="{RADIUS}"/>'
            f"<text>{_number_of(element)}</text></g>"
        )
    attributes = "".join(
        f' {attribute}="{escape(value)}"' for attribute, value in _written_attributes(element)
    )
    keep = name in ("text", "tspan")
    inside = _words(element.text, keep=keep) + "".join(
        (_written(child) if isinstance(child.tag, str) else "") + _words(child.tail, keep=keep)
        for child in element
    )
    return f"<{name}{attributes}>{inside}</{name}>" if inside else f"<{name}{attributes}/>"


def _words(text: str | None, *, keep: bool) -> str:
    return escape(re.sub(r"\s+", " ", text), quote=False) if text and keep else ""


def _written_attributes(element: Any) -> Iterator[tuple[str, str]]:
    for attribute, value in element.attrib.items():
        name = str(etree.QName(attribute).localname)
        if name == "id":
            yield name, _PREFIX + value
        elif name in ATTRIBUTES:
            yield name, _NAMED.sub(rf"\1{_PREFIX}", " ".join(value.split()))
