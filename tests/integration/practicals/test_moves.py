"""A person moves from one day to another in one act with one mail, or nothing changes."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.kit.actor import Actor
from app.kit.errors import Forbidden, Invalid, NotFound
from app.kit.ids import PracticalId, SeatId
from app.outbox.models import OutboxEvent
from app.practicals import checks, service
from app.practicals.domain.seats import Attendance, SeatState
from app.practicals.errors import PlaceRefused
from app.practicals.models import PracticalRow, Seat
from tests.integration.practicals.test_race import THREADS, address_of, all_at_once
from tests.make import NOW
from tests.make.pages import words
from tests.make.practicals import STARTS, a_practical, a_ready_student, a_seat, a_waiter, an_intake

WEEK = timedelta(days=7)


@pytest.fixture
def people(database) -> list[Actor]:
    with database.write() as db:
        intake = an_intake(db)
        return [a_ready_student(db, name, intake_id=intake) for name in ("Ann", "Ben", "Cy")]


@pytest.fixture
def days(database) -> tuple[PracticalId, PracticalId]:
    """Two days of one kind with one place each."""
    with database.write() as db:
        return a_practical(db, capacity=1), later(db, capacity=1)


def later(db, **columns) -> PracticalId:
    times = {
        "starts_at": STARTS + WEEK,
        "ends_at": STARTS + WEEK + timedelta(hours=7),
        "booking_closes_at": STARTS + WEEK - timedelta(hours=24),
        "cancel_until": STARTS + WEEK - timedelta(hours=48),
    }
    return a_practical(db, **(times | columns))


def seat_for(database, practical_id, person, **columns) -> SeatId:
    with database.write() as db:
        return a_seat(db, practical_id, person.user_id, **columns)


def move(database, admin, days, seat_id, **changes) -> SeatId:
    wish = {"reason": None, "override": False, "now": NOW, **changes}
    with database.write() as db:
        return service.move_person(db, admin, days[0], seat_id, days[1], **wish)


def standing(database) -> list[tuple]:
    """Day, holder and state of every seat, and that the counters agree."""
    with database.read() as db:
        assert checks.broken(db, now=NOW) == ()
        rows = db.execute(
            select(Seat.practical_id, Seat.user_id, Seat.state).order_by(Seat.booked_at, Seat.id)
        )
        return sorted(tuple(row) for row in rows)


def mails(database) -> list[dict]:
    with database.read() as db:
        sent = db.scalars(select(OutboxEvent).order_by(OutboxEvent.id)).all()
        return [event.payload for event in sent if "template" in event.payload]


def test_one_act_one_mail_and_the_place_is_passed_on(database, admin, people, days):
    ann, ben, _ = people
    seat_id = seat_for(database, days[0], ann, moves=1)
    with database.write() as db:
        a_waiter(db, days[0], ben.user_id)
        a_waiter(db, days[1], ann.user_id)
    new_id = move(database, admin, days, seat_id, reason="By telephone")
    assert standing(database) == sorted(
        [
            (days[0], ann.user_id, SeatState.moved),
            (days[0], ben.user_id, SeatState.confirmed),
            (days[1], ann.user_id, SeatState.confirmed),
        ]
    )
    with database.read() as db:
        new = db.get_one(Seat, new_id)
        assert (new.moved_from, new.moves) == (seat_id, 2)
        acts = db.scalars(select(AuditEvent).where(AuditEvent.person_id == ann.user_id)).all()
        assert {(act.action, act.subject_id) for act in acts} == {
            ("practicals.moved", days[0]),
            ("practicals.moved_in", days[1]),
        }
    mail, other = mails(database)
    assert (mail["template"], other["template"]) == ("practicals/moved", "practicals/promoted")
    assert mail["values"]["reason"] == "By telephone"
    assert [(entry["method"], entry["uid"]) for entry in mail["calendar"]] == [
        ("REQUEST", f"{new_id}@practicals.preceptor"),
        ("CANCEL", f"{seat_id}@practicals.preceptor"),
    ]
    assert [entry["sequence"] for entry in mail["calendar"]] == [0, 1]


def test_days_at_the_same_time_do_not_hinder_a_move(database, admin, people, days):
    with database.write() as db:
        beside = a_practical(db, room="Room 2")
    seat_id = seat_for(database, days[0], people[0])
    move(database, admin, (days[0], beside), seat_id)
    assert (beside, people[0].user_id, SeatState.confirmed) in standing(database)


def test_the_office_is_not_bound_by_the_times_and_numbers_of_students(
    database, admin, people, days
):
    seat_id = seat_for(database, days[0], people[0], moves=2)
    move(database, admin, days, seat_id, now=STARTS - timedelta(minutes=1))
    assert (days[1], people[0].user_id, SeatState.confirmed) in standing(database)


@pytest.mark.parametrize(
    ("seat", "day", "reason"),
    [
        ({}, {"taken": 1}, "full"),
        ({}, {"status": "cancelled"}, "cancelled"),
        ({"attendance": Attendance.attended, "attendance_at": NOW}, {}, "attended"),
        ({"state": SeatState.cancelled_by_student, "ended_at": NOW}, {}, "no_seat"),
    ],
)
def test_a_move_that_cannot_be_changes_nothing(database, admin, people, days, seat, day, reason):
    seat_id = seat_for(database, days[0], people[0], **seat)
    if "taken" in day:
        seat_for(database, days[1], people[1])
    elif day:
        with database.write() as db:
            db.get_one(PracticalRow, days[1]).status = day["status"]
    before = standing(database)
    with pytest.raises(PlaceRefused) as refused:
        move(database, admin, days, seat_id)
    assert refused.value.reason == reason
    assert standing(database) == before
    assert mails(database) == []


def test_people_who_wait_for_the_other_day_come_first_but_for_an_override(
    database, admin, people, days
):
    with database.write() as db:
        a_waiter(db, days[1], people[1].user_id)
    seat_id = seat_for(database, days[0], people[0])
    with pytest.raises(PlaceRefused) as refused:
        move(database, admin, days, seat_id)
    assert refused.value.reason == "queue_ahead"
    with pytest.raises(Invalid) as unreasoned:
        move(database, admin, days, seat_id, override=True)
    assert list(unreasoned.value.fields) == ["reason"]
    with database.read() as db:
        assert db.scalars(select(Seat.state)).all() == [SeatState.confirmed]
    move(database, admin, days, seat_id, override=True, reason="Agreed with Ben")
    assert (days[1], people[0].user_id, SeatState.confirmed) in standing(database)


def test_only_other_days_of_the_kind_and_only_by_the_office(database, admin, people, days):
    seat_id = seat_for(database, days[0], people[0])
    with database.write() as db:
        scalp = later(db, kind_key="scalp-day")
    before = standing(database)
    for other in (scalp, days[0]):
        with pytest.raises(Invalid) as refused:
            move(database, admin, (days[0], other), seat_id)
        assert list(refused.value.fields) == ["day"]
    with pytest.raises(NotFound):
        move(database, admin, (days[1], days[0]), seat_id)
    with pytest.raises(Forbidden):
        move(database, people[0], days, seat_id)
    assert standing(database) == before


def test_the_page_moves_a_person_and_says_why_not(database, admin, people, days, as_person):
    seat_id = seat_for(database, days[0], people[0])
    here = f"/admin/practicals/{days[0]}/seats/{seat_id}/move"
    browser = as_person(admin)
    assert here in browser.get(f"/admin/practicals/{days[0]}").text
    assert "1 of 1 place left" in words(browser.get(here))
    other = seat_for(database, days[1], people[1])
    refused = browser.post(here, data={"day": str(days[1]), "reason": "Ill"})
    assert refused.status_code == 409
    assert "Every place is taken." in words(refused)
    with database.write() as db:
        service.take_seat_away(db, admin, days[1], other, reason="Ill", now=NOW)
    done = browser.post(here, data={"day": str(days[1])})
    assert (done.status_code, done.headers["location"]) == (303, f"/admin/practicals/{days[1]}")
    assert browser.get(here).status_code == 303, "the place has ended"
    assert (days[1], people[0].user_id, SeatState.confirmed) in standing(database)


def moves_of(database, admin, jobs):
    """Run moves at once; each is the days, the seat."""

    def job(pair, seat_id):
        def run(own) -> None:
            with own.write() as db:
                service.move_person(
                    db, admin, pair[0], seat_id, pair[1], reason=None, override=False, now=NOW
                )

        return run

    work = [job(*each) for each in jobs]
    return all_at_once(address_of(database), work, pause_after="UPDATE practicals")


def test_crossing_moves_end_without_a_deadlock_and_with_true_counters(database, admin, people):
    with database.write() as db:
        first, second = a_practical(db, capacity=3), later(db, capacity=3)
        there = [a_seat(db, first, people[0].user_id), a_seat(db, second, people[1].user_id)]
    jobs = [((first, second), there[0]), ((second, first), there[1])] * (THREADS // 2)
    answers = moves_of(database, admin, jobs)
    assert sorted(answers) == ["done"] * 2 + ["moved"] * (THREADS - 2)
    held = [row for row in standing(database) if row[2] is SeatState.confirmed]
    assert held == sorted(
        [
            (second, people[0].user_id, SeatState.confirmed),
            (first, people[1].user_id, SeatState.confirmed),
        ]
    )


def test_two_moves_to_the_last_place_and_a_booking_give_it_once(database, admin, people):
    with database.write() as db:
        first, second = a_practical(db, capacity=3), later(db, capacity=1)
        there = [a_seat(db, first, person.user_id) for person in people[:2]]

    def book(own) -> None:
        with own.write() as db:
            service.book_seat(db, people[2], second, now=NOW)

    def moving(seat_id):
        def run(own) -> None:
            with own.write() as db:
                service.move_person(
                    db, admin, first, seat_id, second, reason=None, override=False, now=NOW
                )

        return run

    jobs = [moving(there[0]), moving(there[1]), book]
    answers = all_at_once(address_of(database), jobs, pause_after="UPDATE practicals")
    assert sorted(answers) == ["done", "full", "full"]
    on_second = [row for row in standing(database) if row[0] == second]
    assert len(on_second) == 1


def test_a_move_and_a_give_back_of_one_seat_happen_once(database, admin, people):
    with database.write() as db:
        first, second = a_practical(db, capacity=3), later(db, capacity=1)
        seat_id = a_seat(db, first, people[0].user_id)

    def give_back(own) -> None:
        with own.write() as db:
            service.cancel_seat(db, people[0], first, now=NOW)

    def moving(own) -> None:
        with own.write() as db:
            service.move_person(
                db, admin, first, seat_id, second, reason=None, override=False, now=NOW
            )

    answers = all_at_once(
        address_of(database), [moving, give_back], pause_after="UPDATE practicals"
    )
    states = {row[2] for row in standing(database)}
    assert (sorted(answers), states) in (
        (["done", "no_seat"], {SeatState.moved, SeatState.confirmed}),
        (["done", "no_seat"], {SeatState.cancelled_by_student}),
    )
