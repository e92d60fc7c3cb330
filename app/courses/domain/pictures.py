"""Checks the opening pictures of modules: drawings in the colours of the reader's theme.

A page refers to the group `picture` of the file, so that the colours of the theme reach it. Stylesheets
do not, so classes say nothing there.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from lxml import etree

from app.authoring.drawing_reader import root_of
from app.authoring.problems import Problem
from app.authoring.svg import Drawing
from app.courses.domain.delivery import Course
from app.courses.domain.folder import FileKind, Folder

LARGEST_PICTURE: Final = 8_000
WIDTH: Final = 480
HEIGHT: Final = 320
COLOURS: Final = ("deep", "mid", "pale", "warm", "umber", "paper", "line")
"""The colours of drawings: `--draw-deep` and so on in the tokens of the stylesheet."""

_SVG: Final = "{http://www.w3.org/2000/svg}"
_SHAPES: Final = frozenset(
    ["path", "rect", "circle", "ellipse", "line", "polyline", "polygon"],
)
_COLOUR: Final = re.compile(rf"none|var\(--draw-(?:{'|'.join(COLOURS)})\)")
_SIZE_HINT: Final = f'Draw it in viewBox="0 0 {WIDTH} {HEIGHT}".'
_GROUP_HINT: Final = 'Put all shapes into one <g id="picture"> directly inside <svg>.'
_COLOUR_HINT: Final = f"Write none, or var(--draw-…) with one of {', '.join(COLOURS)}."


def picture_problems(folder: Folder, drawings: Mapping[str, Drawing | None]) -> list[Problem]:
    """Return every problem of the drawings that modules name as their picture. Of a drawing that is not
    accepted as such, other problems are reported."""
    names = {
        document.lined.value.get("picture")
        for document in folder.documents[FileKind.module].values()
        if document.lined is not None and isinstance(document.lined.value, dict)
    }
    return [
        problem
        for name, drawing in drawings.items()
        if name in names and drawing is not None
        for problem in _problems(drawing, folder.drawings[name])
    ]


def missing_pictures(folder: Folder, course: Course) -> list[Problem]:
    """Return a problem for each module without a picture."""
    return [
        Problem(
            folder.documents[FileKind.module][module.key].path,
            1,
            "The module has no picture.",
            "Add `picture: …`, the name of a drawing in media/ that says what the module is about.",
        )
        for module in course.modules
        if module.picture is None
    ]


def _problems(drawing: Drawing, data: bytes) -> Iterator[Problem]:
    path = f"media/{drawing.name}"
    if len(data) > LARGEST_PICTURE:
        yield Problem(
            path,
            1,
            f"The picture has {len(data):,} bytes; at most {LARGEST_PICTURE:,} are accepted.",
            "Simplify its paths: it is loaded on many pages.",
        )
    root = root_of(data)
    if root.get("viewBox", "").split() != ["0", "0", str(WIDTH), str(HEIGHT)]:
        yield Problem(path, root.sourceline, "The picture has another size.", _SIZE_HINT)
    groups = [child for child in root if child.tag not in (_SVG + "title", _SVG + "desc")]
    if [(group.tag, group.get("id")) for group in groups] != [(_SVG + "g", "picture")]:
        yield Problem(path, root.sourceline, "The picture is not one group.", _GROUP_HINT)
    for group in groups:
        yield from _group_problems(path, group, filled=False)


def _group_problems(path: str, element: Any, *, filled: bool) -> Iterator[Problem]:
    """Yield the problems of an element and what it holds. `filled`: an element around it has a fill."""
    if element.tag is etree.Comment:
        return
    name = etree.QName(element).localname
    if name != "g" and name not in _SHAPES:
        message = f"The element <{name}> is not accepted in a picture."
        yield Problem(path, element.sourceline, message, "Draw with shapes only, without words.")
        return
    for attribute in ("fill", "stroke"):
        colour = element.get(attribute, "none")
        if not _COLOUR.fullmatch(colour):
            message = f"The {attribute} `{colour[:40]}` is the same in every theme."
            yield Problem(path, element.sourceline, message, _COLOUR_HINT)
    if element.get("class") is not None:
        message = "Classes do not reach the page."
        yield Problem(path, element.sourceline, message, "Write fill and stroke as attributes.")
    filled = filled or element.get("fill") is not None
    if name in _SHAPES and not filled:
        message = f"The <{name}> has no fill, so it is black in every theme."
        yield Problem(path, element.sourceline, message, _COLOUR_HINT)
    for child in element:
        yield from _group_problems(path, child, filled=filled)
