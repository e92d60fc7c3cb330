"""Waits until other transactions stand at a lock, so that races begin when everybody has come and not after a
length of time."""

import sys
from concurrent.futures import Future
from threading import Thread
from types import CodeType, FrameType
from typing import Any

from sqlalchemy import URL, event, text

from app.db import database as database_module
from app.db.database import Database
from tests.make.patience import MILLISECONDS, until

WAITING = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND backend_type = 'client backend' AND wait_event_type = 'Lock'"
)
OPENING: CodeType = Database.write.__wrapped__.__code__  # type: ignore[attr-defined] # functools.wraps
BEGINNING = database_module._begin_sqlite.__code__
"""Where write blocks of SQLite wait: for others of their `Database`, and for those of other ones. What is in
there has read nothing yet, and cannot go on while somebody else writes."""


def until_waiting(database: Database, count: int, *running: "Future[Any] | Thread") -> None:
    """Return when `count` transactions wait for a lock. Fail if work that must wait has ended instead.

    On SQLite the caller must have begun to write: one statement of its block has run.
    """

    def all_wait() -> bool:
        for work in running:
            _demand_unfinished(work)
        return waiting(database) >= count

    until(all_wait, f"the waiting of {count} transactions", every=0.01)


def waiting(database: Database) -> int:
    """Return how many transactions wait for a lock at this moment."""
    if database.is_sqlite:
        return sum(_is_at_the_gate(frame) for frame in sys._current_frames().values())
    engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        return connection.scalar(WAITING) or 0


def _is_at_the_gate(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code is OPENING or (frame.f_code is BEGINNING and _is_to_write(frame)):
            return True
        frame = frame.f_back
    return False


def _is_to_write(frame: FrameType) -> bool:
    """Tell a write block from a read block, which begins without waiting."""
    return bool(frame.f_locals["connection"].get_execution_options().get("write"))


def _demand_unfinished(work: "Future[Any] | Thread") -> None:
    if isinstance(work, Thread):
        assert work.is_alive(), "it has ended, and did not wait"
    elif work.done():
        work.result()
        raise AssertionError("it has ended, and did not wait")


def another_process(address: URL, pool_size: int = 20) -> Database:
    """Return a database as another process would have it. SQLite lets the writers of several processes go on
    in no order, so each waits as long as a test may."""
    database = Database(address.render_as_string(hide_password=False), pool_size=pool_size)
    if database.is_sqlite:
        event.listen(database.engine, "connect", _wait_long)
    return database


def _wait_long(connection: Any, _record: object) -> None:
    connection.execute(f"PRAGMA busy_timeout={int(MILLISECONDS)}")
