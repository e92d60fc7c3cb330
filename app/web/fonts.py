"""The two typefaces of pages, made smaller at set-up: only the letters and features that pages use.

Atkinson Hyperlegible is the voice of text and controls, because its I, l, 1, O and 0 differ and doses are
read in it. Source Serif is the voice of headings, titles, prices and numbers that matter.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, Final

_LATIN: Final = (*range(0x20, 0x7F), *range(0xA0, 0x100))
_FURTHER_LATIN: Final = tuple(range(0x100, 0x180))
_VIETNAMESE: Final = (0x1A0, 0x1A1, 0x1AF, 0x1B0, *range(0x1EA0, 0x1EFA), 0x20AB)
_MARKS: Final = (*range(0x2010, 0x2028), *map(ord, "‰′″‹›⁄€™−≈≠≤≥"))
_SPACING: Final = ("ccmp", "locl", "kern", "liga", "mark", "mkmk")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Typeface:
    """A typeface in a locked package, and what pages use of it."""

    package: str
    """The distribution; the import package has the same name with underscores."""
    faces: tuple[tuple[str, str], ...]
    """Pairs of the file in the package and the file that is served."""
    characters: tuple[int, ...]
    """Code points that every page uses. Letters that a typeface lacks are left out."""
    further: tuple[int, ...]
    """Code points of files of their own, `NAME-more.woff2`, which a browser loads for a page that uses
    them: letters of Polish, Turkish, Vietnamese and others. base.css states the same ranges."""
    features: tuple[str, ...]
    """OpenType features, without those of spacing that every typeface keeps."""
    position: tuple[tuple[str, float], ...] = ()
    """Where a variable typeface is fixed: pairs of an axis and its value."""
    licence: str = ""
    """The name of its licence beside the fonts."""


ATKINSON: Final = Typeface(
    package="fontpkg-atkinson-hyperlegible",
    faces=(
        ("AtkinsonHyperlegible-Regular.ttf", "atkinson-regular.woff2"),
        ("AtkinsonHyperlegible-Bold.ttf", "atkinson-bold.woff2"),
    ),
    characters=(*_LATIN, *_MARKS),
    further=_FURTHER_LATIN,
    features=("tnum", "lnum"),
    licence="atkinson-hyperlegible.txt",
)
SOURCE_SERIF: Final = Typeface(
    package="fontpkg-source-serif-4",
    faces=(("SourceSerif4[opsz,wght].ttf", "source-serif.woff2"),),
    characters=(*_LATIN, *_MARKS),
    further=(*_FURTHER_LATIN, *_VIETNAMESE),
    features=("pnum",),
    position=(("opsz", 32), ("wght", 600)),
    licence="source-serif-4.txt",
)
TYPEFACES: Final = (ATKINSON, SOURCE_SERIF)


def save_subset(typeface: Typeface, folder: Path) -> bool:
    """Write the smaller fonts of a typeface into a folder. Return False, and log why, if that fails: pages
    use a font of the system then."""
    # Imported here: the subsetter is needed only once, and importing it takes 0.25 s at every start.
    from fontTools import subset

    options = subset.Options()
    options.flavor = "woff2"
    options.layout_features = [*_SPACING, *typeface.features]
    options.hinting = False
    options.notdef_outline = True
    try:
        files = resources.files(typeface.package.replace("-", "_")) / "files"
        for source, name, characters in _parts(typeface):
            font = subset.load_font(str(files / source), options)
            subsetter = subset.Subsetter(options)
            subsetter.populate(unicodes=characters)
            subsetter.subset(font)
            _fix_axes(font, typeface)
            folder.mkdir(parents=True, exist_ok=True)
            subset.save_font(font, str(folder / name), options)
            font.close()
    except (OSError, subset.Subsetter.SubsettingError):
        _log.warning("A typeface could not be prepared; pages use the system's.", exc_info=True)
        for _, name, _ in _parts(typeface):
            (folder / name).unlink(missing_ok=True)
        return False
    return True


def _parts(typeface: Typeface) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    """Yield what is served of a typeface: the file of the package, the name, and the code points."""
    for source, name in typeface.faces:
        yield source, name, typeface.characters
        yield source, name.replace(".woff2", "-more.woff2"), typeface.further


def _fix_axes(font: Any, typeface: Typeface) -> None:
    """Turn a variable font into the static one at the typeface's position."""
    if typeface.position:
        from fontTools.varLib import instancer

        instancer.instantiateVariableFont(font, dict(typeface.position), inplace=True)
