"""Allowing one more attempt by page and by JSON, and the ways that lead there."""

import pytest
from sqlalchemy import select

from app.accounts import groups
from app.kit.actor import Role
from app.learning.models import Completed
from app.quizzes.models import AllowanceRow
from tests.make import NOW
from tests.make.fingerprint import fingerprint
from tests.make.pages import words
from tests.make.people import a_user
from tests.make.places import completions
from tests.make.quizzes import a_place, a_sent_attempt

COURSE, QUIZ = "small-course", "needle-quiz"
FORM = {"quiz": QUIZ, "reason": "The projector failed."}


def page_of(person):
    return f"/results/{COURSE}/people/{person.user_id}"


def only_allowance(database):
    with database.read() as db:
        return db.scalars(select(AllowanceRow)).one()


def body_of(person, **changes):
    sent = {"person_id": str(person.user_id), "course": COURSE, "quiz": QUIZ}
    return sent | {"reason": "The projector failed."} | changes


def test_a_page_allows_it_and_takes_it_back(as_person, database, ada, ben):
    browser = as_person(ada)
    page = browser.get(page_of(ben))
    assert "You can allow one more." in words(page)
    answer = browser.post(f"{page_of(ben)}/attempts", data=FORM | {"tell": "yes"})
    text = words(browser.get(answer.headers["location"]))
    assert "One more attempt is allowed. The student gets a mail." in text
    assert "Attempts used: 3 of 4." in text
    assert "The projector failed. By Ada Admin" in text
    assert "The student has the reason." in text
    assert "You can allow one more." not in text
    allowance = only_allowance(database)
    assert (allowance.reason, allowance.reason_is_told) == ("The projector failed.", True)
    answer = browser.post(f"/results/attempts-allowed/{allowance.id}/take-back")
    text = words(browser.get(answer.headers["location"]))
    assert "The attempt is taken back. The student gets a mail." in text
    assert "Attempts used: 3 of 3." in text
    assert "Taken back by Ada Admin" in text
    assert "You can allow one more." in text


def test_the_student_reads_it_among_the_notices(as_person, database, ada, ben):
    as_person(ada).post(f"{page_of(ben)}/attempts", data=FORM | {"tell": "yes"})
    text = words(as_person(ben).get("/notices"))
    assert "You have one more attempt: Quiz on needles" in text


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"reason": ""}, "Enter the reason."), ({"reason": "no"}, "at least 3 characters")],
)
def test_a_form_without_a_reason_is_shown_again(as_person, database, ada, ben, changes, message):
    browser = as_person(ada)
    browser.get(page_of(ben))
    before = fingerprint(database)
    answer = browser.post(f"{page_of(ben)}/attempts", data=FORM | changes)
    assert answer.status_code == 422
    assert message in words(answer)
    assert fingerprint(database) == before


def test_a_second_press_says_that_it_is_allowed_already(as_person, database, ada, ben):
    browser = as_person(ada)
    browser.post(f"{page_of(ben)}/attempts", data=FORM)
    before = fingerprint(database)
    answer = browser.post(f"{page_of(ben)}/attempts", data=FORM)
    assert answer.status_code == 409
    assert "One more attempt is allowed already, and not used yet." in words(answer)
    assert fingerprint(database) == before


def test_programs_of_staff_do_the_same(as_person, database, ada, ben):
    browser = as_person(ada)
    allowed = browser.post("/api/v1/attempt-allowances", json=body_of(ben))
    assert allowed.status_code == 201
    again = browser.post("/api/v1/attempt-allowances", json=body_of(ben))
    assert (again.status_code, again.json()["reason"]) == (409, "unused")
    address = f"/api/v1/attempt-allowances/{allowed.json()['allowance_id']}"
    assert browser.delete(address).status_code == 204
    gone = browser.delete(address)
    assert (gone.status_code, gone.json()["reason"]) == (409, "taken_back")
    assert browser.delete("/api/v1/attempt-allowances/" + str(ben.user_id)).status_code == 404


def test_a_program_of_somebody_else_changes_nothing(as_person, database, ina, ben):
    stranger, student = as_person(ina), as_person(ben)
    stranger.get("/results")
    student.get("/home")
    before = fingerprint(database)
    assert stranger.post("/api/v1/attempt-allowances", json=body_of(ben)).status_code == 404
    assert student.post("/api/v1/attempt-allowances", json=body_of(ben)).status_code == 403
    assert stranger.post(f"{page_of(ben)}/attempts", data=FORM).status_code == 404
    assert fingerprint(database) == before


@pytest.mark.parametrize("changes", [{"quiz": "gone"}, {"course": "gone"}])
def test_a_quiz_that_the_course_does_not_have_is_not_found(as_person, database, ada, ben, changes):
    browser = as_person(ada)
    browser.get("/results")
    before = fingerprint(database)
    answer = browser.post("/api/v1/attempt-allowances", json=body_of(ben, **changes))
    assert answer.status_code == 404
    assert fingerprint(database) == before


def test_the_students_home_offers_it(as_person, database, ada, ben, revision_id):
    lessons = [(Completed.lesson, "needle-safety")]
    with database.write() as db:
        completions(db, ben.user_id, revision_id, lessons, course_key=COURSE)
    student = as_person(ben)
    assert "You have used all your attempts" in words(student.get("/home"))
    as_person(ada).post(f"{page_of(ben)}/attempts", data=FORM)
    home = words(student.get("/home"))
    assert "You have 1 attempt left; the best one counts." in home
    assert "You have used all your attempts" not in home


def test_a_key_makes_one_allowance_of_two_requests(as_person, database, ada, ben):
    browser = as_person(ada)
    headers = {"idempotency-key": "once"}
    first, second = (
        browser.post("/api/v1/attempt-allowances", json=body_of(ben), headers=headers)
        for _ in range(2)
    )
    assert first.json() == second.json()
    assert only_allowance(database).number == 1


def test_the_page_of_a_person_and_who_needs_help_lead_there(as_person, database, ada, ina, ben):
    with database.write() as db:
        group_id = groups.make_group(db, ada, name="Evening", now=NOW)
        for person, role in ((ina, Role.instructor), (ben, Role.student)):
            groups.add_member(db, ada, group_id, email=person.email, role=role, now=NOW)
    link = f'href="{page_of(ben)}#quiz-{QUIZ}"'
    office = as_person(ada).get(f"/admin/people/{ben.user_id}")
    assert "No attempt left Allow one more attempt: Quiz on needles" in words(office)
    home = as_person(ina).get("/home")
    assert "All 3 attempts at “Quiz on needles” are used." in words(home)
    assert all(link in page.text for page in (office, home))
    as_person(ada).post(f"{page_of(ben)}/attempts", data=FORM)
    office = as_person(ada).get(f"/admin/people/{ben.user_id}")
    assert "Not passed yet" in words(office)
    assert "Allow one more attempt" not in words(office)
    assert "are used" not in words(as_person(ina).get("/home"))


def test_a_student_who_is_staff_too_sees_no_form_about_themselves(as_person, database, revision_id):
    with database.write() as db:
        both = a_user(db, "Bea Both", roles=("student", "admin"))
        a_place(db, both, revision_id)
        for number in (1, 2, 3):
            a_sent_attempt(db, both, revision_id, QUIZ, number=number, right=False)
    page = as_person(both).get(page_of(both))
    assert page.status_code == 200
    assert "No attempt left" in words(page)
    assert "You can allow one more." not in words(page)
