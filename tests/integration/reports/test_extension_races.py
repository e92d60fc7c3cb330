"""Staff, student and worker at the same moment: an end that is moved while the attempt is sent or swept, and
one that is opened again while another starts. Negative controls show what would happen without the locks."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from app.kit.actor import SystemActor
from app.quizzes import service as attempts
from app.quizzes.attempt_conditions import IS_RUNNING
from app.quizzes.domain.transitions import AttemptState
from app.quizzes.models import AttemptRow, ExtensionRow
from app.quizzes.queries import attempt_for_staff
from app.reports import extensions
from tests.integration.quizzes.conftest import Pupil
from tests.integration.reports.test_allowance_races import at_once
from tests.make import NOW
from tests.make.people import a_user
from tests.make.quizzes import a_complete_module, a_place

COURSE, QUIZ = "small-course", "needle-quiz"
MINUTE = timedelta(minutes=1)
DUE = NOW + 10 * MINUTE
WHY = {"minutes": 5, "reason": "The network failed.", "reason_is_told": False}


@pytest.fixture
def cora(database, revision_id):
    with database.write() as db:
        actor = a_user(db, "Cora Student")
        a_place(db, actor, revision_id)
        a_complete_module(db, actor, revision_id, "skin")
    return Pupil(database, actor, revision_id)


def acting(act, actor, attempt_id, *, now):
    def work(own):
        with own.write() as db:
            act(db, actor, attempt_id, now=now, **WHY)

    return work


def submitting(student, attempt_id, *, now):
    def work(own):
        with own.write() as db:
            attempts.submit(db, student, attempt_id, now=now)

    return work


def sweeping(attempt_id, *, now):
    def work(own):
        with own.write() as db:
            attempts.close_overdue(db, SystemActor.worker, attempt_id, now=now)

    return work


def starting(student, *, now):
    def work(own):
        with own.write() as db:
            attempts.start_attempt(db, student, COURSE, QUIZ, now=now)

    return work


def row_of(database, attempt_id):
    with database.read() as db:
        return db.get(AttemptRow, attempt_id)


@pytest.mark.parametrize("turn", range(3))
def test_time_is_given_or_the_attempt_is_sent_first(database, ada, cora, turn):
    attempt_id = cora.start(QUIZ)
    giving = acting(extensions.give_time_back, ada, attempt_id, now=DUE)
    outcomes = at_once(
        database,
        giving,
        giving,
        submitting(cora.actor, attempt_id, now=DUE),
        sweeping(attempt_id, now=DUE),
    )
    row = row_of(database, attempt_id)
    assert row.state is AttemptState.submitted
    refused = outcomes.count("ended")
    assert outcomes == sorted(["done"] * (4 - refused) + ["ended"] * refused)
    assert row.given_back_seconds == 300 * (2 - refused)
    assert row.due_at == DUE + 5 * (2 - refused) * MINUTE


def test_the_sweep_does_not_end_what_was_given_time(database, ada, cora):
    """The clock of the worker is past the old end; it reads the new one under the lock."""
    attempt_id = cora.start(QUIZ)
    giving = acting(extensions.give_time_back, ada, attempt_id, now=DUE)
    giving(database)
    after = DUE + MINUTE
    at_once(database, sweeping(attempt_id, now=after), sweeping(attempt_id, now=after))
    assert row_of(database, attempt_id).state is AttemptState.in_progress


def test_without_the_lock_time_would_be_given_to_a_sent_attempt(database, ada, cora):
    """Negative control: decide on what was read before, then write."""
    attempt_id = cora.start(QUIZ)
    with database.read() as db:
        assert attempt_for_staff(db, attempt_id).state is AttemptState.in_progress
    submitting(cora.actor, attempt_id, now=NOW)(database)
    with database.write() as db:
        db.execute(
            update(AttemptRow)
            .where(AttemptRow.id == attempt_id)
            .values(state=AttemptState.in_progress, due_at=DUE + MINUTE)
        )
    row = row_of(database, attempt_id)
    assert (row.state, row.submitted_at) == (AttemptState.in_progress, NOW)


@pytest.mark.parametrize("turn", range(3))
def test_an_attempt_is_opened_again_or_another_starts(database, ada, cora, turn):
    attempt_id = cora.finish(QUIZ, right=False)
    later = NOW + MINUTE
    reopening = acting(extensions.reopen_attempt, ada, attempt_id, now=later)
    outcomes = at_once(database, reopening, reopening, *(starting(cora.actor, now=later),) * 2)
    with database.read() as db:
        running = db.scalar(select(func.count(AttemptRow.id)).where(IS_RUNNING))
        reopened = db.scalar(select(func.count(ExtensionRow.id)))
    assert running == 1
    if reopened:
        assert outcomes == ["done", "done", "done", "running"]
    else:
        assert outcomes == ["done", "done", "other_running", "other_running"]
