"""Random commands against a small model that shares no code with the product."""

import os
import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import event, select

from app.db.database import Database
from app.kit.actor import SystemActor
from app.kit.errors import Invalid
from app.mail.calendar_entries import entries_of
from app.outbox.models import OutboxEvent
from app.practicals import checks, queries, service
from app.practicals.domain.seats import WaitingState
from app.practicals.errors import PlaceRefused
from app.practicals.models import PracticalRow, WaitingEntry
from tests.make import NOW
from tests.make.people import a_user
from tests.make.practicals import a_plan, a_practical, a_ready_student, an_intake, the_theory
from tests.make.versions import plan_version

PEOPLE = 4
SLOW = 1
"""How many of the people begin without their modules."""


@dataclass
class Model:
    """One practical: a capacity, who is in, for whom a place is held, who waits in order, who could come."""

    capacity: int
    inside: set[int] = field(default_factory=set)
    held: set[int] = field(default_factory=set)
    queue: list[int] = field(default_factory=list)
    able: set[int] = field(default_factory=set)

    @property
    def free(self) -> int:
        return max(0, self.capacity - self.taken)

    @property
    def taken(self) -> int:
        return len(self.inside) + len(self.held)

    def ahead(self, who: int) -> int:
        before = self.queue[: self.queue.index(who)] if who in self.queue else self.queue
        return len([other for other in before if other in self.able])

    def settle(self) -> None:
        for who in list(self.queue):
            if self.free and who in self.able:
                self.enter(who)

    def enter(self, who: int) -> None:
        self.inside.add(who)
        if who in self.queue:
            self.queue.remove(who)

    def hold(self, who: int) -> bool:
        if who in self.held:
            return True
        if who in self.inside or who in self.queue or who not in self.able:
            return False
        if self.free <= self.ahead(who):
            return False
        self.held.add(who)
        self.settle()
        return True

    def let_go(self, who: int) -> bool:
        if who not in self.held:
            return False
        self.held.remove(who)
        self.settle()
        return True

    def run_out(self) -> None:
        self.held.clear()
        self.settle()

    def book(self, who: int) -> bool:
        if who in self.held:
            self.held.remove(who)
            self.inside.add(who)
            return True
        if who in self.inside or who not in self.able or self.free <= self.ahead(who):
            return False
        self.enter(who)
        self.settle()
        return True

    def leave_seat(self, who: int) -> bool:
        if who not in self.inside:
            return False
        self.inside.remove(who)
        self.settle()
        return True

    def join(self, who: int) -> bool:
        if who in self.inside | self.held or who in self.queue or self.free > self.ahead(who):
            return False
        self.queue.append(who)
        self.settle()
        return True

    def leave(self, who: int) -> bool:
        if who not in self.queue:
            return False
        self.queue.remove(who)
        return True

    def reserve(self, who: int, override: bool) -> bool:
        if who in self.inside | self.held:
            return False
        if not override and (who not in self.able or self.free <= self.ahead(who)):
            return False
        self.enter(who)
        self.settle()
        return True

    def resize(self, capacity: int) -> bool:
        if capacity < min(self.taken, self.capacity):
            return False
        self.capacity = capacity
        self.settle()
        return True


