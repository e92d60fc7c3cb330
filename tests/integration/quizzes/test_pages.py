"""The pages and the API of an attempt, and what may and may not be read from them."""

import re
from datetime import timedelta
from html import unescape
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from app.quizzes.models import AnswerRow
from tests.conftest import statements_of
from tests.make import NOW
from tests.make.people import a_user

SECOND = timedelta(seconds=1)
DUE = NOW + timedelta(minutes=10)
START = "/learn/small-course/quizzes/skin-quiz"
NEEDLES = "/learn/small-course/quizzes/needle-quiz"


def csrf(page: str) -> str:
    return re.search(r'name="csrf_token" value="([^"]+)"', page)[1]


def key_of(page: str) -> str:
    return re.search(r'name="idempotency_key" value="([^"]+)"', page)[1]


def move_clock(clock_file, moment):
    clock_file.write_text(moment.isoformat())


def test_the_whole_way_without_a_script(browser, pupil):
    page = browser.get(START).text
    assert "Start the quiz" in page
    assert "You can try as often as you like" in page
    form = {"csrf_token": csrf(page), "idempotency_key": key_of(page)}
    started = browser.post(START, data=form)
    assert started.status_code == 303
    assert browser.post(START, data=form).headers["location"] == started.headers["location"]
    url = started.headers["location"]
    attempt_id = url.split("/")[2]
    attempt = pupil.attempt(attempt_id=_id(attempt_id))
    for position in range(1, 5):
        page = browser.get(url).text
        assert f"Question {position} of 4" in page
        answer = {"answer": pupil.right_answer(attempt, position), "csrf_token": csrf(page)}
        answered = browser.post(url, data=answer)
        assert answered.status_code == 303
        url = answered.headers["location"]
    assert url == f"/attempts/{attempt_id}/check"
    page = browser.get(url).text
    assert "unanswered" not in page
    sent = browser.post(f"/attempts/{attempt_id}/submit", data={"csrf_token": csrf(page)})
    assert sent.headers["location"] == f"/attempts/{attempt_id}"
    result = browser.get(sent.headers["location"])
    assert "You passed" in result.text
    assert "5 of 5 points: 100 per cent" in result.text
    assert "Right, its vessels feed the skin." in result.text
    again = browser.get(START).text
    assert "Your earlier attempts" in again
    assert "Passed" in again


def _id(text: str) -> UUID:

    return UUID(text)


def test_saved_answers_are_shown_again_and_back_saves_too(browser, pupil):
    attempt_id = pupil.start()
    position = pupil.position(attempt_id, "total-volume")
    url = f"/attempts/{attempt_id}/questions/{position}"
    token = csrf(browser.get(url).text)
    assert (
        browser.post(url, data={"answer": "0,9", "go": "previous", "csrf_token": token}).headers[
            "location"
        ]
        == f"/attempts/{attempt_id}/questions/{max(1, position - 1)}"
    )
    page = browser.get(url).text
    assert 'value="0,9"' in page
    assert "Saved 09:00" in page
    check = browser.get(f"/attempts/{attempt_id}/check").text
    assert "0,9 mL" in check
    assert "You have 3 unanswered questions" in check
    assert "3 not answered" in check
    changed = browser.get(f"{url}?then=check").text
    assert "Save and check answers" in changed
    to_check = browser.post(url, data={"answer": "1", "go": "check", "csrf_token": token})
    assert to_check.headers["location"].endswith("/check")


def test_choices_are_shown_chosen(browser, pupil):
    attempt_id = pupil.start()
    position = pupil.position(attempt_id, "true-of-the-dermis")
    attempt = pupil.attempt(attempt_id)
    tokens = [option.token for option in attempt.drawn[position - 1].options][:2]
    url = f"/attempts/{attempt_id}/questions/{position}"
    browser.post(url, data={"answer": tokens, "csrf_token": csrf(browser.get(url).text)})
    page = browser.get(url).text
    assert re.findall(r'value="([0-9a-f]{16})"\s+checked', page) == tokens
    assert "Question </span>" in page
    assert ", answered" in page
    assert "It holds vessels" in browser.get(f"/attempts/{attempt_id}/check").text


