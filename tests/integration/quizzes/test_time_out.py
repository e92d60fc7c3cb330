"""What happens to an attempt that is not sent when its time is over, with the worker and without."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import jobs
from app.audit.models import AuditEvent
from app.quizzes import checks
from app.quizzes.domain.transitions import AttemptState
from app.quizzes.due_attempts import due_attempts
from app.quizzes.errors import AttemptRefused
from app.quizzes.models import AnswerRow, AttemptRow
from tests.integration.quizzes.conftest import Pupil
from tests.make import NOW
from tests.make.courses import changed_course
from tests.make.pages import words
from tests.make.people import a_user
from tests.make.quizzes import a_place, a_published_course

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
DUE = NOW + 10 * MINUTE
IN_GRACE = DUE + 11 * SECOND
LAST = DUE + 5 * MINUTE
AFTER_GRACE = LAST + 11 * SECOND
RULES = {"grace": "at_time_out: grace\ngrace: 5\n", "abandon": "at_time_out: abandon\n"}


@pytest.fixture
def timed(database):
    """A student before the needle quiz, whose file says what happens at the end of its ten minutes."""

    def make(rule: str) -> Pupil:
        line = "minutes: 10\n"
        course = changed_course({"quizzes/needle-quiz.yaml": (line, line + RULES[rule])})
        with database.write() as db:
            revision_id = a_published_course(db, course.course, course.keys)
            actor = a_user(db, "Sam Student")
            a_place(db, actor, revision_id)
        pupil = Pupil(database, actor, revision_id)
        pupil.complete("skin")
        return pupil

    return make


def stored(database, attempt_id):
    with database.read() as db:
        row = db.get(AttemptRow, attempt_id)
        return row.state, row.next_deadline_at, row.submitted_at, row.earned


def test_the_deadline_is_stored_at_the_start_and_cleared_at_the_end(pupil, database):
    pupil.complete("skin")
    attempt_id = pupil.start("needle-quiz")
    assert stored(database, attempt_id) == (AttemptState.in_progress, DUE, None, None)
    pupil.submit(attempt_id)
    assert stored(database, attempt_id)[:3] == (AttemptState.submitted, None, NOW)
    assert pupil.attempt(attempt_id).state is AttemptState.graded


@pytest.mark.parametrize("worker", [True, False])
def test_an_overdue_attempt_takes_no_answer_and_can_be_sent(timed, database, worker):
    pupil = timed("grace")
    attempt_id = pupil.start("needle-quiz")
    pupil.answer_all(attempt_id)
    if worker:
        assert jobs.close_overdue_attempts(database, now=IN_GRACE) == 1
        assert stored(database, attempt_id) == (AttemptState.overdue, LAST, None, None)
    attempt = pupil.attempt(attempt_id)
    late = pupil.save(attempt_id, 1, pupil.wrong_answer(attempt, 1), now=IN_GRACE)
    assert late.refusal.reason == "overdue"
    score = pupil.submit(attempt_id, now=LAST)
    assert score.earned == score.possible
    assert stored(database, attempt_id)[:3] == (AttemptState.submitted, None, LAST)
    with database.read() as db:
        assert sorted(db.scalars(select(AnswerRow.is_late))) == [False, False, True]
        assert checks.broken(db, now=AFTER_GRACE) == []


@pytest.mark.parametrize("worker", [True, False])
@pytest.mark.parametrize(("rule", "after"), [("grace", AFTER_GRACE), ("abandon", IN_GRACE)])
def test_an_attempt_that_was_not_sent_has_no_result(timed, database, rule, after, worker):
    pupil = timed(rule)
    attempt_id = pupil.start("needle-quiz")
    pupil.answer_all(attempt_id)
    if worker:
        jobs.close_overdue_attempts(database, now=IN_GRACE)
        jobs.close_overdue_attempts(database, now=after)
        assert stored(database, attempt_id) == (AttemptState.abandoned, None, None, None)
    before = stored(database, attempt_id)
    with pytest.raises(AttemptRefused) as refused:
        pupil.submit(attempt_id, now=after)
    assert refused.value.reason == "abandoned"
    assert stored(database, attempt_id) == before
    assert pupil.attempt(attempt_id).state_at(after) is AttemptState.abandoned
    second = pupil.start("needle-quiz", now=after)
    assert pupil.attempt(second).number == 2
    assert stored(database, attempt_id)[0] is AttemptState.abandoned
    with database.read() as db:
        assert checks.broken(db, now=after) == []


def test_a_sent_attempt_in_the_last_ten_seconds_counts(timed):
    pupil = timed("abandon")
    attempt_id = pupil.start("needle-quiz")
    pupil.answer_all(attempt_id)
    assert pupil.submit(attempt_id, now=DUE + 10 * SECOND).passed


def test_the_worker_goes_from_state_to_state_and_writes_each_once(timed, database):
    pupil = timed("grace")
    attempt_id = pupil.start("needle-quiz")
    taken = [
        jobs.close_overdue_attempts(database, now=moment)
        for moment in (DUE + 10 * SECOND, IN_GRACE, IN_GRACE, LAST + 10 * SECOND, AFTER_GRACE)
    ]
    assert taken == [0, 1, 0, 0, 1]
    assert jobs.close_overdue_attempts(database, now=AFTER_GRACE + 99 * MINUTE) == 0
    with database.read() as db:
        acts = db.scalars(
            select(AuditEvent.action)
            .where(AuditEvent.subject_id == attempt_id)
            .order_by(AuditEvent.id)
        )
        assert sorted(acts) == ["quizzes.abandoned", "quizzes.overdue", "quizzes.start"]


def test_an_attempt_that_the_version_before_started_is_swept_by_its_end(pupil, database):
    pupil.complete("skin")
    attempt_id = pupil.start("needle-quiz")
    with database.write() as db:
        db.get(AttemptRow, attempt_id).next_deadline_at = None
    with database.read() as db:
        assert due_attempts(db, now=DUE + 10 * SECOND) == ()
        assert due_attempts(db, now=IN_GRACE) == (attempt_id,)


def test_pages_of_an_overdue_attempt(timed, as_person, clock_file):
    pupil = timed("grace")
    browser = as_person(pupil.actor)
    start = browser.get("/learn/small-course/quizzes/needle-quiz")
    assert "you have 5 minutes to send the attempt" in words(start)
    attempt_id = pupil.start("needle-quiz")
    pupil.answer_all(attempt_id)
    base = f"/attempts/{attempt_id}"
    question = browser.get(f"{base}/questions/1")
    assert "After that you have 5 minutes to send the attempt" in words(question)
    token = re.search(r'name="csrf_token" value="([^"]+)"', question.text)[1]
    clock_file.write_text(IN_GRACE.isoformat())
    assert browser.get(f"{base}/questions/1").headers["location"].endswith("/check")
    check = browser.get(f"{base}/check")
    assert "Time is up" in words(check)
    assert "Change" not in words(check)
    late = browser.post(f"{base}/questions/1", data={"csrf_token": token})
    assert late.status_code == 409
    assert "so the answer does not count" in words(late)
    shown = browser.get(f"/api/v1{base}").json()
    assert (shown["state"], shown["may"]) == ("overdue", ["submit"])
    by_api = browser.put(
        f"/api/v1{base}/answers/1", json={"sequence": 50, "response": {"options": []}}
    )
    assert (by_api.status_code, by_api.json()["reason"]) == (409, "overdue")
    sent = browser.post(f"{base}/submit", data={"csrf_token": token})
    assert sent.headers["location"].endswith(str(attempt_id))


def test_pages_of_an_attempt_that_was_not_sent(timed, as_person, clock_file):
    pupil = timed("abandon")
    browser = as_person(pupil.actor)
    attempt_id = pupil.start("needle-quiz")
    base = f"/attempts/{attempt_id}"
    check = browser.get(f"{base}/check")
    assert "an attempt that is not sent by then has no result" in words(check)
    token = re.search(r'name="csrf_token" value="([^"]+)"', check.text)[1]
    clock_file.write_text(IN_GRACE.isoformat())
    sent = browser.post(f"{base}/submit", data={"csrf_token": token})
    assert sent.status_code == 409
    assert "so it has no result" in words(sent)
    home = "/learn/small-course/quizzes/needle-quiz"
    assert browser.get(base).headers["location"].endswith(home)
    page = browser.get(home)
    assert "Your last attempt was not sent" in words(page)
    assert f'href="{base}"' not in page.text
    shown = browser.get(f"/api/v1{base}").json()
    assert (shown["state"], shown["may"], shown["result"]) == ("abandoned", [], None)
