"""An academy of its own on each kind of database."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.db.database import Database
from app.db.migrate import upgrade
from tests.conftest import RUN, WORKER
from tests.make import postgres
from tests.make.backups import Installation
from tests.make.people import a_user


def postgres_server() -> str:
    return postgres.server_address(Path("/tmp/preceptor-tests/postgres"))  # noqa: S108 - as the suite's


@pytest.fixture(scope="session")
def postgres_template() -> Iterator[str]:
    """The name of a migrated database, to be copied by the server."""
    server, name = postgres_server(), f"preceptor_{RUN}_{WORKER}_template"
    database = Database(postgres.new_database(server, name), pool_size=1)
    upgrade(database)
    database.close()
    yield name
    postgres.drop_database(server, name)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def live(request, settings_for, sqlite_template, tmp_path, monkeypatch) -> Iterator[Installation]:
    """An installation with one person and one file."""
    (tmp_path / "data").mkdir()
    name = f"preceptor_{RUN}_{WORKER}_live"
    is_postgres = request.param == "postgres"
    if is_postgres:
        monkeypatch.setenv("PATH", f"{postgres.programs()}{os.pathsep}{os.environ['PATH']}")
        template = request.getfixturevalue("postgres_template")
        address = postgres.new_database(postgres_server(), name, template=template)
    else:
        address = f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'data' / 'academy.db')}"
    database = Database(address, pool_size=2)
    with database.write() as db:
        a_user(db)
    settings = settings_for(database)
    database.close()
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "paper.pdf").write_bytes(b"a paper")
    yield Installation(settings, tmp_path, postgres_server() if is_postgres else "")
    if is_postgres:
        # With what a restore put aside: the next restore of the same second would take its name.
        postgres.drop_databases_beginning(postgres_server(), name)
