"""Many people request places at once and get exactly as many as there are, on both databases. A
negative control without the lock oversells."""

import time
from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from app.db.database import Database
from app.enrolments import service
from app.enrolments.domain import HOLDING, EnrolmentState
from app.enrolments.models import Enrolment
from app.kit.actor import Actor
from app.kit.ids import EnrolmentId, IntakeId, new_uuid
from tests.make import NOW
from tests.make.enrolments import broken_promises, counters, states_in
from tests.make.lock_waits import another_process
from tests.make.patience import SECONDS
from tests.make.people import a_user
from tests.make.places import an_intake

THREADS = 8
PEOPLE = 60
PLACES = 10
PAUSE = 0.003


@pytest.fixture
def crowd(database) -> list[Actor]:
    with database.write() as db:
        return [a_user(db, f"Person {number:02}") for number in range(PEOPLE)]


@pytest.fixture
def intake_id(database) -> IntakeId:
    with database.write() as db:
        return an_intake(db, places=PLACES)


def storm(database: Database, crowd: list[Actor], act: Callable[[Database, Actor], None]) -> None:
    """Run the function for every person, in eight threads that start together and share nothing."""
    start = Barrier(THREADS)
    failed: list[BaseException] = []

    def work(share: list[Actor]) -> None:
        own = another_process(database.url)
        try:
            start.wait()
            for actor in share:
                act(own, actor)
        except BaseException as error:
            failed.append(error)
        finally:
            own.close()

    threads = [Thread(target=work, args=(crowd[first::THREADS],)) for first in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


@pytest.fixture
def pause_after_the_gate(monkeypatch):
    """Hold every command open between its decision and its writing."""
    count = service.waiting_in

    def slowly(db, intake_id):
        waiting = count(db, intake_id)
        time.sleep(PAUSE)
        return waiting

    monkeypatch.setattr(service, "waiting_in", slowly)


def test_sixty_ask_for_ten_places(database, crowd, intake_id, pause_after_the_gate):
    def ask(own: Database, actor: Actor) -> None:
        with own.write() as db:
            service.request_place(db, actor, intake_id, now=NOW)

    storm(database, crowd, ask)

    assert counters(database, intake_id) == (PLACES, PLACES, 0)
    states = list(states_in(database, intake_id).values())
    assert (states.count("requested"), states.count("waiting")) == (PLACES, PEOPLE - PLACES)
    with database.read() as db:
        numbers = db.scalars(
            select(Enrolment.waiting_number).where(Enrolment.waiting_number.is_not(None))
        ).all()
    assert sorted(numbers) == list(range(1, PEOPLE - PLACES + 1))
    assert broken_promises(database) == []


def test_people_come_and_go_at_once(database, crowd, intake_id, pause_after_the_gate):
    """Every third person gives their place back at once: no place is lost, and none is given twice."""

    def ask_and_perhaps_leave(own: Database, actor: Actor) -> None:
        with own.write() as db:
            outcome = service.request_place(db, actor, intake_id, now=NOW)
        if int(actor.name[-2:]) % 3 == 0:
            with own.write() as db:
                service.withdraw(db, actor, outcome.enrolment_id, today=NOW.date(), now=NOW)

    storm(database, crowd, ask_and_perhaps_leave)

    assert counters(database, intake_id) == (PLACES, PLACES, 0)
    states = list(states_in(database, intake_id).values())
    assert states.count("requested") == PLACES
    assert states.count("cancelled") == PEOPLE / 3
    assert broken_promises(database) == []


def test_without_the_gate_the_same_storm_oversells(database, crowd, intake_id):
    """Negative control: count, then insert. If this did not oversell, the tests above would prove
    nothing."""

    def count(db) -> int:
        held = select(func.count()).where(
            Enrolment.intake_id == intake_id, Enrolment.state.in_(HOLDING)
        )
        return db.execute(held).scalar_one()

    def insert(db, actor: Actor) -> None:
        db.add(
            Enrolment(
                id=EnrolmentId(new_uuid()),
                intake_id=intake_id,
                user_id=actor.user_id,
                course_key="small-course",
                state=EnrolmentState.requested,
                requested_at=NOW,
            )
        )

    all_have_counted = Barrier(THREADS)

    def naively(own: Database, actor: Actor) -> None:
        # A write transaction of SQLite is alone from its first statement, so the count is read
        # before it.
        with own.read() as db:
            held = count(db)
        all_have_counted.wait(SECONDS)
        if held < PLACES:
            with own.write() as db:
                insert(db, actor)

    storm(database, crowd[: PEOPLE // THREADS * THREADS], naively)

    with database.read() as db:
        assert count(db) > PLACES
    assert any("hold one" in sentence for sentence in broken_promises(database))
