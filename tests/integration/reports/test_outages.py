"""Time after an outage: who gets it, once, in batches, and what admins see before."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from app.audit.models import AuditEvent
from app.kit.errors import Forbidden
from app.notices.models import Notice
from app.quizzes import checks
from app.quizzes.domain.outage import Outage
from app.quizzes.domain.transitions import AttemptState
from app.quizzes.models import AttemptRow, ExtensionRow
from app.reports import outages
from app.reports.outage_candidates import OutageScope, gaining, outage_lines
from tests.conftest import statements_of
from tests.integration.quizzes.conftest import Pupil
from tests.integration.reports.test_allowance_races import at_once
from tests.make import NOW
from tests.make.fingerprint import fingerprint
from tests.make.pages import words
from tests.make.people import a_user
from tests.make.quizzes import a_complete_module, a_place

QUIZ = "needle-quiz"
LONDON = ZoneInfo("Europe/London")
MINUTE = timedelta(minutes=1)
BEGAN = NOW - 20 * MINUTE
"""When the students of these tests start; the quiz lasts ten minutes."""
SCOPE = OutageScope("small-course", QUIZ, None, Outage(BEGAN + 5 * MINUTE, BEGAN + 9 * MINUTE))
FORM = {
    "quiz": f"small-course/{QUIZ}",
    "day": f"{NOW.astimezone(LONDON):%Y-%m-%d}",
    "reason": "The network failed.",
    "tell": "yes",
}


@pytest.fixture
def a_sitter(database, revision_id):
    def make(name):
        with database.write() as db:
            actor = a_user(db, name)
            a_place(db, actor, revision_id)
            a_complete_module(db, actor, revision_id, "skin")
        return Pupil(database, actor, revision_id)

    return make


def rows_of(database):
    with database.read() as db:
        return {row.id: row for row in db.scalars(select(AttemptRow))}


def give(database, actor, scope=SCOPE, *, now=NOW):
    with database.read() as db:
        lines = [line for line, _ in gaining(outage_lines(db, scope, now=now), actor)]
    with database.write() as db:
        return outages.give_time_back_after_outage(
            db, actor, scope, lines, reason="The network failed.", reason_is_told=False, now=now
        )


def test_who_was_sitting_gets_the_time_once(database, ada, a_sitter):
    timed_out, by_hand, later = (a_sitter(name) for name in ("Tim Out", "Ann Hand", "Lee Late"))
    lost = timed_out.start(QUIZ, now=BEGAN)
    sent = by_hand.start(QUIZ, now=BEGAN)
    by_hand.submit(sent, now=BEGAN + 6 * MINUTE)
    running = later.start(QUIZ, now=NOW - 13 * MINUTE)
    untouched = rows_of(database)[sent].due_at
    assert give(database, ada, now=NOW - 4 * MINUTE) == 2
    rows = rows_of(database)
    assert rows[lost].state is AttemptState.in_progress
    assert rows[lost].due_at == NOW - 4 * MINUTE + 4 * MINUTE
    assert rows[running].due_at == NOW - 3 * MINUTE + 2 * MINUTE
    assert (rows[sent].state, rows[sent].due_at) == (AttemptState.submitted, untouched)
    before = fingerprint(database)
    assert give(database, ada, now=NOW - 4 * MINUTE) == 0
    assert fingerprint(database) == before
    with database.read() as db:
        acts = db.scalars(select(AuditEvent.action).where(AuditEvent.actor_id == ada.user_id))
        assert sorted(acts) == ["quizzes.reopen", "quizzes.time_given_back"]
        assert db.scalar(select(func.count(Notice.id))) == 2
        assert checks.broken(db, now=NOW - 4 * MINUTE) == []


def test_two_presses_at_once_give_the_time_once(database, ada, a_sitter):
    attempt_id = a_sitter("Tim Out").start(QUIZ, now=BEGAN)

    def press(own):
        give(own, ada)

    at_once(database, press, press, press)
    with database.read() as db:
        assert db.scalar(select(func.count(ExtensionRow.id))) == 1
    assert rows_of(database)[attempt_id].due_at == NOW + 4 * MINUTE


def test_of_two_attempts_only_the_newer_runs_again(database, ada, a_sitter):
    pupil = a_sitter("Tim Out")
    scope = OutageScope("small-course", QUIZ, None, Outage(BEGAN, NOW))
    first = pupil.start(QUIZ, now=BEGAN - 5 * MINUTE)
    second = pupil.start(QUIZ, now=BEGAN + 6 * MINUTE)
    assert give(database, ada, scope, now=NOW + MINUTE) == 1
    rows = rows_of(database)
    assert rows[first].state is AttemptState.submitted
    assert rows[second].state is AttemptState.in_progress


def test_only_admins_may(database, ina, ben):
    before = fingerprint(database)
    for actor in (ina, ben):
        with pytest.raises(Forbidden):
            give(database, actor)
    assert fingerprint(database) == before


def form_of(began, ended, **changes):
    return FORM | {"began": began, "ended": ended} | changes


def local(moment):
    return f"{moment.astimezone(LONDON):%H:%M}"


def test_admins_see_who_gains_what_before_they_give_it(as_person, database, ada, a_sitter):
    browser = as_person(ada)
    assert browser.get("/results/outage").status_code == 200
    attempt_id = a_sitter("Tim Out").start(QUIZ, now=BEGAN)
    outage = form_of(local(BEGAN + 5 * MINUTE), local(BEGAN + 9 * MINUTE))
    before = fingerprint(database)
    preview = browser.post("/results/outage", data=outage | {"step": "preview"})
    assert "1 attempt gains time" in words(preview)
    assert "Tim Out" in words(preview)
    assert fingerprint(database) == before
    done = browser.post("/results/outage", data=outage | {"step": "give"})
    assert done.status_code == 303
    assert "1 attempt got its time back." in words(browser.get("/results/outage"))
    assert rows_of(database)[attempt_id].given_back_seconds > 0
    with database.read() as db:
        acts = db.scalars(select(AuditEvent.action).where(AuditEvent.actor_id == ada.user_id))
        assert "quizzes.outage_made_good" in set(acts)
    assert browser.post("/results/outage", data=outage | {"step": "give"}).status_code == 303
    assert "Nobody gained time" in words(browser.get("/results/outage"))


@pytest.mark.parametrize(
    ("changes", "status", "message"),
    [
        ({"ended": "09:00", "began": "09:10"}, 409, "The outage ends before it begins."),
        ({"began": "23:58", "ended": "23:59"}, 409, "The outage has not ended yet."),
        ({"reason": ""}, 422, "Enter the reason"),
        ({"day": "yesterday"}, 422, "Enter a date such as 8 December 2026"),
    ],
)
def test_an_outage_that_cannot_be_is_refused(as_person, database, ada, changes, status, message):
    browser = as_person(ada)
    browser.get("/results/outage")
    before = fingerprint(database)
    answer = browser.post("/results/outage", data=form_of("00:01", "00:02", step="give") | changes)
    assert answer.status_code == status
    assert message in words(answer)
    assert fingerprint(database) == before


def test_ten_students_cost_as_many_statements_as_two(as_person, database, ada, a_sitter):
    browser = as_person(ada)
    outage = form_of(local(BEGAN + 5 * MINUTE), local(BEGAN + 9 * MINUTE))
    browser.post("/results/outage", data=outage | {"step": "preview"})
    counts = []
    for several in (range(2), range(2, 10)):
        for number in several:
            a_sitter(f"Student {number}").start(QUIZ, now=BEGAN)
        preview = browser.post("/results/outage", data=outage | {"step": "preview"})
        counts.append(statements_of(preview))
    assert counts[0] == counts[1]
