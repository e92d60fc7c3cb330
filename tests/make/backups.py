"""An academy of its own whose database may be copied and replaced, and its commands."""

import fcntl
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from hashlib import sha256
from io import StringIO
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import psycopg
import pytest
from sqlalchemy import func, select

from app.accounts.models import User
from app.backups.archive import proved_manifest, unpack, write_archive
from app.backups.copies import LOCK, make_backup
from app.backups.sqlite_file import LEFTOVERS
from app.cli import main
from app.db.base import Base
from app.db.database import Database
from app.kit.keys import SIGNING, Keys, SigningKeys, new_line
from app.settings import Settings
from tests.make import NOW, postgres
from tests.make.keys import sealing_keys, signing_keys
from tests.make.people import a_user

KEYS = Keys(signing_keys(), sealing_keys())


@dataclass
class Installation:
    """One academy of its own, whose database may be replaced."""

    settings: Settings
    folder: Path
    server: str = ""
    """The address of the PostgreSQL server; empty for SQLite."""

    @contextmanager
    def open(self) -> Iterator[Database]:
        database = Database(self.settings.database_url, pool_size=4)
        try:
            yield database
        finally:
            database.close()

    def people(self) -> int:
        with self.open() as database, database.read() as db:
            return db.scalar(select(func.count()).select_from(User)) or 0

    def back_up(self, name: str = "one.backup") -> Path:
        return make_backup(self.settings, KEYS, self.folder / name, now=NOW).path

    def add_people(self, count: int = 1) -> None:
        with self.open() as database, database.write() as db:
            for _ in range(count):
                a_user(db)

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "PRECEPTOR_ENV": "test",
            "PRECEPTOR_BASE_URL": "http://testserver",
            "PRECEPTOR_DATABASE_URL": self.settings.database_url,
            "PRECEPTOR_FILES_URL": self.settings.files_url,
        }

    def run_here(self, *words: object, **settings: str) -> "Told":
        """Run a command in this process; further settings with their whole names."""
        out, errors = StringIO(), StringIO()
        before = dict(os.environ), sys.argv
        environment = {**self.environment, **settings}
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = ["preceptor", *map(str, words)]
        code: object = 0
        try:
            with redirect_stdout(out), redirect_stderr(errors):
                main()
        except SystemExit as end:
            code = end.code or 0
        finally:
            os.environ.clear()
            os.environ.update(before[0])
            sys.argv = before[1]
        return Told(int(str(code)), out.getvalue(), errors.getvalue())

    def content(self) -> str:
        """Return a digest of every row but those that say when a copy was made, and of every file."""
        digest = sha256()
        with self.open() as database, database.read() as db:
            for table in Base.metadata.sorted_tables:
                if table.name != "operation_runs":
                    rows = sorted(map(str, db.execute(select(table)).all()))
                    digest.update(f"{table.name} {rows}".encode())
        for path in sorted((self.folder / "files").rglob("*")):
            digest.update(str(path).encode())
            digest.update(path.read_bytes() if path.is_file() else b"")
        return digest.hexdigest()

    def left_behind(self) -> list[str]:
        """Return the work folders and scratch databases in which nobody works."""
        names = {path.name for path in self.folder.rglob(".preceptor-*")} - {LOCK}
        names |= {path.name for path in Path(gettempdir()).glob(".preceptor-*") if is_idle(path)}
        if self.server:
            names |= idle_scratch_databases(self.server)
        return sorted(names)

    def forget_what_was_put_aside(self) -> None:
        """Delete what restores have put aside."""
        for path in [*self.folder.glob("data/*.before-*"), *self.folder.glob("files.before-*")]:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        if self.server:
            name = self.settings.database_url.partition("?")[0].rpartition("/")[2]
            postgres.drop_databases_beginning(self.server, f"{name}_before_")


def command(*words: object) -> list[str]:
    return [sys.executable, "-c", "from app.cli import main; main()", *map(str, words)]


@dataclass(frozen=True)
class Told:
    """How a command ended, and what it said."""

    code: int
    said: str
    complained: str


def is_idle(folder: Path) -> bool:
    """Whether no process works in a work folder."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True


def idle_scratch_databases(server: str) -> set[str]:
    """Return the scratch databases that no process holds; tests beside this one have some that are held."""
    lock = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
    with psycopg.connect(server, autocommit=True) as connection:
        rows = connection.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE 'preceptor_scratch_%'"
        ).fetchall()
        idle = {name for (name,) in rows if connection.execute(lock, (name,)).fetchone() == (True,)}
        there = connection.execute("SELECT datname FROM pg_database").fetchall()
    return {name for name in idle if (name,) in there}


NEEDS_POSTGRES = pytest.param("postgres", marks=pytest.mark.postgres)
DEEP_ON_POSTGRES = pytest.mark.parametrize(
    "live",
    ["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.deep])],
    indirect=True,
)
"""For what is the same code on both: the long run tries it on PostgreSQL too."""


@contextmanager
def unchanged(live: Installation) -> Iterator[None]:
    """Fail unless every row and file of an academy stays as it is, and nothing is left of the work."""
    before, names = live.content(), listing(live.folder)
    yield
    assert live.content() == before
    assert listing(live.folder) == names
    assert live.left_behind() == []


def listing(folder: Path) -> set[str]:
    """Return the names in a folder without what SQLite, migrators and the lock of backups leave."""
    passing = (*LEFTOVERS, ".migrating", LOCK)
    return {str(path) for path in folder.rglob("*") if not path.name.endswith(passing)}


def demand_one_line(told: Told, *words: str) -> None:
    assert told.code == 1, told
    assert told.complained.startswith("preceptor: "), told
    assert told.complained.count("\n") == 1, told
    for word in words:
        assert word in told.complained, told


@contextmanager
def packed_anew(copy: Path, **changed: Any) -> Iterator[Callable[[SigningKeys], Path]]:
    """Return a function that packs a copy again with another manifest and signs it with a key."""
    folder = copy.with_suffix(".unpacked")
    folder.mkdir()
    manifest = replace(proved_manifest(copy, KEYS.signing), **changed)
    unpack(copy, folder, KEYS.signing)
    again = copy.with_name("again.backup")

    def pack(keys: SigningKeys) -> Path:
        files = [(path.name, path) for path in (folder / "files").iterdir()]
        with again.open("wb") as file:
            write_archive(file, manifest, folder / "database", files, keys)
        return again

    yield pack
    shutil.rmtree(folder)
    again.unlink(missing_ok=True)


def stranger() -> SigningKeys:
    return SigningKeys.read(new_line(SIGNING, on=NOW.date()).written())