class Places(RuleBasedStateMachine):
    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.mkdtemp()
        path = Path(self.folder) / "machine.db"
        shutil.copy(self.template, path)
        self.database = Database(f"sqlite:///{path}")
        # Thousands of small commits: waiting for the disk would take long, and losing them would do
        # no harm.
        event.listen(
            self.database.engine,
            "connect",
            lambda connection, _: connection.execute("PRAGMA synchronous=OFF"),
        )

    @initialize(capacity=st.sampled_from([1, 1, 2, 0]))
    def begin(self, capacity: int) -> None:
        with self.database.write() as db:
            intake = an_intake(db)
            self.admin = a_user(db, "Ada", roles=("admin",))
            self.practical_id = a_practical(db, capacity=capacity)
            self.people = [
                a_ready_student(
                    db,
                    f"P{number}",
                    intake_id=intake,
                    without=("needles",) if number < SLOW else (),
                )
                for number in range(PEOPLE)
            ]
        self.model = Model(capacity, able=set(range(SLOW, PEOPLE)))

    def done(self, command) -> bool:
        try:
            with self.database.write() as db:
                command(db)
        except (PlaceRefused, Invalid):
            return False
        return True

    who = st.integers(0, PEOPLE - 1)

    @rule(who=who)
    def book(self, who: int) -> None:
        expected = self.model.book(who)
        person = self.people[who]
        assert expected == self.done(
            lambda db: service.book_seat(db, person, self.practical_id, now=NOW)
        )

    @rule(who=who)
    def hold(self, who: int) -> None:
        expected = self.model.hold(who)
        person = self.people[who]
        assert expected == self.done(
            lambda db: service.hold_seat(db, person, self.practical_id, now=NOW)
        )

    @rule(who=who)
    def let_go(self, who: int) -> None:
        expected = self.model.let_go(who)
        person = self.people[who]
        assert expected == self.done(
            lambda db: service.release_hold(db, person, self.practical_id, now=NOW)
        )

    @precondition(lambda self: self.model.held)
    @rule()
    def every_hold_runs_out(self) -> None:
        self.model.run_out()
        worker, later = SystemActor.worker, NOW + timedelta(minutes=11)
        assert self.done(
            lambda db: service.settle_practical(db, worker, self.practical_id, now=later)
        )

    @rule(who=who)
    def cancel(self, who: int) -> None:
        expected = self.model.leave_seat(who)
        person = self.people[who]
        assert expected == self.done(
            lambda db: service.cancel_seat(db, person, self.practical_id, now=NOW)
        )

    @rule(who=who)
    def join(self, who: int) -> None:
        expected = self.model.join(who)
        person = self.people[who]
        assert expected == self.done(
            lambda db: service.join_waiting_list(db, person, self.practical_id, now=NOW)
        )

    @rule(who=who)
    def leave(self, who: int) -> None:
        expected = self.model.leave(who)
        person = self.people[who]
        assert expected == self.done(
            lambda db: service.leave_waiting_list(db, person, self.practical_id, now=NOW)
        )

    @rule(who=who, override=st.booleans())
    def reserve(self, who: int, override: bool) -> None:
        expected = self.model.reserve(who, override)
        user_id = self.people[who].user_id
        assert expected == self.done(
            lambda db: service.reserve_seat(
                db,
                self.admin,
                self.practical_id,
                user_id,
                reason="Asked",
                override=override,
                now=NOW,
            )
        )

    @precondition(lambda self: self.model.inside)
    @rule(pick=who)
    def a_holder_gives_back(self, pick: int) -> None:
        """Random choices are mostly refused; this rule and the next make queues move."""
        holders = sorted(self.model.inside)
        self.cancel(holders[pick % len(holders)])

    @precondition(lambda self: self.model.free == 0 and len(self.model.inside) < PEOPLE)
    @rule(pick=who)
    def an_outsider_joins(self, pick: int) -> None:
        outside = sorted(set(range(PEOPLE)) - self.model.inside)
        self.join(outside[pick % len(outside)])

    @rule(who=who)
    def take_away(self, who: int) -> None:
        user_id = self.people[who].user_id
        with self.database.read() as db:
            seats = {
                seat.user_id: seat.seat_id for seat in queries.roster(db, self.practical_id).seats
            }
        if user_id in seats:
            assert self.model.leave_seat(who)
            assert self.done(
                lambda db: service.take_seat_away(
                    db, self.admin, self.practical_id, seats[user_id], reason="Ill", now=NOW
                )
            )

    @rule(capacity=st.integers(0, 4))
    def resize(self, capacity: int) -> None:
        expected = self.model.resize(capacity)
        plan = a_plan(capacity=capacity, over_ratio_reason="A guest teaches")
        assert expected == self.done(
            lambda db: service.change_practical(
                db,
                self.admin,
                self.practical_id,
                plan,
                expected_version=plan_version(db, self.practical_id),
                now=NOW,
            )
        )

    @rule(who=st.integers(0, SLOW - 1))
    def finish_modules(self, who: int) -> None:
        if who in self.model.able:
            return
        self.model.able.add(who)
        self.model.settle()
        person = self.people[who]
        with self.database.write() as db:
            the_theory(db, person, without=("skin",))
        assert self.done(
            lambda db: service.promote_person(
                db, SystemActor.worker, person.user_id, "small-course", now=NOW
            )
        )

    @invariant()
    def model_and_database_agree(self) -> None:
        if not hasattr(self, "people"):
            return
        names = {person.user_id: number for number, person in enumerate(self.people)}
        with self.database.read() as db:
            practical = db.get_one(PracticalRow, self.practical_id)
            roster = queries.roster(db, self.practical_id)
            queue = db.scalars(
                select(WaitingEntry.user_id)
                .where(WaitingEntry.state == WaitingState.waiting)
                .order_by(WaitingEntry.number)
            ).all()
            assert {names[seat.user_id] for seat in roster.seats} == self.model.inside
            assert [names[user_id] for user_id in queue] == self.model.queue
            assert practical.taken == self.model.taken
            assert practical.override == max(0, practical.taken - practical.capacity)
            assert checks.broken(db, now=NOW) == ()
            self.calendars_rise(db)

    def calendars_rise(self, db) -> None:
        """Each place's invites rise; the last message of a dead place is a CANCEL."""
        last: dict[str, tuple[int, str]] = {}
        for payload in db.scalars(select(OutboxEvent.payload).order_by(OutboxEvent.id)):
            for entry in entries_of(payload):
                before = last.get(entry.uid, (-1, ""))
                assert entry.sequence > before[0]
                assert before[1] != "CANCEL"
                last[entry.uid] = (entry.sequence, entry.method)
        living = [method for _, method in last.values() if method == "REQUEST"]
        assert len(living) == len(self.model.inside)

    def teardown(self) -> None:
        self.database.close()
        shutil.rmtree(self.folder)


def run(template: Path, *, examples: int, steps: int) -> None:
    machine = type("Places", (Places,), {"template": template})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_random_commands(sqlite_template):
    run(sqlite_template, examples=int(os.environ.get("MACHINE_EXAMPLES", "15")), steps=30)


@pytest.mark.deep
def test_many_random_commands(sqlite_template):
    run(sqlite_template, examples=500, steps=60)
