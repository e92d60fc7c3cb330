"""Offers of the waiting list: a place is kept for who is next until they answer."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app import jobs
from app.kit.actor import Actor
from app.kit.ids import PracticalId
from app.outbox.models import OutboxEvent
from app.practicals import checks, service
from app.practicals.domain.seat_guards import GRACE
from app.practicals.domain.seats import SeatState, WaitingState
from app.practicals.domain.states import WaitingPolicy
from app.practicals.errors import PlaceRefused
from app.practicals.models import PracticalRow, Seat, WaitingEntry
from app.practicals.queries.admin_detail import waiting_page
from app.practicals.queries.offers import lapses_due
from tests.make import NOW
from tests.make.people import a_user
from tests.make.practicals import a_practical, a_ready_student, a_seat, an_intake

DEADLINE = NOW + timedelta(hours=24)
LAPSED = DEADLINE + GRACE
TICK = timedelta(microseconds=1)
OFFER, AUTO = WaitingPolicy.offer, WaitingPolicy.auto


@pytest.fixture
def day(database) -> tuple[PracticalId, list[Actor]]:
    """A practical whose one place the first of three students has."""
    with database.write() as db:
        intake = an_intake(db)
        practical_id = a_practical(db, capacity=1)
        students = [a_ready_student(db, f"S{number}", intake_id=intake) for number in range(3)]
        a_seat(db, practical_id, students[0].user_id)
    return practical_id, students


def wait(database, practical_id, student, wanted=OFFER, *, now=NOW):
    with database.write() as db:
        service.join_waiting_list(db, student, practical_id, now=now, wanted=wanted)


def give_back(database, practical_id, student, *, now=NOW):
    with database.write() as db:
        service.cancel_seat(db, student, practical_id, now=now)


def seats_of(database, student, *, now=NOW) -> list[SeatState]:
    with database.read() as db:
        assert checks.broken(db, now=now) == ()
        wanted = select(Seat.state).where(Seat.user_id == student.user_id)
        return list(db.scalars(wanted.order_by(Seat.booked_at, Seat.id)))


def entries(database) -> list[WaitingState]:
    with database.read() as db:
        return list(db.scalars(select(WaitingEntry.state).order_by(WaitingEntry.number)))


def refusal(database, command, student, practical_id, *, now) -> str:
    before = seats_of(database, student), entries(database)
    with pytest.raises(PlaceRefused) as refused, database.write() as db:
        command(db, student, practical_id, now=now)
    assert (seats_of(database, student), entries(database)) == before
    return refused.value.reason


def test_a_free_place_is_offered_and_held_until_it_is_accepted(database, day):
    practical_id, (first, second, third) = day
    wait(database, practical_id, second)
    give_back(database, practical_id, first)
    assert seats_of(database, second) == [SeatState.offered]
    assert entries(database) == [WaitingState.offered]
    with database.read() as db:
        mails = [
            event.payload
            for event in db.scalars(select(OutboxEvent))
            if event.payload.get("template") == "practicals/offered"
        ]
        seat = db.scalars(select(Seat).where(Seat.user_id == second.user_id)).one()
        entry_id = db.scalars(select(WaitingEntry.id)).one()
        assert (seat.deadline_at, seat.entry_id) == (DEADLINE, entry_id)
    (mail,) = mails
    assert mail["to"] == second.email
    assert not mail.get("calendar")
    assert refusal(database, service.book_seat, third, practical_id, now=NOW) == "full"
    with database.write() as db:
        service.accept_offer(db, second, practical_id, now=LAPSED - TICK)
    assert seats_of(database, second) == [SeatState.confirmed]
    assert entries(database) == [WaitingState.fulfilled]


def test_who_chose_so_is_booked_at_once(database, day):
    practical_id, (first, second, _) = day
    wait(database, practical_id, second, AUTO)
    give_back(database, practical_id, first)
    assert seats_of(database, second) == [SeatState.confirmed]


def test_a_declined_place_goes_to_the_next(database, day):
    practical_id, (first, second, third) = day
    wait(database, practical_id, second)
    wait(database, practical_id, third)
    give_back(database, practical_id, first)
    with database.write() as db:
        service.decline_offer(db, second, practical_id, now=NOW)
    assert seats_of(database, second) == [SeatState.declined]
    assert seats_of(database, third) == [SeatState.offered]
    assert entries(database) == [WaitingState.declined, WaitingState.offered]
    assert refusal(database, service.decline_offer, second, practical_id, now=NOW) == "no_offer"
    assert refusal(database, service.accept_offer, second, practical_id, now=NOW) == "no_offer"


def test_the_worker_ends_an_offer_that_has_run_out_and_passes_it_on(database, day):
    practical_id, (first, second, third) = day
    wait(database, practical_id, second)
    wait(database, practical_id, third)
    give_back(database, practical_id, first)
    assert jobs.settle_lapsed(database, now=LAPSED - TICK) == 0
    assert seats_of(database, second) == [SeatState.offered]
    assert jobs.settle_lapsed(database, now=LAPSED) == 1
    assert seats_of(database, second, now=LAPSED) == [SeatState.expired]
    assert seats_of(database, third, now=LAPSED) == [SeatState.offered]
    assert entries(database) == [WaitingState.lapsed, WaitingState.offered]
    assert jobs.settle_lapsed(database, now=LAPSED) == 0
    reason = refusal(database, service.accept_offer, second, practical_id, now=LAPSED)
    assert reason == "full"
    assert refusal(database, service.decline_offer, second, practical_id, now=LAPSED) == "lapsed"


def test_a_late_answer_counts_while_the_place_is_free_and_nobody_waits(database, day):
    practical_id, (first, second, _) = day
    wait(database, practical_id, second)
    give_back(database, practical_id, first)
    jobs.settle_lapsed(database, now=LAPSED)
    with database.write() as db:
        service.accept_offer(db, second, practical_id, now=LAPSED)
    states = seats_of(database, second, now=LAPSED)
    assert sorted(states) == [SeatState.confirmed, SeatState.expired]


def test_a_command_that_ends_an_offer_and_passes_nothing_on_leaves_it_to_the_worker(database, day):
    """A wait that is left gives no place to anybody; without the note the place would be stranded."""
    practical_id, (first, second, third) = day
    with database.write() as db:
        fourth = a_ready_student(db, "S3")
    for student in (second, third, fourth):
        wait(database, practical_id, student)
    give_back(database, practical_id, first)
    with database.write() as db:
        service.leave_waiting_list(db, fourth, practical_id, now=LAPSED)
    with database.read() as db:
        assert "a place is free" in str(checks.broken(db, now=LAPSED))
        assert lapses_due(db, now=LAPSED) == [practical_id]
    assert jobs.settle_lapsed(database, now=LAPSED) == 1
    assert seats_of(database, third, now=LAPSED) == [SeatState.offered]


def test_shortly_before_the_day_nobody_is_offered_a_place_and_the_list_does_not_stop(database, day):
    practical_id, (first, second, third) = day
    wait(database, practical_id, second)
    wait(database, practical_id, third, AUTO)
    late = NOW + timedelta(days=14) - timedelta(hours=7)
    with database.write() as db:
        db.execute(
            update(PracticalRow).values(
                booking_closes_at=late + timedelta(hours=1), cancel_until=late + TICK
            )
        )
    give_back(database, practical_id, first, now=late)
    assert seats_of(database, second, now=late) == []
    assert seats_of(database, third, now=late) == [SeatState.confirmed]
    assert entries(database) == [WaitingState.waiting, WaitingState.fulfilled]


@pytest.mark.parametrize(("hours", "is_to_be_phoned"), [(9, False), (7, True)])
def test_the_office_sees_whom_to_phone(database, day, hours, is_to_be_phoned):
    practical_id, (_, second, third) = day
    wait(database, practical_id, second)
    wait(database, practical_id, third, AUTO)
    starts_at = NOW + timedelta(days=14, hours=11)
    with database.write() as db:
        day = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=1)}
        db.execute(update(PracticalRow).values(**day, booking_closes_at=starts_at, capacity=2))
    with database.read() as db:
        page = waiting_page(db, practical_id, now=starts_at - timedelta(hours=hours))
    assert page.is_to_be_phoned is is_to_be_phoned
    assert [waits.is_asked_first for waits in page.queue] == [True, False]


@pytest.mark.parametrize("command", [service.accept_offer, service.decline_offer])
def test_an_answer_without_an_offer_changes_nothing(database, day, command):
    practical_id, (_, second, _) = day
    assert refusal(database, command, second, practical_id, now=NOW) == "no_offer"


def test_an_offer_that_the_office_takes_away_ends_its_wait(database, day):
    practical_id, (first, second, _) = day
    wait(database, practical_id, second)
    give_back(database, practical_id, first)
    with database.write() as db:
        admin = a_user(db, "Ada", roles=("admin",))
        seat_id = db.scalars(select(Seat.id).where(Seat.user_id == second.user_id)).one()
        service.take_seat_away(db, admin, practical_id, seat_id, reason="Full", now=NOW)
    assert entries(database) == [WaitingState.closed]
