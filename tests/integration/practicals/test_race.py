"""Many at once for few places (R-070), with a forced pause, and a control that has to fail."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import URL, event, func, select, text
from sqlalchemy.orm import Session

from app.db.database import Database
from app.kit.actor import Actor
from app.kit.ids import PracticalId, SeatId, UserId, new_uuid
from app.practicals import checks, service
from app.practicals.domain.seats import SeatState, WaitingState
from app.practicals.errors import PlaceRefused
from app.practicals.models import PracticalRow, Seat, WaitingEntry
from tests.make import NOW
from tests.make.lock_waits import another_process
from tests.make.patience import SECONDS
from tests.make.practicals import a_practical, a_ready_student, a_seat, an_intake

THREADS = 8
PLACES = 10
REQUESTS = 200
PAUSE = 0.003
Job = Callable[[Database], object]


def all_at_once(address: URL, jobs: list[Job], *, pause_after: str) -> list[str]:
    """Run the jobs on threads that start together, each with a Database of its own as separate
    processes have, and return what each job answered.

    There is a pause after every statement that begins with `pause_after`, where a command has read
    but not yet written. Without the pause wrong code often passes.
    """
    answers: list[str] = []
    failures: list[BaseException] = []
    barrier = threading.Barrier(THREADS)

    def pause(*event_values: Any) -> None:
        if event_values[2].lstrip().startswith(pause_after):
            time.sleep(PAUSE)

    def work(mine: list[Job]) -> None:
        database = another_process(address, pool_size=2)
        event.listen(database.engine, "after_cursor_execute", pause)
        try:
            with database.read() as db:
                db.execute(text("SELECT 1"))
            barrier.wait(SECONDS)
            for job in mine:
                try:
                    job(database)
                    answers.append("done")
                except PlaceRefused as refused:
                    answers.append(str(refused.reason))
        except BaseException as error:  # shown by the test, not lost in the thread
            failures.append(error)
        finally:
            database.close()

    threads = [threading.Thread(target=work, args=(jobs[n::THREADS],)) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    assert failures == []
    return answers


def address_of(database: Database) -> URL:
    return database.url


def held(db: Session, practical_id: PracticalId) -> int:
    query = select(func.count()).where(
        Seat.practical_id == practical_id, Seat.state == SeatState.confirmed
    )
    return db.scalars(query).one()


@pytest.fixture
def rush(database: Database) -> tuple[PracticalId, list[Actor]]:
    with database.write() as db:
        practical_id = a_practical(db, capacity=PLACES)
        intake = an_intake(db)
        crowd = [a_ready_student(db, f"S{n}", intake_id=intake) for n in range(REQUESTS // 2)]
    return practical_id, crowd


def test_two_hundred_requests_for_ten_places_r_070(database, rush):
    """R-070: every student asks twice. Ten get a place; everybody else gets the reason why not."""
    practical_id, crowd = rush

    def booking(actor: Actor) -> Job:
        def book(own: Database) -> None:
            with own.write() as db:
                service.book_seat(db, actor, practical_id, now=NOW)

        return book

    jobs = [booking(actor) for actor in (*crowd, *reversed(crowd))]
    answers = all_at_once(address_of(database), jobs, pause_after="UPDATE practicals")

    assert len(answers) == REQUESTS
    assert answers.count("done") == PLACES
    assert set(answers) <= {"done", "full", "already_booked"}
    with database.read() as db:
        assert held(db, practical_id) == PLACES
        assert checks.broken(db, now=NOW) == ()


def test_control_counting_first_oversells_in_the_same_harness(database, rush):
    """Count, then insert; an override disables the CHECK constraint. If this did not oversell, the
    test above would prove nothing."""
    practical_id, crowd = rush
    with database.write() as db:
        db.get_one(PracticalRow, practical_id).override = REQUESTS

    def is_free(db: Session) -> bool:
        return held(db, practical_id) < PLACES

    def insert(db: Session, user_id: UserId) -> None:
        db.add(
            Seat(
                id=SeatId(new_uuid()),
                practical_id=practical_id,
                user_id=user_id,
                state=SeatState.confirmed,
                booked_at=NOW,
                calendar_sequence=0,
            )
        )

    all_have_counted = threading.Barrier(THREADS)

    def naive(actor: Actor) -> Job:
        def book(own: Database) -> None:
            if own.is_sqlite:
                # Our write blocks begin IMMEDIATE and would save it; the driver's own way reads
                # before it begins.
                with own.read() as db:
                    free = is_free(db)
                all_have_counted.wait(SECONDS)
                if free:
                    with own.write() as db:
                        insert(db, actor.user_id)
                return
            with own.write() as db:
                free = is_free(db)
                all_have_counted.wait(SECONDS)
                if free:
                    insert(db, actor.user_id)

        return book

    equal_shares = crowd[: len(crowd) // THREADS * THREADS]
    jobs = [naive(actor) for actor in equal_shares]
    all_at_once(address_of(database), jobs, pause_after="UPDATE practicals")
    with database.read() as db:
        assert held(db, practical_id) > PLACES
        assert any(
            "places held" in sentence or "counter" in sentence
            for sentence in checks.broken(db, now=NOW)
        )


ROUNDS = 15
DEEP_ROUNDS = 150


@pytest.mark.parametrize("rounds", [ROUNDS, pytest.param(DEEP_ROUNDS, marks=pytest.mark.deep)])
def test_no_place_is_stranded_when_one_cancels_while_another_joins_r_072(database, rounds):
    """R-072: cancel (release and promote) against join (told "full"): at the end nobody waits beside
    a free place, in any round."""
    with database.write() as db:
        intake = an_intake(db)
        ann, ben = (a_ready_student(db, name, intake_id=intake) for name in ("Ann", "Ben"))
        days = [a_practical(db, capacity=1) for _ in range(rounds)]
    stranded = 0
    for number, practical_id in enumerate(days):
        with database.write() as db:
            # Each round stands on a day of its own, so that no overlap gets in the way.
            practical = db.get_one(PracticalRow, practical_id)
            shift = (practical.ends_at - practical.starts_at) * 2 * number
            practical.starts_at += shift
            practical.ends_at += shift
            db.flush()
            a_seat(db, practical_id, ann.user_id)

        def cancel(own: Database, practical_id: PracticalId = practical_id) -> None:
            with own.write() as db:
                service.cancel_seat(db, ann, practical_id, now=NOW)

        def join(own: Database, practical_id: PracticalId = practical_id) -> None:
            with own.write() as db:
                service.join_waiting_list(db, ben, practical_id, now=NOW)

        answers = race_of_two(address_of(database), cancel, join)
        assert answers.count("done") >= 1
        with database.read() as db:
            waits = db.scalars(
                select(func.count()).where(
                    WaitingEntry.practical_id == practical_id,
                    WaitingEntry.state == WaitingState.waiting,
                )
            ).one()
            stranded += bool(waits) and held(db, practical_id) == 0
    assert stranded == 0
    with database.read() as db:
        assert checks.broken(db, now=NOW) == ()


def race_of_two(address: URL, first: Job, second: Job) -> list[str]:
    """Run two commands against each other; the idle threads only wait at the barrier."""
    idle: Job = lambda own: None  # noqa: E731 - a job that does nothing
    jobs = [first, second, *[idle] * (THREADS - 2)]
    return all_at_once(address, jobs, pause_after="UPDATE practicals")


def test_one_person_books_two_overlapping_days_at_once_r_071(database):
    """R-071: the two practicals have different locks, so only the lock on the person makes one wait
    for the other."""
    with database.write() as db:
        intake = an_intake(db)
        people = [a_ready_student(db, f"P{n}", intake_id=intake) for n in range(5)]
        days = [a_practical(db, capacity=20) for _ in range(2)]

    def booking(actor: Actor, practical_id: PracticalId) -> Job:
        def book(own: Database) -> None:
            with own.write() as db:
                service.book_seat(db, actor, practical_id, now=NOW)

        return book

    for actor in people:
        answers = race_of_two(address_of(database), *(booking(actor, day) for day in days))
        assert sorted(answers).count("done") == THREADS - 1
        assert answers.count("overlap") == 1
