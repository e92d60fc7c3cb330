"""A page with several questions: one form saves all, and what cannot be read is explained in place."""

import re
from html import unescape

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from app.kit.ids import AttemptId
from app.quizzes.models import AnswerRow
from tests.integration.quizzes.conftest import Pupil
from tests.make.ordering import course_with_an_order
from tests.make.quizzes import a_published_course, what_to_send


@pytest.fixture
def revision_id(database):
    """A question of each type, three on a page."""
    parsed = course_with_an_order(per_page="3")
    with database.write() as db:
        return a_published_course(db, parsed.course, parsed.keys)


def csrf(html: str) -> str:
    return re.search(r'name="csrf_token" value="([^"]+)"', html)[1]


def right(pupil: Pupil, attempt_id: AttemptId, position: int) -> list[str]:
    parsed = course_with_an_order(per_page="3")
    drawn = pupil.attempt(attempt_id).drawn[position - 1]
    quiz, keys = parsed.course.quiz("skin-quiz"), parsed.keys.quizzes["skin-quiz"]
    return list(what_to_send(quiz, keys, drawn))


def answers(database) -> dict[str, int]:
    """How many answers of each question are stored."""
    with database.read() as db:
        counted = select(AnswerRow.question_key, func.count()).group_by(AnswerRow.question_key)
        return dict(db.execute(counted).all())


def test_the_pages_of_an_attempt(pupil, browser: TestClient):
    attempt_id = pupil.start()
    base = f"/attempts/{attempt_id}/questions"
    for position in (1, 2, 3):
        page = browser.get(f"{base}/{position}").text
        assert re.findall(r'id="question-(\d)"', page) == ["1", "2", "3"]
        assert "<title>Questions 1–3 of 5 – Quiz on the skin" in page
        assert f'action="{base}/1"' in page
        assert "Save and continue" in page
    last = browser.get(f"{base}/5").text
    assert re.findall(r'id="question-(\d)"', last) == ["4", "5"]
    assert "Questions 4–5 of 5" in last
    assert "Save and check answers" in last
    assert re.search(r'<a href="#question-5"\s+data-position="5"', last)
    assert re.search(rf'<a href="{base}/2#question-2"\s+data-position="2"', last)
    ids = re.findall(r'\sid="([^"]+)"', last)
    assert len(ids) == len(set(ids))
    assert browser.get(f"{base}/6").status_code == 404


def test_one_form_saves_all_answers_of_a_page(pupil, browser: TestClient, database):
    attempt_id = pupil.start()
    base = f"/attempts/{attempt_id}"
    sent = {f"answer-{position}": right(pupil, attempt_id, position) for position in (1, 2, 3)}
    form = {"csrf_token": csrf(browser.get(f"{base}/questions/1").text), "question": [1, 2, 3]}
    saved = browser.post(f"{base}/questions/1", data=form | sent | {"go": "next"})
    assert (saved.status_code, saved.headers["location"]) == (303, f"{base}/questions/4")
    assert "3 of 5 answered" in re.sub(r"<[^>]+>", "", browser.get(f"{base}/check").text)
    page = browser.get(f"{base}/questions/1").text
    assert page.count("Saved 09:00") == 4, "at the top, and beside each question"
    # A box that is not ticked sends nothing, and its answer is taken away.
    for name in ("answer-2", "answer-3"):
        sent.pop(name)
    browser.post(f"{base}/questions/1", data=form | sent | {"go": "next"})
    assert "1 of 5 answered" in re.sub(r"<[^>]+>", "", browser.get(f"{base}/check").text)
    page = browser.get(f"{base}/questions/1").text
    assert (page.count("Saved 09:00"), page.count("Not answered yet")) == (2, 2)
    assert sorted(answers(database).values()) == [1, 2, 2]
    back = {"csrf_token": form["csrf_token"], "question": [4, 5], "go": "previous"}
    assert browser.post(f"{base}/questions/4", data=back).headers["location"].endswith("/3")
    checked = browser.post(f"{base}/questions/4", data=back | {"go": "next"})
    assert checked.headers["location"] == f"{base}/check"


def test_an_answer_that_cannot_be_read_costs_no_other(pupil, browser: TestClient, database):
    attempt_id = pupil.start()
    url = f"/attempts/{attempt_id}/questions/4"
    true_or_false = right(pupil, attempt_id, 4)
    form = {
        "csrf_token": csrf(browser.get(url).text),
        "question": [4, 5],
        "answer-4": true_or_false,
        "answer-5": "1,000",
        "go": "previous",
    }
    refused = browser.post(url, data=form)
    text = unescape(refused.text)
    assert refused.status_code == 422
    assert "<title>Error: Questions 4–5" in text
    assert re.search(r'<a href="#f-answer-5">Question 5: Write the number without', text)
    assert 'id="answer-error-5"' in text
    assert "answer-error-4" not in text
    field = re.search(r'<input[^>]*name="answer-5"[^>]*>', text)[0]
    assert 'value="1,000"' in field
    assert 'aria-invalid="true"' in field
    assert 'aria-describedby="answer-hint-5 answer-error-5"' in field
    assert re.search(rf'value="{true_or_false[0]}"\s+checked', text)
    fourth, fifth = (drawn.key for drawn in pupil.attempt(attempt_id).drawn[3:])
    assert answers(database) == {fourth: 1, fifth: 1}, "it is kept as it was typed"
    again = browser.get(url)
    assert (again.status_code, 'value="1,000"' in again.text) == (200, True)
    assert "1 of 5 answered" in re.sub(r"<[^>]+>", "", again.text)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"question": ["x"]}, "number"),
        ({"question": ["0"]}, "1"),
        ({"answer-0": "1"}, "no field “answer-0”"),
        ({"answer-1000": "1"}, "no field “answer-1000”"),
    ],
)
def test_a_form_that_no_page_sends_saves_nothing(pupil, browser, database, fields, says):
    attempt_id = pupil.start()
    url = f"/attempts/{attempt_id}/questions/1"
    refused = browser.post(url, data=fields | {"csrf_token": csrf(browser.get(url).text)})
    assert refused.status_code == 422
    assert says in unescape(refused.text)
    assert answers(database) == {}


def test_a_question_that_does_not_exist_undoes_the_page(pupil, browser, database):
    attempt_id = pupil.start()
    url = f"/attempts/{attempt_id}/questions/4"
    form = {"question": [4, 6], "answer-4": right(pupil, attempt_id, 4)}
    refused = browser.post(url, data=form | {"csrf_token": csrf(browser.get(url).text)})
    assert refused.status_code == 404
    assert "Page not found" in refused.text
    assert answers(database) == {}


def test_a_page_of_earlier_versions_is_saved(pupil, browser, database):
    """It was open while the version changed: it sends one answer, by the position in its address."""
    attempt_id = pupil.start()
    url = f"/attempts/{attempt_id}/questions/2"
    form = {"csrf_token": csrf(browser.get(url).text), "answer": right(pupil, attempt_id, 2)}
    assert browser.post(url, data=form).headers["location"].endswith("/questions/3")
    assert answers(database) == {pupil.attempt(attempt_id).drawn[1].key: 1}
