"""Figures: a drawing with its caption, its legend and its description, as HTML.

The drawing is not sanitised with the words: `svg.py` accepts it as a whole or not at all. So the HTML of a
figure holds an empty place first, and the drawing is put into it afterwards.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from app.authoring import lesson_words
from app.authoring.blocks import FigureFields
from app.authoring.page_drawing import picture
from app.authoring.sanitising import unwrapped
from app.authoring.svg import Drawing


@dataclass(frozen=True)
class Figure:
    """The HTML of a figure. `picture` belongs into its place; it is empty if the HTML holds an image."""

    name: str
    html: str
    picture: str = ""


def with_drawings(html: str, figures: Iterable[Figure]) -> str:
    """Return sanitised HTML with the drawing of each figure in its place."""
    for figure in figures:
        if figure.picture:
            place = _place(figure.name)
            html = html.replace(place, place.replace("></", f">{figure.picture}</"))
    return html


def figure_of(
    fields: FigureFields, drawing: Drawing, name: str, description: str, legend: Sequence[str]
) -> Figure:
    """Return a figure. `description` and the entries of `legend` are HTML."""
    if not drawing.shapes:
        return Figure(name, _with_image(fields, drawing, description))
    html = (
        f'<figure class="figure">\n<figcaption id="{name}-caption">{escape(fields.caption)}</figcaption>\n'
        f'<div class="figure-body">\n{_place(name)}\n{_legend(legend)}</div>\n'
        f'<div class="figure-tools">\n<a class="enlarge" id="{name}-enlarge" '
        f'aria-labelledby="{name}-enlarge {name}-caption" href="{escape(drawing.address)}">'
        f"{lesson_words.ENLARGE_PICTURE}</a>\n"
        f'<details>\n<summary id="{name}-describe" aria-labelledby="{name}-describe {name}-caption">'
        f"{lesson_words.DESCRIBE_PICTURE}</summary>\n{description}\n</details>\n</div>\n</figure>\n"
    )
    shown = picture(
        drawing.shapes, name=name, alt=fields.alt, width=drawing.width, height=drawing.height
    )
    return Figure(name, html, shown)


def _place(name: str) -> str:
    return f'<div class="figure-picture" id="{name}"></div>'


def _legend(entries: Sequence[str]) -> str:
    if not entries:
        return ""
    lines = "".join(f"<li>{unwrapped(entry)}</li>\n" for entry in entries)
    return f'<ol class="legend">\n{lines}</ol>\n'


def _with_image(fields: FigureFields, drawing: Drawing, description: str) -> str:
    return (
        f'<figure class="figure">\n<img src="{escape(drawing.address)}" '
        f'alt="{escape(fields.alt)}" width="{drawing.width}" height="{drawing.height}" '
        f'loading="lazy">\n<figcaption>{escape(fields.caption)}\n'
        f"<details>\n<summary>{lesson_words.DESCRIBE_THIS_PICTURE}</summary>\n{description}\n</details>\n"
        "</figcaption>\n</figure>\n"
    )
