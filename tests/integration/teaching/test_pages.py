"""Staff read courses without a place on them: every page as several people."""

import pytest
from lxml import html
from sqlalchemy import func, select

from app.db.base import Base
from app.learning.models import Completion
from tests.conftest import statements_of
from tests.make.courses import changed_course
from tests.make.learning import a_learner_place, a_published_course
from tests.make.pages import words
from tests.make.people import a_user
from tests.make.practicals import a_practical

COURSES = "/teach/courses"
OLD, NEW = f"{COURSES}/small-course/revisions/1", f"{COURSES}/small-course/revisions/2"
LESSON, QUIZ, LIST = "lessons/skin-layers", "quizzes/skin-quiz", "checklists/first-session"
PAGES = [
    COURSES,
    NEW,
    *(f"{NEW}/{page}" for page in (LESSON, QUIZ, LIST, "glossary", "search?q=skin")),
    f"{NEW}/quizzes/final-test",
    f"{OLD}/{LESSON}",
    f"{OLD}/{QUIZ}",
]
SECRETS = ("Vessels run in the dermis", "Right, its vessels feed the skin")
"""Explanations of the questions, which no page of a student shows before an attempt has ended."""


@pytest.fixture
def revisions(database):
    """Two revisions of the small course; a lesson of the first one has another title."""
    older = changed_course({"lessons/skin-layers.md": ("title: ", "title: Once called ")})
    with database.write() as db:
        return a_published_course(db, older), a_published_course(db)


@pytest.fixture
def instructor(database, as_person, revisions):
    with database.write() as db:
        person = a_user(db, "Ivy Instructor", roles=("instructor",))
    return as_person(person)


def rows(database) -> dict[str, int]:
    with database.read() as db:
        return {
            table.name: db.scalar(select(func.count()).select_from(table))
            for table in Base.metadata.sorted_tables
            if table.name != "sign_ins"
        }


def links(page) -> list[str]:
    return [link.get("href") for link in html.document_fromstring(page.text).xpath("//a[@href]")]


@pytest.mark.parametrize("role", ["instructor", "admin"])
def test_staff_open_every_page_without_a_place_and_leave_no_trace(
    database, as_person, revisions, role
):
    with database.write() as db:
        person = a_user(db, "Sal Staff", roles=(role,))
    browser = as_person(person)
    before = rows(database)
    answers = {path: browser.get(path) for path in PAGES}
    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(
        PAGES, 200
    )
    assert rows(database) == before
    assert {path for path in PAGES if statements_of(browser.get(path)) > 6} == set()
    assert all("no-store" in answer.headers["cache-control"] for answer in answers.values())


@pytest.mark.parametrize("path", PAGES)
def test_a_student_never_opens_them_even_with_a_place(database, as_person, revisions, path):
    with database.write() as db:
        student = a_user(db, "Sam Student")
        a_learner_place(db, student, revisions[1])
    answer = as_person(student).get(path)
    assert answer.status_code == 403
    assert "This page is for other roles of the academy." in words(answer)
    assert not any(secret in answer.text for secret in SECRETS)


def test_what_staff_have_opened_is_in_no_page_of_a_student(
    database, as_person, instructor, revisions
):
    with database.write() as db:
        student = a_user(db, "Sam Student")
        a_learner_place(db, student, revisions[1])
    assert all(secret in instructor.get(f"{NEW}/{QUIZ}").text for secret in SECRETS)
    assert instructor.get(f"{NEW}/{LESSON}").status_code == 200
    browser = as_person(student)
    lesson, quiz = (browser.get(f"/learn/small-course/{page}") for page in (LESSON, QUIZ))
    assert (lesson.status_code, quiz.status_code) == (200, 200)
    assert "Mark as done" in lesson.text
    assert not any("/teach/" in link for link in links(lesson))
    assert not any(secret in lesson.text + quiz.text for secret in SECRETS)


def test_a_lesson_reads_as_the_student_has_it(database, instructor, revisions):
    with database.write() as db:
        a_learner_place(db, a_user(db, "Sam Student"), revisions[1])
        a_learner_place(db, a_user(db, "Sue Student"), revisions[1])
    page = instructor.get(f"{NEW}/{LESSON}")
    said = words(page)
    assert "You read this as staff. Students on revision 2: 2." in page.text
    assert "Mark as done" not in page.text
    assert "The skin has layers." in said
    inside = [link for link in links(page) if not link.startswith(("#", "http"))]
    assert f"{NEW}/glossary#epidermis" in inside
    assert f"{NEW}/lessons/skin-vessels" in inside
    assert not any(link.startswith("/learn") for link in inside)


