"""Resources: databases of both kinds, the application, a client that can be anybody."""

import gc
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any, cast

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.binding import bind
from app.courses import service as courses
from app.courses.course_language import set_course_words
from app.courses.domain.parsing import parse_course
from app.courses.source_folder import read_folder
from app.db import database as database_module
from app.db.base import Base
from app.db.database import Database, StatementCount, current_count
from app.db.migrate import upgrade
from app.db.tables import load_tables
from app.demo.academy import fill_if_empty
from app.kit.actor import Actor, SystemActor
from app.kit.ids import new_uuid
from app.kit.paths import COURSES
from app.languages import Languages
from app.main import create_app
from app.settings import Environment, Settings
from app.web.clock import clock_for
from tests.make import NOW, postgres
from tests.make.browsing import a_browser
from tests.make.keys import ISSUER, KEY_SETTINGS, sealing_keys
from tests.make.once import made_once
from tests.make.people import a_sign_in

gc.disable()  # until the tests are collected: there is no garbage before that
load_tables()
bind()
# Commands and servers that tests start read them too.
os.environ.update(KEY_SETTINGS)
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))[:8]
"""Two runs at a time share the server of PostgreSQL, but no database."""
GARBAGE_THRESHOLDS = (50_000, 20, 50)
"""After how many new objects Python looks for garbage, and how many times before it looks further back."""


def _share_what_is_compiled() -> None:
    """Share the compiled statements of all engines of one kind. Every test has its own engine, and
    compiling the same statements again took a sixth of the suite's time."""
    make_engine, first = Database._engine, dict[str, Any]()

    def engine_of(self: Database, pool_size: int) -> Engine:
        engine: Any = make_engine(self, pool_size)
        first_engine = first.get(engine.dialect.name)
        if first_engine is None or not hasattr(first_engine.dialect, "default_isolation_level"):
            first[engine.dialect.name] = engine  # the one before has never connected
            return cast("Engine", engine)
        engine.dialect, engine._compiled_cache = first_engine.dialect, first_engine._compiled_cache
        return cast("Engine", engine)

    Database._engine = engine_of  # type: ignore[method-assign] # before the first is made


_share_what_is_compiled()


def _wait_for_no_disk() -> None:
    """Turn off SQLite's waiting for the disk, as for PostgreSQL here: a power cut would lose only
    test data. tests/integration/test_connections.py checks that a real academy waits."""
    make_engine = database_module._configure_sqlite

    @wraps(make_engine)
    def configure(connection: Any, record: object) -> None:
        make_engine(connection, record)
        connection.execute("PRAGMA synchronous=OFF")

    database_module._configure_sqlite = configure


_wait_for_no_disk()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start the longest tests first and keep them on one worker, so that their servers and browser
    start only once, and the other workers do not have to wait for them at the end."""
    items.sort(key=lambda item: "browser" not in item.path.parts)
    for item in items:  # a test that asks for the browser is one of it, also if nobody marked it
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
    _demand_lasting_names(items)


_ID = re.compile(r"([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def _demand_lasting_names(items: list[pytest.Item]) -> None:
    """Refuse a test whose name holds an id made just now: each worker would collect another name, and none
    would run anything."""
    recent = 1000 * (time.time() - 600)
    for item in items:
        for match in _ID.finditer(item.nodeid):
            if int(match[1] + match[2], 16) > recent:
                raise pytest.UsageError(f"{item.nodeid}: give its parameters lasting ids.")


def pytest_collection_finish() -> None:
    """Turn garbage collection on again, but exclude the modules and collected tests, which stay:
    each collection among them took as long as ten tests. It runs after many more new objects than
    usual, because an application and its compiled statements stay too: looking through them took two
    to five hundredths of the processor's time of tests with a database."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)
    gc.enable()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file, copied for each test."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    _settle(database)
    return path


