"""Databases in use, in the middle of a migration, or away; and programs that do not suit them."""

import os
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url

from app.backups import postgres_programs, postgres_server, sqlite_file
from app.backups.archive import BackupProblem, proved_manifest
from app.backups.copies import restore_backup
from app.backups.postgres_programs import program_path
from app.db import migrate
from app.kit.paths import MIGRATIONS
from tests.make import NOW
from tests.make.backups import KEYS, NEEDS_POSTGRES, demand_one_line, unchanged
from tests.make.lock_waits import until_waiting
from tests.make.patience import until


class TestInUse:
    """A database that somebody has open is never replaced, even while they do nothing."""

    def test_a_connection_that_rests(self, live):
        copy = live.back_up()
        with live.open() as database:
            with database.read() as db:
                db.connection().exec_driver_sql("SELECT count(*) FROM users")
            with unchanged(live):
                demand_one_line(live.run_here("restore", copy), "in use", "Stop the server")
        assert live.run_here("restore", copy).code == 0

    @pytest.mark.parametrize("live", [NEEDS_POSTGRES], indirect=True)
    def test_a_session_of_psql(self, live):
        copy = live.back_up()
        address = make_url(live.settings.database_url).set(drivername="postgresql")
        with psycopg.connect(address.render_as_string(hide_password=False)), unchanged(live):
            demand_one_line(live.run_here("restore", copy), "in use", "Stop the server")

    def test_one_that_comes_while_the_copy_is_proved(self, live, monkeypatch):
        """The database is not in use when the restore begins, but is when the restore would replace
        it."""
        copy = live.back_up()
        before = live.content()
        with live.open() as database:
            first = postgres_server.PostgresServer if live.server else sqlite_file.SqliteFile
            swap = first.swap_in

            def swap_late(self: Any, *values: str) -> str | None:
                with database.read() as db:
                    db.connection().exec_driver_sql("SELECT count(*) FROM users")
                return swap(self, *values)

            monkeypatch.setattr(first, "swap_in", swap_late)
            with pytest.raises(BackupProblem, match="in use"):
                restore_backup(live.settings, KEYS, copy, now=NOW)
        assert live.content() == before
        assert live.left_behind() == []


class TestMigrations:
    @pytest.mark.parametrize("live", [NEEDS_POSTGRES], indirect=True)
    def test_a_backup_waits_for_a_migrator(self, live):
        assert f"LOCK = {postgres_server.MIGRATING:_}  #" in (MIGRATIONS / "env.py").read_text()
        address = make_url(live.settings.database_url).set(drivername="postgresql")
        with psycopg.connect(address.render_as_string(hide_password=False)) as migrator:
            migrator.execute("SELECT pg_advisory_lock(%s)", (postgres_server.MIGRATING,))
            with live.open() as database, ThreadPoolExecutor(1) as thread:
                waiting = thread.submit(live.back_up)
                until_waiting(database, 1, waiting)
                migrator.execute("SELECT pg_advisory_unlock(%s)", (postgres_server.MIGRATING,))
                assert waiting.result().exists()

    @pytest.mark.deep
    def test_copies_made_while_it_migrates_can_all_be_restored(self, live):
        with live.open() as database:
            migrate.downgrade(database, "20261129_0130")

        def forward() -> None:
            with live.open() as database:
                migrate.upgrade(database)

        copies, schemas = [], set()
        with ThreadPoolExecutor(1) as thread:
            migrating = thread.submit(forward)
            while not migrating.done() or not copies:
                copies.append(live.back_up(f"{len(copies)}.backup"))
            migrating.result()
        for copy in copies:
            schemas.add(proved_manifest(copy, KEYS.signing).schema)
            assert live.run_here("verify", copy).code == 0
        print(f"{len(copies)} copies of {len(schemas)} schemas")


