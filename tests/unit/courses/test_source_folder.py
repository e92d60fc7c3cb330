"""Reading a folder: everything in it, and nothing from outside."""

import errno
import os
from pathlib import Path

import pytest

from app.courses import source_folder
from app.courses.source_folder import course_folders, read_folder
from app.kit.errors import Invalid
from tests.check import content_of

LEFTOVERS = (
    ".DS_Store",
    "._lesson.md",
    ".git/HEAD",
    ".gitignore",
    ".idea/a.xml",
    ".lesson.md.swp",
    ".#lesson.md",
    ".~lock.lesson.md#",
    "__MACOSX/course.yaml",
    "Thumbs.db",
    "thumbs.db",
    "desktop.ini",
    "lesson.md~",
    "#lesson.md#",
    "~$lesson.docx",
    "course.yaml.bak",
    "course.yaml.orig",
    "course.yaml.swp",
)


def test_every_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "lessons" / "deep").mkdir(parents=True)
    (tmp_path / "empty").mkdir()
    (tmp_path / "course.yaml").write_bytes(b"a")
    (tmp_path / "lessons" / "deep" / "b.MD").write_bytes(b"b")
    (tmp_path / "notes.txt").write_bytes(b"c")
    assert read_folder(tmp_path) == {
        "course.yaml": b"a",
        "lessons/deep/b.MD": b"b",
        "notes.txt": b"c",
    }


@pytest.mark.parametrize("name", LEFTOVERS)
def test_what_programs_leave_behind_is_not_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "course.yaml").write_bytes(b"a")
    for folder in (tmp_path, tmp_path / "lessons"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
    assert read_folder(tmp_path) == {"course.yaml": b"a"}


@pytest.mark.parametrize(
    "name",
    ["lesson.MD", "course.yml", "Course.yaml", "lesson.markdown", "lesson", "a#b.md", "~a.md"],
)
def test_what_an_author_may_have_meant_is_read(tmp_path: Path, name: str) -> None:
    """The parser says what is wrong with it."""
    (tmp_path / name).write_bytes(b"x")
    assert read_folder(tmp_path) == {name: b"x"}


def test_everything_that_cannot_be_read_is_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "link").symlink_to("course.yaml")
    (tmp_path / "a\u202eb.md").write_bytes(b"x")
    (tmp_path / os.fsdecode(b"c\xff.md")).write_bytes(b"x")
    (tmp_path / "closed.md").write_bytes(b"x")
    (tmp_path / "course.yaml").write_bytes(b"x")
    read_bytes = Path.read_bytes

    def closed(path: Path) -> bytes:
        if path.name == "closed.md":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", closed)
    with pytest.raises(Invalid) as refused:
        read_folder(tmp_path)
    assert sorted(str(refused.value.detail).splitlines()) == sorted(
        [
            f"{tmp_path}/link is a link or a special file. Put the file itself into the folder.",
            f"{tmp_path} holds a file whose name cannot be shown: 'a\\u202eb.md'. Rename it.",
            f"{tmp_path} holds a file whose name cannot be shown: 'c\\udcff.md'. Rename it.",
            f"{tmp_path}/closed.md cannot be read: Permission denied. Give yourself the right to read "
            "it.",
        ]
    )


def test_a_folder_that_is_closed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lessons").mkdir()
    scandir = os.scandir

    def closed(path: str) -> object:
        if str(path).endswith("lessons"):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    with pytest.raises(Invalid, match=r"lessons cannot be read: Permission denied\."):
        read_folder(tmp_path)


def test_folders_without_a_course_are_left_out_with_a_line(tmp_path: Path) -> None:
    for name in ("b-course", "a-course", "drafts", "misspelt", ".git", "__MACOSX"):
        (tmp_path / name).mkdir()
    for name in ("b-course", "a-course", ".git"):
        (tmp_path / name / "course.yaml").write_bytes(b"x")
    (tmp_path / "misspelt" / "Course.yml").write_bytes(b"x")
    (tmp_path / "README.md").write_bytes(b"x")
    assert course_folders(tmp_path) == (
        [tmp_path / "a-course", tmp_path / "b-course"],
        [
            f"{tmp_path}/drafts has no course.yaml, so that it is no course and is left out.",
            f"{tmp_path}/misspelt has no course.yaml, so that it is no course and is left out. "
            "Rename Course.yml if it is one.",
        ],
    )


def test_make_check_reads_courses_and_the_academy_alone(tmp_path: Path) -> None:
    """A `.DS_Store` or an empty folder of drafts made `make check` fail (A10)."""
    for name in ("b-course", "drafts"):
        (tmp_path / name).mkdir()
    for name in ("b-course/course.yaml", "academy.yaml", "._academy.yaml", ".DS_Store"):
        (tmp_path / name).write_bytes(b"x")
    assert content_of(tmp_path) == [f"{tmp_path}/academy.yaml", f"{tmp_path}/b-course"]


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
    with pytest.raises(Invalid, match=r"too large.* and .*/b does not fit any more"):
        read_folder(tmp_path)
