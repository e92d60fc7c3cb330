"""Access needs of an older database are sealed, and nothing of the plain text is left behind."""

from contextlib import closing
from pathlib import Path
from threading import Timer
from typing import Any
from uuid import UUID

import psycopg
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import select, text

from app.accounts.models import User
from app.db.database import Database, sqlite_module
from app.db.migrate import downgrade, upgrade
from app.db.migrator import MigrationProblem, revision_at
from app.db.sealed import open_sealed, seal
from app.db.way_back import way_back
from app.kit.ids import UserId
from app.kit.keys import SealingKeys
from app.kit.paths import MIGRATIONS
from tests.make.keys import sealing_keys
from tests.make.people import a_user, with_needs

SEALED, CLEARED = "20261130_0300", "20261130_0301"
BEFORE = str(ScriptDirectory(str(MIGRATIONS)).get_revision(SEALED).down_revision)
CANARY = "needs-canary-4711: I am deaf in one ear"
OTHER = SealingKeys.read(f"20200101-other aes-256-gcm {'B' * 43}=\n")


@pytest.fixture
def older(own: Database) -> Database:
    """A database of the schema before, in which access needs lay as plain text. Some people changed theirs
    or emptied them: what they wrote is in free pages and dead rows."""
    with own.write() as db:
        people = [a_user(db, f"Student {number}") for number in range(60)]
    downgrade(own, BEFORE)
    for number, person in enumerate(people):
        write_plain(own, person.user_id, f"earlier {CANARY} {number} " + "x" * 1500)
    for person in people[:40]:
        write_plain(own, person.user_id, None)
    write_plain(own, people[-1].user_id, CANARY)
    write_plain(own, people[-2].user_id, "")
    assert CANARY.encode() in everything_stored(own)
    return own


def write_plain(database: Database, user_id: UserId, needs: str | bytes | None) -> None:
    stored: Any = user_id.hex if database.is_sqlite else user_id
    with database.write() as db:
        db.execute(
            text("UPDATE users SET access_needs = :needs WHERE id = :id"),
            {"needs": needs, "id": stored},
        )


def everything_stored(database: Database) -> bytes:
    """Return the bytes of a database: the files of SQLite, or the files of the table and the statistics of
    PostgreSQL."""
    if database.is_sqlite:
        path = Path(str(database.url.database))
        return b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))
    address = database.url.render_as_string(hide_password=False).replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        files = connection.execute(
            "SELECT pg_relation_filepath('users'), pg_relation_filepath(reltoastrelid), "
            "current_setting('data_directory') FROM pg_class WHERE oid = 'users'::regclass"
        ).fetchone()
        stats = connection.execute("SELECT s::text FROM pg_stats s").fetchall()
    assert files is not None
    table, toast, folder = files
    stored = [Path(folder, name).read_bytes() for name in (table, toast)]
    return b"".join([*stored, *(row[0].encode() for row in stats)])


def needs_of(database: Database, user_id: UserId) -> str | None:
    with database.read() as db:
        sealed = db.scalars(select(User.access_needs_sealed).where(User.id == user_id)).one()
    if sealed is None:
        return None
    return open_sealed(sealing_keys(), sealed, purpose=f"access needs of {user_id}").plain_text


def person_with(database: Database, needs: str) -> UserId:
    with database.read() as db:
        found_id = db.scalar(
            text("SELECT id FROM users WHERE access_needs = :needs"), {"needs": needs}
        )
    return UserId(UUID(str(found_id)))


def test_needs_are_sealed_and_nothing_plain_is_left(older):
    person = person_with(older, CANARY)
    upgrade(older)
    assert needs_of(older, person) == CANARY
    with older.read() as db:
        assert db.scalar(text("SELECT count(*) FROM users WHERE access_needs IS NOT NULL")) == 0
        sealed = "SELECT count(*) FROM users WHERE access_needs_sealed IS NOT NULL"
        assert db.scalar(text(sealed)) == 19  # twenty have needs, and one of them an empty text
    assert CANARY.encode() not in everything_stored(older)


def test_without_the_clearing_the_plain_text_stays(older):
    """The negative control: the step that seals leaves old text behind, so the one after it is needed."""
    upgrade(older, SEALED)
    assert CANARY.encode() in everything_stored(older)
    upgrade(older, CLEARED)
    assert CANARY.encode() not in everything_stored(older)


