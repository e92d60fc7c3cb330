"""Operations that differ between SQLite and PostgreSQL: copying a database in use, and creating,
loading, swapping and dropping one. Each has a class with the same methods.
"""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from sqlalchemy.engine import make_url

from app.backups.postgres_server import PostgresServer
from app.backups.sqlite_file import SqliteFile


class DatabaseServer(Protocol):
    """The place of a database. A copy of it is unpacked in the folder `workshop`."""

    kind: str
    workshop: Path

    def copy_to(self, target: Path) -> str | None:
        """Write a consistent copy of the database while others use it. Return the schema revision
        of the copy, or None if the database was never migrated."""

    def scratch(self, copy: Path) -> AbstractContextManager[str]:
        """Return a context manager that gives the address of a new database loaded from a copy. It
        is dropped afterwards unless it was swapped in."""

    def demand_unused(self) -> None:
        """Raise BackupProblem if anyone uses the live database."""

    def swap_in(self, address: str, suffix: str) -> str | None:
        """Put a scratch database in the place of the live one. Return the new place of the old live
        one, or None if there was none. Raise BackupProblem, and change nothing, if anyone uses the
        live database."""


def server_of(database_url: str) -> DatabaseServer:
    url = make_url(database_url)
    return SqliteFile(url) if url.get_backend_name() == "sqlite" else PostgresServer(url)
