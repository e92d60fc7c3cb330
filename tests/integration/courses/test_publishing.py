"""Publishing courses, on both databases."""

from dataclasses import replace
from threading import Thread

import pytest
from sqlalchemy import func, select

from app.audit.models import AuditEvent
from app.courses import answer_keys, queries
from app.courses.domain.diff import ChangeKind
from app.courses.domain.parsing import parse_course
from app.courses.errors import CorruptsEvidence, CourseHasProblems, PublishedMeanwhile
from app.courses.models import Media, Revision
from app.courses.service import PublishResult, publish
from app.db.database import Database
from app.kit.actor import SystemActor
from app.kit.bounded_cache import BoundedCache
from app.kit.errors import Forbidden, NotFound
from app.kit.ids import RevisionId, new_uuid
from tests.make import NOW
from tests.make.courses import changed_course, digest_of, small_course, small_files
from tests.make.learning import a_learner_place
from tests.make.lock_waits import until_waiting
from tests.make.patience import SECONDS
from tests.make.people import a_user, an_actor

NEW_OUTCOME = {"course.yaml": ("Name the layers", "Say the layers")}


def published(database, parsed, actor=SystemActor.command_line):
    with database.write() as db:
        return publish(db, actor, parsed, now=NOW)


def somebody_learns_by(database, done):
    """Give somebody a place that pins the revision, so that it is evidence."""
    with database.write() as db:
        a_learner_place(db, a_user(db, "Lena Learner"), queries.revision(db, done.revision_id))


def count(database, table):
    with database.read() as db:
        return db.scalar(select(func.count()).select_from(table))


def test_the_first_publication_is_what_learners_get(database):
    done = published(database, small_course())
    assert (done.outcome, done.number) == (PublishResult.published, 1)
    assert done.sentence == "small-course: published as revision 1."
    assert done.digest == digest_of(small_course())
    with database.read() as db:
        current = queries.current(db, "small-course")
        assert current.course == small_course().course
        assert current.revision_id == done.revision_id
        assert answer_keys.answer_keys(db, done.revision_id) == small_course().keys
        act = db.scalars(select(AuditEvent)).one()
    assert (act.action, act.subject_id, act.actor_id) == ("courses.publish", done.revision_id, None)


def test_publishing_the_same_again_changes_nothing(database):
    first = published(database, small_course())
    again = published(database, small_course())
    assert (again.outcome, again.revision_id) == (PublishResult.unchanged, first.revision_id)
    assert again.sentence == "small-course: nothing changed; revision 1 stays current."
    assert count(database, Revision) == 1
    assert count(database, AuditEvent) == 1


def test_a_change_makes_a_new_revision_and_says_what_changed(database):
    first = published(database, small_course())
    with database.write() as db:
        admin = a_user(db, "Ada Admin", roles=("admin",))
    second = published(database, changed_course(NEW_OUTCOME), admin)
    assert (second.outcome, second.number) == (PublishResult.published, 2)
    assert [change.sentence for change in second.changes] == ["Its outcomes changed."]
    with database.read() as db:
        assert queries.current(db, "small-course").course.outcomes[0].startswith("Say")
        assert queries.revision(db, first.revision_id).course.outcomes[0].startswith("Name")
        row = db.get(Revision, second.revision_id)
        assert (row.published_by, row.published_at) == (admin.user_id, NOW)
    assert count(database, Media) == 3  # the drawings are the same


def test_what_was_published_before_gets_its_revision_back(database):
    first = published(database, small_course())
    published(database, changed_course(NEW_OUTCOME))
    back = published(database, small_course())
    assert (back.outcome, back.revision_id) == (PublishResult.restored, first.revision_id)
    assert back.sentence == "small-course: revision 1 is current again."
    assert count(database, Revision) == 2
    with database.read() as db:
        assert queries.current(db, "small-course").revision_id == first.revision_id


def test_a_new_drawing_is_kept_beside_the_old_one(database):
    published(database, small_course())
    drawing = changed_course({"media/skin-layers.svg": ("</svg>", "<!-- mended --></svg>")})
    published(database, drawing)
    assert count(database, Media) == 4


def test_every_corrupting_change_is_refused_with_its_remedy(database):
    first = published(database, small_course())
    somebody_learns_by(database, first)
    broken = changed_course(
        {
            "modules/skin.yaml": ("  - skin-vessels\n", ""),
            "modules/needles.yaml": ("lessons:\n", "lessons:\n  - skin-vessels\n"),
        }
    )
    with pytest.raises(CorruptsEvidence) as refused:
        published(database, broken)
    assert [change.where for change in refused.value.changes] == ["lesson skin-vessels"]
    assert all(change.kind is ChangeKind.corrupting for change in refused.value.changes)
    assert "Give the lesson a new key in its new module." in str(refused.value.detail)
    assert count(database, Revision) == 1
    with database.read() as db:
        assert queries.current(db, "small-course").revision_id == first.revision_id


def test_a_key_that_comes_back_as_something_else_is_refused(database):
    """The second revision drops the lesson, and the third has its key in another module: learners
    of the first revision would count it as done."""
    somebody_learns_by(database, published(database, small_course()))
    files = dict(small_files())
    del files["lessons/skin-vessels.md"]
    files["modules/skin.yaml"] = files["modules/skin.yaml"].replace(b"  - skin-vessels\n", b"")
    without = parse_course("small-course", files)
    assert without.problems == ()
    assert published(database, without).number == 2
    moved = changed_course(
        {
            "modules/skin.yaml": ("  - skin-vessels\n", ""),
            "modules/needles.yaml": ("lessons:\n", "lessons:\n  - skin-vessels\n"),
        }
    )
    with pytest.raises(CorruptsEvidence):
        published(database, moved)


