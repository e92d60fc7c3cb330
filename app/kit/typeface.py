"""The typeface of the house on paper, and the characters it draws."""

from functools import cache
from importlib import resources
from pathlib import Path


@cache
def folder() -> Path:
    """Return the folder of the locked font package; typst reads it as it is."""
    return Path(str(resources.files("fontpkg_atkinson_hyperlegible") / "files"))


@cache
def drawn_characters() -> frozenset[int]:
    """Return the code points that both the regular and the bold face draw."""
    from fontTools.ttLib import TTFont

    faces = ("Regular", "Bold")
    drawn = [
        frozenset(TTFont(folder() / f"AtkinsonHyperlegible-{face}.ttf").getBestCmap())
        for face in faces
    ]
    return frozenset.intersection(*drawn)