@pytest.fixture(scope="session")
def academy_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo academy as it stands at NOW, in an SQLite file to be copied."""

    def fill(folder: Path) -> None:
        database = Database(f"sqlite:///{shutil.copy(sqlite_template, folder / 'academy.db')}")
        fill_academy(database)
        _settle(database)

    return made_once(tmp_path_factory, "academy-at-now", fill) / "academy.db"


def fill_academy(database: Database) -> None:
    """Put the demo academy as it stands at NOW into a migrated, empty database."""
    parsed = parse_course("mesotherapy", read_folder(COURSES / "mesotherapy"))
    with database.write() as db:
        courses.publish(db, SystemActor.command_line, parsed, now=NOW)
    assert fill_if_empty(database, ISSUER, sealing_keys(), now=NOW)


def _settle(database: Database) -> None:
    """Write the log of SQLite into the database, so that one file can be copied."""
    with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """The address of the PostgreSQL server of the suite."""
    folder = Path(os.environ.get("TEST_POSTGRES_FOLDER", "/tmp/preceptor-tests/postgres"))  # noqa: S108 - a socket's path must be short
    server = postgres.server_address(folder)
    postgres.make_hasty(server)
    return server


@pytest.fixture(scope="session")
def postgres_database(postgres_server: str) -> Iterator[Database]:
    """A migrated PostgreSQL database of this worker; emptied before each test that uses it."""
    name = f"preceptor_{RUN}_{WORKER}"
    database = Database(postgres.new_database(postgres_server, name))
    upgrade(database)
    yield database
    database.close()
    postgres.drop_database(postgres_server, name)


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "preceptor.db"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> Database:
    """An empty, migrated database; every test that uses it runs on both kinds."""
    if request.param == "sqlite":
        return request.getfixturevalue("sqlite_database")
    database: Database = request.getfixturevalue("postgres_database")
    # Faster than TRUNCATE, which makes every table's and index's file anew.
    names = [table.name for table in reversed(Base.metadata.sorted_tables)]
    emptied = ";".join(f"DELETE FROM {name}" for name in names)  # noqa: S608 - our own tables
    with database.engine.begin() as connection:
        connection.exec_driver_sql(emptied)
    return database


@pytest.fixture
def clock_file(tmp_path: Path) -> Path:
    """The server's clock stands at NOW; write another ISO moment to move it."""
    path = tmp_path / "clock"
    path.write_text(NOW.isoformat())
    return path


@pytest.fixture(scope="session")
def common_settings() -> Settings:
    """The settings that all tests share. They are read once, because copying them is faster."""
    return Settings(env=Environment.test, base_url="http://testserver", log_level="WARNING")


@pytest.fixture
def settings_for(
    common_settings: Settings, clock_file: Path, tmp_path: Path
) -> Callable[[Database], Settings]:
    """Return the settings of this test over a database."""
    return lambda database: common_settings.model_copy(
        update={
            "database_url": database.url.render_as_string(hide_password=False),
            "test_clock": clock_file,
            "files_url": str(tmp_path / "files"),
        }
    )


@pytest.fixture
def settings(settings_for: Callable[[Database], Settings], database: Database) -> Settings:
    return settings_for(database)


@pytest.fixture(scope="session")
def made_apps() -> dict[str, FastAPI]:
    """The applications of this worker, by their settings: to create one takes longer than most
    tests."""
    return {}


def an_app(
    made_apps: dict[str, FastAPI], settings: Settings, languages: Languages | None = None
) -> FastAPI:
    """Return an application with a test's own settings, database and clock; tests add no routes to it."""
    key = repr(settings.model_dump(exclude={"database_url", "test_clock", "files_url"}))
    if languages is not None:
        key += languages.own.tag
    if key not in made_apps:
        made_apps[key] = create_app(settings, languages=languages)
        return made_apps[key]
    app = made_apps[key]
    database = Database(settings.database_url)
    set_course_words(database, app.state.app_context.languages.closest)
    app.state.app_context = replace(
        app.state.app_context,
        settings=settings,
        database=database,
        clock=clock_for(settings.test_clock),
    )
    return app


@pytest.fixture
def app(settings: Settings, made_apps: dict[str, FastAPI]) -> Iterator[FastAPI]:
    app = an_app(made_apps, settings)
    yield app
    app.state.app_context.database.close()


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    """The event loop of this worker's browsers."""
    with start_blocking_portal() as opened:
        yield opened


@pytest.fixture
def client(app: FastAPI, portal: BlockingPortal) -> TestClient:
    """A visitor's browser."""
    return a_browser(app, portal)


@pytest.fixture
def as_person(
    app: FastAPI, database: Database, portal: BlockingPortal
) -> Callable[[Actor], TestClient]:
    """Return a browser that is signed in as somebody: `as_person(actor).get("/home")`."""

    def sign_in(actor: Actor) -> TestClient:
        with database.write() as db:
            token = a_sign_in(db, actor, token=str(new_uuid()))
        return a_browser(app, portal, token=token)

    return sign_in


@pytest.fixture
def at_most() -> Callable[[int], AbstractContextManager[StatementCount]]:
    """Fail when the block runs more statements than said: `with at_most(4): queries.page(db, …)`.

    Counts what this thread does; for requests read the `server-timing` header's `desc`.
    """

    @contextmanager
    def counted(most: int) -> Iterator[StatementCount]:
        work = StatementCount()
        token = current_count.set(work)
        yield work
        current_count.reset(token)
        assert work.statements <= most, f"{work.statements} statements, {most} allowed"

    return counted


def statements_of(response: object) -> int:
    """Return how many statements the server ran for a response."""
    header = response.headers["server-timing"]  # type: ignore[attr-defined]
    return int(header.rpartition("desc=")[2])