def test_a_course_with_problems_is_not_published(database):
    files = dict(small_files())
    files["course.yaml"] = files["course.yaml"].replace(b"modules:", b"hours: many\nmodules:")
    parsed = parse_course("small-course", files)
    with pytest.raises(CourseHasProblems, match=r"course\.yaml:") as refused:
        published(database, parsed)
    assert refused.value.problems == parsed.problems
    assert count(database, Revision) == 0


@pytest.mark.parametrize("roles", [("student",), ("instructor",)])
def test_only_admins_and_the_system_publish(database, roles):
    with pytest.raises(Forbidden, match="Only admins publish courses"):
        published(database, small_course(), an_actor(*roles))
    assert count(database, Revision) == 0


def test_two_first_publications_at_the_same_moment(database):
    """On SQLite the second waits and finds the course published; on PostgreSQL its first statement
    finds no row to wait for, and the unique key refuses it in words."""
    other = Database(database.url.render_as_string(hide_password=False), pool_size=2)
    outcome = []

    def second() -> None:
        try:
            outcome.append(published(other, changed_course(NEW_OUTCOME)).outcome)
        except PublishedMeanwhile as refused:
            outcome.append(refused.reason)

    thread = Thread(target=second)
    with database.write() as db:
        publish(db, SystemActor.command_line, small_course(), now=NOW)
        thread.start()
        until_waiting(database, 1, thread)
    thread.join(SECONDS)
    other.close()
    assert outcome == ([PublishResult.published] if database.is_sqlite else ["published-meanwhile"])
    assert count(database, Revision) == (2 if database.is_sqlite else 1)


def test_publications_of_one_course_queue(database):
    published(database, small_course())
    other = Database(database.url.render_as_string(hide_password=False), pool_size=2)
    outcome = []
    thread = Thread(
        target=lambda: outcome.append(published(other, changed_course(NEW_OUTCOME)).outcome)
    )
    with database.write() as db:
        publish(db, SystemActor.command_line, changed_course(NEW_OUTCOME), now=NOW)
        thread.start()
        until_waiting(database, 1, thread)
    thread.join(SECONDS)
    other.close()
    assert outcome == [PublishResult.unchanged]
    assert count(database, Revision) == 2


def test_a_warm_revision_costs_no_statement(database, at_most):
    done = published(database, small_course())
    with database.read() as db:
        queries.revision(db, done.revision_id)
        answer_keys.answer_keys(db, done.revision_id)
        with at_most(0):
            queries.revision(db, done.revision_id)
            answer_keys.answer_keys(db, done.revision_id)


def test_what_is_not_there(database):
    with database.read() as db:
        assert queries.current(db, "small-course") is None
        assert queries.course_card(db, "small-course") is None
        with pytest.raises(NotFound):
            queries.revision(db, RevisionId(new_uuid()))
        with pytest.raises(NotFound):
            answer_keys.answer_keys(db, RevisionId(new_uuid()))
        with pytest.raises(NotFound):
            queries.drawing(db, "0" * 32)
        with pytest.raises(NotFound):
            queries.drawing(db, "z" * 32)


def test_memory_keeps_only_so_many(database, monkeypatch):
    """Documents, keys and drawings alike."""
    monkeypatch.setattr(queries, "_revisions", BoundedCache(1))
    monkeypatch.setattr(queries, "_drawings", BoundedCache(1))
    monkeypatch.setattr(answer_keys, "_cache", BoundedCache(1))
    first = published(database, small_course())
    drawing = changed_course({"media/skin-layers.svg": ("</svg>", "<!-- mended --></svg>")})
    second = published(database, drawing)
    with database.read() as db:
        assert queries.revision(db, first.revision_id).number == 1
        assert queries.current(db, "small-course").number == 2
        for done in (first, second):
            assert answer_keys.answer_keys(db, done.revision_id) == small_course().keys
        for address in db.scalars(select(Media.digest)).all():
            assert queries.drawing(db, address[:32])
    assert [len(queries._revisions), len(queries._drawings), len(answer_keys._cache)] == [1, 1, 1]


def test_stated_hours_that_differ_from_the_rule_are_not_published(database):
    files = dict(small_files())
    files["course.yaml"] = files["course.yaml"].replace(b"modules:", b"hours: 54\nmodules:")
    with pytest.raises(CourseHasProblems) as refused:
        published(database, parse_course("small-course", files))
    (problem,) = refused.value.problems
    assert problem.message == "`hours` says 54, but what is written takes 7."
    assert count(database, Revision) == count(database, AuditEvent) == 0


def test_a_course_with_a_module_without_a_picture_is_not_published(database):
    files = dict(small_files())
    named = b"picture: needles.svg\n"
    files["modules/needles.yaml"] = files["modules/needles.yaml"].replace(named, b"")
    del files["media/needles.svg"]
    with pytest.raises(CourseHasProblems) as refused:
        published(database, parse_course("small-course", files))
    (problem,) = refused.value.problems
    assert (problem.path, problem.message) == ("modules/needles.yaml", "The module has no picture.")
    assert count(database, Revision) == count(database, AuditEvent) == 0


def test_what_was_published_with_other_hours_is_still_known(database):
    """A start after an upgrade finds the folder as it was published before the rule stood."""
    files = dict(small_files())
    files["course.yaml"] = files["course.yaml"].replace(b"modules:", b"hours: 54\nmodules:")
    before = parse_course("small-course", files)
    first = published(database, replace(before, refused_if_new=()))
    again = published(database, before)
    assert (again.outcome, again.revision_id) == (PublishResult.unchanged, first.revision_id)
    published(database, small_course())
    back = published(database, before)
    assert (back.outcome, back.revision_id) == (PublishResult.restored, first.revision_id)
    with database.read() as db:
        assert queries.current(db, "small-course").course.hours == 54