class TestPrograms:
    """`pg_dump` and `pg_restore` that are missing or do not suit the server."""

    @pytest.fixture
    def programs(self, tmp_path, monkeypatch) -> Callable[..., None]:
        """Return a function that puts programs of some versions on the path and where Debian has them."""

        def put(on_path: int | None, *debian: int) -> None:
            monkeypatch.setattr(postgres_programs, "_PROGRAM_FOLDERS", tmp_path / "debian")
            monkeypatch.setenv("PATH", str(tmp_path / "bin"))
            places = [(tmp_path / "bin", on_path)] if on_path else []
            places += [(tmp_path / "debian" / str(major) / "bin", major) for major in debian]
            for folder, version in places:
                folder.mkdir(parents=True)
                for name in ("pg_dump", "pg_restore"):
                    program = folder / name
                    words = f"{name} (PostgreSQL) {version}.3 (Debian)"
                    program.write_text(f"#!/bin/sh\necho '{words}'\n")
                    program.chmod(0o755)

        return put

    @pytest.mark.parametrize(
        ("on_path", "debian", "chosen"),
        [(16, (), "bin"), (15, (16,), "16"), (17, (16,), "16"), (None, (15, 17, 18), "17")],
    )
    def test_the_servers_own_version_comes_before_a_newer_one(
        self, programs, on_path, debian, chosen
    ):
        programs(on_path, *debian)
        path = Path(program_path("pg_dump", 16))
        assert chosen in (path.parent.name, path.parent.parent.name)

    def test_an_older_one_is_named_with_what_to_install(self, programs):
        programs(9, 14, 15)
        words = r"version 15, older than the server \(16\)\. Install postgresql-client-16\."
        with pytest.raises(BackupProblem, match=words):
            program_path("pg_restore", 16)

    @pytest.mark.parametrize("live", [NEEDS_POSTGRES], indirect=True)
    @pytest.mark.parametrize("on_path", [None, 9])
    def test_in_a_command(self, live, programs, on_path):
        copy = live.back_up() if on_path is None else None
        programs(on_path)
        words = "not on the path" if on_path is None else "older than the server"
        with unchanged(live):
            told = live.run_here("backup", live.folder / "new.backup")
            demand_one_line(told, "pg_dump", words, "Install postgresql-client-")
            if copy is not None:
                demand_one_line(live.run_here("restore", copy), "pg_restore", words)


@pytest.mark.parametrize("live", [NEEDS_POSTGRES], indirect=True)
class TestServers:
    """A PostgreSQL that is away, goes away, or refuses."""

    def test_one_that_is_away(self, live):
        copy = live.back_up()
        address = "postgresql+psycopg://nobody@127.0.0.1:1/none"
        for words in (("backup", live.folder / "new.backup"), ("verify", copy), ("restore", copy)):
            told = live.run_here(*words, PRECEPTOR_DATABASE_URL=address)
            demand_one_line(told, "does not answer")
        assert not (live.folder / "new.backup").exists()
        assert live.left_behind() == []

    def test_a_role_without_the_right(self, live):
        copy = live.back_up()
        with psycopg.connect(live.server, autocommit=True) as connection:
            role = f"poor_{live.settings.database_url.rpartition('_live')[0][-20:]}"
            connection.execute(f'DROP ROLE IF EXISTS "{role}"')
            connection.execute(f"CREATE ROLE \"{role}\" LOGIN PASSWORD 'p'")
            address = make_url(live.settings.database_url).set(username=role, password="p")
            try:
                told = live.run_here(
                    "verify",
                    copy,
                    PRECEPTOR_DATABASE_URL=address.render_as_string(hide_password=False),
                )
                demand_one_line(told, "permission denied", "Give the role the right CREATEDB")
            finally:
                connection.execute(f'DROP ROLE "{role}"')
        assert live.left_behind() == []

    @pytest.mark.parametrize("word", ["backup", "verify", "restore"])
    def test_one_whose_connections_break_in_the_middle(self, live, word, monkeypatch):
        copy = live.back_up()
        run, ours = postgres_programs._hand_over, f"preceptor_scratch_{os.getpid()}_"
        monkeypatch.setattr(postgres_server, "SCRATCH", ours)
        name = make_url(live.settings.database_url).database

        def break_connections() -> bool:
            with psycopg.connect(live.server, autocommit=True) as connection:
                broken = connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE pid <> pg_backend_pid() AND (datname LIKE %s OR datname = %s)",
                    (f"{ours}%", name),
                )
                return bool(broken.fetchall())

        def broken(
            process: subprocess.Popen[bytes], reads: Path | None, writes: Path | None
        ) -> None:
            if reads and process.stdin:  # it connects after it has read the table of contents
                process.stdin.write(reads.read_bytes()[:-1])
                process.stdin.flush()
            until(break_connections, "a connection")
            run(process, reads, writes)

        monkeypatch.setattr(postgres_programs, "_hand_over", broken)
        with unchanged(live):
            path = live.folder / "new.backup" if word == "backup" else copy
            demand_one_line(live.run_here(word, path))
