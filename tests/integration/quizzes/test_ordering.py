"""A question that asks for an order, from its page to its result: by a form, by the API, and with a critical
error."""

import re
from collections.abc import Sequence
from itertools import count

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select

from app.kit.ids import AttemptId
from app.quizzes import queries
from app.quizzes.domain.attempt import AnswerStanding
from app.quizzes.models import AnswerRow
from app.quizzes.result_page import result_page
from tests.integration.quizzes.conftest import Pupil
from tests.make import NOW
from tests.make.ordering import ORDER, course_with_an_order
from tests.make.quizzes import a_published_course, what_to_send


@pytest.fixture
def revision_id(database):
    parsed = course_with_an_order()
    with database.write() as db:
        return a_published_course(db, parsed.course, parsed.keys)


def placed(pupil: Pupil, attempt_id: AttemptId, order: Sequence[str]) -> list[str]:
    """What the form sends for these items, in this order."""
    tokens = {option.key: option.token for option in pupil.attempt(attempt_id).drawn[0].options}
    return [f"{tokens[key]} {place}" for key, place in zip(order, count(1), strict=False)]


def send(browser: TestClient, address: str, typed: list[str]) -> Response:
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(address).text)[1]
    return browser.post(address, data={"answer": typed, "go": "next", "csrf_token": token})


def answer_the_rest(pupil: Pupil, attempt_id: AttemptId) -> None:
    parsed, attempt = course_with_an_order(), pupil.attempt(attempt_id)
    quiz, keys = parsed.course.quiz("skin-quiz"), parsed.keys.quizzes["skin-quiz"]
    for position, drawn in enumerate(attempt.drawn[1:], start=2):
        pupil.save(attempt_id, position, list(what_to_send(quiz, keys, drawn)))


def test_half_an_order_is_kept_and_shown_again(pupil, database, browser: TestClient):
    attempt_id = pupil.start()
    address = f"/attempts/{attempt_id}/questions/1"
    assert browser.get(address).text.count('<select class="input"') == 3
    answered = send(browser, address, placed(pupil, attempt_id, ["inject"]))
    assert answered.status_code == 303
    page = browser.get(address).text
    assert page.count('<option value=""') == 3
    assert page.count('" selected>1</option>') == 1
    assert page.index("Inject") < min(page.index("Let it dry"), page.index("Disinfect the skin"))
    check = browser.get(f"/attempts/{attempt_id}/check").text
    assert '<li value="1"' in check
    assert "1 of 5 answered" in check


def test_two_items_in_one_place_are_refused_and_do_not_count(pupil, database, browser: TestClient):
    attempt_id = pupil.start()
    first, second, _ = placed(pupil, attempt_id, ORDER)
    sent = [first, second[:-1] + "1"]
    refused = send(browser, f"/attempts/{attempt_id}/questions/1", sent)
    assert refused.status_code == 422
    assert "More than one has the place 1. Give each a place of its own." in refused.text
    assert refused.text.count('" selected>1</option>') == 2
    with database.read() as db:
        assert db.scalars(select(AnswerRow.standing)).all() == [AnswerStanding.unreadable]


def test_the_api_takes_places_by_token(pupil, browser: TestClient):
    attempt_id = pupil.start()
    question = browser.get(f"/api/v1/attempts/{attempt_id}").json()["questions"][0]
    assert (question["type"], question["response"]) == ("ordering", {"places": {}})
    tokens = [option["token"] for option in question["options"]]
    address = f"/api/v1/attempts/{attempt_id}/answers/1"
    response = {"places": {token: place for place, token in enumerate(tokens, start=1)}}
    saved = browser.put(address, json={"sequence": 1, "response": response})
    assert (saved.status_code, saved.json()["answered"]) == (200, True)
    again = browser.get(f"/api/v1/attempts/{attempt_id}").json()["questions"][0]
    assert again["response"] == response
    removed = browser.put(address, json={"sequence": 2, "response": {"places": {}}})
    assert (removed.status_code, removed.json()["answered"]) == (200, False)
    other = browser.put(address, json={"sequence": 3, "response": {"options": tokens}})
    assert other.status_code == 422
    assert "do not belong to this question" in other.json()["detail"]


def test_a_critical_error_fails_the_quiz_and_is_named_first(pupil, database, browser: TestClient):
    """The points would have been enough: 2 of 3 pairs are right, and so is everything else."""
    attempt_id = pupil.start()
    pupil.save(attempt_id, 1, placed(pupil, attempt_id, ["inject", "disinfect", "dry"]))
    answer_the_rest(pupil, attempt_id)
    score = pupil.submit(attempt_id)
    assert (score.earned, score.possible, score.passed) == (6, 8, False)
    with database.read() as db:
        page = result_page(db, pupil.actor, attempt_id, now=NOW)
    assert (page.critical_errors, page.points_short) == (1, 0)
    assert [question.position for question in page.critical] == [1]
    html = browser.get(f"/attempts/{attempt_id}").text
    assert html.index("A critical error fails this quiz") < html.index("Not passed this time")
    assert html.count("It carries germs into the skin.") == 3, (
        "the note, the same on paper, and the review"
    )
    assert browser.get(f"/api/v1/attempts/{attempt_id}").json()["result"]["critical_errors"] == 1


def test_the_right_order_passes_it(pupil, database):
    attempt_id = pupil.start()
    pupil.save(attempt_id, 1, placed(pupil, attempt_id, ORDER))
    answer_the_rest(pupil, attempt_id)
    score = pupil.submit(attempt_id)
    assert (score.earned, score.possible, score.passed) == (8, 8, True)
    with database.read() as db:
        page = result_page(db, pupil.actor, attempt_id, now=NOW)
        assert queries.attempt_of(db, pupil.actor, attempt_id).score == score
    assert (page.critical_errors, page.critical) == (0, ())
