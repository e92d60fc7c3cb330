"""The demo academy, copied for each test."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.academy_file import load_academy
from app.accounts import queries as people
from app.db.database import Database
from app.db.migrate import upgrade
from app.demo.people import DemoPerson
from app.kit.academy import Academy
from app.kit.ids import new_uuid
from app.languages import Languages
from app.settings import Settings
from tests.conftest import RUN, WORKER, an_app, fill_academy
from tests.make import postgres
from tests.make.brackets import Names, names_of
from tests.make.browsing import a_browser
from tests.make.once import shared_folder
from tests.make.people import a_sign_in

ON_POSTGRES = {
    "test_two_ids": [pytest.mark.postgres],
    "test_access_needs_canary": [pytest.mark.postgres],
    "test_audit_acts": [pytest.mark.postgres, pytest.mark.deep],
    "test_stale_forms": [pytest.mark.postgres, pytest.mark.deep],
    "test_ended_sign_in": [pytest.mark.postgres, pytest.mark.deep],
}
"""Generated tests that run on PostgreSQL too, with their marks: those that try every form take long."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "academy_database" in metafunc.fixturenames:
        kinds = ["sqlite"]
        if marks := ON_POSTGRES.get(metafunc.module.__name__.rpartition(".")[2]):
            kinds.append(pytest.param("postgres", marks=marks))  # type: ignore[arg-type] # a value with marks
        metafunc.parametrize("academy_database", kinds, indirect=True)


@pytest.fixture(scope="session")
def postgres_academy(
    postgres_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The name of the PostgreSQL database with the demo academy, to be copied: one for all workers."""
    name = f"academy_{RUN}"

    def fill(address: str) -> None:
        database = Database(address)
        upgrade(database)
        fill_academy(database)
        database.close()

    folder = shared_folder(tmp_path_factory)
    with postgres.shared_database(folder, postgres_server, name, fill):
        yield name


@pytest.fixture
def academy_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A copy of the demo academy as it stands at NOW."""
    if request.param == "sqlite":
        copy = shutil.copy(request.getfixturevalue("academy_template"), tmp_path / "academy.db")
        database = Database(f"sqlite:///{copy}")
        yield database
        database.close()
        return
    server, like = (
        request.getfixturevalue(name) for name in ("postgres_server", "postgres_academy")
    )
    copy = f"{like}_{WORKER}"
    database = Database(postgres.new_database(server, copy, template=like))
    yield database
    database.close()
    postgres.drop_database(server, copy)


@pytest.fixture
def languages_of() -> Callable[[Academy], Languages] | None:
    """What makes the languages of the application from the academy's file; None: the academy's own."""
    return None


@pytest.fixture
def academy_client(
    academy_database: Database,
    settings_for: Callable[[Database], Settings],
    made_apps: dict[str, FastAPI],
    portal: BlockingPortal,
    languages_of: Callable[[Academy], Languages] | None,
) -> Iterator[TestClient]:
    """A visitor of the demo academy."""
    settings = settings_for(academy_database)
    languages = languages_of(load_academy(settings)) if languages_of else None
    app = an_app(made_apps, settings, languages)
    yield a_browser(app, portal)
    app.state.app_context.database.close()


@pytest.fixture(scope="session")
def names(
    academy_template: Path, common_settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Names:
    """The words of the demo academy that are nobody's to translate. To read all its tables takes longer than
    most tests, and none changes them before it asks."""
    copy = shutil.copy(academy_template, tmp_path_factory.mktemp("names") / "academy.db")
    with closing(Database(f"sqlite:///{copy}")) as database:
        return names_of(database, load_academy(common_settings))


@pytest.fixture
def as_demo_person(
    academy_client: TestClient, academy_database: Database, portal: BlockingPortal
) -> Callable[[DemoPerson | None], TestClient]:
    """Return a browser signed in as one of the demo's people; nobody: a visitor's."""

    def sign_in(person: DemoPerson | None) -> TestClient:
        if person is None:
            return academy_client
        with academy_database.write() as db:
            account = people.person_by_email(db, person.email)
            assert account is not None
            token = a_sign_in(db, account, token=str(new_uuid()))  # type: ignore[arg-type] # only the id is read
        return a_browser(academy_client.app, portal, token=token)  # type: ignore[arg-type] # a bare ASGI type

    return sign_in
