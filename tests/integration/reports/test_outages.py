"""Time after an outage: who gets it, once, in batches, and what admins see before."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from lxml import html
from sqlalchemy import func, select

from app.audit.models import AuditEvent
from app.enrolments.models import Enrolment
from app.kit.errors import Forbidden
from app.notices.models import Notice
from app.quizzes import checks
from app.quizzes.domain.outage import Outage
from app.quizzes.domain.transitions import AttemptState
from app.quizzes.models import AttemptRow, ExtensionRow
from app.reports import outages
from app.reports.outage_batches import give_everybody
from app.reports.outage_candidates import OutageScope, gaining, outage_lines
from app.reports.outage_pages import MOST_SHOWN
from tests.conftest import statements_of
from tests.integration.quizzes.conftest import Pupil
from tests.integration.reports.conftest import why
from tests.integration.reports.test_allowance_races import at_once
from tests.make import NOW
from tests.make.fingerprint import fingerprint
from tests.make.list_cases import TABLE_ROWS, attempts_in_an_outage, stage
from tests.make.pages import words
from tests.make.people import a_user
from tests.make.practicals import COURSE
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


def test_a_device_learns_when_an_outage_opened_its_attempt_again(
    as_person, database, ada, a_sitter
):
    """A seal from before must not send what runs again; time for a running attempt breaks no seal."""
    ended, running = a_sitter("Tim Out"), a_sitter("Lee Late")
    ids = [ended.start(QUIZ, now=BEGAN), running.start(QUIZ, now=NOW - 13 * MINUTE)]
    assert give(database, ada, now=NOW - 4 * MINUTE) == 2
    opened = [
        as_person(pupil.actor).get(f"/api/v1/attempts/{attempt_id}").json()["reopened_at"]
        for pupil, attempt_id in zip((ended, running), ids, strict=True)
    ]
    assert opened[1] is None
    assert datetime.fromisoformat(opened[0]) == NOW - 4 * MINUTE
    assert "Opened again" in words(as_person(ada).get(f"/results/attempts/{ids[0]}"))


def test_two_presses_at_once_give_the_time_once(database, ada, a_sitter):
    attempt_id = a_sitter("Tim Out").start(QUIZ, now=BEGAN)

    def press(own):
        give(own, ada)

    at_once(database, press, press, press)
    with database.read() as db:
        assert db.scalar(select(func.count(ExtensionRow.outage_from))) == 1
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


def test_a_pass_that_the_worker_has_not_recorded_is_not_opened_again(database, ada, a_sitter):
    pupil = a_sitter("Tim Out")
    attempt_id = pupil.start(QUIZ, now=BEGAN)
    pupil.answer_all(attempt_id, now=BEGAN + MINUTE)
    why = {"reason": "The network failed.", "reason_is_told": False}
    assert give_everybody(database, ada, SCOPE, now=NOW, **why) == 0
    row = rows_of(database)[attempt_id]
    assert (row.state, row.passed, row.given_back_seconds) == (AttemptState.submitted, True, 0)


def test_only_admins_may(database, ina, ben):
    before = fingerprint(database)
    for actor in (ina, ben):
        with pytest.raises(Forbidden):
            give(database, actor)
    assert fingerprint(database) == before


def form_of(began, ended, **changes):
    return FORM | {"began_at": began, "ended_at": ended} | changes


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
    assert "may have read its result since" in words(preview)
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
        ({"ended_at": "09:00", "began_at": "09:10"}, 409, "The outage ends before it begins."),
        ({"began_at": "23:58", "ended_at": "23:59"}, 409, "The outage has not ended yet."),
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


def test_an_intake_limits_whom_it_concerns(as_person, database, ada, a_sitter):
    inside, outside = a_sitter("Ina Side"), a_sitter("Otto Side")
    for pupil in (inside, outside):
        pupil.start(QUIZ, now=BEGAN)
    with database.read() as db:
        intake_id = db.scalar(
            select(Enrolment.intake_id).where(Enrolment.user_id == inside.actor.user_id)
        )
    browser = as_person(ada)
    browser.get("/results/outage")
    outage = form_of(local(BEGAN + 5 * MINUTE), local(BEGAN + 9 * MINUTE), intake=str(intake_id))
    preview = words(browser.post("/results/outage", data=outage | {"step": "preview"}))
    assert "1 attempt gains time" in preview
    assert "Ina Side" in preview
    assert "Otto Side" not in preview
    browser.post("/results/outage", data=outage | {"step": "give"})
    with database.read() as db:
        assert set(db.scalars(select(ExtensionRow.user_id))) == {inside.actor.user_id}


def test_a_long_preview_lists_some_and_counts_all(as_person, database):
    with database.write() as db:
        set_up = stage(db, "admin")
        attempts_in_an_outage(set_up, range(MOST_SHOWN + 2))
    browser = as_person(set_up.reader)
    outage = form_of(local(NOW - 9 * MINUTE), local(NOW - 5 * MINUTE), quiz=f"{COURSE}/skin-quiz")
    preview = browser.post("/results/outage", data=outage | {"step": "preview"})
    assert len(html.fromstring(preview.text).xpath(TABLE_ROWS)) == MOST_SHOWN
    assert f"{MOST_SHOWN + 2} attempts gain time" in words(preview)
    assert "2 more attempts follow and are counted above." in words(preview)


PATH = "/api/v1/admin/outages"
OUTAGE = {
    "course": "small-course",
    "quiz": QUIZ,
    "began_at": SCOPE.outage.began_at.isoformat(),
    "ended_at": SCOPE.outage.ended_at.isoformat(),
}


def test_the_api_previews_and_gives_it_once(as_person, database, ada, a_sitter):
    browser = as_person(ada)
    gains, sent = a_sitter("Tim Out"), a_sitter("Ann Hand")
    attempt_id = gains.start(QUIZ, now=BEGAN)
    sent.submit(sent.start(QUIZ, now=BEGAN), now=BEGAN + 6 * MINUTE)
    preview = browser.get(PATH, params=OUTAGE).json()
    assert (preview["gaining"], preview["total"]) == (1, 2)
    assert [(line["name"], line["reopened"], line["reason"]) for line in preview["attempts"]] == [
        ("Ann Hand", False, "sent"),
        ("Tim Out", True, None),
    ]
    assert preview["attempts"][0]["why_nothing"] == "The student sent it in themselves."
    body = OUTAGE | {"reason": "The network failed."}
    assert browser.post(PATH, json=body).json() == {"attempts": 1}
    assert rows_of(database)[attempt_id].state is AttemptState.in_progress
    before = fingerprint(database)
    assert browser.post(PATH, json=body).json() == {"attempts": 0}
    assert fingerprint(database) == before


@pytest.mark.parametrize(
    ("changes", "status", "reason"),
    [
        ({"began_at": OUTAGE["ended_at"]}, 409, "backwards"),
        ({"ended_at": (NOW + timedelta(hours=1)).isoformat()}, 409, "in_future"),
        ({"began_at": "2026-12-01T10:00:00"}, 422, ["/began_at"]),
        ({"ended_at": "9999-12-31T23:59:59-12:00"}, 422, ["/ended_at"]),
        ({"quiz": ""}, 422, ["/quiz"]),
    ],
)
def test_the_api_refuses_an_outage_that_cannot_be(
    as_person, database, ada, changes, status, reason
):
    before = fingerprint(database)
    body = OUTAGE | {"reason": "The network failed."} | changes
    answer = as_person(ada).post(PATH, json=body)
    assert (answer.status_code, why(answer)) == (status, reason)
    assert fingerprint(database) == before
