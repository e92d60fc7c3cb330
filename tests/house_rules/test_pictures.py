"""The courses that ship have an opening picture for each module, and the pictures are light."""

from pathlib import Path

import pytest

from app.courses.domain.parsing import parse_course
from app.courses.source_folder import read_folder
from app.kit.paths import STATIC

COURSES = sorted(path.parent for path in (STATIC.parent / "courses").glob("*/course.yaml"))
LIGHT = 5_000
"""Bytes of a picture. The format accepts 8,000, but the map of a course shows all of them."""


def test_there_are_courses() -> None:
    assert COURSES


@pytest.mark.parametrize("folder", COURSES, ids=lambda folder: folder.name)
def test_each_module_has_a_picture_of_its_own(folder: Path) -> None:
    course = parse_course(folder.name, read_folder(folder)).course
    assert course is not None
    pictures = [module.picture for module in course.modules]
    assert None not in pictures
    assert len(set(pictures)) == len(pictures)
    weights = {name: (folder / "media" / str(name)).stat().st_size for name in pictures}
    assert {name: weight for name, weight in weights.items() if weight > LIGHT} == {}
