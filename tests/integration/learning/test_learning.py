"""Recording what is done, and reading it, on both databases."""

from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import select

from app.courses.service import publish
from app.db.database import Database
from app.db.paging import PastTheEnd
from app.enrolments.models import EnrolmentState
from app.kit.actor import SystemActor
from app.kit.errors import Forbidden, NotFound
from app.kit.ids import AttemptId, new_uuid
from app.learning import queries, search, service
from app.learning.domain import Done, ModuleState
from app.learning.errors import LessonStaysDone, ModuleLocked
from app.learning.lesson_reading import lesson_page
from app.learning.models import Completion
from app.learning.steps.completions import record_quiz_passed
from app.outbox.models import OutboxEvent
from tests.make import NOW
from tests.make.courses import changed_course
from tests.make.learning import (
    a_completed_theory,
    a_done_lesson,
    a_learner_place,
    a_passed_quiz,
    a_published_course,
)
from tests.make.lock_waits import until_waiting
from tests.make.patience import SECONDS
from tests.make.people import a_user

KEY = "small-course"


def mark(database, actor, lesson, *, now=NOW):
    with database.write() as db:
        service.mark_lesson_done(db, actor, KEY, lesson, now=now)


def unmark(database, actor, lesson):
    with database.write() as db:
        service.mark_lesson_not_done(db, actor, KEY, lesson)


def done(database, actor):
    with database.read() as db:
        return queries.done_by(db, actor.user_id, KEY)


def test_a_lesson_is_done_once(database, student, published):
    mark(database, student, "skin-layers")
    mark(database, student, "skin-layers", now=NOW + timedelta(hours=1))
    with database.read() as db:
        row = db.scalars(select(Completion)).one()
        deliveries = db.scalars(select(OutboxEvent)).all()
    assert (row.item_key, row.completed_at) == ("skin-layers", NOW)
    assert (row.revision_id, row.evidence_id) == (published.revision_id, None)
    assert {each.handler for each in deliveries} == {"offer-places", "find-earned-certificate"}
    for each in deliveries:
        assert (each.name, each.payload) == (
            "learning.completed",
            {"version": 1, "user_id": str(student.user_id), "course_key": KEY},
        )


def test_two_tabs_mark_one_lesson_at_the_same_moment(database, student):
    other = Database(database.url.render_as_string(hide_password=False), pool_size=2)
    thread = Thread(target=lambda: mark(other, student, "skin-layers"))
    with database.write() as db:
        service.mark_lesson_done(db, student, KEY, "skin-layers", now=NOW)
        db.flush()
        thread.start()
        until_waiting(database, 1, thread)
    thread.join(SECONDS)
    other.close()
    with database.read() as db:
        assert len(db.scalars(select(Completion)).all()) == 1
        assert len(set(db.scalars(select(OutboxEvent.fact_id)))) == 1


def test_a_lesson_of_a_locked_module_is_refused_with_the_reason(database, student):
    with pytest.raises(ModuleLocked, match="Complete module 1, “The skin”, first") as refused:
        mark(database, student, "needle-safety")
    assert [module.key for module in refused.value.missing] == ["skin"]
    with pytest.raises(ModuleLocked):
        unmark(database, student, "needle-safety")
    assert done(database, student) == Done()


def test_taking_back(database, student):
    mark(database, student, "skin-layers")
    mark(database, student, "skin-vessels")
    unmark(database, student, "skin-layers")
    unmark(database, student, "skin-layers")
    assert done(database, student) == Done(frozenset({"skin-vessels"}))


def test_nothing_is_taken_back_once_the_quiz_is_passed(database, student, published):
    mark(database, student, "skin-layers")
    with database.write() as db:
        a_passed_quiz(db, student, published, "skin-quiz")
    with pytest.raises(LessonStaysDone, match="stay marked as done"):
        unmark(database, student, "skin-layers")
    assert done(database, student).lessons == {"skin-layers"}


def test_a_passed_quiz_is_noted_once_with_its_attempt(database, student, published):
    attempt = AttemptId(new_uuid())
    for _ in range(2):
        with database.write() as db:
            record_quiz_passed(
                db,
                student.user_id,
                course_key=KEY,
                quiz_key="skin-quiz",
                revision_id=published.revision_id,
                attempt_id=attempt,
                now=NOW,
            )
    with database.read() as db:
        assert db.scalars(select(Completion.evidence_id)).all() == [attempt]


@pytest.mark.parametrize("lesson", ["skin-layers", "no-such-lesson", "needle-safety"])
@pytest.mark.parametrize(
    "state", [None, EnrolmentState.requested, EnrolmentState.cancelled, EnrolmentState.waiting]
)
def test_without_a_confirmed_place_there_is_no_course(database, published, lesson, state):
    with database.write() as db:
        stranger = a_user(db, "Other Student")
        if state:
            a_learner_place(db, stranger, published, state=state)
    with pytest.raises(NotFound):
        mark(database, stranger, lesson)
    with pytest.raises(NotFound):
        unmark(database, stranger, lesson)
    with database.read() as db:
        assert queries.standings_of(db, stranger.user_id) == {}
        for read in (
            lambda: queries.course_map(db, stranger, KEY),
            lambda: lesson_page(db, stranger, KEY, lesson),
            lambda: search.glossary_page(db, stranger, KEY, query=""),
            lambda: search.search_page(db, stranger, KEY, query="skin", number=1),
        ):
            with pytest.raises(NotFound):
                read()


