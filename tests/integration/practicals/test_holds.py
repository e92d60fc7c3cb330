"""Keeping a place while a student decides: taking it, booking it, for longer, letting go, running out."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db.database import Database
from app.kit.actor import Actor
from app.kit.ids import PracticalId
from app.practicals import checks, service
from app.practicals.domain.seat_guards import GRACE
from app.practicals.domain.seats import SeatState
from app.practicals.errors import PlaceRefused
from app.practicals.models import Seat
from app.practicals.queries.student_list import practical_page
from tests.integration.practicals.test_race import Job, all_at_once, race_of_two
from tests.make import NOW
from tests.make.practicals import STARTS, a_practical, a_ready_student, a_waiter, an_intake

TEN = timedelta(minutes=10)
TICK = timedelta(microseconds=1)
World = tuple[Database, list[PracticalId], list[Actor]]


@pytest.fixture
def world(database: Database) -> World:
    """Three days with one place each, and three students who may come."""
    with database.write() as db:
        intake = an_intake(db)
        days = [
            a_practical(
                db,
                capacity=1,
                starts_at=STARTS + timedelta(days=number),
                ends_at=STARTS + timedelta(days=number, hours=6),
            )
            for number in range(3)
        ]
        students = [a_ready_student(db, f"S{number}", intake_id=intake) for number in range(3)]
    return database, days, students


def does(
    database: Database,
    command: Callable[..., object],
    student: Actor,
    day: PracticalId,
    now: datetime = NOW,
) -> str:
    """Return "done", or the first reason of the refusal."""
    try:
        with database.write() as db:
            command(db, student, day, now=now)
    except PlaceRefused as refused:
        return str(refused.reason)
    return "done"


def states(db: Session) -> list[tuple[str, datetime | None]]:
    assert checks.broken(db, now=NOW) == ()
    rows = db.execute(select(Seat.state, Seat.deadline_at).order_by(Seat.booked_at, Seat.id))
    return [(str(state), deadline) for state, deadline in rows]


def test_a_hold_is_booked_and_nobody_else_gets_the_place(world: World) -> None:
    database, (day, *_), (student, other, _) = world
    assert does(database, service.hold_seat, student, day) == "done"
    assert does(database, service.hold_seat, other, day) == "full"
    assert does(database, service.book_seat, other, day) == "full"
    assert does(database, service.book_seat, student, day, NOW + TEN + GRACE - TICK) == "done"
    with database.read() as db:
        assert states(db) == [("confirmed", None)]


def test_asking_again_makes_no_hold_longer_and_only_once_can_it_be_made_longer(
    world: World,
) -> None:
    database, (day, *_), (student, *_) = world
    for minutes in (0, 9):
        at = NOW + timedelta(minutes=minutes)
        assert does(database, service.hold_seat, student, day, at) == "done"
        with database.read() as db:
            assert states(db) == [("hold", NOW + TEN)]
    assert does(database, service.extend_hold, student, day, NOW + TEN) == "done"
    assert does(database, service.extend_hold, student, day, NOW + TEN) == "extended"
    with database.read() as db:
        assert states(db) == [("hold", NOW + 2 * TEN)]


def test_a_hold_that_is_let_go_or_lapses_frees_the_place_once(world: World) -> None:
    database, (day, *_), (student, other, third) = world
    assert does(database, service.hold_seat, student, day) == "done"
    assert does(database, service.release_hold, student, day) == "done"
    assert does(database, service.release_hold, student, day) == "lapsed"
    assert does(database, service.hold_seat, other, day) == "done"
    late = NOW + TEN + GRACE
    assert does(database, service.extend_hold, other, day, late) == "lapsed"
    assert does(database, service.book_seat, third, day, late) == "done"
    assert does(database, service.book_seat, other, day, late) == "full"
    with database.read() as db:
        assert sorted(state for state, _ in states(db)) == ["confirmed", "declined", "expired"]


def test_nobody_has_more_than_two_holds_and_one_that_lapsed_is_not_counted(world: World) -> None:
    database, days, (student, *_) = world
    assert [does(database, service.hold_seat, student, day) for day in days] == [
        "done",
        "done",
        "holds_used",
    ]
    late = NOW + TEN + GRACE
    assert does(database, service.hold_seat, student, days[2], late) == "done"


def test_a_place_that_is_let_go_goes_to_the_person_who_waits(world: World) -> None:
    database, (day, *_), (student, other, _) = world
    assert does(database, service.hold_seat, student, day) == "done"
    with database.write() as db:
        a_waiter(db, day, other.user_id)
    assert does(database, service.release_hold, student, day) == "done"
    with database.read() as db:
        held = select(Seat.user_id).where(Seat.state == SeatState.confirmed)
        assert db.scalars(held).all() == [other.user_id]


def test_the_page_says_what_is_held_and_that_its_time_is_over(world: World) -> None:
    database, (day, *_), (student, other, _) = world
    assert does(database, service.hold_seat, student, day) == "done"
    late = NOW + TEN + GRACE
    with database.read() as db:
        mine = practical_page(db, student, day, now=NOW)
        theirs = practical_page(db, other, day, now=NOW)
        over = practical_page(db, student, day, now=late)
    assert mine.hold is not None
    assert (mine.hold.until, mine.hold.can_extend, mine.being_booked) == (NOW + TEN, True, 0)
    assert (theirs.hold, theirs.being_booked, theirs.row.can_book) == (None, 1, False)
    assert (over.hold, over.has_run_out, over.row.can_book) == (None, True, True)


def job(
    command: Callable[..., object], student: Actor, day: PracticalId, now: datetime = NOW
) -> Job:
    def run(own: Database) -> None:
        with own.write() as db:
            command(db, student, day, now=now)

    return run


def test_many_hold_one_place_at_once(world: World) -> None:
    database, (day, *_), students = world
    jobs = [job(service.hold_seat, student, day) for student in students for _ in range(4)]
    answers = all_at_once(database.url, jobs, pause_after="UPDATE practicals")
    assert answers.count("done") == 4  # the holder asks four times and has one place
    assert set(answers) == {"done", "full"}
    with database.read() as db:
        assert [state for state, _ in states(db)] == ["hold"]


def test_one_person_holds_three_days_at_once(world: World) -> None:
    database, days, (student, *_) = world
    jobs = [job(service.hold_seat, student, day) for day in days]
    answers = all_at_once(database.url, jobs, pause_after="UPDATE practicals")
    assert sorted(answers) == ["done", "done", "holds_used"]


def test_a_hold_is_booked_twice_at_once(world: World) -> None:
    database, (day, *_), (student, *_) = world
    assert does(database, service.hold_seat, student, day) == "done"
    jobs = [job(service.book_seat, student, day)] * 2
    answers = race_of_two(database.url, *jobs)
    assert answers.count("already_booked") == 1
    with database.read() as db:
        assert states(db) == [("confirmed", None)]


def test_a_hold_lapses_while_it_is_booked(world: World) -> None:
    """Whoever is first decides; the place has one holder whatever the order."""
    database, (day, *_), (student, other, _) = world
    assert does(database, service.hold_seat, student, day) == "done"
    confirm = job(service.book_seat, student, day, NOW + TEN + GRACE - TICK)
    lapse = job(service.book_seat, other, day, NOW + TEN + GRACE)
    answers = race_of_two(database.url, confirm, lapse)
    assert answers.count("full") == 1
    with database.read() as db:
        assert checks.broken(db, now=NOW) == ()
        living = select(func.count()).where(Seat.state == SeatState.confirmed)
        assert db.scalars(living).one() == 1