@pytest.mark.parametrize(
    "own", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
def test_a_writer_in_another_database_of_the_server_is_waited_for(older, postgres_server):
    """Its transaction makes every later snapshot older than the clearing, and VACUUM keeps the old rows."""
    person = person_with(older, CANARY)
    with psycopg.connect(postgres_server) as writer:
        writer.execute("SELECT txid_current()")
        release = Timer(1.0, writer.rollback)
        release.start()
        upgrade(older)
        release.join()
    assert needs_of(older, person) == CANARY
    assert CANARY.encode() not in everything_stored(older)


@pytest.mark.parametrize("own", ["sqlite"], indirect=True)
def test_a_reader_that_holds_the_log_stops_the_clearing_and_it_can_be_done_again(
    older, monkeypatch
):
    monkeypatch.setattr("app.db.migrator.SQLITE_LOCK_SECONDS", 0)
    upgrade(older, SEALED)
    module = sqlite_module()
    with closing(module.connect(str(older.url.database))) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM users").fetchone()
        with pytest.raises(MigrationProblem, match="Stop the server and the workers") as refused:
            upgrade(older)
    assert str(refused.value).endswith(f"The schema is whole, at {SEALED}.")
    upgrade(older)
    assert CANARY.encode() not in everything_stored(older)


@pytest.mark.parametrize("own", ["sqlite"], indirect=True)
def test_rows_that_are_no_text_are_named_and_nothing_is_changed(older):
    person = person_with(older, CANARY)
    write_plain(older, person, b"\xff\xfe canary")
    with pytest.raises(MigrationProblem, match="no text") as refused:
        upgrade(older)
    assert str(person) in str(refused.value)
    assert "canary" not in str(refused.value)
    assert revision_at(older) == BEFORE
    with older.read() as db:
        assert db.scalar(text("SELECT count(*) FROM users WHERE access_needs IS NOT NULL")) == 20


@pytest.mark.parametrize("own", ["sqlite"], indirect=True)
def test_a_text_that_begins_with_nul_is_sealed_too(older):
    """PostgreSQL stores no NUL in a text."""
    person = person_with(older, CANARY)
    write_plain(older, person, f"\0{CANARY}")
    upgrade(older)
    assert needs_of(older, person) == f"\0{CANARY}"


class TestWithoutAKey:
    @pytest.fixture
    def no_keys(self, monkeypatch, tmp_path) -> Path:
        path = tmp_path / "nowhere.keys"
        monkeypatch.setenv("PRECEPTOR_ENV", "test")
        monkeypatch.setenv("PRECEPTOR_SEALING_KEYS", str(path))
        return path

    def test_it_is_refused_and_says_what_to_do(self, older, no_keys):
        with pytest.raises(MigrationProblem) as refused:
            upgrade(older)
        words = str(refused.value)
        assert "It needs the sealing keys. PRECEPTOR_SEALING_KEYS" in words
        assert f"Make it: preceptor keys new sealing --file {no_keys}. " in words
        assert words.endswith(f"The schema is whole, at {BEFORE}.")

    def test_an_academy_without_needs_goes_on(self, own, no_keys):
        downgrade(own, BEFORE)
        upgrade(own)
        assert revision_at(own) != BEFORE

    def test_keys_that_the_caller_passes_are_used(self, older, no_keys):
        person = person_with(older, CANARY)
        upgrade(older, sealing=sealing_keys())
        assert needs_of(older, person) == CANARY


class TestTheWayBack:
    def test_it_says_what_it_opens_and_needs_are_there_again(self, older):
        person = person_with(older, CANARY)
        upgrade(older)
        assert (
            "  column users.access_needs_sealed, 19 rows: the seal; access needs lie in the database as "
            "plain text again."
        ) in way_back(older, "20261129_0150").sentences
        downgrade(older, BEFORE)
        assert person_with(older, CANARY) == person
        upgrade(older)
        assert needs_of(older, person) == CANARY
        assert CANARY.encode() not in everything_stored(older)

    def test_what_no_key_opens_closes_it_by_name(self, own):
        with own.write() as db:
            lost, fine = a_user(db, "Lost"), a_user(db, "Fine")
            with_needs(db, fine, CANARY)
            db.get_one(User, lost.user_id).access_needs_sealed = seal(
                OTHER, CANARY, purpose=f"access needs of {lost.user_id}"
            )
        with pytest.raises(MigrationProblem, match="no sealing key opens") as refused:
            downgrade(own, BEFORE)
        assert str(lost.user_id) in str(refused.value)
        assert str(fine.user_id) not in str(refused.value)
        assert CANARY not in str(refused.value)
        assert needs_of(own, fine.user_id) == CANARY
