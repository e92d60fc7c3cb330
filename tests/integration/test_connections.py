"""How the academy opens a file of SQLite. The tests' own databases wait for no disk."""

from inspect import unwrap

import pytest
from sqlalchemy import event

from app.db import database as database_module
from app.db.database import Database, sqlite_module

FULL = 2
"""SQLite waits until each commit is on the disk."""


@pytest.mark.parametrize(
    ("setting", "value"),
    [("synchronous", FULL), ("journal_mode", "wal"), ("foreign_keys", 1), ("busy_timeout", 5000)],
)
def test_what_is_committed_outlasts_a_power_cut(tmp_path, setting, value):
    connection = sqlite_module().connect(str(tmp_path / "academy.db"))
    connection.execute("PRAGMA synchronous=OFF")
    unwrap(database_module._configure_sqlite)(connection, None)
    assert connection.execute(f"PRAGMA {setting}").fetchone() == (value,)
    connection.close()


def test_every_connection_is_opened_so(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'academy.db'}")
    assert event.contains(database.engine, "connect", database_module._configure_sqlite)
    database.close()
