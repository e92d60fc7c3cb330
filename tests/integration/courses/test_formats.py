"""A newer version of the program is not an edit of a course: the digest is over its files, and
stored revisions stay unchanged."""

import pytest
from pydantic import Field
from sqlalchemy import select, update

from app.courses import answer_keys, queries
from app.courses.domain import delivery, stored
from app.courses.domain.delivery import Course, Quiz
from app.courses.domain.digest import digest_of_documents
from app.courses.domain.parsing import parse_course
from app.courses.domain.source_archive import unpacked
from app.courses.models import CourseHead, Revision
from app.courses.service import PublishResult, publish
from app.kit.actor import SystemActor
from app.kit.bounded_cache import BoundedCache
from tests.make import NOW
from tests.make.courses import changed_course, small_course, small_files

NEW_OUTCOME = {"course.yaml": ("Name the layers", "Say the layers")}


class LaterQuiz(Quiz):
    """A quiz with a field more, as a later version may have it."""

    hint_html: str = "<p>Think.</p>"


class LaterCourse(Course):
    quizzes: tuple[LaterQuiz, ...]  # type: ignore[assignment] # as a changed model would be
    level: str | None = Field(default=None)


@pytest.fixture
def a_later_version(monkeypatch):
    """Simulate a later version of the program, which renders every quiz with one more field."""

    small_course()  # is kept for the whole process: as this version reads it

    def become_later():
        forget()
        monkeypatch.setattr(delivery, "Quiz", LaterQuiz)
        monkeypatch.setattr(delivery, "Course", LaterCourse)
        monkeypatch.setattr(stored, "Course", LaterCourse)

    def forget():
        for module, name in ((queries, "_revisions"), (answer_keys, "_cache")):
            monkeypatch.setattr(module, name, BoundedCache(64))

    return become_later


def published(database, parsed):
    with database.write() as db:
        return publish(db, SystemActor.command_line, parsed, now=NOW)


def parsed_now():
    parsed = parse_course("small-course", small_files())
    assert parsed.problems == ()
    return parsed


def rows(database):
    with database.read() as db:
        columns = [*Revision.__table__.columns, CourseHead.current_revision_id]
        return [
            tuple(row)
            for row in db.execute(
                select(*columns).join(CourseHead, CourseHead.key == Revision.course_key)
            )
        ]


def store_as_format_1(database) -> list[str]:
    """Rewrite every revision as versions without sources stored it; return their digests."""
    with database.write() as db:
        names = []
        for row in db.scalars(select(Revision).order_by(Revision.number)):
            media = queries.revision(db, row.id).course.media
            row.digest = digest_of_documents(row.delivery, row.keys, media)
            row.format, row.source, row.source_digest, row.written_by = 1, None, None, None
            names.append(row.digest)
        db.execute(update(CourseHead).values(publisher=None))
    return names


def test_a_field_more_changes_no_digest_and_publishes_nothing(database, a_later_version):
    first = published(database, parsed_now())
    before = rows(database)
    a_later_version()
    later = parsed_now()
    assert later.course.quizzes[0].hint_html == "<p>Think.</p>"
    assert later.course.model_dump_json() != small_course().course.model_dump_json()
    assert later.source.digest == first.digest
    again = published(database, later)
    assert (again.outcome, again.revision_id) == (PublishResult.unchanged, first.revision_id)
    assert rows(database) == before


def test_a_field_more_publishes_nothing_over_a_revision_of_format_1(database, a_later_version):
    """Its documents are compared as the later version reads them."""
    first = published(database, parsed_now())
    [name] = store_as_format_1(database)
    a_later_version()
    again = published(database, parsed_now())
    assert (again.outcome, again.revision_id, again.digest) == (
        PublishResult.unchanged,
        first.revision_id,
        name,
    )
    assert len(rows(database)) == 1


def test_the_same_files_give_a_revision_of_format_1_its_source(database):
    """The earlier digest still identifies it, and nothing else in the row changes."""
    first = published(database, small_course())
    [name] = store_as_format_1(database)
    [before] = rows(database)
    again = published(database, small_course())
    assert (again.outcome, again.number) == (PublishResult.unchanged, 1)
    with database.read() as db:
        row = db.get_one(Revision, first.revision_id)
        assert (row.digest, row.format) == (name, 1)
        assert unpacked(row.source) == small_course().source
        assert row.source_digest == small_course().source.digest
    [after] = rows(database)
    assert len(set(after) - set(before)) == 2
    assert published(database, small_course()).outcome is PublishResult.unchanged
    assert rows(database) == [after]


def test_a_comment_is_an_edit_once_the_source_is_stored(database):
    """The files themselves are published, so a comment for authors is kept."""
    commented = changed_course({"course.yaml": ("format: 1", "format: 1\n# a note")})
    assert commented.course == small_course().course
    published(database, small_course())
    assert published(database, commented).outcome is PublishResult.published
    assert len(rows(database)) == 2


def test_what_format_1_published_before_is_restored(database):
    first = published(database, small_course())
    published(database, changed_course(NEW_OUTCOME))
    store_as_format_1(database)
    back = published(database, small_course())
    assert (back.outcome, back.revision_id) == (PublishResult.restored, first.revision_id)
    assert back.sentence == "small-course: revision 1 is current again."
    assert len(rows(database)) == 2


def test_a_new_revision_says_its_format_and_keeps_its_files(database):
    done = published(database, small_course())
    with database.read() as db:
        row = db.get_one(Revision, done.revision_id)
        assert (row.format, row.digest) == (2, row.source_digest)
        assert row.digest == small_course().source.digest
        assert unpacked(row.source) == small_course().source
        assert row.written_by


def test_an_erratum_and_other_ends_of_lines_are_stored_without_a_new_revision(database):
    """What is exported is what was published last."""
    published(database, small_course())
    files = {
        path: data.replace(b"\n", b"\r\n") if path.endswith(".yaml") else data
        for path, data in small_files().items()
    }
    windows = parse_course("small-course", files)
    assert published(database, windows).outcome is PublishResult.unchanged
    [row] = rows(database)
    with database.read() as db:
        stored_now = unpacked(db.scalars(select(Revision.source)).one())
    assert stored_now == windows.source != small_course().source
    assert published(database, windows).outcome is PublishResult.unchanged
    assert rows(database) == [row]
