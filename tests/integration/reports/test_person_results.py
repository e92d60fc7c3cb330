"""A student's attempts and answers, as staff read them: who may, what stands there, and that reading writes
nothing."""

from datetime import timedelta

import pytest

from app.accounts import groups
from app.kit.actor import Role
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.fingerprint import fingerprint
from tests.make.pages import words
from tests.make.people import a_user
from tests.make.practicals import a_practical, a_seat
from tests.make.quizzes import a_place, a_sent_attempt

COURSE = "small-course"


@pytest.fixture
def cia(database, revision_id):
    with database.write() as db:
        cia = a_user(db, "Cia Student")
        a_place(db, cia, revision_id)
    return cia


@pytest.fixture
def missed(database, cia, revision_id):
    """An attempt with every answer wrong."""
    with database.write() as db:
        return a_sent_attempt(db, cia, revision_id, right=False)


def pages_of(cia, attempt_id):
    return (f"/results/{COURSE}/people/{cia.user_id}", f"/results/attempts/{attempt_id}")


def test_an_admin_reads_every_answer_and_writes_nothing(as_person, database, ada, cia, missed):
    browser = as_person(ada)
    browser.get("/results")
    before = fingerprint(database)
    person, attempt = (browser.get(address) for address in pages_of(cia, missed))
    assert fingerprint(database) == before
    assert "Cia Student" in words(person)
    assert f"/results/attempts/{missed}" in person.text
    text = words(attempt)
    assert "4 questions missed" in text
    assert "Right answer, not chosen" in text
    assert "Not right, but chosen" in text
    assert statements_of(person) <= 8
    assert statements_of(attempt) <= 12


def test_what_was_missed_comes_first(as_person, database, ada, cia, revision_id):
    with database.write() as db:
        attempt_id = a_sent_attempt(db, cia, revision_id, right=True)
        db.connection().exec_driver_sql("DELETE FROM answers WHERE question_key = 'total-volume'")
    text = words(as_person(ada).get(f"/results/attempts/{attempt_id}"))
    assert text.index("1 question missed") < text.index("What is the total volume?")
    assert text.index("What is the total volume?") < text.index("3 questions right")
    assert text.index("3 questions right") < text.index("Which layer has vessels?")


def test_an_attempt_that_runs_shows_no_answers(as_person, database, ada, cia, revision_id):
    with database.write() as db:
        attempt_id = a_sent_attempt(db, cia, revision_id, sent=False)
    page = as_person(ada).get(f"/results/attempts/{attempt_id}")
    assert "This attempt is running" in words(page)
    assert "Which layer has vessels?" not in words(page)


@pytest.mark.parametrize("role", ["admin", "instructor"])
def test_staff_who_take_the_course_read_no_answers(
    as_person, database, ada, cia, missed, revision_id, role
):
    with database.write() as db:
        person = a_user(db, "Dee Double", roles=("student", role))
        group_id = groups.make_group(db, ada, name="Evening", now=NOW)
        for member, as_role in ((person, Role.instructor), (cia, Role.student)):
            if role == "instructor" or member is cia:
                groups.add_member(db, ada, group_id, email=member.email, role=as_role, now=NOW)
    browser = as_person(person)
    assert "4 questions missed" in words(browser.get(f"/results/attempts/{missed}"))
    with database.write() as db:
        a_place(db, person, revision_id)
        own = a_sent_attempt(db, person, revision_id, right=False)
    for attempt_id in (missed, own) if role == "admin" else (missed,):
        page = browser.get(f"/results/attempts/{attempt_id}")
        assert page.status_code == 200
        assert "You have a place on this course yourself" in words(page)
        assert "Not passed" in words(page)
        assert "Which layer has vessels?" not in words(page)
        assert "data-state" not in page.text


def test_who_does_not_look_after_the_student_finds_nothing(
    as_person, client, database, ada, ina, cia, missed
):
    other, student = as_person(ina), as_person(cia)
    for address in pages_of(cia, missed):
        assert other.get(address).status_code == 404
        assert student.get(address).status_code == 403
        assert client.get(address, follow_redirects=False).status_code == 303
    with database.write() as db:
        group_id = groups.make_group(db, ada, name="Evening", now=NOW)
        for person, role in ((ina, Role.instructor), (cia, Role.student)):
            groups.add_member(db, ada, group_id, email=person.email, role=role, now=NOW)
    for address in pages_of(cia, missed):
        page = other.get(address)
        assert page.status_code == 200
        assert statements_of(page) <= (12 if "/attempts/" in address else 9)


@pytest.mark.parametrize(("days", "status"), [(3, 200), (-3, 404)])
def test_an_instructor_of_a_coming_practical_sees_its_students(
    as_person, database, ina, cia, missed, days, status
):
    starts_at = NOW + timedelta(days=days)
    with database.write() as db:
        practical_id = a_practical(
            db, instructors=(ina,), starts_at=starts_at, ends_at=starts_at + timedelta(hours=6)
        )
        a_seat(db, practical_id, cia.user_id)
    browser = as_person(ina)
    assert [browser.get(each).status_code for each in pages_of(cia, missed)] == [status] * 2


def test_ten_attempts_cost_as_many_statements_as_one(as_person, database, ada, cia, revision_id):
    browser = as_person(ada)
    address = f"/results/{COURSE}/people/{cia.user_id}"
    with database.write() as db:
        a_sent_attempt(db, cia, revision_id, right=False)
    browser.get(address)
    few = statements_of(browser.get(address))
    with database.write() as db:
        for number in range(2, 11):
            a_sent_attempt(db, cia, revision_id, right=False, number=number)
    assert statements_of(browser.get(address)) == few


def test_the_cells_of_the_results_lead_there(as_person, ada, cia, missed):
    browser = as_person(ada)
    link = f"/results/{COURSE}/people/{cia.user_id}#quiz-skin-quiz"
    assert link in browser.get("/results").text
    assert link in browser.get("/results?quiz=skin-quiz").text
