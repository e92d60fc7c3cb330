"""What only the database itself can do: copy it while it is used, and make, fill, swap and drop one.

One class for SQLite and one for PostgreSQL, with the same methods.
"""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from sqlalchemy.engine import make_url

from app.backups.postgres_server import PostgresServer
from app.backups.sqlite_file import SqliteFile


class DatabaseServer(Protocol):
    """Where a database lies. `workshop` is the folder in which a copy of it is unpacked."""

    kind: str
    workshop: Path

    def copy_to(self, target: Path) -> str | None:
        """Write a copy of the database as it is at one moment, while others use it. Return the revision of
        its schema at that moment; None: it was never migrated."""

    def scratch(self, copy: Path) -> AbstractContextManager[str]:
        """Return a block with the address of a new database that holds a copy; it is dropped afterwards
        unless it was swapped in."""

    def demand_unused(self) -> None:
        """Raise BackupProblem while somebody uses the live database."""

    def swap_in(self, address: str, suffix: str) -> str | None:
        """Put a scratch database in the place of the live one, and return where that one lies now; None:
        there was none. Raise BackupProblem, with the live one as it was, while somebody uses it."""


def server_of(database_url: str) -> DatabaseServer:
    url = make_url(database_url)
    return SqliteFile(url) if url.get_backend_name() == "sqlite" else PostgresServer(url)
