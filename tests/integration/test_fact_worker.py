"""Delivering facts: each handler has its own delivery, which fails, is retried and is killed alone."""

import os
import random
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from time import sleep
from typing import ClassVar

import pytest
from sqlalchemy import event, select, text
from structlog.testing import capture_logs

from app.db.database import Database
from app.db.migrate import downgrade, upgrade
from app.kit.ids import EventId, new_uuid
from app.outbox import queries, service
from app.outbox.facts import Fact
from app.outbox.handlers import Handler, Handlers
from app.outbox.models import KeptMail, OutboxEvent
from app.outbox.queries import LEASE, LONGEST_WAIT, EventKind
from app.workers.facts import deliver, deliver_facts
from tests.make import NOW
from tests.make.facts import a_stored_fact

IS_DEEP = bool(os.environ.get("TEST_DEEP"))
SECOND = timedelta(seconds=1)
AFTER_LEASE = NOW + LEASE + SECOND
POINTS = ("prepare", "prepared", "marked", "written")
"""The steps of one delivery at which a process is killed: before and after the handler prepares, after
the delivery is marked, and after the handler has written, before the block ends."""
Stop = Callable[[str, str], None]
"""Called with the name of a handler and a point."""


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Failures are expected here; their printed tracebacks would take most of the time."""
    with capture_logs():
        yield


class BellRung(Fact):
    name: ClassVar[str] = "bell.rung"
    handled_by: ClassVar[tuple[str, ...]] = ("works", "fails")

    key: str


class GongRung(BellRung):
    """The same with the failing handler first."""

    name: ClassVar[str] = "gong.rung"
    handled_by: ClassVar[tuple[str, ...]] = ("fails", "works")


def go_on(_handler: str, _point: str) -> None:
    """Stop at no point."""


def handlers_that(stop: Stop = go_on, *, fails: bool = True) -> Handlers:
    """Return one handler that writes a row, and one that fails after it has written a row."""

    def prepare(name: str, _database: Database, _fact: BellRung) -> None:
        stop(name, "prepare")
        stop(name, "prepared")

    def act(name: str, db, fact: BellRung, now: datetime) -> None:
        stop(name, "marked")
        effect = {"to": name, "subject": fact.key, "text": "", "source": "", "at": now}
        db.add(KeptMail(id=EventId(new_uuid()), **effect))
        db.flush()
        stop(name, "written")
        if name == "fails" and fails:
            raise ArithmeticError

    return Handlers(
        Handler(name, fact, partial(act, name), partial(prepare, name))
        for name in ("works", "fails")
        for fact in (BellRung, GongRung)
    )


def ring(database: Database, fact: type[BellRung] = BellRung, key: str = "a") -> EventId:
    with database.write() as db:
        return service.announce(db, fact(key=key), now=NOW)


def effects(database: Database, key: str = "a") -> dict[str, int]:
    """Return how often each handler has had an effect."""
    with database.read() as db:
        return Counter(db.scalars(select(KeptMail.to).where(KeptMail.subject == key)))


def delivery(database: Database, handler: str) -> OutboxEvent:
    with database.read() as db:
        return db.scalars(select(OutboxEvent).where(OutboxEvent.handler == handler)).one()


def in_a_process_that_is_killed(database: Database, work: Callable[[Database], object]) -> bool:
    """Do work in a forked process that kills itself; return whether it did. The fork has its own
    connections, and gets none of ours: SQLite must not be carried into another process."""
    database.close()
    child = os.fork()
    if child == 0:
        signal.alarm(30)
        with suppress(BaseException):
            work(Database(database.url.render_as_string(hide_password=False), pool_size=2))
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, -signal.SIGKILL)
    return status == -signal.SIGKILL


def kill_at(*place: str) -> Stop:
    def stop(*here: str) -> None:
        if here == place:
            os.kill(os.getpid(), signal.SIGKILL)

    return stop


class TestDeliveries:
    def test_each_handler_gets_a_delivery_by_one_statement(self, database):
        with database.write() as db:
            fact_id = service.announce(db, BellRung(key="a"), now=NOW)
            rows = db.scalars(select(OutboxEvent).order_by(OutboxEvent.id)).all()
        assert [(row.fact_id, row.handler, row.tries) for row in rows] == [
            (fact_id, "works", 0),
            (fact_id, "fails", 0),
        ]
        assert rows[0].id == fact_id
        assert [row.payload for row in rows] == [{"version": 1, "key": "a"}] * 2

    @pytest.mark.parametrize("fact", [BellRung, GongRung])
    def test_one_that_fails_is_tried_again_alone(self, database, fact):
        ring(database, fact)
        assert deliver_facts(database, handlers_that(), now=NOW) == 2
        assert effects(database) == {"works": 1}
        assert delivery(database, "works").done_at == NOW
        failed, now = delivery(database, "fails"), NOW
        assert (failed.done_at, failed.tries, failed.last_error) == (
            None,
            1,
            "ArithmeticError: message withheld",
        )
        for _ in range(1, service.MOST_TRIES):
            now += LONGEST_WAIT
            assert deliver_facts(database, handlers_that(), now=now) == 1
        assert deliver_facts(database, handlers_that(), now=now + LONGEST_WAIT) == 0
        assert delivery(database, "fails").dead_at == now
        assert effects(database) == {"works": 1}
        with database.read() as db:
            (given_up,) = queries.given_up(db)
            assert (given_up.name, given_up.tries) == (f"{fact.name}, fails", service.MOST_TRIES)
        with database.write() as db:
            assert service.try_all_again(db, now=now) == [failed.id]
        assert deliver_facts(database, handlers_that(fails=False), now=now) == 1
        assert effects(database) == {"works": 1, "fails": 1}

    def test_only_the_newer_holder_of_a_lease_commits(self, database):
        ring(database)
        with database.write() as db:
            early = service.lease(db, EventKind.facts, now=NOW)
        handlers = handlers_that(fails=False)
        assert deliver_facts(database, handlers, now=AFTER_LEASE) == 2
        for leased in early:
            deliver(database, leased, handlers, now=AFTER_LEASE)
        assert effects(database) == {"works": 1, "fails": 1}

    def test_a_handler_of_a_later_version_waits_and_holds_up_no_other(self, database):
        ring(database)
        with database.write() as db:
            later = a_stored_fact(db, "bell.rung", {"version": 1, "key": "b"}, handler="sings")
        assert deliver_facts(database, handlers_that(fails=False), now=NOW) == 3
        assert effects(database) == {"works": 1, "fails": 1}
        with database.read() as db:
            row = db.get_one(OutboxEvent, later)
            assert (row.done_at, row.tries) == (None, 1)
            assert row.last_error == "LaterVersionNeeded: needs-newer-version"

    @pytest.mark.parametrize(("handler", "is_given_up"), [("sings", False), ("fails", True)])
    def test_a_fact_of_a_later_version_waits_for_days(self, database, handler, is_given_up):
        """An upgrade may take longer than the eight tries of a fact that fails."""
        with database.write() as db:
            fact = a_stored_fact(db, "bell.rung", {"version": 1, "key": "b"}, handler=handler)
        now = NOW
        for _ in range(service.MOST_TRIES + 1):
            deliver_facts(database, handlers_that(fails=True), now=now)
            now += LONGEST_WAIT
        assert now - NOW < service.PATIENCE
        with database.read() as db:
            row = db.get_one(OutboxEvent, fact)
            assert (row.dead_at is not None) == is_given_up
            assert row.done_at is None

    def test_a_handler_of_a_later_release_is_not_run_for_earlier_facts(self, database):
        ring(database)
        deliver_facts(database, handlers_that(fails=False), now=NOW)

        class Renewed(BellRung):
            handled_by: ClassVar[tuple[str, ...]] = ("works", "fails", "sings")

        sung: list[str] = []
        handlers = Handlers(
            (
                *(Handler(name, Renewed, lambda *_: None) for name in ("works", "fails")),
                Handler("sings", Renewed, lambda _db, fact, _now: sung.append(fact.key)),
            )
        )
        assert deliver_facts(database, handlers, now=AFTER_LEASE) == 0
        ring(database, Renewed, key="b")
        assert deliver_facts(database, handlers, now=AFTER_LEASE) == 3
        assert sung == ["b"]


class TestFactsOfVersionsBefore:
    """A version before the deliveries wrote one row for a fact, without a handler."""

    def test_each_handler_gets_its_delivery(self, database):
        with database.write() as db:
            fact_id = a_stored_fact(db, "bell.rung", {"key": "a"})
        assert deliver_facts(database, handlers_that(), now=NOW) == 1
        assert deliver_facts(database, handlers_that(), now=NOW) == 1
        assert effects(database) == {"works": 1}
        assert delivery(database, "works").id == fact_id
        failed = delivery(database, "fails")
        assert (failed.fact_id, failed.payload, failed.created_at, failed.tries) == (
            fact_id,
            {"key": "a"},
            NOW,
            1,
        )

    def test_one_that_was_handled_is_not_handled_again(self, database):
        with database.write() as db:
            done = a_stored_fact(db, "bell.rung", {"key": "a"})
            db.get_one(OutboxEvent, done).done_at = NOW
        assert deliver_facts(database, handlers_that(), now=AFTER_LEASE) == 0
        assert effects(database) == {}

    def test_one_that_an_older_version_holds_is_left_to_it(self, database):
        with database.write() as db:
            held = a_stored_fact(db, "bell.rung", {"key": "a"})
            db.get_one(OutboxEvent, held).leased_until = NOW + LEASE
        assert deliver_facts(database, handlers_that(), now=NOW) == 0
        with database.read() as db:
            assert db.scalars(select(OutboxEvent.handler)).all() == [None]


def test_the_way_back_and_up_again_loses_no_delivery_that_waits(sqlite_database):
    """A version before takes each as a whole fact."""
    database = sqlite_database
    ring(database)
    deliver_facts(database, handlers_that(), now=NOW)
    downgrade(database, "20261130_0301")
    waiting = text("SELECT name FROM outbox_events WHERE done_at IS NULL AND dead_at IS NULL")
    with database.read() as db:
        assert db.scalars(waiting).all() == ["bell.rung"]
    upgrade(database)
    later = NOW + LONGEST_WAIT
    while deliver_facts(database, handlers_that(fails=False), now=later):
        pass
    assert effects(database)["fails"] == 1
    with database.read() as db:
        assert db.scalars(waiting).all() == []


class TestKills:
    @pytest.mark.parametrize("point", POINTS)
    @pytest.mark.parametrize("victim", ["works", "fails"])
    @pytest.mark.parametrize("fact", [BellRung, GongRung])
    def test_the_other_runs_once_wherever_the_process_is_killed(
        self, database, fact, victim, point
    ):
        """Bar 5."""
        ring(database, fact)
        doomed = handlers_that(kill_at(victim, point))
        assert in_a_process_that_is_killed(
            database, lambda own: deliver_facts(own, doomed, now=NOW)
        )
        assert deliver_facts(database, handlers_that(), now=NOW + SECOND) == 0
        deliver_facts(database, handlers_that(), now=AFTER_LEASE)
        assert effects(database) == {"works": 1}
        assert delivery(database, "works").done_at in (NOW, AFTER_LEASE)
        assert delivery(database, "fails").done_at is None
        later = AFTER_LEASE + LONGEST_WAIT
        assert deliver_facts(database, handlers_that(fails=False), now=later) == 1
        assert effects(database) == {"works": 1, "fails": 1}

    @pytest.mark.parametrize("point", POINTS)
    def test_a_fact_of_a_version_before_survives_it_too(self, database, point):
        with database.write() as db:
            a_stored_fact(db, "bell.rung", {"key": "a"})
        doomed = handlers_that(kill_at("works", point))
        assert in_a_process_that_is_killed(
            database, lambda own: deliver_facts(own, doomed, now=NOW)
        )
        deliver_facts(database, handlers_that(fails=False), now=AFTER_LEASE)
        assert effects(database) == {"works": 1, "fails": 1}

    @pytest.mark.parametrize("number", [1, 2, 3])
    @pytest.mark.parametrize("fact", [BellRung, GongRung])
    def test_nor_between_two_transactions(self, database, fact, number):
        """Killed just before each commit: that of the lease, of the mark with the work, and of the
        failure."""
        ring(database, fact)
        commits = count(1)

        def killed(own: Database) -> None:
            def stop(_connection: object) -> None:
                kill_at("commit", str(number))("commit", str(next(commits)))

            event.listen(own.engine, "commit", stop)
            deliver_facts(own, handlers_that(), now=NOW)

        assert in_a_process_that_is_killed(database, killed)
        deliver_facts(database, handlers_that(), now=AFTER_LEASE)
        assert effects(database) == {"works": 1}
        assert delivery(database, "fails").done_at is None

    def test_control_a_mark_in_a_block_of_its_own_runs_it_twice(self, database):
        """The kill is real, and a second run would be seen."""
        ring(database)

        def in_two_blocks(own: Database, stop: Stop, now: datetime) -> None:
            handlers = handlers_that(fails=False)
            with own.write() as db:
                leased = service.lease(db, EventKind.facts, now=now)
            for each in leased:
                fact = handlers.fact_of(each.name, each.payload)
                with own.write() as db:
                    handlers.handler_of(fact, each.handler).act(db, fact, now)
                stop(str(each.handler), "committed")
                with own.write() as db:
                    service.mark_done(db, each, now=now)

        assert in_a_process_that_is_killed(
            database, lambda own: in_two_blocks(own, kill_at("works", "committed"), NOW)
        )
        in_two_blocks(database, go_on, AFTER_LEASE)
        assert effects(database) == {"works": 2, "fails": 1}

    def test_kills_at_random_moments_lose_and_repeat_nothing(self, database):
        chance, facts, now = random.Random(5), 40, NOW  # noqa: S311 - no secret
        for number in range(facts):
            ring(database, BellRung if number % 2 else GongRung, key=str(number))
        kills = 0
        for _ in range(40 if IS_DEEP else 4):
            kills += self.kill_after(chance.uniform(0.0, 0.15), database, now)
            now += LEASE + SECOND
        with database.write() as db:
            service.try_all_again(db, now=now)  # what failed eight times meanwhile
        now += LONGEST_WAIT  # a fact that failed before the last kill is due only then
        while deliver_facts(database, handlers_that(fails=False), now=now):
            now += LONGEST_WAIT
        assert kills > 0
        for number in range(facts):
            assert effects(database, str(number)) == {"works": 1, "fails": 1}

    def kill_after(self, seconds: float, database: Database, now: datetime) -> bool:
        """Deliver in another process and kill it from here; return whether it still worked then."""
        database.close()
        child = os.fork()
        if child == 0:
            signal.alarm(30)
            own = Database(database.url.render_as_string(hide_password=False), pool_size=2)
            with suppress(BaseException):
                while deliver_facts(own, handlers_that(), now=now):
                    pass
            os._exit(0)
        sleep(seconds)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
