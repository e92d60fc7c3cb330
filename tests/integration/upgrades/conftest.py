"""Databases of a test's own: migrations change what every other test shares."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.db.database import Database
from app.db.migrate import upgrade
from tests.conftest import RUN, WORKER
from tests.make import postgres


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """The name of a migrated, empty PostgreSQL database, to be copied."""
    name = f"upgrades_{RUN}_{WORKER}"
    database = Database(postgres.new_database(postgres_server, name))
    upgrade(database)
    database.close()
    yield name
    postgres.drop_database(postgres_server, name)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def own(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty, migrated database that no other test uses."""
    if request.param == "sqlite":
        copy = shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "own.db")
        database = Database(f"sqlite:///{copy}")
        yield database
        database.close()
        return
    server = request.getfixturevalue("postgres_server")
    template = request.getfixturevalue("postgres_template")
    database = Database(postgres.new_database(server, f"{template}_own", template=template))
    yield database
    database.close()
    postgres.drop_database(server, f"{template}_own")
