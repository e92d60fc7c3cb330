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
from app.demo.people import ADMIN, INSTRUCTORS, STUDENTS
from app.kit.ids import new_uuid
from app.settings import Environment, Settings
from tests.conftest import an_app
from tests.make.browsing import a_browser
from tests.make.people import a_sign_in

PEOPLE = {"student": STUDENTS[1], "instructor": INSTRUCTORS[0], "admin": ADMIN}


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
    clock_file: Path,
    tmp_path: Path,
    made_apps: dict[str, FastAPI],
    portal: BlockingPortal,
) -> Iterator[TestClient]:
    """A visitor of the demo academy."""
    settings = Settings(
        env=Environment.test,
        database_url=academy_database.url.render_as_string(hide_password=False),
        base_url="http://testserver",
        test_clock=clock_file,
        files_url=str(tmp_path / "files"),
        log_level="WARNING",
    )
    app = an_app(made_apps, settings)
    yield a_browser(app, portal)
    app.state.shell.database.close()


@pytest.fixture
def as_demo_person(
    academy_client: TestClient, academy_database: Database, portal: BlockingPortal
) -> Callable[[str], TestClient]:
    """Return a browser signed in as the demo's student, instructor or admin."""

    def sign_in(role: str) -> TestClient:
        with academy_database.read() as db:
            found = people.person_by_email(db, PEOPLE[role].email)
        assert found is not None
        with academy_database.write() as db:
            token = a_sign_in(db, found, token=str(new_uuid()))  # type: ignore[arg-type] # only the id is read
        return a_browser(academy_client.app, portal, token=token)  # type: ignore[arg-type] # a bare ASGI type

    return sign_in
