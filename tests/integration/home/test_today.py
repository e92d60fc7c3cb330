"""The home pages answer "what now?": one next thing for each stage, within a budget."""

from datetime import timedelta

from lxml import html

from app.enrolments.domain import EnrolmentState
from app.practicals.models import Practical
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.enrolments import an_enrolment, an_intake
from tests.make.pages import words
from tests.make.people import a_user
from tests.make.practicals import a_practical, a_ready_student, a_seat, the_course


def next_thing(response) -> tuple[str, str]:
    """Return the words and the address of the one card under "Next"."""
    (section,) = html.document_fromstring(response.text).xpath("//section[@aria-labelledby='next']")
    links = section.xpath(".//a[@href]")
    return " ".join(section.text_content().split()), links[0].get("href") if links else ""


def test_somebody_new_is_shown_the_courses(database, as_person):
    with database.write() as db:
        student = a_user(db, "Nia New")
    said, address = next_thing(as_person(student).get("/home"))
    assert "No course yet" in said
    assert address == "/courses"


def test_somebody_who_asked_is_told_who_decides(database, as_person):
    with database.write() as db:
        the_course(db)
        student = a_user(db, "Ria Requested")
        an_enrolment(db, an_intake(db), student, EnrolmentState.requested)
    said, address = next_thing(as_person(student).get("/home"))
    assert "Your request is with our office" in said
    assert "No course yet" not in said
    assert address == "/enrolments"


def test_a_student_within_the_budget(database, as_person):
    with database.write() as db:
        practical_id = a_practical(db)
        student = a_ready_student(db, "Ann Able")
        a_seat(db, practical_id, student.user_id)
    browser = as_person(student)
    browser.get("/home")
    page = browser.get("/home")
    assert "Booked" in words(page)
    assert statements_of(page) <= 14


def test_a_day_stays_the_instructors_until_midnight(database, as_person):
    """When the last hour is over there are assessments to sign."""
    with database.write() as db:
        teacher = a_user(db, "Ira Instructor", roles=("instructor",))
        practical_id = a_practical(db, instructors=(teacher,), title="Morning day")
        practical = db.get_one(Practical, practical_id)
        practical.starts_at = NOW - timedelta(hours=2)
        practical.ends_at = NOW - timedelta(hours=1)
    page = words(as_person(teacher).get("/home"))
    assert "Morning day" in page
    assert "No practical today" not in page
