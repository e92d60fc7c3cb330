"""The loop of a worker: its sign of life, its pauses, and that nothing ends it."""

from datetime import datetime, timedelta
from threading import Event

import pytest

from app.db.database import Database
from app.outbox.heartbeats import EVERY, heartbeats
from app.outbox.queries import Kind
from app.workers.loop import IDLE_SECONDS, LONGEST_PAUSE, Round, Worker
from tests.make import NOW


class Played:
    """Work that comes to what a test says, round after round, on a clock that moves with the seconds."""

    def __init__(self, database: Database, *rounds: Round | Exception) -> None:
        self.rounds = list(rounds)
        self.passed = 0.0
        self.worker = Worker(Kind.mails, database, self.clock, self.work, lambda: self.passed)

    def clock(self) -> datetime:
        return NOW + timedelta(seconds=self.passed)

    def work(self, now: datetime) -> Round:
        assert now == self.clock()
        done = self.rounds.pop(0)
        if isinstance(done, Exception):
            raise done
        return done


def seen(database: Database) -> datetime | None:
    with database.read() as db:
        _, mails = heartbeats(db)
    return mails.at


def test_it_goes_on_at_once_while_it_is_busy_and_rests_when_it_is_not(database):
    played = Played(database, Round(busy=True), Round(), Round(busy=True))
    assert [played.worker.one_round() for _ in range(3)] == [0.0, IDLE_SECONDS, 0.0]


def test_a_sign_of_life_is_written_now_and_then_and_at_once_when_there_is_news(database):
    second = timedelta(seconds=1)
    played = Played(
        database, Round(), Round(), Round(), Round(trouble="no"), Round(trouble="no"), Round()
    )
    told = []
    for passed in (0, 14, 15, 16, 17, 18):
        played.passed = passed
        played.worker.one_round()
        told.append(seen(database))
    assert 15 * second == EVERY
    assert told == [NOW + each * second for each in (0, 0, 15, 16, 16, 18)]


def test_what_fails_pauses_longer_each_time_and_ends_nothing(database, capsys):
    played = Played(database, *(RuntimeError("CANARY") for _ in range(7)), Round(), RuntimeError())
    pauses = [played.worker.one_round() for _ in range(9)]
    assert pauses == [1, 2, 4, 8, 16, LONGEST_PAUSE, LONGEST_PAUSE, IDLE_SECONDS, 1]
    assert capsys.readouterr().out.count("worker failed") == 8


def test_a_worker_that_always_fails_gives_no_sign_of_life(database):
    played = Played(database, Round(), RuntimeError(), RuntimeError())
    for passed in (0, 60, 120):
        played.passed = passed
        played.worker.one_round()
    assert seen(database) == NOW


def test_a_database_that_is_away_ends_no_worker(tmp_path):
    away = Database(f"sqlite:///{tmp_path}/empty.db")
    played = Played(away, Round(), Round())
    assert [played.worker.one_round() for _ in range(2)] == [1, 2]
    away.close()


@pytest.mark.parametrize("failing", [False, True])
def test_it_stops_when_told(database, failing):
    stop = Event()

    def work(_now: datetime) -> Round:
        stop.set()
        if failing:
            raise RuntimeError
        return Round()

    Worker(Kind.facts, database, lambda: NOW, work).run(stop)
    assert stop.is_set()
