"""The loop of a worker: its sign of life, its pauses, and that nothing ends it."""

from datetime import datetime, timedelta
from threading import Event

import pytest

from app.db.database import Database
from app.outbox.heartbeats import EVERY, SILENT_AFTER, Heartbeat, heartbeats
from app.outbox.queries import EventKind
from app.workers.loop import IDLE_SECONDS, LONGEST_PAUSE, SLOW, SLOW_AFTER, RoundResult, Worker
from tests.make import NOW
from tests.make.patience import until


class Played:
    """Work that comes to what a test says, round after round, on a clock that moves with the seconds. While a
    round lasts the worker shows its life each second, as its second thread does."""

    def __init__(self, database: Database, *rounds: RoundResult | Exception | int) -> None:
        self.rounds = list(rounds)
        self.passed = 0.0
        self.worker = Worker(EventKind.mails, database, self.clock, self.work, lambda: self.passed)

    def clock(self) -> datetime:
        return NOW + timedelta(seconds=self.passed)

    def work(self, now: datetime) -> RoundResult:
        assert now == self.clock()
        done = self.rounds.pop(0)
        if isinstance(done, Exception):
            raise done
        if isinstance(done, int):
            for _ in range(done):
                self.passed += 1
                self.worker.show_life()
            return RoundResult()
        return done


def last_beat(database: Database) -> Heartbeat:
    with database.read() as db:
        _, mails = heartbeats(db)
    return mails


def seen(database: Database) -> datetime | None:
    return last_beat(database).at


def test_it_goes_on_at_once_while_it_is_busy_and_rests_when_it_is_not(database):
    played = Played(database, RoundResult(busy=True), RoundResult(), RoundResult(busy=True))
    assert [played.worker.one_round() for _ in range(3)] == [0.0, IDLE_SECONDS, 0.0]


def test_a_sign_of_life_is_written_now_and_then_and_at_once_when_there_is_news(database):
    second = timedelta(seconds=1)
    played = Played(
        database,
        RoundResult(),
        RoundResult(),
        RoundResult(),
        RoundResult(trouble="no"),
        RoundResult(trouble="no"),
        RoundResult(),
    )
    told = []
    for passed in (0, 14, 15, 16, 17, 18):
        played.passed = passed
        played.worker.one_round()
        told.append(seen(database))
    assert 15 * second == EVERY
    assert told == [NOW + each * second for each in (0, 0, 15, 16, 16, 18)]


def test_what_fails_pauses_longer_each_time_and_ends_nothing(database, capsys):
    played = Played(
        database, *(RuntimeError("CANARY") for _ in range(7)), RoundResult(), RuntimeError()
    )
    pauses = [played.worker.one_round() for _ in range(9)]
    assert pauses == [1, 2, 4, 8, 16, LONGEST_PAUSE, LONGEST_PAUSE, IDLE_SECONDS, 1]
    assert capsys.readouterr().out.count("worker failed") == 8


def test_a_worker_that_always_fails_gives_no_sign_of_life(database):
    played = Played(database, RoundResult(), RuntimeError(), RuntimeError())
    for passed in (0, 60, 120):
        played.passed = passed
        played.worker.one_round()
    assert seen(database) == NOW


def test_a_worker_that_fails_is_not_alive_in_the_middle_of_a_round(database):
    """Its second thread may look while a round that will fail is under way."""
    played = Played(database, RoundResult())
    played.worker.one_round()

    def fail_slowly(_now: datetime) -> RoundResult:
        played.passed += 40
        played.worker.show_life()
        raise RuntimeError

    played.worker.work = fail_slowly
    played.worker.one_round()
    assert seen(database) == NOW + timedelta(seconds=40)  # nobody knew yet that it would fail
    for _ in range(3):
        played.worker.one_round()
    assert seen(database) == NOW + timedelta(seconds=40)


@pytest.mark.parametrize("seconds", [16, 29, 30])
def test_a_long_round_is_no_silence(database, seconds):
    played = Played(database, RoundResult(), seconds, RoundResult())
    played.worker.one_round()
    played.worker.one_round()
    beat = last_beat(database)
    assert beat.at is not None
    assert played.clock() - beat.at <= EVERY < SILENT_AFTER
    assert beat.trouble is None


def test_a_round_that_is_too_long_is_trouble_until_the_next_short_one(database):
    """Bar 6: slow is seen within a minute, while it lasts."""
    played = Played(database, RoundResult(), 31, 31, RoundResult(busy=True))
    told = []

    def noted(worker: Worker) -> None:
        Worker.show_life(worker)
        told.append((round(played.passed), last_beat(database).trouble))

    class Watched(Worker):
        def show_life(self) -> None:
            noted(self)

    played.worker = Watched(
        EventKind.mails, database, played.clock, played.work, lambda: played.passed
    )
    for _ in range(3):
        played.worker.one_round()
    slow = [second for second, trouble in told if trouble == SLOW[EventKind.mails]]
    assert SLOW_AFTER == 30
    assert slow == list(range(31, 63))  # through the second slow one without a gap
    played.worker.one_round()
    assert last_beat(database).trouble is None


def test_the_first_round_of_a_new_process_may_be_long(database):
    played = Played(database, 20)
    played.worker.one_round()
    assert seen(database) == NOW + timedelta(seconds=16)


def test_a_clock_that_was_moved_is_a_new_sign_of_life(database):
    played = Played(database, RoundResult(), RoundResult(), RoundResult())
    moved = timedelta(0)
    played.worker.clock = lambda: NOW + moved
    played.worker.work = lambda _now: RoundResult()
    played.worker.one_round()
    for moved in (timedelta(days=1), -timedelta(days=2)):
        played.worker.one_round()
        assert seen(database) == NOW + moved


def test_a_second_thread_shows_life_while_the_first_works(database):
    """With real threads and time: the row is there before the first round has ended."""
    stop, may_end = Event(), Event()

    def work(_now: datetime) -> RoundResult:
        until(lambda: seen(database) is not None)
        stop.set()
        may_end.set()
        return RoundResult()

    Worker(EventKind.mails, database, lambda: NOW, work).run(stop)
    assert may_end.is_set()
    assert seen(database) == NOW


def test_a_database_that_is_away_ends_no_worker(tmp_path):
    away = Database(f"sqlite:///{tmp_path}/empty.db")
    played = Played(away, RoundResult(), RoundResult())
    assert [played.worker.one_round() for _ in range(2)] == [1, 2]
    away.close()


@pytest.mark.parametrize("failing", [False, True])
def test_it_stops_when_told(database, failing):
    stop = Event()

    def work(_now: datetime) -> RoundResult:
        stop.set()
        if failing:
            raise RuntimeError
        return RoundResult()

    Worker(EventKind.facts, database, lambda: NOW, work).run(stop)
    assert stop.is_set()
