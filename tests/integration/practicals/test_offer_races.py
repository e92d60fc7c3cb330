"""Answers to offers at the same moment as each other and as the worker: one of them counts."""

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import delete, event, select, text

from app.db.database import Database
from app.jobs import settle_lapsed
from app.kit.actor import Actor
from app.kit.ids import PracticalId
from app.practicals import checks, service
from app.practicals.domain.seat_guards import GRACE
from app.practicals.domain.seats import SeatState, WaitingState
from app.practicals.domain.states import WaitingPolicy
from app.practicals.errors import PlaceRefused
from app.practicals.models import PracticalRow, Seat, WaitingEntry
from app.practicals.queries.eligibility_facts import first_waiters
from app.practicals.queries.offers import answerable_seat, lapses_due
from app.practicals.steps.counting import lock_row, move_taken
from tests.make import NOW
from tests.make.lock_waits import another_process
from tests.make.patience import SECONDS
from tests.make.practicals import a_practical, a_ready_student, a_seat, a_waiter, an_intake

TICK = timedelta(microseconds=1)
Job = Callable[[Database], object]


@pytest.fixture
def day(database) -> tuple[PracticalId, list[Actor]]:
    """A day whose only place is offered to the first of three students until now; the others wait."""
    with database.write() as db:
        intake = an_intake(db)
        practical_id = a_practical(db, capacity=1)
        people = [a_ready_student(db, f"S{number}", intake_id=intake) for number in range(3)]
        entry_id = a_waiter(db, practical_id, people[0].user_id, state=WaitingState.offered)
        a_seat(
            db,
            practical_id,
            people[0].user_id,
            state=SeatState.offered,
            deadline_at=NOW,
            entry_id=entry_id,
        )
        for person in people[1:]:
            a_waiter(db, practical_id, person.user_id, policy=WaitingPolicy.offer)
    return practical_id, people


def together(database: Database, *jobs: Job) -> list[str]:
    """Run jobs that start together, each with connections of its own, and return what each answered."""
    barrier, answers = threading.Barrier(len(jobs)), [""] * len(jobs)

    def work(number: int, job: Job) -> None:
        own = another_process(database.url, pool_size=2)
        with own.read() as db:
            db.execute(text("SELECT 1"))
        barrier.wait(SECONDS)
        try:
            answers[number] = str(job(own))
        except PlaceRefused as refused:
            answers[number] = str(refused.reason)
        finally:
            own.close()

    threads = [threading.Thread(target=work, args=numbered) for numbered in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    return answers


def answer(command, student: Actor, practical_id: PracticalId, now, own: Database) -> str:
    with own.write() as db:
        command(db, student, practical_id, now=now)
    return "done"


def standing(database, *, now) -> tuple[int, list[SeatState]]:
    with database.read() as db:
        assert checks.broken(db, now=now) == ()
        states = sorted(db.scalars(select(Seat.state)))
        return db.scalars(select(PracticalRow.taken)).one(), states


def test_an_answer_in_the_last_moment_and_the_worker_do_not_both_count(database, day):
    practical_id, (first, *_) = day
    accept = partial(answer, service.accept_offer, first, practical_id, NOW + GRACE - TICK)
    answers = together(database, accept, partial(settle_lapsed, now=NOW + GRACE))
    assert answers in (["done", "0"], ["done", "1"], ["full", "1"])
    if answers[0] == "done":
        assert standing(database, now=NOW) == (1, [SeatState.confirmed])
    else:
        assert standing(database, now=NOW) == (1, [SeatState.expired, SeatState.offered])


def test_two_declines_give_one_place_to_one_person(database, day):
    practical_id, (first, *_) = day
    decline = partial(answer, service.decline_offer, first, practical_id, NOW)
    assert sorted(together(database, decline, decline)) == ["done", "no_offer"]
    assert standing(database, now=NOW) == (1, [SeatState.declined, SeatState.offered])
    with database.read() as db:
        states = db.scalars(select(WaitingEntry.state).order_by(WaitingEntry.number)).all()
    assert states == [WaitingState.declined, WaitingState.offered, WaitingState.waiting]


def test_control_who_looks_at_the_list_before_the_lock_strands_a_place(database, day):
    """Nobody waits when it is read, and somebody joins before the place is given back. If this stranded no
    place, the tests above would prove nothing."""
    practical_id, (first, second, _) = day
    with database.write() as db:
        db.execute(delete(WaitingEntry).where(WaitingEntry.state == WaitingState.waiting))
    with database.read() as db:
        assert first_waiters(db, practical_id) == []
    with database.write() as db:
        service.join_waiting_list(db, second, practical_id, now=NOW - TICK)
    with database.write() as db:
        practical, _ = lock_row(db, practical_id)
        seat = answerable_seat(db, practical_id, first.user_id)
        assert seat is not None
        db.get_one(Seat, seat.seat_id).state = SeatState.declined
        move_taken(db, practical, -1)
    with database.read() as db:
        assert "a place is free and person" in str(checks.broken(db, now=NOW))


def test_the_worker_finds_what_has_lapsed_by_an_index(database):
    """It asks each second, however many days there are."""
    is_sqlite = database.engine.dialect.name == "sqlite"
    sent: list[tuple[str, Any]] = []
    event.listen(
        database.engine,
        "before_cursor_execute",
        lambda *values: sent.append((values[2], values[3])),
    )
    with database.read() as db:
        lapses_due(db, now=NOW)
        statement, values = next(each for each in sent if "next_lapse_at" in each[0])
        connection = db.connection()
        if not is_sqlite:
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN "
        plan = connection.exec_driver_sql(explain + statement, values).all()
    assert "ix_practicals_next_lapse_at" in str(plan)
