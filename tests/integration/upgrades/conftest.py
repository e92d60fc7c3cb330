"""Databases of a test's own: migrations change what every other test shares."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from app.db.database import Database
from app.db.migrate import upgrade
from app.settings import Settings
from tests.conftest import RUN, WORKER, an_app
from tests.make import postgres, release


@pytest.fixture(autouse=True)
def in_a_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Migrations that seal read the settings as a command does; production refuses the key files of tests."""
    monkeypatch.setenv("PRECEPTOR_ENV", "test")


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


@pytest.fixture
def revision(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue("case")[1])


@pytest.fixture
def stored(
    request: pytest.FixtureRequest, case: tuple[str, str], revision: str, tmp_path: Path
) -> Iterator[Database]:
    """The academy of a release, as that version stored it. `case` names the kind and the revision."""
    if case[0] == "sqlite":
        database = Database(release.load_sqlite(revision, tmp_path / "academy.db"))
        yield database
        database.close()
        return
    server, name = request.getfixturevalue("postgres_server"), f"release_{RUN}_{WORKER}"
    database = Database(release.load_postgres(revision, server, name))
    yield database
    database.close()
    postgres.drop_database(server, name)


@pytest.fixture
def served(
    stored: Database,
    settings_for: Callable[[Database], Settings],
    made_apps: dict[str, FastAPI],
) -> Iterator[FastAPI]:
    """The application over the upgraded database."""
    app = an_app(made_apps, settings_for(stored))
    yield app
    app.state.app_context.database.close()
