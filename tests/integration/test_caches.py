"""What a process keeps between requests (decision 12) never shows one person another's page, nor what has
changed since: each page is opened, changed underneath, and opened again."""

from datetime import timedelta

import pytest

from app.accounts.models import User
from app.learning import lesson_reading
from app.learning import queries as learning
from app.practicals.models import PracticalRow
from app.practicals.queries import student_list
from app.reports import queries as reports
from tests.make import NOW
from tests.make.pages import words
from tests.make.people import a_user
from tests.make.practicals import a_place, a_practical, a_ready_student, a_seat, an_intake
from tests.make.quizzes import a_place as a_pinned_place
from tests.make.quizzes import a_published_course, a_sent_attempt

NOT_YET = "You can book once you have what is listed above"


def rename(database, actor, name: str) -> None:
    with database.write() as db:
        db.get_one(User, actor.user_id).name = name


@pytest.fixture
def ada(database):
    with database.write() as db:
        return a_user(db, "Ada Admin", roles=("admin",))


def test_the_list_of_people_shows_a_new_name(database, as_person, ada):
    with database.write() as db:
        sam = a_user(db, "Sam Before")
    browser = as_person(ada)
    assert "Sam Before" in words(browser.get("/admin/people"))
    rename(database, sam, "Sam After")
    page = words(browser.get("/admin/people"))
    assert "Sam After" in page
    assert "Sam Before" not in page


def test_an_intake_and_a_roster_show_a_new_name(database, as_person, ada):
    with database.write() as db:
        teacher = a_user(db, "Ira Instructor", roles=("instructor",))
        intake_id = an_intake(db)
        sam = a_ready_student(db, "Sam Before", intake_id=intake_id)
        practical_id = a_practical(db, instructors=(teacher,))
        a_seat(db, practical_id, sam.user_id)
    pages = [
        (as_person(ada), f"/admin/intakes/{intake_id}?show=confirmed"),
        (as_person(teacher), f"/teach/practicals/{practical_id}"),
    ]
    for browser, path in pages:
        assert "Sam Before" in words(browser.get(path))
    rename(database, sam, "Sam After")
    for browser, path in pages:
        page = words(browser.get(path))
        assert "Sam After" in page
        assert "Sam Before" not in page


def test_results_show_a_new_name_and_a_new_attempt(database, as_person, ada):
    with database.write() as db:
        revision_id = a_published_course(db)
        sam = a_user(db, "Sam Before")
        a_pinned_place(db, sam, revision_id)
        a_sent_attempt(db, sam, revision_id, right=False)
    browser = as_person(ada)
    assert "Passed, best" not in words(browser.get("/results"))
    rename(database, sam, "Sam After")
    with database.write() as db:
        a_sent_attempt(db, sam, revision_id, number=2, at=NOW + timedelta(days=1))
    page = words(browser.get("/results"))
    assert "Passed, best 100%, 2 attempts" in page
    assert "Sam After" in page
    assert "Sam Before" not in page


def test_two_students_see_their_own_list_of_practicals(database, as_person):
    """They look at the same date at the same moment; one of them has not completed a module."""
    with database.write() as db:
        intake_id = an_intake(db)
        ready = a_ready_student(db, "Rita Ready", intake_id=intake_id)
        early = a_user(db, "Earl Early")
        a_place(db, early, intake_id)
        a_practical(db)
    first, second = as_person(ready), as_person(early)
    for _ in range(2):
        assert NOT_YET not in words(first.get("/practicals"))
        assert NOT_YET in words(second.get("/practicals"))


def test_the_list_of_practicals_shows_another_room_and_another_page(database, as_person):
    with database.write() as db:
        ready = a_ready_student(db, "Rita Ready", intake_id=an_intake(db))
        practical_id = a_practical(db, room="Room One")
    browser = as_person(ready)
    assert "Room One" in words(browser.get("/practicals"))
    with database.write() as db:
        db.get_one(PracticalRow, practical_id).room = "Room Nine"
    page = words(browser.get("/practicals"))
    assert "Room Nine" in page
    assert "Room One" not in page
    assert "Only days with a free place" in page
    assert "checked" not in browser.get("/practicals").text
    assert "checked" in browser.get("/practicals?free=yes").text


def test_two_students_see_their_own_map(database, as_person):
    with database.write() as db:
        intake_id = an_intake(db)
        done = a_ready_student(db, "Dora Done", intake_id=intake_id)
        fresh = a_user(db, "Fred Fresh")
        a_place(db, fresh, intake_id)
    first, second = as_person(done), as_person(fresh)
    for _ in range(2):
        assert "Continue with Final test" in words(first.get("/learn/small-course"))
        assert "Continue with Final test" not in words(second.get("/learn/small-course"))


@pytest.mark.parametrize(
    "cached",
    [
        learning._map_of,
        lesson_reading._lesson_page,
        lesson_reading._shared_lesson,
        student_list._kept_row,
        reports._kept_row,
    ],
)
def test_each_keeps_only_so_much(cached):
    assert 0 < cached.cache_info().maxsize <= 2_000
