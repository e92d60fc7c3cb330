"""A database of SQLite: one file, and the files that SQLite puts beside it."""

import os
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL
from sqlalchemy.engine import make_url

from app.backups.archive import BackupProblem
from app.backups.stopping import long_work
from app.backups.work_folders import settle
from app.db.database import sqlite_module

LEFTOVERS: Final = ("-wal", "-shm", "-journal")
"""Endings of the files that SQLite puts beside the database. Left beside another database, they
would be mixed into it (O4)."""
FOR_US_ALONE: Final = 0o600
"""The permissions of a new database file: only the owner may read it, because it holds personal
data."""
_FIRST_BYTES: Final = b"SQLite format 3\0"
PAGES_AT_ONCE: Final = 1024
"""How many pages are copied between two checks for signals: 4 MiB."""
IN_USE: Final = "The database is in use. Stop the server and the workers first."


class SqliteFile:
    """A database file of SQLite. A symbolic link is followed, because SQLite puts its other files
    beside the real one."""

    kind = "sqlite"

    def __init__(self, url: URL) -> None:
        self.path = Path(url.database or "").resolve()
        self.workshop = self.path.parent  # on the same disk, so that a copy is swapped in at once

    def copy_to(self, target: Path) -> str | None:
        if not self.path.is_file():
            raise BackupProblem(f"There is no database at {self.path}. Correct the setting.")
        module = sqlite_module()
        try:
            with (
                closing(module.connect(f"{self.path.as_uri()}?mode=ro", uri=True)) as source,
                closing(module.connect(str(target))) as copy,
            ):
                source.isolation_level = None
                # Other connections go on writing. One transaction around all steps fixes the state
                # that is copied; without it, copying would start again after every commit.
                source.execute("BEGIN")
                revision = _revision(source, module)
                source.backup(copy, pages=PAGES_AT_ONCE, progress=_look_at_signals)
                copy.execute("PRAGMA journal_mode=DELETE")  # one file, without leftovers beside it
        except module.Error as error:
            raise BackupProblem(f"The database could not be copied: {error}.") from None
        return revision

    @contextmanager
    def scratch(self, copy: Path) -> Iterator[str]:
        """Uses the unpacked copy itself: it is beside the live file, on the same disk."""
        with long_work():
            _demand_whole(copy)
        yield URL.create("sqlite", database=str(copy.absolute())).render_as_string()

    def demand_unused(self) -> None:
        with self._alone():
            pass

    def swap_in(self, address: str, suffix: str) -> str | None:
        copy = Path(make_url(address).database or "")
        with closing(sqlite_module().connect(str(copy))) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
        copy.chmod(stat.S_IMODE(self.path.stat().st_mode) if self.path.exists() else FOR_US_ALONE)
        settle(copy)
        with self._alone():
            aside = self._put_aside(suffix) if self.path.exists() else None
            for leftover in LEFTOVERS:
                _beside(self.path, leftover).unlink(missing_ok=True)
            copy.replace(self.path)
        settle(self.path.parent)
        return None if aside is None else str(aside)

    def _put_aside(self, suffix: str) -> Path:
        """Give the live file and the files beside it second names. They keep their first names
        until the copy takes over the name, so that there is a database at every moment."""
        aside = self.path.with_name(f"{self.path.name}.{suffix}")
        if aside.exists():
            raise BackupProblem(f"{aside} is there already. Wait a second and try again.")
        for leftover in (*LEFTOVERS, ""):
            with suppress(FileNotFoundError):
                _link(_beside(self.path, leftover), _beside(aside, leftover))
        return aside

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Lock the file against all other connections, or raise BackupProblem. SQLite leaves WAL
        mode only when no other connection is open, which proves that nobody uses the file."""
        if not _begins_as_sqlite(self.path):
            yield  # missing or damaged: opening it would delete the log beside it
            return
        module = sqlite_module()
        with closing(module.connect(str(self.path), timeout=0, isolation_level=None)) as connection:
            try:
                connection.execute("PRAGMA journal_mode=DELETE")
                connection.execute("BEGIN EXCLUSIVE")
            except module.DatabaseError as error:
                if _code(error) in ("SQLITE_BUSY", "SQLITE_LOCKED"):
                    raise BackupProblem(IN_USE) from None
                # Damaged in a later page: a reason to restore, not to refuse.
            yield


def _demand_whole(path: Path) -> None:
    """Raise BackupProblem if SQLite finds a fault in a page, row or index of a file. A file that
    was copied by other means while in use often has one."""
    module = sqlite_module()
    try:
        with closing(module.connect(str(path))) as connection:
            told = [row[0] for row in connection.execute("PRAGMA integrity_check(1)")]
            lost = connection.execute("PRAGMA foreign_key_check").fetchone()
    except module.DatabaseError as error:
        told, lost = [str(error)], None
        if _code(error) == "SQLITE_FULL":
            raise BackupProblem("The disk is full. Make space and try again.") from None
    if told != ["ok"] or lost is not None:
        words = "a row refers to one that is not there" if told == ["ok"] else told[0]
        words = " ".join(words.removeprefix("*** in database main ***").split())
        raise BackupProblem(f"The copy of the database is damaged ({words}). Take another copy.")


def _begins_as_sqlite(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_FIRST_BYTES)) == _FIRST_BYTES
    except FileNotFoundError:
        return False


def _revision(connection: Any, module: Any) -> str | None:
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except module.OperationalError:
        return None
    return None if row is None else str(row[0])


def _code(error: Exception) -> str:
    """Return the name of SQLite's primary result code."""
    return "_".join(str(getattr(error, "sqlite_errorname", "")).split("_")[:2])


def _beside(path: Path, leftover: str) -> Path:
    return path.with_name(path.name + leftover)


def _link(path: Path, name: Path) -> None:
    try:
        os.link(path, name)
    except FileNotFoundError:
        raise
    except OSError:  # a disk on which no file has two names
        path.replace(name)


def _look_at_signals(*_progress: int) -> None:
    """Called between two steps of copying, so that Python can handle signals."""