def test_an_unreadable_answer_is_explained_and_kept(browser, pupil):
    attempt_id = pupil.start()
    position = pupil.position(attempt_id, "total-volume")
    url = f"/attempts/{attempt_id}/questions/{position}"
    refused = browser.post(url, data={"answer": "1,000", "csrf_token": csrf(browser.get(url).text)})
    assert refused.status_code == 422
    assert 'value="1,000"' in refused.text
    assert "<title>Error: Question" in refused.text
    assert 'href="#f-answer"' in refused.text
    assert "thousands" in unescape(refused.text)
    assert "Not answered yet" in refused.text
    wrong_field = browser.post(url, data={"due_at": "2099-01-01", "csrf_token": csrf(refused.text)})
    assert wrong_field.status_code == 422


def test_refusals_of_a_start_are_explained(browser, pupil):
    page = browser.get(NEEDLES)
    assert "Not open yet" in page.text
    assert "The skin" in page.text
    refused = browser.post(NEEDLES, data={"csrf_token": csrf(browser.get(START).text)})
    assert refused.status_code == 409
    assert "Complete first: The skin." in refused.text
    pupil.complete("skin")
    for _ in range(3):
        pupil.finish("needle-quiz", right=False)
    page = browser.get(NEEDLES)
    assert "No attempts left" in page.text
    assert "0 of 3" in page.text
    assert page.text.count("See the result") == 4, "the last attempt is named above, too"


def test_an_open_attempt_is_offered_again(browser, pupil):
    pupil.complete("skin")
    attempt_id = pupil.start("needle-quiz")
    page = browser.get(NEEDLES).text
    assert "You have an open attempt" in page
    assert f"/attempts/{attempt_id}/continue" in page
    assert "Start the quiz" not in page
    assert browser.get(f"/attempts/{attempt_id}").headers["location"].endswith("/check")


def test_an_attempt_goes_on_at_the_first_question_without_an_answer(browser, pupil, clock_file):
    pupil.complete("skin")
    attempt_id = pupil.start("needle-quiz")
    address = f"/attempts/{attempt_id}"

    def leads_to() -> str:
        return browser.get(f"{address}/continue").headers["location"]

    assert leads_to() == f"{address}/questions/1"
    attempt = pupil.attempt(attempt_id)
    pupil.save(attempt_id, 1, pupil.right_answer(attempt, 1))
    assert leads_to() == f"{address}/questions/2"
    pupil.answer_all(attempt_id)
    assert leads_to() == f"{address}/check"
    move_clock(clock_file, DUE + 11 * SECOND)
    assert leads_to() == address


def test_a_result_says_what_it_means_and_what_to_read_again(browser, pupil):
    missed = browser.get(f"/attempts/{pupil.finish(right=False)}").text
    assert "you can try as often as you like" in missed
    for key in ("skin-layers", "skin-vessels"):
        assert f"/learn/small-course/lessons/{key}" in missed
    passed = browser.get(f"/attempts/{pupil.finish()}").text
    assert "when you have marked these lessons as done" in passed
    pupil.complete_lessons("skin-layers", "skin-vessels")
    complete = browser.get(f"/attempts/{pupil.finish()}").text
    assert "The quiz is passed and the module is complete." in complete
    assert "Module 2 is open" in complete
    lessons = re.findall(r"/learn/small-course/lessons/[\w-]+", complete)
    assert lessons == ["/learn/small-course/lessons/needle-safety"]


def test_the_review_shows_only_what_was_missed_on_demand(browser, pupil):
    attempt_id = pupil.start()
    attempt = pupil.attempt(attempt_id)
    for position in range(1, 5):
        choose = pupil.wrong_answer if position == 2 else pupil.right_answer
        pupil.save(attempt_id, position, choose(attempt, position))
    pupil.submit(attempt_id)

    def reviewed(query: str) -> list[str]:
        return re.findall(r'id="question-(\d)"', browser.get(f"/attempts/{attempt_id}{query}").text)

    assert reviewed("") == ["1", "2", "3", "4"]
    assert reviewed("?show=missed") == ["2"]
    assert "Only what I missed: 1" in browser.get(f"/attempts/{attempt_id}").text


