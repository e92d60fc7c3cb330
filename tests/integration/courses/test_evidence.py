"""Unused content may change in any way (A11); content in use must not change in a way that corrupts
evidence."""

import subprocess
import sys
from threading import Thread

import pytest
from sqlalchemy import func, select

from app.courses import queries
from app.courses.domain.diff import ChangeKind
from app.courses.errors import CorruptsEvidence
from app.courses.models import CourseHead, Revision
from app.courses.service import PublishResult, publish
from app.db.database import Database
from app.db.references import references_to, used_rows
from app.kit.actor import SystemActor
from tests.make import NOW
from tests.make.courses import changed_course, small_course
from tests.make.learning import a_done_lesson, a_learner_place
from tests.make.lock_waits import until_waiting
from tests.make.patience import SECONDS
from tests.make.people import a_user
from tests.make.practicals import a_practical

OTHER_OPTION = {"quizzes/skin-quiz.yaml": ("      - key: dermis\n", "      - key: middle\n")}
USERS = {
    "assessments",
    "attempts",
    "certificates",
    "completions",
    "enrolments",
    "practicals",
    "section_votes",
}


def other_option():
    return changed_course(OTHER_OPTION)


def published(database, parsed):
    with database.write() as db:
        return publish(db, SystemActor.command_line, parsed, now=NOW)


def rows(database):
    with database.read() as db:
        head = db.scalars(select(CourseHead)).one()
        return head.current_revision_id, db.scalar(select(func.count()).select_from(Revision))


def test_an_option_of_a_course_that_nobody_took_gets_another_key(database):
    published(database, small_course())
    done = published(database, other_option())
    assert (done.outcome, done.number) == (PublishResult.published, 2)
    gone = [change for change in done.changes if "is gone: dermis" in change.sentence]
    assert [(change.kind, change.remedy) for change in gone] == [
        (ChangeKind.changed, "Nobody has used the old state.")
    ]


def a_place(db, published):
    a_learner_place(db, a_user(db, "Lena Learner"), published)


def a_done(db, published):
    a_done_lesson(db, a_user(db, "Lena Learner"), published, "skin-layers")


def a_day(db, published):
    a_practical(db, revision_id=published.revision_id)


@pytest.mark.parametrize("use", [a_place, a_done, a_day])
def test_what_somebody_uses_is_protected(database, use):
    done = published(database, small_course())
    with database.write() as db:
        use(db, queries.revision(db, done.revision_id))
    before = rows(database)
    with pytest.raises(
        CorruptsEvidence, match="An option that people may have chosen is gone: dermis"
    ):
        published(database, other_option())
    assert rows(database) == before


def test_an_older_revision_is_protected_as_long_as_somebody_uses_it(database):
    done = published(database, small_course())
    with database.write() as db:
        a_place(db, queries.revision(db, done.revision_id))
    published(database, changed_course({"course.yaml": ("Name the layers", "Say the layers")}))
    with pytest.raises(CorruptsEvidence):
        published(database, other_option())


def test_an_older_revision_that_nobody_used_protects_nothing(database):
    published(database, small_course())
    done = published(database, other_option())
    with database.write() as db:
        a_place(db, queries.revision(db, done.revision_id))
    back = published(
        database,
        changed_course({**OTHER_OPTION, "course.yaml": ("Name the layers", "Say the layers")}),
    )
    assert (back.outcome, back.number) == (PublishResult.published, 3)


def test_every_table_that_refers_to_revisions_counts(database):
    """A new table counts automatically. Being the current revision is not a use."""
    tables = {column.table.name for column in references_to("course_revisions")}
    assert tables == USERS | {"courses"}
    done = published(database, small_course())
    with database.read() as db:
        ids = [done.revision_id]
        assert used_rows(db, "course_revisions", ids) == {done.revision_id}
        assert used_rows(db, "course_revisions", ids, besides=["courses"]) == set()


def test_a_process_that_loaded_only_courses_asks_every_table():
    program = (
        "from sqlalchemy import create_engine; from sqlalchemy.orm import Session\n"
        "import app.courses.models\n"
        "from app.db.base import Base\n"
        "from app.db.references import references_to, used_rows\n"
        "assert 'enrolments' not in Base.metadata.tables\n"
        "used_rows(Session(create_engine('sqlite://')), 'course_revisions', ())\n"
        "print(*sorted({c.table.name for c in references_to('course_revisions')}))\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert set(answer.stdout.split()) == USERS | {"courses"}


@pytest.mark.parametrize("read", [queries.current_to_pin, queries.current])
def test_nobody_begins_to_use_a_revision_that_is_being_replaced(database, read):
    """The control shows that reading the head without the lock gives the revision that is contradicted. On
    SQLite a block that writes waits for the other as a whole."""
    published(database, small_course())
    other = Database(database.url.render_as_string(hide_password=False), pool_size=2)
    pinned = []

    def pin() -> None:
        with other.write() as db:
            pinned.append(read(db, "small-course").number)

    safe = database.is_sqlite or read is queries.current_to_pin
    thread = Thread(target=pin)
    with database.write() as db:
        publish(db, SystemActor.command_line, other_option(), now=NOW)
        thread.start()
        if safe:
            until_waiting(database, 1, thread)
        else:
            thread.join(SECONDS)
    thread.join(SECONDS)
    other.close()
    assert pinned == [2 if safe else 1]


def test_publishing_waits_for_somebody_who_begins_to_use_the_revision(database):
    """And then refuses what would contradict it."""
    published(database, small_course())
    other = Database(database.url.render_as_string(hide_password=False), pool_size=2)
    outcome = []

    def publish_other() -> None:
        try:
            outcome.append(published(other, other_option()).outcome)
        except CorruptsEvidence as refused:
            outcome.append(refused.reason)

    thread = Thread(target=publish_other)
    with database.write() as db:
        a_place(db, queries.current_to_pin(db, "small-course"))
        thread.start()
        until_waiting(database, 1, thread)
    thread.join(SECONDS)
    other.close()
    assert outcome == ["corrupts-evidence"]
