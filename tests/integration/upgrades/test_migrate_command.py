"""`preceptor migrate` as a real process: refused, locked, stopped or killed, it leaves a whole schema."""

import ctypes
import fcntl
import os
import resource
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app import cli
from app.backups.postgres_server import MIGRATING
from app.db import database as database_module
from app.db import migrator
from app.db.database import Database, sqlite_module
from app.db.migrate import downgrade, head, upgrade
from app.db.migrator import MigrationProblem, Watch, revision_at
from app.db.releases import RELEASES
from tests.make import release
from tests.make.keys import sealing_keys
from tests.make.patience import SECONDS, until
from tests.make.server import PRECEPTOR

BEFORE, SLOW = "20261129_0130", "20261129_0140"
AGES = (
    "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 4000000000) "
    "SELECT count(*) FROM c"
)
Said = tuple[int | str | None, str, str]
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1


def address_of(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


def begin(address: str, *, before: Callable[[], object] | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [PRECEPTOR, "migrate"],
        env={**os.environ, "PRECEPTOR_ENV": "test", "PRECEPTOR_DATABASE_URL": address},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=before,  # noqa: PLW1509 - sets a limit of the child, and takes no lock
    )


def process_ended(address: str, *, before: Callable[[], object] | None = None) -> Said:
    """Return how a process of `migrate` ended, and what it said on both streams."""
    process = begin(address, before=before)
    out, err = process.communicate(timeout=SECONDS)
    return process.returncode, out, err


@pytest.fixture
def command(monkeypatch, capsys) -> Callable[..., Said]:
    """Return how a command ends in this process: to start one for each would take a second."""

    def command(address: str, *words: str) -> Said:
        monkeypatch.setenv("PRECEPTOR_ENV", "test")
        monkeypatch.setenv("PRECEPTOR_DATABASE_URL", address)
        monkeypatch.setattr("sys.argv", ["preceptor", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return (ended.value.code or 0, *capsys.readouterr())

    return command


def demand_one_line(err: str) -> str:
    assert err.startswith("preceptor: ")
    assert err.count("\n") == 1, err
    return err


def make_slow(database: Database) -> None:
    """Let the last statement of one step take ages: the rest of the step is done by then."""
    downgrade(database, BEFORE)
    with database.write() as db:
        if database.is_sqlite:
            db.execute(
                text(
                    "CREATE TRIGGER slow BEFORE UPDATE ON alembic_version "
                    f"WHEN NEW.version_num = '{SLOW}' BEGIN {AGES}; END"
                )
            )
            return
        db.execute(
            text(
                "CREATE FUNCTION sleeps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                "PERFORM pg_sleep(600); RETURN NEW; END $$"
            )
        )
        db.execute(
            text(
                "CREATE TRIGGER slow BEFORE UPDATE ON alembic_version FOR EACH ROW "
                f"WHEN (NEW.version_num = '{SLOW}') EXECUTE FUNCTION sleeps()"
            )
        )


def make_quick(database: Database) -> None:
    with database.write() as db:
        db.execute(
            text("DROP TRIGGER slow" + ("" if database.is_sqlite else " ON alembic_version"))
        )


def is_under_way(database: Database) -> bool:
    """Tell whether the slow statement runs at this moment."""
    if database.is_sqlite:
        module = sqlite_module()  # two libraries in one process would take each other's locks away
        connection = module.connect(str(database.url.database), timeout=0)
        try:
            connection.execute("BEGIN IMMEDIATE")
        except module.OperationalError:
            return True
        finally:
            connection.close()
        return False
    with database.read() as db:
        query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
        return bool(db.scalar(text(query + " AND datname = current_database()")))


@pytest.mark.parametrize(
    "number",
    [
        signal.SIGTERM,
        pytest.param(signal.SIGINT, marks=pytest.mark.deep),
        pytest.param(signal.SIGKILL, marks=pytest.mark.deep),
    ],
)
def test_a_signal_in_the_middle_of_a_step_leaves_a_whole_schema(own, number):
    make_slow(own)
    process = begin(address_of(own))
    try:
        until(lambda: is_under_way(own) or process.poll() is not None)
        process.send_signal(number)
        out, err = process.communicate(timeout=SECONDS)
    finally:
        process.kill()
    if number == signal.SIGKILL:
        assert process.returncode == -signal.SIGKILL
    else:
        assert process.returncode == 128 + number, err
        said = f"Stopped. The schema is whole, at {BEFORE}. Run it again to go on."
        assert demand_one_line(err) == f"preceptor: {said}\n"
    assert out == ""
    assert revision_at(own) == BEFORE
    until(lambda: not is_under_way(own))
    make_quick(own)
    upgrade(own)
    assert revision_at(own) == head()


@contextmanager
def another_migrator(database: Database) -> Iterator[None]:
    """Hold the turn, as a migrator does that works."""
    if database.is_sqlite:
        with Path(f"{database.url.database}.migrating").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        return
    with psycopg.connect(address_of(database).replace("+psycopg", ""), autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", (MIGRATING,))
        yield


def test_a_second_migrator_says_that_it_waits_and_goes_on_alone(own):
    """O12: two at once mostly pass without taking turns too, so one of them stands still here."""
    downgrade(own, "-1")
    told: list[str] = []
    with ThreadPoolExecutor(1) as thread:
        with another_migrator(own):
            second = thread.submit(upgrade, own, watch=Watch(tell=told.append))
            until(lambda: told or second.done())
            time.sleep(0.2)
            assert told == ["Another migration is under way. This one waits until it has ended."]
            assert not second.done()
        second.result(SECONDS)
    assert len(told) > 1
    assert revision_at(own) == head()


def in_short_tries(monkeypatch: pytest.MonkeyPatch, *, tries: int) -> None:
    """Let a migration on PostgreSQL wait 0.3 seconds for a table, so many times, 0.1 seconds apart."""
    monkeypatch.setattr(migrator, "TABLE_LOCK_MS", 300)
    monkeypatch.setattr(migrator, "TABLE_LOCK_TRIES", tries)
    monkeypatch.setattr(migrator, "PAUSE_SECONDS", 0.1)


class TestALockThatIsNotToBeHad:
    """O12: nothing waits for ever, and the limits of the server bind no migration."""

    def test_is_one_line_after_a_while(self, own, monkeypatch):
        monkeypatch.setattr(migrator, "SQLITE_LOCK_SECONDS", 1)
        in_short_tries(monkeypatch, tries=2)
        downgrade(own, BEFORE)
        holder = Database(address_of(own), pool_size=1)
        with holder.write() as db:
            db.execute(text("SELECT 1 FROM users"))  # a reader on PostgreSQL, the writer on SQLite
            with pytest.raises(MigrationProblem) as caught:
                upgrade(own)
        holder.close()
        words = str(caught.value)
        longest = 1 if own.is_sqlite else 0.7
        assert f"Something else has used the database for more than {longest} seconds." in words
        assert "Stop the worker and whatever holds it, and try again." in words
        assert words.endswith(f"The schema is whole, at {BEFORE}.")
        upgrade(own)
        assert revision_at(own) == head()

    def test_the_connection_has_its_own_limits_again(self, own):
        downgrade(own, BEFORE)
        upgrade(own)
        with own.read() as db:
            if own.is_sqlite:
                assert db.scalar(text("PRAGMA busy_timeout")) == 5000
            else:
                assert db.scalar(text("SHOW statement_timeout")) == "15s"
                assert db.scalar(text("SHOW lock_timeout")) == "3s"

    @pytest.mark.postgres
    def test_the_limits_of_pages_bind_no_step(self, own):
        """Each step notes the limits under which it runs."""
        if own.is_sqlite:
            return
        downgrade(own, BEFORE)
        with own.write() as db:
            db.execute(text("CREATE TABLE limits (statement text, lock text, idle text)"))
            db.execute(
                text(
                    "CREATE FUNCTION notes() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                    "INSERT INTO limits VALUES (current_setting('statement_timeout'), "
                    "current_setting('lock_timeout'), "
                    "current_setting('idle_in_transaction_session_timeout')); RETURN NEW; END $$"
                )
            )
            db.execute(
                text(
                    "CREATE TRIGGER notes BEFORE UPDATE ON alembic_version FOR EACH ROW "
                    "EXECUTE FUNCTION notes()"
                )
            )
        upgrade(own)
        with own.read() as db:
            noted = {tuple(row) for row in db.execute(text("SELECT * FROM limits"))}
        assert noted == {("0", "2s", "0")}

    @pytest.mark.postgres
    def test_pages_behind_a_step_that_waits_are_answered(self, own, monkeypatch):
        """Each wait of a step is shorter than that of a page, so it ends before the pages behind it give up.
        A single wait of the whole time would end them all."""
        if own.is_sqlite:
            return
        assert database_module.LOCK_MS > migrator.TABLE_LOCK_MS
        pages, holder = 0, Database(address_of(own), pool_size=1)
        in_short_tries(monkeypatch, tries=20)
        monkeypatch.setattr(database_module, "LOCK_MS", 500)
        reader = Database(address_of(own), pool_size=1)
        downgrade(own, BEFORE)
        told: list[str] = []
        with ThreadPoolExecutor(1) as thread:
            with holder.write() as db:
                db.execute(text("SELECT 1 FROM users"))
                step = thread.submit(upgrade, own, watch=Watch(tell=told.append))
                while told.count(migrator.TABLE_IS_HELD) < 3:
                    assert not step.done()
                    with reader.read() as page:
                        page.execute(text("SELECT count(*) FROM users"))
                    pages += 1
            step.result(SECONDS)
        assert pages > 3
        assert revision_at(own) == head()
        for database in (holder, reader):
            database.close()

    @pytest.mark.postgres
    def test_a_backfill_takes_longer_than_a_page_may(self, own, monkeypatch):
        if own.is_sqlite:
            return
        monkeypatch.setattr(database_module, "STATEMENT_MS", 200)
        hurried = Database(address_of(own), pool_size=1)
        downgrade(hurried, BEFORE)
        with hurried.write() as db:
            db.execute(
                text(
                    "CREATE FUNCTION fills() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                    "PERFORM pg_sleep(0.6); RETURN NEW; END $$"
                )
            )
            db.execute(
                text(
                    "CREATE TRIGGER fills BEFORE UPDATE ON alembic_version FOR EACH ROW "
                    f"WHEN (NEW.version_num = '{SLOW}') EXECUTE FUNCTION fills()"
                )
            )
        upgrade(hurried)
        assert revision_at(hurried) == head()
        with pytest.raises(OperationalError, match="statement timeout"), hurried.read() as db:
            db.execute(text("SELECT pg_sleep(0.6)"))
        hurried.close()

    @pytest.mark.postgres
    def test_a_failed_step_leaves_no_limit_of_its_own(self, own, monkeypatch):
        """The connection goes back to the pool, and pages use it next."""
        if own.is_sqlite:
            return
        in_short_tries(monkeypatch, tries=1)
        downgrade(own, BEFORE)
        pooled = Database(address_of(own), pool_size=1)
        holder = Database(address_of(own), pool_size=1)
        with holder.write() as db:
            db.execute(text("SELECT 1 FROM users"))
            with pytest.raises(MigrationProblem):
                upgrade(pooled)
        with pooled.read() as db:
            limits = [db.scalar(text(f"SHOW {name}_timeout")) for name in ("statement", "lock")]
        assert limits == ["15s", "3s"]
        for database in (pooled, holder):
            database.close()


def test_an_upgrade_that_was_cut_off_before_it_signed_is_told(command, tmp_path):
    """Killed after the last step: certificates that were issued before are not signed, and not valid."""
    address = release.load_sqlite(RELEASES[0].revision, tmp_path / "academy.db")
    database = Database(address)
    upgrade(database, sealing=sealing_keys())
    database.close()
    code, out, err = command(address, "migrate")
    assert (code, err) == (0, "")
    assert out.startswith("Not signed, and so not valid: 6 certificates, since")
    assert command(address, "keys", "sign-earlier")[0] == 0
    assert command(address, "migrate") == (0, "The database is ready for this version.\n", "")


def test_each_step_is_named_when_it_begins(own):
    steps: list[str] = []
    downgrade(own, BEFORE)
    upgrade(own, SLOW, watch=Watch(tell=steps.append))
    assert steps == [
        f"upgrade {BEFORE} -> {SLOW}, Second factors: authenticator apps, passkeys, recovery codes, "
        "sign-ins that wait for the factor, resets."
    ]


class TestBadPlaces:
    def test_a_folder_that_cannot_be_written(self, tmp_path):
        folder = tmp_path / "read-only"
        folder.mkdir()
        folder.chmod(0o555)
        code, out, err = process_ended(f"sqlite:///{folder}/academy.db", before=as_no_superuser)
        assert (code, out) == (1, "")
        assert f"may not write to {folder}/academy.db or its folder" in demand_one_line(err)
        assert list(folder.iterdir()) == []
        code, _, err = process_ended(f"sqlite:///{folder}/new/a.db", before=as_no_superuser)
        assert code == 1
        assert f"The folder {folder}/new cannot be made: Permission denied" in demand_one_line(err)

    def test_a_database_that_may_only_be_read(self, sqlite_database, tmp_path):
        downgrade(sqlite_database, BEFORE)
        sqlite_database.close()
        path = Path(str(sqlite_database.url.database))
        folder = tmp_path / "archive"
        folder.mkdir()
        moved = path.rename(folder / "academy.db")
        moved.chmod(0o444)
        folder.chmod(0o555)
        before = moved.read_bytes()
        code, out, err = process_ended(f"sqlite:///{moved}", before=as_no_superuser)
        assert (code, out) == (2, "")
        assert "may not write to the file" in demand_one_line(err)
        assert moved.read_bytes() == before

    def test_a_full_disk(self, tmp_path):
        address = f"sqlite:///{tmp_path}/academy.db"

        def small() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))

        code, out, err = process_ended(address, before=small)
        assert (code, out) == (1, "")
        assert "The disk is full" in demand_one_line(err)
        assert "The schema is whole, at 2026" in err
        database = Database(address)
        reached = revision_at(database)
        assert reached != head()
        upgrade(database)
        assert revision_at(database) == head()
        database.close()

    def test_a_file_that_is_no_database(self, command, tmp_path):
        (tmp_path / "notes.db").write_text("what we talked about\n" * 100)
        for words in (("migrate",), ("audit",), ("work",)):
            code, out, err = command(f"sqlite:///{tmp_path}/notes.db", *words)
            assert (code, out) == (2, "")
            assert "the file is no database of SQLite" in demand_one_line(err)


class TestADatabaseOfAnotherProgram:
    @pytest.fixture
    def foreign(self, tmp_path, request):
        database = Database(f"sqlite:///{tmp_path}/shop.db")
        with database.write() as db:
            db.execute(text("CREATE TABLE customers (name text)"))
        yield database
        database.close()

    @pytest.mark.parametrize("has_versions", [False, True])
    @pytest.mark.parametrize("word", ["migrate", "audit", "work"])
    def test_is_one_line_and_untouched(self, command, foreign, has_versions, word):
        if has_versions:
            with foreign.write() as db:
                db.execute(text("CREATE TABLE alembic_version (version_num varchar(32))"))
                db.execute(text("INSERT INTO alembic_version VALUES ('ae1027a6acf')"))
        before = tables(foreign)
        code, out, err = command(address_of(foreign), word)
        assert (code, out) == (1, "")
        assert "that of another program. Look at PRECEPTOR_DATABASE_URL" in demand_one_line(err)
        assert tables(foreign) == before

    @pytest.mark.postgres
    def test_on_postgres_too(self, own):
        if own.is_sqlite:
            return
        with own.write() as db:
            db.execute(text("DROP TABLE alembic_version"))
        with pytest.raises(MigrationProblem, match="that of another program"):
            upgrade(own)


class TestANewerSchema:
    """O6: the version before died with “Can't locate revision”."""

    def newer(self, database: Database, needed: str | None = None) -> None:
        with database.write() as db:
            db.execute(text("UPDATE alembic_version SET version_num = '29991231_0001'"))
            if needed:
                db.execute(
                    text("UPDATE schema_needs SET needed_revision = :needed"), {"needed": needed}
                )

    def test_that_only_added_needs_nothing(self, command, own):
        self.newer(own)
        code, out, err = command(address_of(own), "migrate")
        assert (code, err) == (0, "")
        assert out == "The schema is of a newer version, which only added to it.\n"
        assert revision_at(own) == "29991231_0001"

    def test_that_took_something_away_is_refused(self, command, own):
        self.newer(own, "29991231_0001")
        code, out, err = command(address_of(own), "migrate")
        assert (code, out) == (1, "")
        assert "Start the newer version. Nothing was changed." in demand_one_line(err)

    def test_cannot_be_led_back_by_the_older_version(self, command, own):
        self.newer(own)
        code, _, err = command(address_of(own), "migrate", "--back", "--yes")
        assert code == 1
        assert "Only the version that made a migration can take it back." in demand_one_line(err)


class TestTheWayBack:
    def test_says_first_and_does_nothing_unasked(self, command, own):
        code, out, err = command(address_of(own), "migrate", "--back", RELEASES[0].revision)
        assert code == 1
        assert out.startswith(f"Going back from {head()} to {RELEASES[0].revision} takes back ")
        assert "say --yes" in demand_one_line(err)
        assert revision_at(own) == head()

    def test_goes_where_it_is_told_and_forward_again(self, command, own):
        own.close()
        to = RELEASES[1].revision
        code, out, err = command(address_of(own), "migrate", "--back", to, "--yes")
        assert (code, err) == (0, "")
        assert out.endswith(f"The schema is at {to}. Start the version that belongs to it.\n")
        assert revision_at(own) == to
        for word in ("audit", "work"):
            assert "Run “preceptor migrate”." in demand_one_line(command(address_of(own), word)[2])
        assert command(address_of(own), "migrate") == (
            0,
            "The database is ready for this version.\n",
            "",
        )

    def test_a_revision_without_back_is_refused(self, command, own):
        code, _, err = command(address_of(own), "migrate", RELEASES[0].revision)
        assert code == 2
        assert "belong to --back" in demand_one_line(err)
        assert revision_at(own) == head()


def tables(database: Database) -> list[str]:
    with database.read() as db:
        return sorted(db.scalars(text("SELECT name FROM sqlite_master")))


def as_no_superuser() -> None:
    """Let the rights of files bind root too: without this, root may write anywhere."""
    if os.geteuid() == 0:
        ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0)
