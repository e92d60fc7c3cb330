"""Publishing the course of a released version again, after the upgrade, publishes nothing new."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import MetaData, select

from app.certificates.late_signing import upgrade
from app.courses.domain.parsing import parse_course
from app.courses.models import Revision
from app.courses.service import PublishResult, publish
from app.db.database import Database
from app.kit.actor import SystemActor
from tests.conftest import RUN, WORKER
from tests.make import NOW, postgres, release
from tests.make.keys import KEYS
from tests.make.stored import stored_course, stored_files

RELEASE = "20261129_0150"
FILES = "mesotherapy-2026-11-30"
"""The files of the course as that release had them, with the advice that was a part of the program then. A
later renderer that makes other documents of them ends this test: such a revision is published anew, once."""
ADDED = {"source", "source_digest"}


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def upgraded(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        address = release.load_sqlite(RELEASE, tmp_path / "academy.db")
    else:
        server, name = request.getfixturevalue("postgres_server"), f"before_{RUN}_{WORKER}"
        address = release.load_postgres(RELEASE, server, name)
    database = Database(address)
    upgrade(database, SystemActor.command_line, KEYS, now=NOW)
    yield database
    database.close()
    if request.param == "postgres":
        postgres.drop_database(server, name)


def every_row(database: Database) -> dict[str, list[str]]:
    """Return every row of every table, without the files of courses."""
    tables = MetaData()
    tables.reflect(database.engine)
    with database.engine.connect() as connection:
        return {
            table.name: sorted(
                repr(tuple(row))
                for row in connection.execute(
                    select(*(each for each in table.columns if each.name not in ADDED))
                )
            )
            for table in tables.sorted_tables
        }


def test_the_same_course_publishes_nothing_new(upgraded: Database) -> None:
    before = every_row(upgraded)
    parsed = parse_course("mesotherapy", stored_files(FILES))
    assert parsed.problems == ()
    with upgraded.write() as db:
        done = publish(db, SystemActor.command_line, parsed, now=NOW)
    assert done.outcome is PublishResult.unchanged
    assert done.sentence == "mesotherapy: nothing changed; revision 1 stays current."
    assert every_row(upgraded) == before
    with upgraded.read() as db:
        row = db.scalars(select(Revision)).one()
        assert row.format == 1
        assert row.digest == "v1:918720deff311d8fa908b11ba5678a0502f65dbbecd1decaca3d0606dc58e75d"
        assert row.source_digest == stored_course(FILES).digest
        assert row.source is not None
