"""What only the database itself can do: copy it while it is used, and make, fill, swap and drop one.

One class for SQLite and one for PostgreSQL, with the same methods. The programs of PostgreSQL (`pg_dump`,
`pg_restore`) must be of the server's version or newer.
"""

import os
import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Protocol

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from sqlalchemy import URL
from sqlalchemy.engine import make_url

from app.backups.archive import BackupProblem
from app.db.database import sqlite_module

LEFTOVERS: Final = ("-wal", "-shm", "-journal")
"""What SQLite may leave beside its file; in front of another file each would be mixed into it (O4)."""
_PROGRAM_FOLDERS: Final = Path("/usr/lib/postgresql")
_HOUR: Final = 3600


class DatabaseServer(Protocol):
    """Where a database lies. `workshop` is the folder in which a copy of it is unpacked."""

    kind: str
    workshop: Path

    def copy_to(self, target: Path) -> None:
        """Write a copy of the database as it is at one moment, while others use it."""

    def scratch(self, copy: Path) -> Any:
        """Return a block with the address of a new database that holds a copy; it is dropped afterwards
        unless it was swapped in."""

    def swap_in(self, address: str, suffix: str) -> str | None:
        """Put a scratch database in the place of the live one, and return where that one lies now; None:
        there was none. Raise BackupProblem while somebody uses it."""


def server_of(database_url: str) -> DatabaseServer:
    url = make_url(database_url)
    return SqliteFile(url) if url.get_backend_name() == "sqlite" else PostgresServer(url)


class SqliteFile:
    """A file of SQLite."""

    kind = "sqlite"

    def __init__(self, url: URL) -> None:
        self.path = Path(url.database or "").absolute()
        self.workshop = self.path.parent  # on the same disk, so that a copy is swapped in at once

    def copy_to(self, target: Path) -> None:
        module = sqlite_module()
        if not self.path.exists():
            raise BackupProblem(f"There is no database at {self.path}.")
        source = module.connect(f"file:{self.path}?mode=ro", uri=True)
        copy = module.connect(str(target))
        try:
            source.backup(copy)  # one step: a reader among the others, who go on writing
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, without leftovers beside it
        except module.Error as error:
            raise BackupProblem(f"The database could not be copied: {error}.") from None
        finally:
            copy.close()
            source.close()

    @contextmanager
    def scratch(self, copy: Path) -> Iterator[str]:
        """The copy itself is used, where it was unpacked: beside the live file, on the same disk."""
        yield f"sqlite:///{copy.absolute()}"

    def swap_in(self, address: str, suffix: str) -> str | None:
        copy = Path(make_url(address).database or "")
        self._close_file(copy)
        aside = None
        if self.path.exists():
            self._demand_unused()
            aside = self.path.with_name(f"{self.path.name}.{suffix}")
            self.path.replace(aside)
        for leftover in LEFTOVERS:
            self.path.with_name(self.path.name + leftover).unlink(missing_ok=True)
        copy.replace(self.path)
        return None if aside is None else str(aside)

    def _demand_unused(self) -> None:
        """SQLite leaves its log only when no other connection is open: that proves that nobody uses it."""
        module = sqlite_module()
        connection = module.connect(str(self.path), timeout=0)
        try:
            connection.execute("PRAGMA journal_mode=DELETE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
        except module.OperationalError:
            words = "The database is in use. Stop the server and the workers first."
            raise BackupProblem(words) from None
        except module.DatabaseError:
            return  # a damaged file is a reason to restore, not to refuse
        finally:
            connection.close()

    @staticmethod
    def _close_file(path: Path) -> None:
        connection = sqlite_module().connect(str(path))
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.close()


class PostgresServer:
    """A database of a PostgreSQL server."""

    kind = "postgresql"

    def __init__(self, url: URL) -> None:
        self.url = url
        self.name = url.database or ""
        self.workshop = Path(tempfile.gettempdir())

    def copy_to(self, target: Path) -> None:
        self._run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")

    @contextmanager
    def scratch(self, copy: Path) -> Iterator[str]:
        name = f"preceptor_scratch_{secrets.token_hex(6)}"
        self._administer(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            options = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
            self._run("pg_restore", *options, str(copy), database=name)
            yield self.url.set(database=name).render_as_string(hide_password=False)
        finally:
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            with suppress(BackupProblem):  # another error may be on its way
                self._administer(drop)

    def swap_in(self, address: str, suffix: str) -> str | None:
        scratch, aside = make_url(address).database or "", f"{self.name}_{_word(suffix)}"
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        is_there = self._administer(
            sql.SQL("SELECT count(*) FROM pg_database WHERE datname = {}").format(self.name)
        )
        if is_there:
            used = sql.SQL("SELECT count(*) FROM pg_stat_activity WHERE datname = {}")
            if self._administer(used.format(self.name)):
                words = "The database is in use. Stop the server and the workers first."
                raise BackupProblem(words)
            live = sql.Identifier(self.name)
            self._administer(rename.format(live, sql.Identifier(aside)))
        try:
            self._administer(rename.format(sql.Identifier(scratch), sql.Identifier(self.name)))
        except BackupProblem:
            if is_there:  # nothing half done: the old one takes its name back
                old = sql.Identifier(aside)
                self._administer(rename.format(old, sql.Identifier(self.name)))
            raise
        return aside if is_there else None

    def _administer(self, statement: sql.Composed) -> Any:
        """Run one statement outside a transaction, connected to no database of ours; return its figure."""
        try:
            with (
                psycopg.connect(self._connection("postgres"), autocommit=True) as connection,
                connection.execute(statement) as done,
            ):
                row = done.fetchone() if done.description else None
                return row[0] if row else None
        except psycopg.Error as error:
            said = str(error.diag.message_primary or "it does not answer")
            raise BackupProblem(f"The database server refused: {said}.") from None

    def _connection(self, database: str) -> str:
        query = {name: str(value) for name, value in self.url.query.items()}
        named = {
            "host": self.url.host,
            "port": self.url.port,
            "user": self.url.username,
            "password": self.url.password,
            "dbname": database,
        }
        given = {name: str(value) for name, value in named.items() if value is not None}
        return make_conninfo("", **(query | given))

    def _run(self, program: str, *options: str, database: str | None = None) -> None:
        """Run a program of PostgreSQL; the password goes by the environment, where nobody else sees it."""
        bare = self._connection(database or self.name)
        environment = dict(os.environ)
        if self.url.password:
            bare = re.sub(r"\s?password=(?:'(?:\\.|[^'])*'|\S+)", "", bare)
            environment["PGPASSWORD"] = str(self.url.password)
        command = [program_path(program), f"--dbname={bare}", "--no-password", *options]
        done = subprocess.run(  # noqa: S603 - a program and options of ours
            command, env=environment, capture_output=True, text=True, timeout=_HOUR, check=False
        )
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise BackupProblem(f"{program} did not do it: {last}")


def program_path(program: str) -> str:
    """Return where a program of PostgreSQL lies: on the path, or in the newest version that Debian has."""
    if found := shutil.which(program):
        return found
    installed = sorted(
        _PROGRAM_FOLDERS.glob(f"*/bin/{program}"), key=lambda path: int(path.parts[-3])
    )
    if not installed:
        raise BackupProblem(f"The program {program} is not on the path. Install postgresql-client.")
    return str(installed[-1])


def _word(suffix: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", suffix.lower()).strip("_")
