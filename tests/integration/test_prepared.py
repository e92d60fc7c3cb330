"""Statements that go straight to the driver: they must answer, fail and heal as SQLAlchemy's do."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import (
    Column,
    DateTime,
    Integer,
    MetaData,
    Table,
    Uuid,
    bindparam,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from app.accounts.models import KnownNetwork, SignIn, User
from app.db import prepared
from app.db.base import table_of
from app.db.database import Database
from app.db.prepared import Prepared, PreparedInsert
from app.kit.ids import new_uuid
from app.outbox.models import OutboxEvent
from app.quizzes.models import AnswerRow, AttemptRow
from tests.make import NOW
from tests.make.people import a_sign_in, a_user

USER, SIGN_IN = table_of(User).c, table_of(SignIn).c
EVERYTHING = select(*USER, *SIGN_IN).join_from(table_of(User), table_of(SignIn))
BY_ID = Prepared(EVERYTHING.where(USER.id == bindparam("user_id")))
SEEN_BY = Prepared(
    select(USER.name)
    .join_from(table_of(User), table_of(SignIn))
    .where(SIGN_IN.seen_at <= bindparam("now"), USER.is_student.is_(True))
    .order_by(USER.name)
)
ADD_NETWORKS = PreparedInsert(table_of(KnownNetwork))
RENAME = Prepared(
    update(table_of(User))
    .where(USER.id == bindparam("user_id"), USER.is_student.is_(True))
    .values(name=USER.name + " Renamed")
    .returning(USER.name, USER.created_at)
)
NOWHERE = Prepared(select(Table("nowhere", MetaData(), Column("id", Integer)).c.id))


@pytest.fixture
def sam(database):
    with database.write() as db:
        actor = a_user(db, "Sam Student")
        a_sign_in(db, actor, token="secret")
    return actor


def test_rows_are_those_of_sqlalchemy(database, sam):
    with database.read() as db:
        (mine,) = BY_ID.all(db, user_id=sam.user_id)
        (theirs,) = db.execute(BY_ID.statement, {"user_id": sam.user_id})
    assert tuple(mine) == tuple(theirs)
    assert [type(value) for value in mine] == [type(value) for value in theirs]
    assert (mine.name, mine.email, mine.is_student) == (theirs.name, theirs.email, True)
    assert mine.seen_at == NOW
    assert mine.seen_at.tzinfo is UTC


@pytest.mark.parametrize("model", [User, AttemptRow, AnswerRow])
def test_every_type_of_column_is_read_alike(database, sam, model):
    """With no row there is still a text, and every column has a reader."""
    everything = Prepared(select(*table_of(model).c).where(table_of(model).c.id == bindparam("id")))
    with database.read() as db:
        assert everything.one_or_none(db, id=new_uuid()) is None


def test_moments_are_given_in_any_zone(database, sam):
    somewhere = timezone(timedelta(hours=5))
    with database.read() as db:
        assert SEEN_BY.all(db, now=NOW.astimezone(somewhere)) == [("Sam Student",)]
        assert SEEN_BY.all(db, now=NOW - timedelta(seconds=1)) == []
        with pytest.raises(ValueError, match="time zone"):
            SEEN_BY.all(db, now=datetime(2026, 1, 1))  # noqa: DTZ001 - refused for that


def test_a_block_that_writes_sees_what_it_wrote(database):
    with database.write() as db:
        actor = a_user(db, "Ina New")
        a_sign_in(db, actor, token="not flushed")
        assert BY_ID.one_or_none(db, user_id=actor.user_id).name == "Ina New"


def test_a_block_that_writes_sees_what_it_changed_and_took_away(database, sam):
    with database.write() as db:
        user = db.get(User, sam.user_id)
        user.name = "Sam Changed"
        assert BY_ID.one_or_none(db, user_id=sam.user_id).name == "Sam Changed"
        (sign_in,) = db.scalars(select(SignIn))
        db.delete(sign_in)
        assert BY_ID.one_or_none(db, user_id=sam.user_id) is None


def networks(person, *names):
    return [{"user_id": person.user_id, "network": name, "seen_at": NOW} for name in names]


def test_an_update_returns_what_it_changed(database, sam):
    with database.write() as db:
        changed = RENAME.one_or_none(db, user_id=sam.user_id)
        assert changed.name == "Sam Student Renamed"
        assert changed.created_at.tzinfo is UTC
        assert RENAME.one_or_none(db, user_id=new_uuid()) is None
    with database.read() as db:
        assert db.scalars(select(User.name)).all() == ["Sam Student Renamed"]


def test_rows_are_added_in_one_statement(database, sam, at_most):
    with at_most(1) as work, database.write() as db:
        ADD_NETWORKS.add(db, networks(sam, "a", "b", "c"))
    assert work.statements == 1
    with database.read() as db:
        rows = db.execute(select(KnownNetwork.network, KnownNetwork.seen_at)).all()
    assert sorted(rows) == [("a", NOW), ("b", NOW), ("c", NOW)]


def test_what_the_block_did_before_is_written_first(database, sam):
    """Else the row would be refused: it has the key of one that the block takes away."""
    with database.write() as db:
        ADD_NETWORKS.add(db, networks(sam, "a"))
    later = NOW + timedelta(hours=1)
    with database.write() as db:
        db.delete(db.scalars(select(KnownNetwork)).one())
        ADD_NETWORKS.add(db, [{**networks(sam, "a")[0], "seen_at": later}])
    with database.read() as db:
        assert db.scalars(select(KnownNetwork.seen_at)).all() == [later]


def test_rows_that_break_a_constraint_are_refused(database, sam):
    with database.write() as db:
        ADD_NETWORKS.add(db, networks(sam, "a"))
    with pytest.raises(IntegrityError), database.write() as db:
        ADD_NETWORKS.add(db, networks(sam, "b", "a"))
    with database.read() as db:
        assert db.scalars(select(KnownNetwork.network)).all() == ["a"]


def test_a_column_with_a_default_is_named():
    """SQLAlchemy would fill it in; here it would be empty."""
    with pytest.raises(ValueError, match="tries has a default"):
        PreparedInsert(table_of(OutboxEvent), "id", "name")


def test_a_row_needs_every_column(database, sam):
    with database.write() as db, pytest.raises(KeyError):
        ADD_NETWORKS.add(db, [{"user_id": sam.user_id, "network": "a"}])


def test_it_counts_as_a_statement(database, sam, at_most):
    with at_most(2) as work:
        BY_ID.alone(database, user_id=sam.user_id)
        with database.read() as db:
            BY_ID.all(db, user_id=sam.user_id)
        assert work.statements == 2


def test_alone_it_sees_what_is_committed(database, sam):
    assert BY_ID.alone(database, user_id=sam.user_id).name == "Sam Student"
    with database.write() as db:
        db.get_one(User, sam.user_id).name = "Sam Renamed"
        db.flush()
        assert BY_ID.alone(database, user_id=sam.user_id).name == "Sam Student"
    assert BY_ID.alone(database, user_id=sam.user_id).name == "Sam Renamed"


def test_values_are_those_of_the_database(database, sam):
    """Dates, words and ids are made of what the database says once, and kept: another is another."""
    statement = Prepared(
        select(USER.id, USER.created_at, USER.theme).where(USER.id == bindparam("user_id"))
    )
    with database.read() as db:
        first, again = (statement.one_or_none(db, user_id=sam.user_id) for _ in range(2))
    assert first == again
    with database.write() as db:
        user = db.get_one(User, sam.user_id)
        user.created_at = user.created_at + timedelta(seconds=1)
    with database.read() as db:
        later = statement.one_or_none(db, user_id=sam.user_id)
    assert later.created_at - first.created_at == timedelta(seconds=1)


def test_only_so_many_values_are_kept(database, monkeypatch):
    read = []
    monkeypatch.setattr(prepared, "MOST_READ", 2)
    for kind in (Uuid(), DateTime()):
        process = prepared._reader(kind, database.engine.dialect)
        if process is not None:  # PostgreSQL's driver makes some itself
            read.append(process.cache_info().maxsize)
    assert set(read) <= {2}
    assert read or not database.is_sqlite


def test_a_kept_row_follows_what_the_database_says(database, sam):
    """A cached row is found by its values, so a changed row is a different one."""
    statement = Prepared(
        select(USER.id, USER.name, USER.is_student).where(USER.id == bindparam("user_id")),
        lambda row: (row.name, row.is_student),
        most_kept=2,
    )
    with database.read() as db:
        first, again = (statement.all(db, user_id=sam.user_id) for _ in range(2))
    assert first == [("Sam Student", True)]
    assert first[0] is again[0]
    with database.write() as db:
        db.get_one(User, sam.user_id).name = "Sam Renamed"
        assert statement.all(db, user_id=sam.user_id) == [("Sam Renamed", True)]
    assert statement.alone(database, user_id=sam.user_id) == ("Sam Renamed", True)


def test_rows_that_may_change_are_not_kept(database):
    drawn = table_of(AttemptRow).c
    statement = Prepared(select(drawn.id, drawn.drawn), most_kept=10)
    with database.read() as db, pytest.raises(ValueError, match="must not change"):
        statement.all(db)


def test_two_rows_are_not_one(database, sam):
    with database.write() as db:
        a_sign_in(db, sam, token="again")
    with pytest.raises(LookupError):
        BY_ID.alone(database, user_id=sam.user_id)


def test_a_value_that_is_not_given_is_refused(database):
    with database.read() as db, pytest.raises(KeyError):
        BY_ID.all(db)


def test_a_list_is_refused(database):
    listed = Prepared(select(USER.id).where(USER.id.in_(bindparam("ids", expanding=True))))
    with database.read() as db, pytest.raises(ValueError, match="is a list"):
        listed.all(db, ids=[])


def test_a_limit_that_is_bound_is_refused(database):
    """SQLite would make the plan again at every run."""
    paged = Prepared(select(USER.id).limit(bindparam("most", type_=Integer())))
    with database.read() as db, pytest.raises(ValueError, match="limit"):
        paged.all(db, most=1)


@pytest.mark.parametrize("name", ["O'Hara", "100 %s", "a?b:name", 'say "x"', "back\\slash"])
def test_a_constant_is_compared_as_it_is(database, name):
    """It stands in the text of the statement and not among the values."""
    statement = Prepared(
        select(USER.name, literal(name).label("said")).where(USER.name == name).limit(1)
    )
    with database.write() as db:
        a_user(db, name)
        a_user(db, "Somebody Else")
    with database.read() as db:
        assert statement.all(db) == [(name, name)]
    assert name not in statement._for(database.engine.dialect).literals.values()


def test_an_error_of_the_database_is_one_of_sqlalchemy(database):
    with database.read() as db, pytest.raises(DBAPIError, match="nowhere"):
        NOWHERE.all(db)
    with pytest.raises(DBAPIError, match="nowhere"):
        NOWHERE.alone(database)


@pytest.mark.postgres
def test_a_lost_connection_is_replaced(postgres_database):
    """As after a restart of PostgreSQL: a question alone is asked again, a block fails once."""
    address = postgres_database.url.render_as_string(hide_password=False)
    database, other = Database(address, pool_size=2), Database(address, pool_size=1)
    ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = ANY(:pids)"

    def pid_of(connection):
        return connection.scalar(text("SELECT pg_backend_pid()"))

    def end(*pids):
        with other.read() as db:
            db.execute(text(ended), {"pids": list(pids)}).all()

    with database.engine.connect() as first_connection, database.engine.connect() as another:
        pids = pid_of(first_connection), pid_of(another)
    end(*pids)
    assert BY_ID.alone(database, user_id=new_uuid()) is None
    with database.read() as db:
        BY_ID.all(db, user_id=new_uuid())
        end(pid_of(db.connection()))
        with pytest.raises(OperationalError):
            BY_ID.all(db, user_id=new_uuid())
    with database.read() as db:
        assert BY_ID.all(db, user_id=new_uuid()) == []
    database.close()
    other.close()