def test_an_unknown_lesson_is_not_found(database, student):
    with pytest.raises(NotFound):
        mark(database, student, "no-such-lesson")


def test_staff_without_the_student_role_do_not_learn(database, published):
    with database.write() as db:
        instructor = a_user(db, "Ina Instructor", roles=("instructor",))
        a_learner_place(db, instructor, published)
    with pytest.raises(Forbidden):
        mark(database, instructor, "skin-layers")
    with pytest.raises(Forbidden):
        unmark(database, instructor, "skin-layers")


def test_the_map_of_a_beginner(database, student, at_most):
    with database.read() as db, at_most(2):
        page = queries.course_map(db, student, KEY)
    first, second = page.modules
    assert [line.state for line in page.modules] == [ModuleState.open, ModuleState.locked]
    assert [lesson.key for lesson in first.lessons] == ["skin-layers", "skin-vessels"]
    assert [module.key for module in second.missing] == ["skin"]
    assert [module.key for module in page.final.missing] == ["skin", "needles"]
    assert [module.key for module in page.practicals[0].missing] == ["skin", "needles"]
    assert page.progress.step.key == "skin-layers"
    assert (page.progress.finished, page.progress.total) == (0, 6)


def test_the_map_at_the_end(database, student, published):
    with database.write() as db:
        a_completed_theory(db, student, published)
    with database.read() as db:
        page = queries.course_map(db, student, KEY)
        (mine,) = queries.progress_on(queries.standings_of(db, student.user_id))
    assert {line.state for line in page.modules} == {ModuleState.complete}
    assert page.progress == mine
    assert (mine.finished, mine.modules_complete, mine.step) == (6, 2, None)
    assert (page.final.missing, page.final.passed, page.practicals[0].missing) == ((), True, ())


def test_a_place_keeps_its_revision_while_a_newer_one_is_published(database, student, published):
    newer = changed_course(
        {
            "lessons/skin-layers.md": ("title: Layers of the skin", "title: Skin, newly told"),
            "glossary.yaml": ("term: Epidermis", "term: Epidermis or cuticle"),
        }
    )
    with database.write() as db:
        publish(db, SystemActor.command_line, newer, now=NOW)
        late = a_user(db, "Late Student")
        from_now_on = a_published_course(db, newer)
        a_learner_place(db, late, from_now_on)
    with database.read() as db:
        old = lesson_page(db, student, KEY, "skin-layers")
        new = lesson_page(db, late, KEY, "skin-layers")
        assert (old.lesson.title, new.lesson.title) == ("Layers of the skin", "Skin, newly told")
        words = search.glossary_page(db, student, KEY, query="cuticle")
        assert words.terms == ()
        results = search.search_page(db, student, KEY, query="newly", number=1).results
        assert results.total == 0
        assert search.search_page(db, late, KEY, query="newly", number=1).results.total == 1
    mark(database, student, "skin-layers")
    with database.read() as db:
        assert db.scalars(select(Completion.revision_id)).one() == published.revision_id


def test_the_newest_of_two_places_counts(database, student, published):
    newer = changed_course({"course.yaml": ("Name the layers", "Say the layers")})
    with database.write() as db:
        second = a_published_course(db, newer)
        a_learner_place(db, student, second, now=NOW + timedelta(days=1))
        a_done_lesson(db, student, published, "skin-layers")
    with database.read() as db:
        assert queries.pinned(db, student, KEY).revision_id == second.revision_id
        (mine,) = queries.progress_on(queries.standings_of(db, student.user_id))
    assert mine.finished == 1


def test_done_of_many_people_in_one_statement(database, student, published, at_most):
    with database.write() as db:
        other = a_user(db, "Other Student")
        a_done_lesson(db, other, published, "skin-layers")
    with database.read() as db, at_most(1):
        both = queries.done_by_many(db, [student.user_id, other.user_id], KEY)
    assert both == {student.user_id: Done(), other.user_id: Done(frozenset({"skin-layers"}))}


def test_search_names_locked_lessons_without_quoting_them(database, student):
    with database.read() as db:
        page = search.search_page(db, student, KEY, query="  needle  ", number=1)
    assert page.query == "needle"
    by_key = {result.key: result for result in page.results.rows}
    locked = by_key["needle-safety"]
    assert (locked.locked, locked.excerpt, locked.module_key) == (True, (), "needles")


def test_pages_of_results(database, student, monkeypatch, at_most):
    monkeypatch.setattr(search, "PAGE_SIZE", 2)
    monkeypatch.setattr(search, "MOST_KEPT", 1)
    with database.read() as db:
        first = search.search_page(db, student, KEY, query="dermis", number=1).results
        with at_most(3):  # place, done, corrections
            second = search.search_page(db, student, KEY, query="dermis", number=2).results
        with pytest.raises(PastTheEnd) as past:
            search.search_page(db, student, KEY, query="dermis", number=999)
    assert (first.total, len(first.rows), first.has_next) == (3, 2, True)
    assert (len(second.rows), second.has_next, second.has_previous) == (1, False, True)
    assert past.value.last == 2
    assert len({result.key for result in (*first.rows, *second.rows)}) == 3


def test_the_glossary_and_its_filter(database, student):
    with database.read() as db:
        everything = search.glossary_page(db, student, KEY, query=" ")
        nerves = search.glossary_page(db, student, KEY, query="NERVES")
    assert [term.key for term in everything.terms] == ["dermis", "epidermis"]
    assert [term.key for term in nerves.terms] == ["dermis"]
    assert (nerves.total, nerves.query) == (2, "NERVES")
