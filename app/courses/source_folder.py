"""Reads and writes course folders; the only input and output of the course format."""

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from app.courses.domain.folder import LARGEST_COURSE, MOST_FILES
from app.courses.domain.leftovers import is_leftover
from app.kit.errors import Invalid
from app.kit.messages import msg


def demand_empty(path: Path) -> None:
    """Raise Invalid unless `path` is a folder without files, or could become one."""
    if path.is_symlink() and not path.exists():
        raise Invalid(
            msg("{path} is a link that leads nowhere. Name a new folder.", path=str(path))
        )
    if path.exists() and not path.is_dir():
        raise Invalid(msg("{path} is a file. Name a new folder.", path=str(path)))
    if path.is_dir() and any(path.iterdir()):
        raise Invalid(
            msg(
                "{path} is not empty, and nothing in it is overwritten. Name a new folder.",
                path=str(path),
            )
        )


def write_folder(path: Path, files: Mapping[str, bytes]) -> None:
    """Write files by their path in the folder. Raises Invalid, before anything is written, if the folder is
    not empty, and FileExistsError rather than overwrite a file."""
    demand_empty(path)
    path.mkdir(parents=True, exist_ok=True)
    for name, data in sorted(files.items()):
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("xb") as opened:
            opened.write(data)


def read_folder(path: Path) -> dict[str, bytes]:
    """Every file below `path`, by its path in the folder with `/`.

    What programs leave behind is not read (see `leftovers.py`). Anything else that does not belong in a
    course becomes a problem of the parser. Refused, all at once, are links (they could lead to any file of
    the machine), special files, names that cannot be shown, files that cannot be read, and a folder that
    is too large to be a course.
    """
    if not path.is_dir():
        raise Invalid(
            msg(
                "There is no folder {path}. Name the folder that holds course.yaml.", path=str(path)
            )
        )
    faults: list[str] = []
    files: dict[str, bytes] = {}
    total = 0
    for file in _files_below(path, faults.append):
        total += file.stat().st_size
        if len(files) >= MOST_FILES or total > LARGEST_COURSE:
            raise Invalid(
                msg(
                    "{path} is too large to be a course: at most {most:plain} files with {megabytes} MB are "
                    "read, and {file} does not fit any more. Move other files out of it.",
                    path=str(path),
                    most=MOST_FILES,
                    megabytes=LARGEST_COURSE // 1_000_000,
                    file=str(file),
                )
            )
        try:
            files[file.relative_to(path).as_posix()] = file.read_bytes()
        except OSError as error:
            faults.append(_unreadable(file, error))
    if faults:
        raise Invalid(msg("{faults}", faults="\n".join(faults)))
    return files


def course_folders(path: Path) -> tuple[list[Path], list[str]]:
    """Return the folders in `path` that contain a course, by name, and a line for each folder that
    contains none."""
    folders = sorted(
        folder for folder in path.iterdir() if folder.is_dir() and not is_leftover(folder.name)
    )
    courses = [folder for folder in folders if (folder / "course.yaml").is_file()]
    return courses, [_left_out(folder) for folder in folders if folder not in courses]


def _left_out(folder: Path) -> str:
    near = sorted(
        file.name for file in folder.iterdir() if file.name.lower() in ("course.yaml", "course.yml")
    )
    hint = f" Rename {near[0]} if it is one." if near else ""
    return f"{folder} has no course.yaml, so that it is no course and is left out.{hint}"


def _files_below(path: Path, report: Callable[[str], None]) -> Iterator[Path]:
    """Yield the regular files below `path`, and report what cannot be one of a course."""

    def unreadable(error: OSError) -> None:
        report(_unreadable(Path(str(error.filename)), error))

    for directory, folders, names in os.walk(path, onerror=unreadable, followlinks=False):
        folders[:] = sorted(name for name in folders if not is_leftover(name))
        here = Path(directory)
        for name in sorted([*folders, *names]):
            file = here / name
            kind = file.lstat().st_mode
            if is_leftover(name) or stat.S_ISDIR(kind):
                continue
            if not name.isprintable():
                report(f"{here} holds a file whose name cannot be shown: {name!a}. Rename it.")
            elif not stat.S_ISREG(kind):
                report(f"{file} is a link or a special file. Put the file itself into the folder.")
            else:
                yield file


def _unreadable(file: Path, error: OSError) -> str:
    return f"{file} cannot be read: {error.strerror}. Give yourself the right to read it."
