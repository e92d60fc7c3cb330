"""The typefaces of PDFs: the main one, and others for scripts that it lacks."""

from functools import cache
from importlib import resources
from pathlib import Path


@cache
def folder() -> Path:
    """Return the folder of the installed font package, which typst reads directly."""
    return Path(str(resources.files("fontpkg_atkinson_hyperlegible") / "files"))


@cache
def folders() -> tuple[Path, ...]:
    """Return the folders of all fonts for PDFs: the main typeface, the one for display, then Noto Sans
    for many scripts and for Chinese, Japanese and Korean. Scanning them takes 16 ms; a font is read
    only when it is used."""
    display = Path(str(resources.files("fontpkg_source_serif_4") / "files"))
    others = ("manimgx_fonts", "manimgx_fonts_cjk")
    return (folder(), display, *(Path(str(resources.files(package))) for package in others))


@cache
def drawn_characters() -> frozenset[int]:
    """Return the code points that exist in both the regular and the bold font."""
    from fontTools.ttLib import TTFont

    faces = ("Regular", "Bold")
    drawn = [
        frozenset(TTFont(folder() / f"AtkinsonHyperlegible-{face}.ttf").getBestCmap())
        for face in faces
    ]
    return frozenset.intersection(*drawn)
