"""The end of an attempt, computed again: from its limit, the exceptions and the time given back."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.quizzes.domain.exceptions import NO_EXCEPTIONS, AttemptExceptions
from app.quizzes.domain.transitions import AttemptState
from app.quizzes.errors import AttemptRefused
from app.quizzes.models import AttemptRow
from app.quizzes.steps.ending import settle_attempt
from app.quizzes.steps.moving import recompute_end
from tests.make import NOW

MINUTE = timedelta(minutes=1)
DUE = NOW + 10 * MINUTE
MORE = AttemptExceptions(extra_minutes=5)


@pytest.fixture
def attempt_id(pupil):
    pupil.complete("skin")
    return pupil.start("needle-quiz")


def moved(database, attempt_id, exceptions, *, now=NOW):
    with database.write() as db:
        attempt = settle_attempt(db, attempt_id, now=now)
        return recompute_end(db, attempt, exceptions, None, now=now)


def stored(database, attempt_id):
    with database.read() as db:
        row = db.get(AttemptRow, attempt_id)
        return row.state, row.due_at, row.next_deadline_at, row.given_back_seconds


def test_it_is_the_limit_with_the_exceptions_and_the_time_given_back(database, attempt_id):
    running = AttemptState.in_progress
    assert stored(database, attempt_id) == (running, DUE, DUE, 0)
    with database.write() as db:
        db.execute(update(AttemptRow).values(given_back_seconds=90))
    moved(database, attempt_id, NO_EXCEPTIONS)
    end = DUE + 1.5 * MINUTE
    assert stored(database, attempt_id) == (running, end, end, 90)
    attempt = moved(database, attempt_id, MORE)
    assert (attempt.due_at, attempt.given_back_seconds) == (end + 5 * MINUTE, 90)
    assert stored(database, attempt_id) == (running, end + 5 * MINUTE, end + 5 * MINUTE, 90)


def test_an_ended_attempt_is_not_moved(database, pupil, attempt_id):
    pupil.answer_all(attempt_id, right=False)
    pupil.submit(attempt_id)
    before = stored(database, attempt_id)
    with pytest.raises(AttemptRefused) as refused:
        moved(database, attempt_id, MORE)
    assert refused.value.reason == "ended"
    assert stored(database, attempt_id) == before
