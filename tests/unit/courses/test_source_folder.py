"""Reading a folder: everything in it, and nothing from outside."""

import os
from pathlib import Path

import pytest

from app.courses import source_folder
from app.courses.source_folder import read_folder
from app.kit.errors import Invalid


def test_every_file_is_read_hidden_ones_too(tmp_path: Path) -> None:
    (tmp_path / "lessons" / "deep").mkdir(parents=True)
    (tmp_path / "course.yaml").write_bytes(b"a")
    (tmp_path / "lessons" / "deep" / "b.md").write_bytes(b"b")
    (tmp_path / ".hidden").write_bytes(b"c")
    assert read_folder(tmp_path) == {
        "course.yaml": b"a",
        "lessons/deep/b.md": b"b",
        ".hidden": b"c",
    }


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"There is no folder .*missing"):
        read_folder(tmp_path / "missing")


@pytest.mark.parametrize("target", ["course.yaml", "elsewhere", "/etc/passwd"])
def test_links_are_refused(tmp_path: Path, target: str) -> None:
    (tmp_path / "course.yaml").write_bytes(b"a")
    (tmp_path / "link").symlink_to(target)
    with pytest.raises(Invalid, match="link or a special file"):
        read_folder(tmp_path)


def test_links_to_folders_are_refused(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    course = tmp_path / "course"
    course.mkdir()
    (course / "lessons").symlink_to(outside)
    with pytest.raises(Invalid, match="link or a special file"):
        read_folder(course)


def test_special_files_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Invalid, match="link or a special file"):
        read_folder(tmp_path)


@pytest.mark.parametrize(("limit", "value"), [("MOST_FILES", 1), ("LARGEST_COURSE", 5)])
def test_sizes_are_limited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    monkeypatch.setattr(source_folder, limit, value)
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"xxxx")
    with pytest.raises(Invalid, match="too large"):
        read_folder(tmp_path)
