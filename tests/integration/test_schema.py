"""How a schema stands to the code: old, missing, newer; and that only `migrate` makes a database."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from app import cli
from app.db import migrate
from app.db.database import Database
from app.db.migrate import Schema, schema_of
from tests.conftest import RUN, WORKER
from tests.make import postgres
from tests.make.server import PRECEPTOR

NEWER = "29991231_0001"


@pytest.fixture
def stamped(database):
    """Set the revision of the schema, and which one it needs; both are put back."""

    def stamp(revision: str | None, needed: str | None = None) -> Database:
        with database.write() as db:
            db.execute(text("DELETE FROM alembic_version"))
            if revision is not None:
                named = {"revision": revision}
                db.execute(text("INSERT INTO alembic_version VALUES (:revision)"), named)
            if needed is not None:
                named = {"needed": needed}
                db.execute(text("UPDATE schema_needs SET needed_revision = :needed"), named)
        return database

    with database.read() as db:
        before = db.scalar(text("SELECT needed_revision FROM schema_needs"))
    yield stamp
    stamp(migrate.head(), before)


def test_a_migrated_schema_is_current(database):
    assert schema_of(database) is Schema.current


@pytest.mark.parametrize(
    ("revision", "needed", "state"),
    [
        (None, None, Schema.missing),
        ("20261129_0160", None, Schema.behind),
        (NEWER, None, Schema.ahead),
        (NEWER, NEWER, Schema.too_new),
    ],
)
def test_each_state_is_told_apart(stamped, revision, needed, state):
    assert schema_of(stamped(revision, needed)) is state


class TestReadiness:
    def test_a_newer_schema_that_only_added_is_ready(self, stamped, client):
        """O6: the version before was taken out of service by the migration of the next one."""
        stamped(NEWER)
        answer = client.get("/readyz")
        assert answer.status_code == 200
        assert client.get("/").status_code == 200

    def test_a_newer_schema_that_took_something_away_is_not(self, stamped, client):
        stamped(NEWER, NEWER)
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert "took something away" in answer.text


@pytest.fixture
def run(monkeypatch, tmp_path):
    monkeypatch.setenv("PRECEPTOR_ENV", "test")

    def run(path: Path, *words: str):
        monkeypatch.setenv("PRECEPTOR_DATABASE_URL", f"sqlite:///{path}")
        return CliRunner().invoke(cli.app, list(words))

    return run


class TestTheCommands:
    @pytest.mark.parametrize(
        "words",
        [
            ("audit",),
            ("work",),
            ("serve", "--port", "1"),
            ("user", "token", "ada@example.org"),
            ("content", "publish", "courses/mesotherapy"),
        ],
    )
    def test_a_mistyped_path_makes_no_database(self, run, tmp_path, words):
        """O7."""
        path = tmp_path / "typo" / "academy.db"
        ended = run(path, *words)
        assert ended.exit_code == 1
        assert ended.stderr == (
            f"preceptor: There is no database at {path}. “preceptor migrate” makes a new one there.\n"
        )
        assert not path.parent.exists()

    def test_the_doctor_makes_none_either(self, run, tmp_path):
        ended = run(tmp_path / "typo.db", "doctor")
        assert "There is no database at" in ended.stdout
        assert not (tmp_path / "typo.db").exists()

    def test_migrate_makes_one_with_its_folder(self, run, tmp_path):
        path = tmp_path / "new" / "academy.db"
        assert run(path, "migrate").exit_code == 0
        assert run(path, "audit").stdout == "Every invariant holds.\n"

    @pytest.mark.parametrize("word", ["serve", "work", "audit"])
    def test_a_schema_that_is_behind_is_one_line(self, run, sqlite_database, word):
        """O15: `serve` started and logged three kilobytes a second."""
        with sqlite_database.write() as db:
            db.execute(text("UPDATE alembic_version SET version_num = '20261129_0160'"))
        ended = run(Path(sqlite_database.url.database), word)
        assert ended.exit_code == 1
        words = "The schema of the database is older than this version. Run “preceptor migrate”."
        assert ended.stderr == f"preceptor: {words}\n"

    def test_a_server_that_is_away_keeps_nothing_from_starting(self):
        address = "postgresql+psycopg://nobody@127.0.0.1:1/none"
        environment = {**os.environ, "PRECEPTOR_ENV": "test", "PRECEPTOR_DATABASE_URL": address}
        process = subprocess.Popen(
            [PRECEPTOR, "work"], env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE
        )
        try:
            assert process.stderr is not None
            assert process.stdout is not None
            said = process.stderr.readline().decode()
            assert said == "preceptor: the database does not answer yet.\n"
            # O20: it says in one line each that it has started and stopped.
            assert b'"event": "worker started"' in process.stdout.readline()
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(timeout=2)
        finally:
            process.terminate()
            rest, _ = process.communicate(timeout=30)
        assert b'"event": "worker stopped"' in rest.splitlines()[-1]


def migrated_by_two(address: str) -> list[BaseException | None]:
    def migrated() -> BaseException | None:
        database = Database(address, pool_size=2)
        try:
            migrate.upgrade(database)
        except DBAPIError as error:
            return error
        finally:
            database.close()
        return None

    def migrate_by_command() -> BaseException | None:
        ended = subprocess.run(
            [PRECEPTOR, "migrate"],
            env={**os.environ, "PRECEPTOR_ENV": "test", "PRECEPTOR_DATABASE_URL": address},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return None if ended.returncode == 0 else RuntimeError(ended.stderr)

    with ThreadPoolExecutor(2) as threads:
        both = [threads.submit(migrate_by_command), threads.submit(migrate_by_command)]
        ended = [each.result() for each in both]
    assert migrated() is None
    return ended


class TestTwoMigrators:
    """O12: the second ended in a traceback. That they take turns is held, on both databases, by
    upgrades/test_migrate_command.py; here two real ones meet."""

    @pytest.mark.deep
    @pytest.mark.postgres
    def test_on_postgres(self):
        server = postgres.server_address(Path("/tmp/preceptor-tests/postgres"))  # noqa: S108
        name = f"preceptor_{RUN}_{WORKER}_two"
        address = postgres.new_database(server, name)
        try:
            assert migrated_by_two(address) == [None, None]
        finally:
            postgres.drop_database(server, name)


@pytest.mark.postgres
def test_a_patient_database_lets_a_statement_take_its_time(postgres_database):
    address = postgres_database.url.render_as_string(hide_password=False)
    for is_patient, limit in ((False, "15s"), (True, "0")):
        database = Database(address, pool_size=1, is_patient=is_patient)
        with database.read() as db:
            assert db.scalar(text("SHOW statement_timeout")) == limit
        database.close()


@pytest.mark.postgres
def test_an_audit_takes_its_time(postgres_database, monkeypatch):
    """O12: the 15 seconds of a page ended the audit of a large academy."""
    limits = set()

    def note(connection, _cursor, statement, *_rest):
        if "FROM users" in statement:
            with connection.connection.cursor() as cursor:
                limits.add(cursor.execute("SHOW statement_timeout").fetchone()[0])

    address = postgres_database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("PRECEPTOR_ENV", "test")
    monkeypatch.setenv("PRECEPTOR_DATABASE_URL", address)
    event.listen(Engine, "after_cursor_execute", note)
    try:
        ended = CliRunner().invoke(cli.app, ["audit"])
    finally:
        event.remove(Engine, "after_cursor_execute", note)
    assert ended.stdout == "Every invariant holds.\n"
    assert limits == {"0"}
