"""Flags: a student marks questions of a running attempt to come back to them."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from app.quizzes import flags
from app.quizzes.errors import AttemptRefused
from app.quizzes.models import AnswerRow, AttemptRow
from tests.conftest import statements_of
from tests.integration.quizzes.test_pages_of_several import csrf, revision_id, right  # noqa: F401
from tests.make import NOW


def flagged(database, attempt_id) -> list[str] | None:
    with database.read() as db:
        row = db.scalar(select(AttemptRow.flags).where(AttemptRow.id == attempt_id))
    return None if row is None else row["questions"]


def key(pupil, attempt_id, position: int) -> str:
    return pupil.attempt(attempt_id).drawn[position - 1].key


def numbers(html: str) -> dict[str, bool]:
    """The numbers of the list of questions, and whether each is flagged by its sign and its word."""
    links = re.findall(r'data-position="(\d)"([^>]*)>(.*?)</a>', html, re.DOTALL)
    for _, marks, words in links:
        assert ("data-flagged" in marks) == ("flagged" in words)
    return {number: "data-flagged" in marks for number, marks, _ in links}


def test_a_flag_without_a_script_saves_the_page_and_stays_on_it(
    pupil, browser: TestClient, database
):
    attempt_id = pupil.start()
    base = f"/attempts/{attempt_id}"
    page = browser.get(f"{base}/questions/1").text
    assert page.count('name="flag"') == 3
    assert not any(numbers(page).values())
    form = {"csrf_token": csrf(page), "question": [1, 2, 3]}
    answer = right(pupil, attempt_id, 2)
    pressed = browser.post(f"{base}/questions/1", data=form | {"answer-2": answer, "flag": "3"})
    assert pressed.status_code == 303
    assert pressed.headers["location"] == f"{base}/questions/3#question-3"
    assert flagged(database, attempt_id) == [key(pupil, attempt_id, 3)]
    page = browser.get(f"{base}/questions/3").text
    assert numbers(page) == {"1": False, "2": False, "3": True, "4": False, "5": False}
    assert re.search(rf'value="{answer[0]}"\s+checked', page), "what was chosen is saved, too"
    assert page.count('aria-pressed="true"') == 1
    assert "1 flagged" in page
    check = browser.get(f"{base}/check").text
    assert f'<a href="{base}/questions/3?then=check#question-3"' in check
    assert check.count("1 flagged") == 1
    assert check.index("Send answers</span>") < check.index("1 flagged")
    again = browser.post(
        f"{base}/questions/1?then=check", data=form | {"answer-2": answer, "unflag": "3"}
    )
    assert again.headers["location"] == f"{base}/questions/3?then=check#question-3"
    assert flagged(database, attempt_id) == []
    assert "1 flagged" not in browser.get(f"{base}/check").text


def test_a_flag_beside_an_answer_that_cannot_be_read_is_set(pupil, browser, database):
    attempt_id = pupil.start()
    url = f"/attempts/{attempt_id}/questions/4"
    form = {"csrf_token": csrf(browser.get(url).text), "question": [4, 5], "answer-5": "1,000"}
    refused = browser.post(url, data=form | {"flag": "5"})
    assert refused.status_code == 422
    assert numbers(refused.text)["5"]
    assert flagged(database, attempt_id) == [key(pupil, attempt_id, 5)]


def test_a_program_flags_by_the_api(pupil, browser, database):
    attempt_id = pupil.start()
    url = f"/api/v1/attempts/{attempt_id}/flags/2"
    for _ in range(2):
        done = browser.put(url, json={"flagged": True})
        assert (done.status_code, done.json()) == (200, {"flagged": True})
    assert flagged(database, attempt_id) == [key(pupil, attempt_id, 2)]
    questions = browser.get(f"/api/v1/attempts/{attempt_id}").json()["questions"]
    assert [question["flagged"] for question in questions] == [False, True, False, False, False]
    assert browser.put(url, json={"flagged": "yes"}).status_code == 422
    assert flagged(database, attempt_id) == [key(pupil, attempt_id, 2)]
    assert browser.put(url, json={"flagged": False}).json() == {"flagged": False}
    assert flagged(database, attempt_id) == []


@pytest.mark.parametrize("end", ["sent", "time"])
def test_an_attempt_that_has_ended_takes_no_flag(pupil, database, end):
    attempt_id = pupil.start() if end == "sent" else _started_with_a_limit(pupil)
    now = NOW
    if end == "sent":
        pupil.submit(attempt_id)
    else:
        now += timedelta(minutes=11)
    with pytest.raises(AttemptRefused) as refused, database.write() as db:
        flags.set_flag(db, pupil.actor, attempt_id, 1, is_flagged=True, now=now)
    assert refused.value.reason == "ended"
    assert flagged(database, attempt_id) is None


def _started_with_a_limit(pupil):
    pupil.complete("skin")
    return pupil.start("needle-quiz")


def test_a_form_that_comes_late_flags_nothing_and_keeps_its_answers(pupil, browser, database):
    attempt_id = pupil.start()
    url = f"/attempts/{attempt_id}/questions/1"
    form = {"csrf_token": csrf(browser.get(url).text), "question": [1, 2, 3], "flag": "1"}
    pupil.submit(attempt_id)
    late = browser.post(url, data=form | {"answer-2": right(pupil, attempt_id, 2)})
    assert late.status_code == 409
    assert "does not count" in late.text
    assert flagged(database, attempt_id) is None
    with database.read() as db:
        stored = select(func.count()).where(AnswerRow.is_late)
        assert db.scalar(stored) == 3


def test_statements_do_not_grow_with_the_questions_of_a_page(pupil, browser):
    attempt_id = pupil.start()
    url = f"/attempts/{attempt_id}/questions/1"
    token = csrf(browser.get(url).text)

    def statements(positions: list[int]) -> int:
        sent = {f"answer-{each}": right(pupil, attempt_id, each) for each in positions}
        done = browser.post(url, data={"csrf_token": token, "question": positions} | sent)
        assert done.status_code == 303
        return statements_of(done)

    assert statements([2]) == statements([1, 3, 4, 5]) <= 6
