"""The engine of seats: it writes what a row of the table says, once, and ends what has lapsed first."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.kit.actor import Actor
from app.kit.ids import PracticalId, SeatId
from app.outbox.models import OutboxEvent
from app.practicals import checks, queries, service
from app.practicals.domain.seat_guards import GRACE
from app.practicals.domain.seat_policies import policy_now, read_policy
from app.practicals.domain.seats import SeatState, WaitingState
from app.practicals.domain.transitions import SeatEvent
from app.practicals.errors import PlaceRefused
from app.practicals.models import PracticalRow, Seat, WaitingEntry
from app.practicals.queries.eligibility_facts import read_practical
from app.practicals.queries.stored_seats import live_seat_of, seat_on
from app.practicals.steps.allocation import lock_and_read_candidates
from app.practicals.steps.engine import apply, take_seat
from app.practicals.steps.locking import lock_practical
from app.practicals.steps.seat_writing import SeatAct
from tests.make import NOW
from tests.make.people import a_user
from tests.make.practicals import a_plan, a_practical, a_ready_student, a_seat, a_waiter, an_intake
from tests.make.versions import plan_version

SOON = NOW + timedelta(minutes=15)
LAPSED = SOON + GRACE
TICK = timedelta(microseconds=1)


@pytest.fixture
def day(database) -> tuple[PracticalId, list[Actor]]:
    """A practical with one place, and three students who may come."""
    with database.write() as db:
        intake = an_intake(db)
        practical_id = a_practical(db, capacity=1)
        students = [a_ready_student(db, f"S{number}", intake_id=intake) for number in range(3)]
    return practical_id, students


def hold(database, practical_id: PracticalId, student: Actor) -> SeatId:
    with database.write() as db:
        practical = lock_practical(db, practical_id, now=NOW)
        person = lock_and_read_candidates(db, practical, [student.user_id])[student.user_id]
        act = SeatAct(by=student.user_id, now=NOW, deadline_at=SOON)
        return take_seat(db, practical, SeatEvent.hold, person, act)


def change(database, practical_id, student, event, *, now=NOW):
    """Let an event happen to the seat of a student, as a use-case does."""
    with database.write() as db:
        practical = lock_practical(db, practical_id, now=now)
        person = lock_and_read_candidates(db, practical, [student.user_id])[student.user_id]
        seat = live_seat_of(db, practical_id, student.user_id)
        act = SeatAct(by=student.user_id, now=now)
        apply(db, practical, seat, event, act, person=person.facts)


def acts(db) -> list[str]:
    return [
        event.action.removeprefix("practicals.")
        for event in db.scalars(select(AuditEvent).order_by(AuditEvent.at, AuditEvent.id))
        if event.action.startswith("practicals.")
    ]


def standing(database, practical_id) -> tuple[int, list[str], object]:
    """What is taken, the states of all seats, and when the next one lapses."""
    with database.read() as db:
        assert checks.broken(db, now=NOW) == ()
        row = db.get_one(PracticalRow, practical_id)
        states = db.scalars(select(Seat.state).order_by(Seat.booked_at, Seat.id))
        return row.taken, sorted(str(state) for state in states), row.next_lapse_at


def test_a_hold_takes_the_place_until_it_is_booked(database, day):
    practical_id, (student, other, _) = day
    hold(database, practical_id, student)
    assert standing(database, practical_id) == (1, ["hold"], SOON)
    with pytest.raises(PlaceRefused) as refused, database.write() as db:
        service.book_seat(db, other, practical_id, now=NOW)
    assert refused.value.reason == "full"
    with database.read() as db:
        assert queries.roster(db, practical_id).seats == ()
        assert db.scalars(select(OutboxEvent.id)).all() == []

    change(database, practical_id, student, SeatEvent.confirm, now=LAPSED - TICK)
    assert standing(database, practical_id) == (1, ["confirmed"], None)
    with database.read() as db:
        assert acts(db) == ["held", "booked"]
        assert [seat.user_id for seat in queries.roster(db, practical_id).seats] == [
            student.user_id
        ]
        (mail,) = db.scalars(select(OutboxEvent.payload))
        assert "REQUEST" in str(mail)


def test_a_lapsed_hold_ends_before_anything_else_and_only_then(database, day):
    practical_id, (student, other, _) = day
    hold(database, practical_id, student)
    with database.write() as db:
        assert lock_practical(db, practical_id, now=LAPSED - TICK).taken == 1
    assert standing(database, practical_id) == (1, ["hold"], SOON)
    with database.write() as db:
        service.book_seat(db, other, practical_id, now=LAPSED)
    assert standing(database, practical_id) == (1, ["confirmed", "expired"], None)
    with database.read() as db:
        assert sorted(acts(db)) == ["booked", "held", "hold_lapsed"]
    with pytest.raises(PlaceRefused) as refused:
        change(database, practical_id, student, SeatEvent.confirm, now=LAPSED)
    assert refused.value.reason == "no_seat"


def test_two_seats_lapse_at_their_own_times(database, day):
    practical_id, (student, other, _) = day
    with database.write() as db:
        db.get_one(PracticalRow, practical_id).capacity = 2
        for person, state, minutes in (
            (student, SeatState.hold, 15),
            (other, SeatState.offered, 60),
        ):
            at = NOW + timedelta(minutes=minutes)
            a_seat(db, practical_id, person.user_id, state=state, deadline_at=at)
    with database.write() as db:
        assert lock_practical(db, practical_id, now=LAPSED).taken == 1
    later = NOW + timedelta(minutes=60)
    assert standing(database, practical_id) == (1, ["expired", "offered"], later)
    with database.write() as db:
        assert lock_practical(db, practical_id, now=later + GRACE).taken == 0
    assert standing(database, practical_id) == (0, ["expired", "expired"], None)


@pytest.mark.parametrize(
    ("event", "entry", "states"),
    [
        (SeatEvent.accept, WaitingState.fulfilled, ["confirmed"]),
        (SeatEvent.decline, WaitingState.declined, ["confirmed", "declined"]),
    ],
)
def test_an_offer_is_accepted_or_passed_on(database, day, event, entry, states):
    practical_id, (student, other, _) = day
    with database.write() as db:
        entry_id = a_waiter(db, practical_id, student.user_id)
        db.get_one(WaitingEntry, entry_id).state = WaitingState.offered
        a_waiter(db, practical_id, other.user_id)
        a_seat(db, practical_id, student.user_id, state=SeatState.offered, deadline_at=SOON)
    change(database, practical_id, student, event)
    assert standing(database, practical_id) == (1, states, None)
    with database.read() as db:
        assert db.get_one(WaitingEntry, entry_id).state is entry


def test_a_seat_that_changed_meanwhile_is_refused_and_counted_once(database, day):
    practical_id, (student, *_) = day
    with database.write() as db:
        seat_id = service.book_seat(db, student, practical_id, now=NOW)
    with database.read() as db:
        stale = seat_on(db, practical_id, seat_id)
    with database.write() as db:
        service.cancel_seat(db, student, practical_id, now=NOW)
    act = SeatAct(by=student.user_id, now=NOW)
    with database.write() as db:
        practical = lock_practical(db, practical_id, now=NOW)
        with pytest.raises(PlaceRefused) as refused:
            apply(db, practical, stale, SeatEvent.cancel, act)
    assert refused.value.reason == "no_seat"
    assert standing(database, practical_id) == (0, ["cancelled_by_student"], None)


def test_the_terms_are_stored_with_the_booking_and_stay(database, day):
    practical_id, (student, *_) = day
    with database.write() as db:
        seat_id = service.book_seat(db, student, practical_id, now=NOW)
        admin = a_user(db, "Ada", roles=("admin",))
        agreed = policy_now(read_practical(db, practical_id))
    with database.write() as db:
        plan = a_plan(capacity=4, cancel_until=NOW, over_ratio_reason="A guest teaches")
        version = plan_version(db, practical_id)
        service.change_practical(db, admin, practical_id, plan, expected_version=version, now=NOW)
    with database.read() as db:
        assert read_policy(db.get_one(Seat, seat_id).policy) == agreed
        assert policy_now(read_practical(db, practical_id)) != agreed


def test_a_seat_without_a_name_is_counted_and_nobody_is_told(database, day):
    practical_id, (student, *_) = day
    with database.write() as db:
        db.get_one(PracticalRow, practical_id).capacity = 3
        admin = a_user(db, "Ada", roles=("admin",))
        a_seat(db, practical_id, student.user_id)
        unnamed = [a_seat(db, practical_id, None) for _ in range(2)]
    with database.read() as db:
        assert [seat.user_id for seat in queries.roster(db, practical_id).seats] == [
            student.user_id
        ]
    with database.write() as db:
        service.take_seat_away(db, admin, practical_id, unnamed[0], reason="Not needed", now=NOW)
        told = service.cancel_practical(db, admin, practical_id, reason="Ill", now=NOW)
    assert told.seats == 1
    assert standing(database, practical_id) == (0, ["cancelled_by_admin"] * 3, None)
    with database.read() as db:
        assert acts(db).count("took_seat_away") == 3
        assert len(db.scalars(select(OutboxEvent.id)).all()) == 1
