"""A database of a PostgreSQL server, and the scratch databases beside it."""

import os
import re
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from sqlalchemy import URL
from sqlalchemy.engine import make_url

from app.backups.archive import BackupProblem
from app.backups.postgres_programs import program_path, run_program
from app.backups.stopping import long_work

SCRATCH: Final = "preceptor_scratch_"
LONGEST_NAME: Final = 63
"""PostgreSQL cuts off longer names, in bytes."""
CLOSING_SECONDS: Final = 1.0
"""How long the server may still list a connection that was closed, such as that of a copy that has ended."""
IN_USE: Final = "The database is in use. Stop the server and the workers first."
MIGRATING: Final = 7_304_112_900
"""The lock on which migrators take turns, in `migrations/env.py`."""
_HOLD_ON: Final = (
    "lock_timeout",
    "statement_timeout",
    "idle_in_transaction_session_timeout",
    "idle_session_timeout",
)
"""Time limits that are meant for pages and are switched off for this work."""
_REMEDIES: Final = {
    "42501": " Give the role the right CREATEDB, and let it own the database.",
    "53100": " Make space on the disk of the database server.",
    "55006": " Stop the server and the workers, and close every other connection.",
}
"""What to do, by the code of PostgreSQL's error."""


class PostgresServer:
    """A database of a PostgreSQL server."""

    kind = "postgresql"

    def __init__(self, url: URL) -> None:
        self.url = url
        self.name = url.database or ""
        self.workshop = Path(tempfile.gettempdir())

    def copy_to(self, target: Path) -> str | None:
        with self._connected(self.name) as connection:
            # A copy in the middle of a migration would meet tables that change below it.
            connection.execute("SELECT pg_advisory_lock_shared(%s)", (MIGRATING,))
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            revision = None
            if _figure(connection, "SELECT to_regclass('alembic_version')::text"):
                revision = _figure(connection, "SELECT version_num FROM alembic_version")
            snapshot = _figure(connection, "SELECT pg_export_snapshot()")
            options = ("--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}")
            self._run("pg_dump", connection, self.name, *options, writes=target)
        return revision

    @contextmanager
    def scratch(self, copy: Path) -> Iterator[str]:
        name = f"{SCRATCH}{secrets.token_hex(6)}"
        with self._connected("postgres") as connection:
            _drop_abandoned(connection)
            # Held while this process lives: the next run drops every scratch database that is not
            # held.
            _figure(connection, "SELECT pg_advisory_lock(hashtextextended(%s, 0))", name)
            try:
                connection.execute(self._creation(connection, name))
                options = ("--no-owner", "--no-privileges", "--exit-on-error")
                with long_work():
                    self._run(
                        "pg_restore", connection, name, *options, "--single-transaction", reads=copy
                    )
                yield self.url.set(database=name).render_as_string(hide_password=False)
            finally:
                # Another error may be being raised, and the connection itself may be broken.
                with suppress(BackupProblem), self._connected("postgres") as another:
                    _drop(another, name)

    def demand_unused(self) -> None:
        with self._connected("postgres") as connection:
            self._demand_unused(connection)

    def _demand_unused(self, connection: "psycopg.Connection[Any]") -> None:
        """Ignores background processes of the server, which have no user; the server ends them
        itself."""
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND usesysid IS NOT NULL"
        until = monotonic() + CLOSING_SECONDS
        while _figure(connection, others, self.name):
            if monotonic() > until:
                raise BackupProblem(IN_USE)
            sleep(0.05)

    def swap_in(self, address: str, suffix: str) -> str | None:
        scratch, ending = make_url(address).database or "", f"_{_word(suffix)}"
        aside = f"{self.name[: LONGEST_NAME - len(ending)]}{ending}"
        with self._connected(scratch) as connection, long_work():
            connection.execute("ANALYZE")  # without statistics about its rows every page would be
            # slow
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        with self._connected("postgres") as connection:
            is_there = bool(
                _figure(
                    connection, "SELECT count(*) FROM pg_database WHERE datname = %s", self.name
                )
            )
            self._demand_unused(connection)
            live = sql.Identifier(self.name)
            with connection.transaction():  # both databases are renamed, or neither
                if is_there:
                    connection.execute(rename.format(live, sql.Identifier(aside)))
                connection.execute(rename.format(sql.Identifier(scratch), live))
        return aside if is_there else None

    def _creation(self, connection: "psycopg.Connection[Any]", name: str) -> sql.Composed:
        """Return the statement that creates a database with the encoding and sort order of the live
        one."""
        like = (
            "SELECT pg_encoding_to_char(encoding), datcollate, datctype FROM pg_database "
            "WHERE datname = %s"
        )
        live = connection.execute(like, (self.name,)).fetchone()
        usual = connection.execute(like, ("template1",)).fetchone()
        creation = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if live is None or live == usual:
            return creation
        encoding, collate, ctype = live
        return sql.SQL("{} TEMPLATE template0 ENCODING {} LC_COLLATE {} LC_CTYPE {}").format(
            creation, encoding, collate, ctype
        )

    @contextmanager
    def _connected(self, database: str) -> Iterator["psycopg.Connection[Any]"]:
        """Connect with one transaction per statement. Raise BackupProblem if the server refuses."""
        try:
            with psycopg.connect(self._address(database), autocommit=True) as connection:
                for limit in _HOLD_ON:
                    with suppress(psycopg.errors.UndefinedObject):  # of a later version
                        connection.execute(sql.SQL("SET {} = 0").format(sql.Identifier(limit)))
                yield connection
        except psycopg.Error as error:
            said = error.diag.message_primary
            if said is None:
                words = "The database server does not answer. Start it, or correct the setting."
            else:
                words = f"The database server refused: {said}."
            raise BackupProblem(words + _REMEDIES.get(error.sqlstate or "", "")) from None

    def _address(self, database: str, *, with_password: bool = True) -> str:
        query = {name: str(value) for name, value in self.url.query.items()}
        named = {
            "host": self.url.host,
            "port": self.url.port,
            "user": self.url.username,
            "password": self.url.password if with_password else None,
            "dbname": database,
        }
        parameters = {name: str(value) for name, value in named.items() if value is not None}
        return make_conninfo("", **({"connect_timeout": "10"} | query | parameters))

    def _run(
        self,
        program: str,
        connection: "psycopg.Connection[Any]",
        database: str,
        *options: str,
        reads: Path | None = None,
        writes: Path | None = None,
    ) -> None:
        """Run a program of PostgreSQL. The password is passed in the environment, where other users
        cannot see it."""
        environment = dict(os.environ)
        if self.url.password:
            environment["PGPASSWORD"] = str(self.url.password)
        path = program_path(program, connection.info.server_version // 10_000)
        bare = self._address(database, with_password=False)
        command = [path, f"--dbname={bare}", "--no-password", *options]
        run_program(command, environment, reads=reads, writes=writes)


def _figure(connection: "psycopg.Connection[Any]", statement: str, *values: Any) -> Any:
    """Return the first column of the first row."""
    row = connection.execute(statement.encode(), values or None).fetchone()
    return row[0] if row else None


def _drop_abandoned(connection: "psycopg.Connection[Any]") -> None:
    """Drop scratch databases of ours that no process holds: the process that made them was killed."""
    rows = connection.execute(
        "SELECT datname FROM pg_database WHERE datname LIKE %s "
        "AND pg_get_userbyid(datdba) = current_user",
        (f"{SCRATCH.replace('_', chr(92) + '_')}%",),
    ).fetchall()
    for (name,) in rows:
        if _figure(connection, "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", name):
            with suppress(psycopg.Error):
                _drop(connection, name)
            _figure(connection, "SELECT pg_advisory_unlock(hashtextextended(%s, 0))", name)


def _drop(connection: "psycopg.Connection[Any]", name: str) -> None:
    connection.execute(
        sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    )


def _word(suffix: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", suffix.lower()).strip("_")