def test_foreign_attempts_look_like_nothing(as_person, pupil, a_pupil, database):
    """R-033 for attempts: somebody else's, a missing one, and one without a place."""
    attempt_id = pupil.start()
    other = as_person(a_pupil("Other Student").actor)
    with database.write() as db:
        nobody = a_user(db, "No Place")
    stranger = as_person(nobody)
    missing = other.get(f"/attempts/{uuid4()}")
    for path in ("", "/questions/1", "/check"):
        foreign = other.get(f"/attempts/{attempt_id}{path}")
        assert foreign.status_code == 404
        strip = re.compile(r'name="csrf_token" value="[^"]+"')
        assert strip.sub("", foreign.text) == strip.sub("", missing.text)
    assert other.get(f"/api/v1/attempts/{attempt_id}").status_code == 404
    body = {"sequence": 1, "response": {"text": "1"}}
    assert other.put(f"/api/v1/attempts/{attempt_id}/answers/1", json=body).status_code == 404
    assert other.post(f"/api/v1/attempts/{attempt_id}/submit").status_code == 404
    assert other.get(f"/attempts/{attempt_id}/questions/99").status_code == 404
    assert stranger.get(START).status_code == 404
    assert other.get("/learn/small-course/quizzes/nothing").status_code == 404
    pupil_browser = as_person(pupil.actor)
    assert pupil_browser.get(f"/attempts/{attempt_id}/questions/5").status_code == 404
    assert pupil_browser.get(f"/attempts/{attempt_id}/questions/x").status_code == 404


def test_pages_of_attempts_are_kept_by_nobody(browser, pupil):
    """R-057."""
    attempt_id = pupil.start()
    for path in (START, f"/attempts/{attempt_id}/questions/1", f"/attempts/{attempt_id}/check"):
        assert "no-store" in browser.get(path).headers["cache-control"]
    pupil.submit(attempt_id)
    assert "no-store" in browser.get(f"/attempts/{attempt_id}").headers["cache-control"]


def test_time_is_the_servers(browser, pupil, clock_file, database):
    """R-059, R-060, R-061: nothing that the browser says or does moves the end."""
    pupil.complete("skin")
    attempt_id = pupil.start("needle-quiz")
    url = f"/attempts/{attempt_id}/questions/1"
    first, second = (pupil.right_answer(pupil.attempt(attempt_id), place) for place in (1, 2))
    token = csrf(browser.get(url).text)
    early = {"date": (NOW - timedelta(days=1)).isoformat(), "x-client-time": NOW.isoformat()}
    move_clock(clock_file, DUE + 9 * SECOND)
    in_time = browser.post(url, data={"answer": first, "csrf_token": token}, headers=early)
    assert in_time.status_code == 303
    assert browser.get(url).status_code == 200
    move_clock(clock_file, DUE + 11 * SECOND)
    url = f"/attempts/{attempt_id}/questions/2"
    late = browser.post(url, data={"answer": second, "csrf_token": token}, headers=early)
    assert late.status_code == 409
    assert "does not count" in late.text
    assert "1 of 2 points" in late.text
    with database.read() as db:
        assert db.scalars(select(AnswerRow.is_late).order_by(AnswerRow.received_at)).all() == [
            False,
            True,
        ]


