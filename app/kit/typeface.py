"""The typefaces on paper: that of the house, and those for the scripts that it does not draw."""

from functools import cache
from importlib import resources
from pathlib import Path


@cache
def folder() -> Path:
    """Return the folder of the locked font package; typst reads it as it is."""
    return Path(str(resources.files("fontpkg_atkinson_hyperlegible") / "files"))


@cache
def folders() -> tuple[Path, ...]:
    """Return the folders of every font for papers, the house typeface first: Noto Sans of many scripts, and
    of Chinese, Japanese and Korean. To look them through costs 16 ms; a font is read when it is used."""
    others = ("manimgx_fonts", "manimgx_fonts_cjk")
    return (folder(), *(Path(str(resources.files(package))) for package in others))


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
