"""The list of attempts that are running: whose an admin and an instructor see, and what it says of each."""

from datetime import timedelta

import pytest

from app.accounts import groups
from app.kit.actor import Role
from app.reports.running_list import running_page
from tests.integration.quizzes.conftest import Pupil
from tests.make import NOW
from tests.make.pages import words
from tests.make.people import a_user
from tests.make.quizzes import a_complete_module, a_place
from tests.make.rfc4180 import read

MINUTE = timedelta(minutes=1)


@pytest.fixture
def sitters(database, revision_id):
    """Two students in the middle of a quiz of ten minutes; the second began later."""
    pupils = []
    for number, name in enumerate(("Ann Able", "Bob Baker")):
        with database.write() as db:
            actor = a_user(db, name)
            a_place(db, actor, revision_id)
            a_complete_module(db, actor, revision_id, "skin")
        pupils.append(Pupil(database, actor, revision_id))
        pupils[-1].start("needle-quiz", now=NOW + number * MINUTE)
    return pupils


def names(database, actor, *, text="", now=NOW):
    with database.read() as db:
        page = running_page(db, actor, text=text, number=1, now=now)
    return [line.name for line in page.rows]


def test_admins_see_everybody_and_who_ends_first_comes_first(database, ada, sitters):
    assert names(database, ada) == ["Ann Able", "Bob Baker"]
    assert names(database, ada, text="baker") == ["Bob Baker"]
    with database.read() as db:
        line = running_page(db, ada, text="able", number=1, now=NOW).rows[0]
    assert (line.ends_at, line.quiz_title) == (NOW + 10 * MINUTE, "Quiz on needles")


def test_instructors_see_those_of_their_groups(as_person, database, ada, ina, sitters):
    assert names(database, ina) == []
    with database.write() as db:
        group_id = groups.make_group(db, ada, name="Evening", now=NOW)
        for person, role in ((ina, Role.instructor), (sitters[1].actor, Role.student)):
            groups.add_member(db, ada, group_id, email=person.email, role=role, now=NOW)
    assert names(database, ina) == ["Bob Baker"]
    page = as_person(ina).get("/results/running")
    assert page.status_code == 200
    assert "Bob Baker" in words(page)
    assert "Ann Able" not in words(page)


def test_the_list_is_read_by_api_and_taken_away(as_person, ada, sitters):
    browser = as_person(ada)
    answer = browser.get("/api/v1/teach/attempts/running", params={"q": "baker"}).json()
    assert (answer["total"], answer["pages"]) == (1, 1)
    (line,) = answer["attempts"]
    assert (line["name"], line["quiz"], line["state"]) == (
        "Bob Baker",
        "Quiz on needles",
        "in_progress",
    )
    assert as_person(sitters[0].actor).get("/api/v1/teach/attempts/running").status_code == 403
    heading, *rows = read(browser.post("/results/running/export", data={"q": "able"}).text)
    assert heading[:3] == ["Student", "Course", "Quiz"]
    assert [(row[0], row[2], row[5], row[6]) for row in rows] == [
        ("Ann Able", "Quiz on needles", "In progress", "0")
    ]
