"""The results: who sees whose, filters, sorting and counts, with a constant number of statements."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts import groups
from app.audit.models import AuditEvent
from app.kit.actor import Role
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.pages import words
from tests.make.people import a_user
from tests.make.practicals import a_place as a_place_in
from tests.make.practicals import an_intake
from tests.make.quizzes import a_place, a_sent_attempt

LATER = NOW + timedelta(days=1)


@pytest.fixture
def people(database, revision_id):
    """Ann has passed a quiz, Ben has not, Cia is in the middle, Dan has done nothing."""
    with database.write() as db:
        people_by_name = {
            name: a_user(db, f"{name} Student") for name in ("Ann", "Ben", "Cia", "Dan")
        }
        for person in people_by_name.values():
            a_place(db, person, revision_id)
        a_sent_attempt(db, people_by_name["Ann"], revision_id, right=False)
        a_sent_attempt(db, people_by_name["Ann"], revision_id, number=2, at=LATER)
        for number in (1, 2, 3):
            a_sent_attempt(
                db, people_by_name["Ben"], revision_id, "needle-quiz", number=number, right=False
            )
        a_sent_attempt(db, people_by_name["Cia"], revision_id, sent=False)
        a_user(db, "Zoe Without a place")
    return people_by_name


def in_order(page, *names: str) -> bool:
    text = words(page)
    places = [text.index(f"{name} Student") for name in names]
    return places == sorted(places)


def test_an_admin_sees_how_everybody_stands(as_person, ada, people):
    page = as_person(ada).get("/results")
    text = words(page)
    assert "4 students" in text
    assert "Zoe" not in text
    assert in_order(page, "Ann", "Ben", "Cia", "Dan")
    assert "1 of 3" in text
    assert "Passed, best 100%, 2 attempts" in text
    assert "No attempt left, best 0%, 3 attempts" in text
    assert "In progress, 1 attempt" in text
    assert f"/admin/people/{people['Ann'].user_id}" in page.text
    assert statements_of(page) <= 8


def test_one_quiz_shows_everything_about_it(as_person, ada, people):
    page = as_person(ada).get("/results?quiz=needle-quiz&sort=-attempts")
    text = words(page)
    assert "Quiz on needles: 4 students" in text
    assert "3 of 3" in text
    assert text.index("Ben Student") < text.index("Ann Student")
    assert statements_of(page) <= 8


@pytest.mark.parametrize(
    ("address", "order"),
    [
        ("?sort=-name", ("Dan", "Cia", "Ben", "Ann")),
        ("?sort=-passed", ("Ann", "Ben", "Cia", "Dan")),
        ("?sort=passed", ("Dan", "Ben", "Cia", "Ann")),
        ("?sort=-last", ("Ann", "Ben", "Cia", "Dan")),
        ("?quiz=skin-quiz&sort=-best", ("Ann", "Ben", "Cia", "Dan")),
        ("?quiz=skin-quiz&sort=attempts", ("Ben", "Dan", "Cia", "Ann")),
    ],
)
def test_sorting_puts_who_has_nothing_at_the_low_end(as_person, ada, people, address, order):
    assert in_order(as_person(ada).get(f"/results{address}"), *order)


def test_filters(as_person, database, ada, ina, people, revision_id):
    with database.write() as db:
        intake_id = an_intake(db, title="Own intake")
        eve = a_user(db, "Eve Student")
        a_place_in(db, eve, intake_id)
        group_id = groups.make_group(db, ada, name="Evening", now=NOW)
        groups.add_member(db, ada, group_id, email=people["Cia"].email, role=Role.student, now=NOW)
    browser = as_person(ada)

    def shown(address: str) -> list[str]:
        text = words(browser.get(f"/results{address}"))
        names = ("Ann", "Ben", "Cia", "Dan", "Eve")
        return [name for name in names if f"{name} Student" in text]

    assert shown(f"?intake={intake_id}") == ["Eve"]
    assert shown(f"?group={group_id}") == ["Cia"]
    assert shown("?q=ben") == ["Ben"]
    assert shown("?quiz=skin-quiz&show=unpassed") == ["Ben", "Cia", "Dan", "Eve"]
    assert shown("?show=unpassed") == ["Ann", "Ben", "Cia", "Dan", "Eve"]
    assert shown("?q=nobody+has+this") == []
    nobody = browser.get("/results?q=nobody+has+this")
    assert "Nobody matches" in words(nobody)
    assert "Clear filters" in words(nobody)


@pytest.mark.parametrize(
    "address", ["?quiz=gone", "?intake=x", "?group=x", "?sort=sideways", "?show=all"]
)
def test_an_old_bookmark_opens_the_whole_list(as_person, ada, people, address):
    assert "4 students" in words(as_person(ada).get(f"/results{address}"))


def test_what_does_not_exist(as_person, ada, people):
    browser = as_person(ada)
    assert browser.get("/results?course=gone").status_code == 404
    assert browser.get("/results?page=0").status_code == 422
    assert browser.get("/results/small-course/quizzes/gone").status_code == 404
    assert browser.get("/results/gone/quizzes/skin-quiz").status_code == 404


def test_before_the_first_course(as_person, ada):
    assert "No course yet" in words(as_person(ada).get("/results"))


def test_an_instructor_sees_own_groups_only(as_person, database, ada, ina, people):
    """R-033, R-034: nobody else's student is on the page, in the file or in the counts."""
    browser = as_person(ina)
    assert "No group yet" in words(browser.get("/results"))
    with database.write() as db:
        own = groups.make_group(db, ada, name="Evening", now=NOW)
        foreign = groups.make_group(db, ada, name="Canary group", now=NOW)
        for group_id, email, role in (
            (own, ina.email, Role.instructor),
            (own, people["Ben"].email, Role.student),
            (foreign, people["Ann"].email, Role.student),
        ):
            groups.add_member(db, ada, group_id, email=email, role=role, now=NOW)
    for address in ("", "?quiz=skin-quiz", f"?group={foreign}", "?sort=-passed", "?q=student"):
        page = browser.get(f"/results{address}")
        assert "Ben Student" in words(page)
        assert "Ann Student" not in page.text
        assert "Canary" not in page.text
        assert f"/admin/people/{people['Ben'].user_id}" not in page.text
    file = browser.post("/results/export", data={"course": "small-course"})
    assert "Ben Student" in file.text
    assert "Ann Student" not in file.text
    assert "No answers yet" in words(browser.get("/results/small-course/quizzes/skin-quiz"))
    needles = words(browser.get("/results/small-course/quizzes/needle-quiz"))
    assert "3 sent attempts of the students in your groups" in needles


