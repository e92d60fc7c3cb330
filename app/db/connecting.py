"""Explains in one sentence why a database cannot be used at all, for the administrator.

A server's message is in its own language and may repeat a value, so it is not shown.
"""

import re
from dataclasses import dataclass
from typing import Final

from sqlalchemy.exc import SQLAlchemyError


@dataclass(frozen=True, slots=True)
class ConnectionProblem:
    """`is_lasting` means that waiting does not help: somebody must correct a setting or the server."""

    words: str
    is_lasting: bool


_OF_SQLITE: Final = {
    "SQLITE_NOTADB": ConnectionProblem(
        "the file is no database of SQLite. Name another file, or restore a backup.", True
    ),
    "SQLITE_CANTOPEN": ConnectionProblem(
        "the file cannot be opened. This user needs the right to write to it and to its folder.",
        True,
    ),
    "SQLITE_READONLY": ConnectionProblem(
        "this user may not write to the file. It and its folder must belong to this user.", True
    ),
    "SQLITE_CORRUPT": ConnectionProblem(
        "the file is damaged. Copy it aside, then restore a backup.", True
    ),
    "SQLITE_FULL": ConnectionProblem("the disk is full. Make space and try again.", False),
    "SQLITE_IOERR": ConnectionProblem(
        "the disk does not read or write. Look whether it is full or faulty.", False
    ),
    "SQLITE_BUSY": ConnectionProblem("another program holds the file. Try again later.", False),
}
_OF_POSTGRES: Final = (
    (
        r"password authentication failed|no password supplied|role \S+ does not exist",
        ConnectionProblem(
            "the server refuses the user or the password. Write both as the server has them, with "
            "/ : @ # ? % as %2F %3A %40 %23 %3F %25.",
            True,
        ),
    ),
    (
        r"database \S+ does not exist",
        ConnectionProblem(
            "the server has no database of this name. Make it: createdb --owner=USER NAME.", True
        ),
    ),
    (
        r"pg_hba\.conf|not permitted to log in|permission denied for database",
        ConnectionProblem(
            "the server does not let this user in from this machine. Look into its pg_hba.conf.",
            True,
        ),
    ),
    (
        r"certificate|SSL|sslmode|root\.crt",
        ConnectionProblem(
            "the server and we found no common way of TLS. Look at sslmode, and at the certificate of "
            "the server.",
            True,
        ),
    ),
    (
        r"translate host name|Name or service not known|No address associated|name resolution"
        r"|nodename nor servname|resolve host",
        ConnectionProblem("the name of the server is not known here. Correct the host.", False),
    ),
    (
        r"too many (clients|connections)|remaining connection slots",
        ConnectionProblem(
            "the server has no free connection. Raise its max_connections, or lower PRECEPTOR_THREADS.",
            False,
        ),
    ),
    (
        r"starting up|shutting down|recovery mode|not yet accepting",
        ConnectionProblem("the server is starting or stopping. Try again in a moment.", False),
    ),
    (
        r"refused|No such file|timeout|timed out|unreachable|No route",
        ConnectionProblem(
            "the server does not answer. Start it, or correct the host and the port.", False
        ),
    ),
)


def connection_problem(error: SQLAlchemyError) -> ConnectionProblem | None:
    """Return why the database cannot be used, or None if the error is of another kind."""
    driver = getattr(error, "orig", None)
    if not isinstance(driver, BaseException):
        return None
    name = getattr(driver, "sqlite_errorname", None)
    if name is not None:
        return next(
            (problem for code, problem in _OF_SQLITE.items() if str(name).startswith(code)), None
        )
    if getattr(driver, "sqlstate", None) is not None or not _is_of_connecting(driver):
        return None
    told = str(driver)
    for pattern, problem in _OF_POSTGRES:
        if re.search(pattern, told, re.IGNORECASE):
            return problem
    return ConnectionProblem("the server cannot be reached, or refuses us.", False)


def _is_of_connecting(driver: BaseException) -> bool:
    """Return whether psycopg failed before any statement ran. Such an error has no SQL code."""
    is_psycopg = type(driver).__module__.partition(".")[0] == "psycopg"
    return is_psycopg and type(driver).__name__ in ("OperationalError", "ConnectionTimeout")
