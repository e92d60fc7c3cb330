"""The demo academy, copied for each test."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.accounts import queries as people
from app.db.database import Database
from app.demo.people import DemoPerson
from app.kit.ids import new_uuid
from app.settings import Settings
from tests.conftest import an_app
from tests.make.browsing import a_browser
from tests.make.people import a_sign_in


@pytest.fixture
def academy_database(academy_template: Path, tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "academy.db"
    shutil.copy(academy_template, path)
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture
def academy_client(
    academy_database: Database,
    settings_for: Callable[[Database], Settings],
    made_apps: dict[str, FastAPI],
    portal: BlockingPortal,
) -> Iterator[TestClient]:
    """A visitor of the demo academy."""
    app = an_app(made_apps, settings_for(academy_database))
    yield a_browser(app, portal)
    app.state.shell.database.close()


@pytest.fixture
def as_demo_person(
    academy_client: TestClient, academy_database: Database, portal: BlockingPortal
) -> Callable[[DemoPerson | None], TestClient]:
    """Return a browser signed in as one of the demo's people; nobody: a visitor's."""

    def sign_in(person: DemoPerson | None) -> TestClient:
        if person is None:
            return academy_client
        with academy_database.write() as db:
            found = people.person_by_email(db, person.email)
            assert found is not None
            token = a_sign_in(db, found, token=str(new_uuid()))  # type: ignore[arg-type] # only the id is read
        return a_browser(academy_client.app, portal, token=token)  # type: ignore[arg-type] # a bare ASGI type

    return sign_in
