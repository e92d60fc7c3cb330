"""What `preceptor audit` says of stored courses."""

import pytest
from sqlalchemy import select, update

from app.courses import checks, queries
from app.courses.domain.digest import digest_of_documents
from app.courses.domain.source_archive import packed
from app.courses.models import Revision
from app.courses.service import publish
from app.db.auditing import findings
from app.kit.actor import SystemActor
from tests.make import NOW
from tests.make.courses import changed_course, small_course

NAME = "Revision 1 of the course small-course"


@pytest.fixture
def published(database):
    with database.write() as db:
        return publish(db, SystemActor.command_line, small_course(), now=NOW)


def found_by_the_audit(database) -> list[str]:
    with database.read() as db:
        return findings(db, checks.CHECKS, now=NOW)


def change(database, **values: object) -> None:
    with database.write() as db:
        db.execute(update(Revision).values(**values))


def test_what_was_published_is_sound(database, published):
    assert found_by_the_audit(database) == []
    other = changed_course({"course.yaml": ("Name the layers", "Say the layers")})
    with database.write() as db:
        publish(db, SystemActor.command_line, other, now=NOW)
    assert found_by_the_audit(database) == []


def test_a_revision_of_format_1_is_sound_without_its_source(database, published):
    with database.write() as db:
        row = db.scalars(select(Revision)).one()
        media = queries.revision(db, row.id).course.media
        row.digest = digest_of_documents(row.delivery, row.keys, media)
        row.format, row.source, row.source_digest = 1, None, None
    assert found_by_the_audit(database) == []
    with database.write() as db:
        row = db.scalars(select(Revision)).one()
        row.keys = row.keys.replace('"correct":["dermis"]', '"correct":["epidermis"]')
    other = [f"{NAME} says something else than what was published."]
    assert found_by_the_audit(database) == other
    with database.write() as db:
        row = db.scalars(select(Revision)).one()
        row.keys = row.keys.replace('"correct":["epidermis"]', '"later":0')
    assert found_by_the_audit(database) == other


@pytest.mark.parametrize("column", ["delivery", "keys"])
def test_a_document_that_cannot_be_read_is_named(database, published, column):
    change(database, **{column: "{}"})
    [sentence] = found_by_the_audit(database)
    assert sentence.startswith(f"{NAME} cannot be read: The document is damaged at ")


def test_files_that_are_damaged_or_others_are_named(database, published):
    change(database, source=b"no zip")
    assert found_by_the_audit(database) == [
        f"{NAME}: The zip with the files of the course cannot be read."
    ]
    others = changed_course({"course.yaml": ("Name the layers", "Say the layers")}).source
    change(database, source=packed(others))
    sentence = f"{NAME}: its files are not those that were published."
    assert found_by_the_audit(database) == [sentence]
    change(
        database, source_digest=others.digest
    )  # a change of both names is detected by the digest
    assert found_by_the_audit(database) == [sentence]
