"""If the clock is wrong for a moment, no attempt closes, nobody moves up, and no ended sign-in
works again (V21)."""

from datetime import timedelta

import pytest

from app import jobs
from app.accounts.identity import Identity
from app.outbox.heartbeats import heartbeats
from app.workers.loop import Worker
from tests.make import NOW
from tests.make.keys import ISSUER
from tests.make.people import a_sign_in, a_user

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


class Time:
    """Seconds that pass, and a clock that can be wrong."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.wrong = timedelta()

    def clock(self):
        return NOW + timedelta(seconds=self.passed) + self.wrong

    def seconds(self) -> float:
        return self.passed


def a_worker(database, time: Time) -> Worker:
    work = jobs.FactWork(database, time.clock, ISSUER, time.seconds)
    return Worker(jobs.EventKind.facts, database, time.clock, work.round, time.seconds)


def test_three_seconds_of_a_clock_an_hour_ahead_close_no_attempt(database, pupil):
    pupil.complete("skin")
    attempt_id = pupil.start("needle-quiz")  # ten minutes
    time = Time()
    worker = a_worker(database, time)
    worker.one_round()
    time.wrong = HOUR
    for _ in range(3):
        time.passed += 1
        worker.one_round()
    with database.read() as db:
        facts, _ = heartbeats(db)
        assert "jumped 1 hour ahead" in str(facts.trouble)
    time.wrong = timedelta()
    while time.passed < 600:
        time.passed += 10
        worker.one_round()
        assert pupil.attempt(attempt_id).submitted_at is None
    time.passed += 11
    worker.one_round()
    attempt = pupil.attempt(attempt_id)
    assert attempt.submitted_at == attempt.due_at == NOW + timedelta(minutes=10)
    with database.read() as db:
        facts, _ = heartbeats(db)
        assert facts.trouble is None


def test_a_clock_that_was_set_for_good_closes_after_a_minute(database, pupil):
    pupil.complete("skin")
    attempt_id = pupil.start("needle-quiz")
    time = Time()
    worker = a_worker(database, time)
    worker.one_round()
    time.wrong = HOUR
    time.passed += 1
    worker.one_round()
    time.passed += 59
    worker.one_round()
    assert pupil.attempt(attempt_id).submitted_at is None
    time.passed += 1
    worker.one_round()
    assert pupil.attempt(attempt_id).submitted_at == NOW + timedelta(minutes=10)


@pytest.mark.parametrize("days", [8, 400], ids=["idle", "over"])
def test_a_sign_in_that_expired_stays_expired_when_the_clock_goes_back(database, days):
    with database.write() as db:
        old, new = a_user(db, "Old"), a_user(db, "New")
        a_sign_in(db, old, token="old")
    time = Time()
    worker = a_worker(database, time)
    worker.one_round()
    assert Identity().by_cookie(database, "old", now=NOW) is not None
    time.passed += timedelta(days=days).total_seconds()
    worker.one_round()
    with database.write() as db:
        a_sign_in(db, new, token="new", now=time.clock())
    time.passed += 61
    worker.one_round()
    assert Identity().by_cookie(database, "old", now=NOW) is None
    assert Identity().by_cookie(database, "new", now=time.clock()) is not None
