"""A quiz that starts with an access code."""

import re

import pytest
from sqlalchemy import func, select

from app.quizzes.models import AttemptRow
from tests.integration.quizzes.conftest import Pupil
from tests.make.courses import changed_course
from tests.make.pages import words
from tests.make.people import a_user
from tests.make.quizzes import a_place, a_published_course

CODE = "Blue Heron’s 7"
QUIZ = "/learn/small-course/quizzes/needle-quiz"
API = "/api/v1/courses/small-course/quizzes/needle-quiz"


@pytest.fixture
def coded(database):
    """A student before the needle quiz, which starts with a code."""
    line = "attempts: 3\n"
    course = changed_course({"quizzes/needle-quiz.yaml": (line, f"{line}access_code: {CODE}\n")})
    assert "Heron" not in course.course.model_dump_json()
    with database.write() as db:
        revision_id = a_published_course(db, course.course, course.keys)
        actor = a_user(db, "Sam Student")
        a_place(db, actor, revision_id)
    pupil = Pupil(database, actor, revision_id)
    pupil.complete("skin")
    return pupil


def attempts(database) -> int:
    with database.read() as db:
        return db.scalar(select(func.count()).select_from(AttemptRow))


def test_only_the_code_starts_it_and_nothing_shows_the_code(coded, database, as_person):
    browser = as_person(coded.actor)
    page = browser.get(QUIZ)
    assert "Access code" in words(page)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    pages = [page]
    for typed, told in (
        ("", "starts with an access code"),
        ("Blue", "This access code is not right"),
    ):
        refused = browser.post(QUIZ, data={"csrf_token": token, "access_code": typed})
        assert refused.status_code == 409
        assert told in words(refused)
        pages.append(refused)
    assert attempts(database) == 0
    started = browser.post(QUIZ, data={"csrf_token": token, "access_code": f" {CODE.upper()} "})
    assert started.status_code == 303
    assert attempts(database) == 1
    pages += [browser.get(started.headers["location"]), browser.get(QUIZ), browser.get(API)]
    assert [page for page in pages if "Heron" in page.text] == []


@pytest.mark.parametrize(
    ("body", "reason"),
    [(None, "code_missing"), ({}, "code_missing"), ({"access_code": "Blue"}, "code_wrong")],
)
def test_the_api_says_why_it_does_not_start(coded, database, as_person, body, reason):
    browser = as_person(coded.actor)
    assert browser.get(API).json()["needs_access_code"] is True
    refused = browser.post(f"{API}/attempts", json=body)
    assert (refused.status_code, refused.json()["reason"]) == (409, reason)
    assert attempts(database) == 0
    started = browser.post(f"{API}/attempts", json={"access_code": CODE})
    assert started.status_code == 201
    again = browser.post(f"{API}/attempts")
    assert again.json()["attempt"] == started.json()["attempt"]


def test_ten_tries_in_ten_minutes_are_the_limit(coded, database, as_person):
    browser = as_person(coded.actor)
    wrong = [browser.post(f"{API}/attempts", json={"access_code": f"no {n}"}) for n in range(11)]
    assert [each.status_code for each in wrong] == [409] * 10 + [429]
    assert browser.post(f"{API}/attempts", json={"access_code": CODE}).status_code == 429
    assert attempts(database) == 0
