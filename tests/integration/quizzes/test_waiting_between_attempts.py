"""A quiz whose file asks for a wait between two attempts."""

import re
from datetime import timedelta

from sqlalchemy import func, select

from app.quizzes.models import AttemptRow
from tests.integration.quizzes.conftest import Pupil
from tests.make import NOW
from tests.make.courses import changed_course
from tests.make.pages import words
from tests.make.people import a_user
from tests.make.quizzes import a_place, a_published_course

QUIZ = "/learn/small-course/quizzes/needle-quiz"


def test_the_next_attempt_starts_after_the_wait_and_not_before(database, as_person, clock_file):
    line = "attempts: 3\n"
    course = changed_course({"quizzes/needle-quiz.yaml": (line, line + "delay: 24 h\n")})
    with database.write() as db:
        revision_id = a_published_course(db, course.course, course.keys)
        actor = a_user(db, "Sam Student")
        a_place(db, actor, revision_id)
    pupil = Pupil(database, actor, revision_id)
    pupil.complete("skin")
    browser = as_person(actor)
    page = browser.get(QUIZ)
    assert "Between two attempts you wait 24 hours" in words(page)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    pupil.complete_lessons("needle-safety")
    attempt_id = pupil.finish("needle-quiz", right=False)
    told = browser.get(QUIZ)
    assert "You can try again on" in words(told)
    assert "Start the quiz" not in words(told)
    for path in (f"/attempts/{attempt_id}", "/home"):
        page_words = words(browser.get(path))
        assert "You can try again from " in page_words
        assert "Until then, read again what" in page_words
        assert not re.search(r"Try (?:again|the quiz again)(?! from)", page_words)
    result = browser.get(f"/api/v1/attempts/{attempt_id}").json()["result"]
    assert result["ready_at"] == (NOW + timedelta(days=1)).isoformat().replace("+00:00", "Z")
    refused = browser.post(QUIZ, data={"csrf_token": token})
    by_api = browser.post("/api/v1/courses/small-course/quizzes/needle-quiz/attempts")
    assert (refused.status_code, by_api.status_code) == (409, 409)
    assert by_api.json()["reason"] == "too_soon"
    shown = browser.get("/api/v1/courses/small-course/quizzes/needle-quiz").json()
    ready_at = NOW + timedelta(days=1)
    assert (shown["reason"], shown["ready_at"]) == (
        "too_soon",
        ready_at.isoformat().replace("+00:00", "Z"),
    )
    with database.read() as db:
        assert db.scalar(select(func.count()).select_from(AttemptRow)) == 1
    clock_file.write_text(ready_at.isoformat())
    assert "Start the quiz again" in words(browser.get(QUIZ))
    assert "Read again what was hard, then try once more. " in words(
        browser.get(f"/attempts/{attempt_id}")
    )
    assert "Try the quiz again" in words(browser.get("/home"))
    assert pupil.attempt(pupil.start("needle-quiz", now=ready_at)).number == 2