def test_who_learns_in_a_group_does_not_look_after_it(as_person, database, ada, people):
    with database.write() as db:
        both = a_user(db, "Bea Both", roles=("student", "instructor"))
        group_id = groups.make_group(db, ada, name="Evening", now=NOW)
        for person in (both, people["Ann"]):
            groups.add_member(db, ada, group_id, email=person.email, role=Role.student, now=NOW)
    page = as_person(both).get("/results")
    assert page.status_code == 200
    assert "Ann Student" not in page.text


def test_the_file_holds_the_list_and_the_trail_who_took_it(as_person, database, ada, people):
    form = {"course": "small-course", "quiz": "needle-quiz", "sort": "name", "q": "ben"}
    answer = as_person(ada).post("/results/export", data=form)
    assert answer.headers["content-type"].startswith("text/csv")
    heading, ben = answer.text.lstrip("\ufeff").replace('"', "").splitlines()
    assert heading == "Name,E-mail,Passed,Module 2: state,Module 2: best %,Module 2: attempts"
    assert ben == f"Ben Student,{people['Ben'].email},0 of 1,No attempt left,0,3"
    everybody = as_person(ada).post("/results/export", data={"course": "small-course"}).text
    assert len(everybody.splitlines()) == 5
    with database.read() as db:
        acts = db.scalars(
            select(AuditEvent).where(AuditEvent.action == "reports.results_exported")
        ).all()
    assert [act.details["rows"] for act in acts] == [1, 4]


def test_ten_times_the_people_cost_the_same_statements(as_person, database, ada, revision_id):
    def fill(first: int, last: int) -> None:
        with database.write() as db:
            for number in range(first, last):
                person = a_user(db, f"Person {number:03}")
                a_place(db, person, revision_id)
                a_sent_attempt(db, person, revision_id, right=bool(number % 2))

    browser = as_person(ada)
    addresses = (
        "/results",
        "/results?quiz=skin-quiz&sort=-best",
        "/results?show=unpassed&sort=-last",
    )
    fill(0, 8)
    browser.get("/results")  # the course is read once, then kept in memory
    few = [statements_of(browser.get(address)) for address in addresses]
    fill(8, 80)
    many = [browser.get(address) for address in addresses]
    assert [statements_of(page) for page in many] == few
    assert max(few) <= 8
    assert "Page 1 of 2" in words(many[0])
    second = browser.get("/results?page=2")
    assert "Person 050" in words(second)
    assert "Person 049" not in words(second)


def test_which_questions_are_missed(as_person, database, ada, people, revision_id):
    """Counts and questions, and no answers: the right options are not on the page (R-050)."""
    page = as_person(ada).get("/results/small-course/quizzes/skin-quiz")
    text = words(page)
    assert "2 sent attempts" in text
    assert "Which layer has vessels?" in text
    assert "50%" in text
    assert "The dermis" not in text
    assert statements_of(page) <= 6


def test_the_most_missed_question_comes_first(as_person, database, ada, people, revision_id):
    with database.write() as db:
        db.connection().exec_driver_sql("DELETE FROM answers WHERE question_key = 'total-volume'")
        db.connection().exec_driver_sql("UPDATE attempts SET marks = NULL")
    text = words(as_person(ada).get("/results/small-course/quizzes/skin-quiz"))
    assert text.index("What is the total volume?") < text.index("Which layer has vessels?")
    assert "100%" in text


def test_a_student_sees_no_results(as_person, people):
    browser = as_person(people["Ann"])
    assert browser.get("/results").status_code == 403
    assert browser.get("/results/small-course/quizzes/skin-quiz").status_code == 403
    assert browser.post("/results/export", data={}).status_code == 403
