"""The broken courses: each says exactly what is wrong, in which line, and what to do."""

from pathlib import Path

import pytest
import yaml

from app.authoring.problems import Problem
from app.courses.domain.parsing import parse_course
from app.courses.source_folder import read_folder
from app.questions.authoring import TYPES
from tests.make.courses import small_files

BROKEN = sorted((Path(__file__).parents[2] / "fixtures" / "broken_courses").iterdir())


def broken_files(overlay: Path) -> dict[str, bytes]:
    """The small course with the overlay's files put over it."""
    files = {**small_files(), **read_folder(overlay)}
    del files["expected.yaml"]
    for dropped in files.pop("DELETE", b"").decode().split():
        del files[dropped]
    return files


def hint_of(entry: dict[str, str]) -> str:
    """Return what to do. `{types}` stands for the names of all types of questions."""
    return entry["hint"].replace("{types}", ", ".join(TYPES))


def test_their_numbers_have_no_gap() -> None:
    assert [int(folder.name[:2]) for folder in BROKEN] == list(range(1, len(BROKEN) + 1))
    assert len(BROKEN) >= 27


@pytest.mark.parametrize("overlay", BROKEN, ids=lambda folder: folder.name)
def test_every_problem_is_named_with_its_line_and_a_hint(overlay: Path) -> None:
    """Word by word, in the order of path and line: an author reads these sentences."""
    expected = [
        Problem(entry["path"], entry["line"], entry["says"], hint_of(entry))
        for entry in yaml.safe_load((overlay / "expected.yaml").read_text(encoding="utf-8"))
    ]
    parsed = parse_course("small-course", broken_files(overlay))
    assert parsed.course is None
    assert parsed.keys is None
    assert parsed.media == {}
    assert list(parsed.problems) == expected
