"""The pictures of the handbook: each is shown and described, and all are light together."""

import re

from app.kit.paths import ROOT
from tests.sight.handbook import FOLDER, MOST_BYTES, PICTURES, weight_of_pictures

GUIDES = sorted((ROOT / "docs" / "handbook").glob("*.md"))
SHOWN = re.compile(r'<img src="([^"]+\.png)" alt="([^"]*)" width="\d+">')


def shown_pictures() -> dict[str, set[str]]:
    """Return the paths of the pictures that each document shows; fail for one without words."""
    shown: dict[str, set[str]] = {}
    for path in (ROOT / "README.md", *GUIDES):
        pairs = SHOWN.findall(path.read_text())
        assert all(len(words) > 20 for _, words in pairs), path
        shown[path.name if path.parent == ROOT else f"handbook/{path.name}"] = {
            str((path.parent / source).resolve().relative_to(ROOT.resolve())) for source, _ in pairs
        }
    return shown


def test_each_picture_is_shown_and_each_that_is_shown_is_there() -> None:
    shown = shown_pictures()
    stored = {str(path.relative_to(ROOT)) for path in FOLDER.iterdir()}
    assert stored == {f"docs/handbook/pictures/{picture.name}.png" for picture in PICTURES}
    assert set().union(*shown.values()) == stored
    assert len(shown["README.md"]) == 3


def test_all_pictures_together_are_light() -> None:
    assert 100_000 < weight_of_pictures() <= MOST_BYTES


def test_each_guide_is_short() -> None:
    assert [path.name for path in GUIDES] == [
        "README.md",
        "admin.md",
        "instructor.md",
        "student.md",
    ]
    assert [path.name for path in GUIDES if len(path.read_text().splitlines()) > 120] == []
