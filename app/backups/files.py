"""The files of an installation: listing them, and replacing them with others."""

import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.backups.archive import BackupProblem
from app.backups.stopping import long_work
from app.backups.work_folders import settle, work_folder
from app.settings import Settings

INCOMING = ".preceptor-files-"
FOR_US_ALONE = 0o700
"""The permissions of a new folder of files: only the owner may read it."""


def folder_of_files(settings: Settings) -> Path | None:
    """Return the folder, following a symbolic link. Return None if the files are in an external
    store, which has its own backups.
    """
    return None if "://" in settings.files_url else Path(settings.files_url).resolve()


def listed_files(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Yield each file with its name in the folder."""
    root = folder_of_files(settings)
    if root is None or not root.is_dir():
        return
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path.relative_to(root).as_posix(), path


def size_of(path: Path) -> int:
    """Return the bytes of a file; 0 when it was deleted since it was listed."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


@contextmanager
def files_swapped(settings: Settings, unpacked: Path, suffix: str) -> Iterator[None]:
    """Replace the installation's folder of files, during the block and afterwards. The old folder
    stays beside it, under a name with the suffix. It comes back if the block fails."""
    root = folder_of_files(settings)
    if root is None:
        yield
        return
    root.parent.mkdir(parents=True, exist_ok=True)
    aside = root.with_name(f"{root.name}.{suffix}")
    if aside.exists():
        raise BackupProblem(f"{aside} is there already. Wait a second and try again.")
    with work_folder(root.parent, INCOMING) as folder:
        # On the disk of the files before anything changes: from another disk each is copied.
        incoming = folder / root.name
        with long_work():
            shutil.move(unpacked, incoming)
        was_there = root.is_dir()
        incoming.chmod(stat.S_IMODE(root.stat().st_mode) if was_there else FOR_US_ALONE)
        if was_there:
            root.replace(aside)
        try:
            incoming.replace(root)
            yield
        except BaseException:
            if root.is_dir():
                root.replace(folder / "refused")
            if was_there:
                aside.replace(root)
            raise
        settle(root.parent)