def test_an_overdue_attempt_is_over_though_nobody_wrote_it_down(
    browser, pupil, clock_file, database
):
    """R-081: a page computes the state from the clock and writes nothing."""
    pupil.complete("skin")
    attempt_id = pupil.start("needle-quiz")
    pupil.answer_all(attempt_id)
    move_clock(clock_file, DUE + 11 * SECOND)
    for path in ("/questions/1", "/check"):
        there = browser.get(f"/attempts/{attempt_id}{path}")
        assert there.headers["location"] == f"/attempts/{attempt_id}"
    result = browser.get(f"/attempts/{attempt_id}").text
    assert "Time is up" in result
    assert "2 of 2 points: 100 per cent" in result
    assert "10:10" not in result
    assert "09:10" in result
    assert "Time is up" in browser.get(NEEDLES).text
    state = browser.get(f"/api/v1/attempts/{attempt_id}").json()
    assert (state["state"], state["result"]["passed"]) == ("submitted", True)
    assert pupil.attempt(attempt_id).submitted_at is None
    sent = browser.post(
        f"/attempts/{attempt_id}/submit", data={"csrf_token": csrf(result_form(browser))}
    )
    assert sent.status_code == 303
    assert pupil.attempt(attempt_id).submitted_at == DUE


def result_form(browser) -> str:
    return browser.get("/learn/small-course/quizzes/skin-quiz").text


def test_a_question_page_is_cheap(browser, pupil, a_pupil):
    attempt_id = pupil.start()
    pupil.answer_all(attempt_id)
    for number in range(10):
        a_pupil(f"Student {number}").finish()
    for path, most in (
        (f"/attempts/{attempt_id}/questions/1", 6),
        (f"/attempts/{attempt_id}/check", 6),
        (START, 6),
    ):
        browser.get(path)
        assert statements_of(browser.get(path)) <= most
    url = f"/api/v1/attempts/{attempt_id}/answers/{pupil.position(attempt_id, 'total-volume')}"
    for sequence in (5, 6):
        saved = browser.put(url, json={"sequence": sequence, "response": {"text": f"{sequence}"}})
    assert saved.status_code == 200
    assert statements_of(saved) <= 5
    pupil.submit(attempt_id)
    browser.get(f"/attempts/{attempt_id}")
    assert statements_of(browser.get(f"/attempts/{attempt_id}")) <= 8


