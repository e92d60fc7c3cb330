"""Time given back to an attempt, and an attempt that is opened again: who may, and who is told."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import undefer

from app.audit.changed_fields import ChangedField
from app.audit.changes import read_details
from app.audit.models import AuditEvent
from app.kit.errors import Forbidden, NotFound
from app.learning.models import Completed, Completion
from app.notices.models import Notice
from app.quizzes import service as attempts
from app.quizzes.domain.transitions import AttemptState
from app.quizzes.errors import SequenceTaken
from app.quizzes.models import AttemptRow, ExtensionRow
from app.reports import extensions
from app.reports.errors import ExtensionRefused
from tests.integration.quizzes.conftest import Pupil
from tests.make import NOW
from tests.make.fingerprint import fingerprint
from tests.make.people import a_user
from tests.make.quizzes import a_complete_module, a_place, a_sent_attempt

QUIZ = "needle-quiz"
REASON = "The projector failed."
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
DUE = NOW + 10 * MINUTE


@pytest.fixture
def cora(database, revision_id):
    """Cora may start the quiz on needles, which lasts ten minutes."""
    with database.write() as db:
        actor = a_user(db, "Cora Student")
        a_place(db, actor, revision_id)
        a_complete_module(db, actor, revision_id, "skin")
    return Pupil(database, actor, revision_id)


def extended(act, database, actor, attempt_id, minutes=5, *, told=False, now=NOW):
    with database.write() as db:
        return act(
            db, actor, attempt_id, minutes=minutes, reason=REASON, reason_is_told=told, now=now
        )


def give(*values, **further):
    return extended(extensions.give_time_back, *values, **further)


def reopen(*values, **further):
    return extended(extensions.reopen_attempt, *values, **further)


def refused(database, act, *values, **further):
    """Return the reason why an act is refused; no row may change by it."""
    before = fingerprint(database)
    with pytest.raises(ExtensionRefused) as raised:
        act(database, *values, **further)
    assert fingerprint(database) == before
    return raised.value.reason


def row_of(database, attempt_id):
    with database.read() as db:
        return db.get(AttemptRow, attempt_id, options=[undefer(AttemptRow.marks)])


def only_act(database, action):
    with database.read() as db:
        (act,) = db.scalars(select(AuditEvent).where(AuditEvent.action == action))
    (change,) = read_details(act.details, act.personal_values).changes
    assert change.field == ChangedField.ends_at
    return act, (change.old, change.new)


def notices(database, template):
    with database.read() as db:
        return [
            notice.details
            for notice in db.scalars(select(Notice).where(Notice.template == template))
        ]


def is_completed(database, pupil, quiz_key=QUIZ):
    with database.read() as db:
        return (
            db.scalar(
                select(Completion.evidence_id).where(
                    Completion.user_id == pupil.actor.user_id,
                    Completion.kind == Completed.quiz,
                    Completion.item_key == quiz_key,
                )
            )
            is not None
        )


def test_time_given_back_moves_the_end_and_is_told(database, ada, cora):
    attempt_id = cora.start(QUIZ)
    give(database, ada, attempt_id, 5, told=True)
    give(database, ada, attempt_id, 1)
    row, end = row_of(database, attempt_id), DUE + 6 * MINUTE
    assert (row.due_at, row.next_deadline_at, row.given_back_seconds) == (end, end, 360)
    cora.answer_all(attempt_id, now=DUE + 5 * MINUTE)
    assert cora.submit(attempt_id, now=end).passed
    with database.read() as db:
        rows = db.scalars(select(ExtensionRow).order_by(ExtensionRow.seconds)).all()
        assert [(each.seconds, each.kind, each.reason) for each in rows] == [
            (60, "given_back", REASON),
            (300, "given_back", REASON),
        ]
        acts = db.scalars(
            select(AuditEvent).where(AuditEvent.action == "quizzes.time_given_back")
        ).all()
    assert {(act.actor_id, act.person_id, act.subject_id, act.reason) for act in acts} == {
        (ada.user_id, cora.actor.user_id, attempt_id, REASON)
    }
    told = [notice["reason"] for notice in notices(database, "quizzes/time-given-back")]
    assert sorted(told, key=str) == [None, REASON]


def test_an_attempt_that_was_sent_runs_again_with_its_answers(database, ada, cora):
    attempt_id = cora.start(QUIZ)
    cora.answer_all(attempt_id, right=False, now=NOW + MINUTE)
    cora.submit(attempt_id, now=NOW + 2 * MINUTE)
    reopen(database, ada, attempt_id, 5, now=NOW + 60 * MINUTE)
    row, end = row_of(database, attempt_id), NOW + 65 * MINUTE
    assert (row.state, row.due_at, row.next_deadline_at) == (AttemptState.in_progress, end, end)
    assert (row.submitted_at, row.earned, row.passed, row.marks) == (None, None, None, None)
    act, moved = only_act(database, "quizzes.reopen")
    assert moved == (DUE, end)
    assert (act.details["percent"], act.reason) == (0, REASON)
    assert notices(database, "quizzes/attempt-reopened")[0]["reason"] is None
    attempt = cora.attempt(attempt_id)
    cora.save(attempt_id, 1, cora.right_answer(attempt, 1), now=NOW + 61 * MINUTE)
    score = cora.submit(attempt_id, now=NOW + 62 * MINUTE)
    assert 0 < score.earned < score.possible
    assert row_of(database, attempt_id).marks is not None


def test_a_pass_stops_counting_until_the_attempt_ends_again(database, ada, cora):
    attempt_id = cora.finish(QUIZ)
    assert is_completed(database, cora)
    reopen(database, ada, attempt_id)
    assert not is_completed(database, cora)
    assert cora.submit(attempt_id, now=NOW + MINUTE).passed
    assert is_completed(database, cora)


def test_a_second_pass_counts_while_the_first_runs_again(database, ada, cora, revision_id):
    first = cora.finish(QUIZ)
    with database.write() as db:
        second = a_sent_attempt(db, cora.actor, revision_id, QUIZ, number=2)
    reopen(database, ada, first)
    with database.read() as db:
        assert (
            db.scalar(select(Completion.evidence_id).where(Completion.item_key == QUIZ)) == second
        )


def test_a_pass_that_led_to_another_quiz_stays(database, ada, cora, revision_id):
    attempt_id = cora.finish(QUIZ)
    with database.write() as db:
        a_sent_attempt(db, cora.actor, revision_id, "final-test", at=NOW + MINUTE)
    assert refused(database, reopen, ada, attempt_id, now=NOW + 2 * MINUTE) == "led_on"
    assert is_completed(database, cora)


def test_the_page_of_an_attempt_without_a_limit_says_that_it_needs_no_time(
    as_person, database, ada, cora
):
    browser, needs_none = as_person(ada), "This attempt has no end, so it needs no time."
    untimed, timed = cora.start("skin-quiz"), cora.start(QUIZ)
    pages = [browser.get(f"/results/attempts/{each}").text for each in (untimed, timed)]
    assert [needs_none in page for page in pages] == [True, False]
    assert ["Minutes more" in page for page in pages] == [False, True]


def test_what_is_refused_says_why_and_changes_nothing(database, ada, ben, cora):
    running = cora.start(QUIZ)
    assert refused(database, reopen, ada, running) == "running"
    assert refused(database, give, ada, running, now=DUE + 11 * SECOND) == "ended"
    untimed = cora.start("skin-quiz")
    assert refused(database, give, ada, untimed) == "untimed"
    cora.submit(running)
    with database.write() as db:
        attempts.start_attempt(db, cora.actor, "small-course", QUIZ, now=NOW + MINUTE)
    assert refused(database, reopen, ada, running, now=NOW + 2 * MINUTE) == "other_running"


def test_who_does_not_look_after_a_student_finds_no_attempt(database, ina, ada, cora):
    attempt_id = cora.start(QUIZ)
    before = fingerprint(database)
    for act in (give, reopen):
        with pytest.raises(NotFound):
            act(database, ina, attempt_id)
        with pytest.raises(Forbidden):
            act(database, cora.actor, attempt_id)
    assert fingerprint(database) == before
    give(database, ada, attempt_id)
    assert row_of(database, attempt_id).given_back_seconds == 300


def test_nobody_gives_themselves_time(database, revision_id):
    with database.write() as db:
        both = a_user(db, "Bea Both", roles=("student", "admin"))
        a_place(db, both, revision_id)
        a_complete_module(db, both, revision_id, "skin")
    attempt_id = Pupil(database, both, revision_id).start(QUIZ)
    before = fingerprint(database)
    with pytest.raises(Forbidden) as refusal:
        give(database, both, attempt_id)
    assert "You cannot give yourself time" in refusal.value.detail.text
    assert fingerprint(database) == before


def test_another_attempt_whose_time_is_over_does_not_stand_in_the_way(database, ada, cora):
    """The worker has not recorded its end yet."""
    first = cora.finish(QUIZ, right=False)
    second = cora.start(QUIZ, now=NOW + MINUTE)
    reopen(database, ada, first, now=DUE + 2 * MINUTE)
    assert row_of(database, first).state is AttemptState.in_progress
    assert row_of(database, second).state is AttemptState.submitted


def test_time_that_a_program_gives_twice_with_one_key_is_given_once(database, ada, cora, as_person):
    """Its answer may be lost on the way, and it sends the same again."""
    attempt_id = cora.start(QUIZ)
    url = f"/api/v1/attempts/{attempt_id}/time"
    more = {"minutes": 5, "reason": REASON}
    browser = as_person(ada)
    answers = [browser.post(url, json=more, headers={"idempotency-key": "k"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert row_of(database, attempt_id).due_at == DUE + 5 * MINUTE
    other = {**more, "minutes": 6}
    assert browser.post(url, json=other, headers={"idempotency-key": "k"}).status_code == 422
    assert browser.post(url, json=more).status_code == 200
    assert row_of(database, attempt_id).due_at == DUE + 10 * MINUTE


def test_what_was_typed_too_late_counts_when_it_is_saved_again(database, ada, cora):
    """The late answer itself stays evidence; the same answer in time is stored after it."""
    attempt_id = cora.start(QUIZ)
    attempt = cora.attempt(attempt_id)
    typed = cora.right_answer(attempt, 1)
    assert cora.save(attempt_id, 1, typed, now=DUE + MINUTE).is_late
    reopen(database, ada, attempt_id, now=DUE + 2 * MINUTE)
    assert not cora.save(attempt_id, 1, typed, now=DUE + 3 * MINUTE).is_late
    assert cora.submit(attempt_id, now=DUE + 4 * MINUTE).earned == 1


def test_a_late_answer_is_not_called_saved_after_a_reopening(database, ada, cora):
    """A page of the version before sends it again under its number, and then under a higher one."""
    attempt_id = cora.start(QUIZ)
    typed = cora.right_answer(cora.attempt(attempt_id), 1)
    assert cora.save(attempt_id, 1, typed, sequence=1, now=DUE + MINUTE).is_late
    reopen(database, ada, attempt_id, now=DUE + 2 * MINUTE)
    with pytest.raises(SequenceTaken):
        cora.save(attempt_id, 1, typed, sequence=1, now=DUE + 3 * MINUTE)
    saved = cora.save(attempt_id, 1, typed, sequence=2, now=DUE + 3 * MINUTE)
    assert (saved.sequence, saved.is_late) == (2, False)
    assert cora.submit(attempt_id, now=DUE + 4 * MINUTE).earned == 1


def test_the_api_says_when_an_attempt_was_opened_again(database, ada, cora, as_person):
    """A device that sealed the attempt before does not send it."""
    attempt_id = cora.start(QUIZ)
    give(database, ada, attempt_id)
    path = f"/api/v1/attempts/{attempt_id}"
    assert as_person(cora.actor).get(path).json()["reopened_at"] is None
    cora.submit(attempt_id)
    reopen(database, ada, attempt_id, now=NOW + MINUTE)
    reopened_at = as_person(cora.actor).get(path).json()["reopened_at"]
    assert datetime.fromisoformat(reopened_at) == NOW + MINUTE
