"""A question that asks for a whole number says so, and a number that is too exact is refused and kept."""

import re
from html import unescape

import pytest
from sqlalchemy import func, select

from app.quizzes.models import AnswerRow
from tests.integration.quizzes.conftest import Pupil
from tests.make.courses import changed_course
from tests.make.pages import words
from tests.make.people import a_user
from tests.make.quizzes import a_place, a_published_course


@pytest.fixture(params=[0, 1, 2, None])
def numeric_question(request, database) -> tuple[int | None, Pupil]:
    """How many decimals the numeric question asks for, and a student before it."""
    line = "" if request.param is None else f"    places: {request.param}\n"
    course = changed_course({"quizzes/skin-quiz.yaml": ("    places: 2\n", line)})
    with database.write() as db:
        revision_id = a_published_course(db, course.course, course.keys)
        actor = a_user(db, "Sam Student")
        a_place(db, actor, revision_id)
    return request.param, Pupil(database, actor, revision_id)


def test_more_decimals_than_asked_for_are_refused_and_kept(numeric_question, as_person, database):
    places, pupil = numeric_question
    browser = as_person(pupil.actor)
    attempt_id = pupil.start()
    position = pupil.position(attempt_id, "total-volume")
    url = f"/attempts/{attempt_id}/questions/{position}"
    page = browser.get(url)
    hints = {
        0: "In mL. Give a whole number.",
        1: "In mL. Use a point or a comma for decimals. Give 1 decimal place.",
        2: "In mL. Use a point or a comma for decimals. Give 2 decimal places.",
        None: "In mL. Use a point or a comma for decimals.",
    }
    assert hints[places] in words(page)
    assert ("whole number" in words(page)) == (places == 0)
    assert ('inputmode="numeric"' in page.text) == (places == 0), "the keys that a phone shows"
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
    refusals = {
        0: "Give a whole number, without decimals.",
        1: "Round the number to 1 decimal place.",
        2: "Round the number to 2 decimal places.",
    }
    answered = browser.post(url, data={"answer": "100.555", "csrf_token": token})
    by_api = browser.put(
        f"/api/v1/attempts/{attempt_id}/answers/{position}",
        json={"sequence": 1, "response": {"text": "100.555"}},
    )
    with database.read() as db:
        saved = db.scalar(
            select(func.count()).select_from(AnswerRow).where(AnswerRow.is_late.is_(False))
        )
    if places is None:
        assert (answered.status_code, by_api.status_code, saved) == (303, 200, 1)
        return
    assert (answered.status_code, by_api.status_code, saved) == (422, 422, 0)
    assert refusals[places] in unescape(answered.text)
    assert 'value="100.555"' in answered.text
    assert refusals[places] in by_api.text
    again = browser.get(url)
    assert again.status_code == 200
    assert refusals[places] in unescape(again.text)
    assert 'value="100.555"' in again.text
    exact = "100." + "5" * places + "00" if places else "100.0"
    assert browser.post(url, data={"answer": exact, "csrf_token": token}).status_code == 303
