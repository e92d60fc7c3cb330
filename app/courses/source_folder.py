"""The only input and output of the course format: a folder of files into memory."""

import os
import stat
from pathlib import Path

from app.courses.domain.folder import LARGEST_COURSE, MOST_FILES
from app.kit.errors import Invalid


def read_folder(path: Path) -> dict[str, bytes]:
    """Every file below `path`, by its path in the folder with `/`.

    Nothing is left out in silence: what does not belong into a course becomes a problem of the
    parser. Refused are links (they could lead to any file of the machine), special files, and
    folders that are too large to be a course.
    """
    if not path.is_dir():
        raise Invalid(f"There is no folder {path}. Name the folder that holds course.yaml.")
    files: dict[str, bytes] = {}
    total = 0
    for directory, folders, names in os.walk(path, followlinks=False):
        here = Path(directory)
        for name in sorted([*folders, *names]):
            file = here / name
            kind = file.lstat().st_mode
            if stat.S_ISDIR(kind):
                continue
            if not stat.S_ISREG(kind):
                raise Invalid(
                    f"{file} is a link or a special file. Put the file itself into the folder."
                )
            total += file.stat().st_size
            if len(files) >= MOST_FILES or total > LARGEST_COURSE:
                raise Invalid(
                    f"{path} is too large to be a course: at most {MOST_FILES} files with "
                    f"{LARGEST_COURSE // 1_000_000} MB are read. Move other files out of it."
                )
            files[file.relative_to(path).as_posix()] = file.read_bytes()
    return files