def test_an_older_revision_reads_as_it_was(database, instructor, revisions):
    with database.write() as db:
        a_learner_place(db, a_user(db, "Sam Student"), revisions[0])
    assert "Once called" in words(instructor.get(f"{OLD}/{LESSON}"))
    assert "Once called" not in words(instructor.get(f"{NEW}/{LESSON}"))
    said = words(instructor.get(OLD))
    assert "Revision 1 is an older one" in said
    assert "You read this as staff. 1 student learns from revision 1." in said
    assert "is an older one" not in words(instructor.get(NEW))
    listed = links(instructor.get(COURSES))
    assert {OLD, NEW} <= set(listed)


def test_a_quiz_shows_every_question_of_its_pool_with_keys_and_reasons(instructor, revisions):
    page = instructor.get(f"{NEW}/quizzes/final-test")
    said = words(page)
    for stem in (
        "Which layer does a needle meet first?",
        "A used needle goes straight",
        "half of 5 mL",
    ):
        assert stem in said
    assert "3 questions in the pool" in said
    assert "2 questions in an attempt" in said
    assert "Shown once it is passed, or after the last attempt" in said
    assert "Must be right" not in said
    assert "2.5 mL" in said
    assert "Half of 5 mL is 2.5 mL." in said
    right = html.document_fromstring(page.text).xpath("//li[@data-state='right']/span")
    assert [choice.text_content().strip() for choice in right] == ["The epidermis", "True"]


def test_an_instructor_who_takes_the_course_sees_the_questions_without_keys(
    database, as_person, revisions
):
    with database.write() as db:
        person = a_user(db, "Ivy Instructor", roles=("student", "instructor"))
    browser = as_person(person)
    assert all(secret in browser.get(f"{NEW}/{QUIZ}").text for secret in SECRETS)
    with database.write() as db:
        a_learner_place(db, person, revisions[0])
    page = browser.get(f"{NEW}/{QUIZ}")
    assert page.status_code == 200
    assert "Which layer has vessels?" in words(page)
    assert "You have a place on this course yourself" in words(page)
    assert not any(secret in page.text for secret in SECRETS)
    assert "data-state" not in page.text


def test_a_checklist_says_what_the_assessor_looks_for(instructor, revisions):
    checklist = revisions[1].course.checklists[0]
    said = words(instructor.get(f"{NEW}/checklists/{checklist.key}"))
    assert all(step.text in said for step in checklist.steps)
    assert all(step.look_for in said for step in checklist.steps if step.look_for)
    assert revisions[1].course.practicals[0].title in said


def test_search_and_glossary_stay_inside_the_revision(instructor, revisions):
    results = links(instructor.get(f"{OLD}/search?q=once called"))
    assert f"{OLD}/{LESSON}" in results
    assert "Nothing fits all these words" in words(instructor.get(f"{NEW}/search?q=once called"))
    glossary = instructor.get(f"{NEW}/glossary?q=epidermis")
    assert "epidermis" in words(glossary).lower()
    assert not any(link.startswith("/learn") for link in links(glossary))


def test_the_roster_leads_to_the_checklist_of_its_day(database, as_person, revisions):
    with database.write() as db:
        instructor = a_user(db, "Ivy Instructor", roles=("instructor",))
        day = a_practical(db, instructors=(instructor,))
    browser = as_person(instructor)
    address = f"/teach/practicals/{day}/checklist"
    assert address in links(browser.get(f"/teach/practicals/{day}"))
    answer = browser.get(address)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{NEW}/checklists/first-session"


@pytest.mark.parametrize(
    "path",
    [
        f"{COURSES}/no-such-course/revisions/1",
        f"{COURSES}/small-course/revisions/0",
        f"{COURSES}/small-course/revisions/3",
        f"{COURSES}/small-course/revisions/99999999999999999999",
        f"{NEW}/lessons/no-such-lesson",
        f"{NEW}/quizzes/no-such-quiz",
        f"{NEW}/checklists/no-such-list",
        "/teach/practicals/00000000-0000-4000-8000-000000000000/checklist",
    ],
)
def test_what_is_not_there_is_not_found(instructor, path):
    assert instructor.get(path).status_code == 404


def test_nothing_that_staff_read_counts_as_learning(database, instructor):
    """The form of a student’s lesson is no way round: it is for students with a place."""
    refused = instructor.post(f"/learn/small-course/{LESSON}/done")
    assert refused.status_code == 403
    assert "This page is for other roles" in words(refused)
    assert instructor.post(f"{NEW}/{LESSON}/done").status_code == 404
    with database.read() as db:
        assert db.scalar(select(func.count()).select_from(Completion)) == 0