class TestApi:
    def test_the_whole_way(self, browser, pupil):
        there = "/api/v1/courses/small-course/quizzes/skin-quiz/attempts"
        key = {"idempotency-key": "one"}
        started = browser.post(there, headers=key)
        assert started.status_code == 201
        assert browser.post(there, headers=key).json() == started.json()
        state = browser.get(started.json()["href"]).json()
        assert state["state"] == "in_progress"
        assert state["now"] == "2026-12-01T09:00:00Z"
        assert state["result"] is None
        attempt = pupil.attempt(_id(state["id"]))
        for question in state["questions"]:
            typed = pupil.right_answer(attempt, question["position"])
            numeric = question["type"] == "numeric"
            body = {
                "sequence": 1,
                "response": {"text": typed[0]} if numeric else {"options": typed},
            }
            url = f"/api/v1/attempts/{state['id']}/answers/{question['position']}"
            saved = browser.put(url, json=body)
            assert saved.json() == {
                "sequence": 1,
                "saved_at": "2026-12-01T09:00:00Z",
                "answered": True,
            }
            assert saved.headers["x-server-now"] == "2026-12-01T09:00:00+00:00"
        answered = browser.get(started.json()["href"]).json()["questions"]
        assert all(q["sequence"] == 1 for q in answered)
        score = browser.post(f"/api/v1/attempts/{state['id']}/submit").json()
        assert score == {"earned": 5, "possible": 5, "passed": True}
        assert browser.post(f"/api/v1/attempts/{state['id']}/submit").json() == score
        result = browser.get(started.json()["href"]).json()["result"]
        assert result == {
            **score,
            "needed": 4,
            "critical_errors": 0,
            "must_pass_missed": [],
            "answers_shown": True,
            "ready_at": None,
            "missed": [],
            "modules": [],
        }
        browser.post(there, headers=key)
        assert len(browser.get(START).text.split("See the result")) == 2

    def test_every_option_looks_alike(self, browser, pupil):
        """R-051: right and wrong options have the same fields, types and length of token."""
        attempt_id = pupil.start()
        for question in browser.get(f"/api/v1/attempts/{attempt_id}").json()["questions"]:
            assert set(question) == {
                "position",
                "type",
                "stem_html",
                "points",
                "must_pass",
                "unit",
                "places",
                "options",
                "flagged",
                "sequence",
                "response",
                "conflict",
                "unreadable",
            }
            for option in question["options"]:
                assert set(option) == {"token", "html"}
                assert re.fullmatch(r"[0-9a-f]{16}", option["token"])

    @pytest.mark.parametrize(
        "body",
        [
            {"sequence": True, "response": {"text": "1"}},
            {"sequence": "1", "response": {"text": "1"}},
            {"sequence": 1.0, "response": {"text": "1"}},
            {"sequence": 0, "response": {"text": "1"}},
            {"sequence": 10_001, "response": {"text": "1"}},
            {"sequence": 1, "response": {"text": 1}},
            {"sequence": 1, "response": {"text": "1" * 61}},
            {"sequence": 1, "response": {"text": "1", "options": []}},
            {"sequence": 1, "response": {"options": "aa"}},
            {"sequence": 1, "response": {"options": ["a"] * 21}},
            {"sequence": 1, "response": {}},
            {"sequence": 1},
            {"sequence": 1, "response": {"text": "1"}, "due_at": "2099-01-01T00:00:00Z"},
            {"sequence": 1, "response": {"text": "1"}, "earned": 5},
            {"sequence": 1, "response": {"text": "one"}},
            {"sequence": 1, "response": {"options": ["aa"]}},
            [],
            None,
        ],
    )
    def test_what_is_not_an_answer_is_a_problem_document(self, browser, pupil, body, database):
        """R-038, R-059: values are not converted, and unknown fields have no effect."""
        attempt_id = pupil.start()
        position = pupil.position(attempt_id, "total-volume")
        refused = browser.put(f"/api/v1/attempts/{attempt_id}/answers/{position}", json=body)
        assert refused.status_code == 422
        assert refused.headers["content-type"] == "application/problem+json"
        with database.read() as db:
            assert db.scalars(select(AnswerRow.id)).all() == []

    def test_late_and_taken_are_conflicts(self, browser, pupil):
        attempt_id = pupil.start()
        position = pupil.position(attempt_id, "total-volume")
        url = f"/api/v1/attempts/{attempt_id}/answers/{position}"
        browser.put(url, json={"sequence": 1, "response": {"text": "1"}})
        taken = browser.put(url, json={"sequence": 1, "response": {"text": "2"}})
        assert (taken.status_code, taken.json()["reason"]) == (409, "sequence-taken")
        browser.post(f"/api/v1/attempts/{attempt_id}/submit")
        late = browser.put(url, json={"sequence": 2, "response": {"text": "2"}})
        assert (late.status_code, late.json()["reason"]) == (409, "ended")

    def test_a_refused_start_gives_its_reason(self, browser, pupil):
        refused = browser.post("/api/v1/courses/small-course/quizzes/needle-quiz/attempts")
        assert refused.status_code == 409
        assert refused.json()["reason"] == "locked"
        assert refused.json()["type"] == "/problems/quiz-start-refused"

    def test_only_students_call_it(self, as_person, database, client, pupil):
        """R-032: the wrong role is refused before the body is looked at."""
        attempt_id = pupil.start()
        with database.write() as db:
            ada = a_user(db, "Ada Admin", roles=("admin",))
        admin = as_person(ada)
        url = f"/api/v1/attempts/{attempt_id}/answers/1"
        for body in ({"sequence": 1, "response": {"text": "1"}}, {}):
            assert admin.put(url, json=body).status_code == 403
            assert client.put(url, json=body).status_code == 401


def test_nothing_of_an_answer_stands_in_the_log_of_acts(pupil, database):
    """R-131: ids, no answers."""
    pupil.finish()
    with database.read() as db:
        rows = db.execute(text("SELECT action, reason, details FROM audit_events")).all()
    assert len(rows) == 2
    assert all(row.reason is None for row in rows)
