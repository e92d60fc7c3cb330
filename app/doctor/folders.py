"""Checks of folders and disks: that they exist, are writable, are closed to others and have space."""

import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final

from app.db.database import Database
from app.doctor.findings import Finding, attention, fault
from app.kit.paths import ROOT, STATIC
from app.operations.health import LITTLE_SPACE, free_space
from app.settings import Environment, Settings
from app.web.assets import is_built

SLOW_SYNC_MS: Final = 20.0
BACKUPS: Final = Path("/var/backups/preceptor")
"""Where the systemd unit in docs/deploy puts backups."""
_OTHERS: Final = stat.S_IRWXO


def look_at_folders(database: Database, settings: Settings) -> list[Finding]:
    """Check each folder that the academy writes to. In production, others may not read it."""
    findings = [
        *_database_file(database, settings),
        *_folder("files", Path(settings.files_url), settings, is_made_later=True),
        *_folder("backups", BACKUPS, settings, is_made_later=True),
    ]
    return findings or [Finding("folders", "each is there, writable and closed to others")]


def _database_file(database: Database, settings: Settings) -> Iterator[Finding]:
    if not database.is_sqlite:
        return
    file = Path(database.url.database or "")
    yield from _folder("database", file.absolute().parent, settings)
    if file.is_file() and settings.env is Environment.production and _is_open(file):
        words = "Others may read the file of the database."
        yield attention("folders", words, "Close it and its folder: chmod 600, chmod 700.")


def _folder(
    what: str, folder: Path, settings: Settings, *, is_made_later: bool = False
) -> Iterator[Finding]:
    if not folder.is_dir():
        if not is_made_later:
            yield fault(
                "folders", f"The folder of the {what} is not there.", "Make it, or mount it."
            )
        return
    if not os.access(folder, os.W_OK | os.X_OK):
        yield fault(
            "folders",
            f"This user may not write to the folder of the {what}.",
            "It must belong to the user that serves: chown.",
        )
    is_ours = settings.env is Environment.production
    if is_ours and _is_open(folder) and not _is_public_parent(folder):
        words = f"Others may look into the folder of the {what}."
        yield attention("folders", words, "Close it: chmod 750.")


def _is_open(path: Path) -> bool:
    return bool(path.stat().st_mode & _OTHERS)


def _is_public_parent(folder: Path) -> bool:
    """Return whether a folder belongs to the system rather than to the academy, such as `/var/lib`."""
    return len(folder.parts) < 4


def look_at_space(database: Database, settings: Settings) -> list[Finding]:
    free = free_space(database, settings)
    if free is None:
        return [attention("space", "The free space is not known.")]
    words = f"{free // 1024**2:,} MB free"
    if free < LITTLE_SPACE:
        remedy = "Make space: when the disk is full, nothing can be saved."
        return [fault("space", f"{words}.", remedy)]
    return [Finding("space", words)]


def look_at_disk(database: Database, settings: Settings) -> list[Finding]:
    """Measure how long a flush to disk takes where SQLite writes; on PostgreSQL where our files lie."""
    folder = Path(database.url.database or ".") if database.is_sqlite else Path(settings.files_url)
    folder = folder.absolute()
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    times = []
    try:
        with tempfile.NamedTemporaryFile(dir=folder) as scratch:
            for _ in range(20):
                scratch.write(b"x" * 4096)
                started = perf_counter()
                scratch.flush()
                os.fsync(scratch.fileno())
                times.append((perf_counter() - started) * 1000)
    except OSError as error:
        words = f"nothing can be written to {folder}: {error.strerror}."
        return [fault("disk", words, "Mount it writable, or correct its owner.")]
    detail = f"a flush takes {median(times):.2f} ms (median of 20)"
    if median(times) > SLOW_SYNC_MS:
        words = f"{detail}: every save waits for one."
        return [attention("disk", words, "Put the database on a faster disk.")]
    return [Finding("disk", detail)]


def look_at_assets() -> list[Finding]:
    """Check whether the styles and scripts of this release have been built."""
    target = ROOT / "var" / "assets"
    if is_built(STATIC, target):
        return [Finding("assets", "made for this release")]
    words = "Styles and scripts of this release are not made yet."
    if os.access(target if target.is_dir() else ROOT, os.W_OK):
        return [attention("assets", words, "The next start makes them; or run “preceptor assets”.")]
    return [fault("assets", words, "Run “preceptor assets” as the owner of the release.")]
