"""Taking places, giving them back, waiting and being promoted, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app.audit.models import AuditEvent
from app.db.database import Database
from app.kit.actor import Actor, SystemActor
from app.kit.errors import Forbidden, Invalid, NotFound
from app.kit.ids import PracticalId
from app.kit.stored_messages import read_reason
from app.outbox.models import OutboxEvent
from app.practicals import checks, queries, service
from app.practicals.domain.seats import PracticalStatus, SeatState, WaitingState
from app.practicals.errors import PlaceRefused
from app.practicals.models import PracticalRow, Seat, WaitingEntry
from app.practicals.steps.counting import constraints_as_refusals
from tests.make import NOW
from tests.make.mails import entry_in
from tests.make.people import a_user
from tests.make.practicals import (
    STARTS,
    a_practical,
    a_ready_student,
    a_seat,
    a_waiter,
    an_intake,
    the_theory,
)


class World:
    """A practical of one place, three students and an admin."""

    def __init__(self, database: Database, **columns: object) -> None:
        self.database = database
        with database.write() as db:
            self.practical_id = a_practical(db, **{"capacity": 1, **columns})  # type: ignore[arg-type]
            self.ann, self.ben, self.cy = (
                a_ready_student(db, name) for name in ("Ann", "Ben", "Cy")
            )
            self.admin = a_user(db, "Ada Admin", roles=("admin",))

    def book(self, actor: Actor) -> None:
        with self.database.write() as db:
            service.book_seat(db, actor, self.practical_id, now=NOW)

    def cancel(self, actor: Actor) -> None:
        with self.database.write() as db:
            service.cancel_seat(db, actor, self.practical_id, now=NOW)

    def join(self, actor: Actor) -> None:
        with self.database.write() as db:
            service.join_waiting_list(db, actor, self.practical_id, now=NOW)

    def leave(self, actor: Actor) -> None:
        with self.database.write() as db:
            service.leave_waiting_list(db, actor, self.practical_id, now=NOW)

    def reserve(self, actor: Actor, *, override: bool = False, reason: str = "Asked") -> None:
        with self.database.write() as db:
            service.reserve_seat(
                db,
                self.admin,
                self.practical_id,
                actor.user_id,
                reason=reason,
                override=override,
                now=NOW,
            )

    def holders(self) -> set[str]:
        with self.database.read() as db:
            return {seat.name for seat in queries.roster(db, self.practical_id).seats}

    def practical(self) -> PracticalRow:
        with self.database.read() as db:
            return db.get_one(PracticalRow, self.practical_id)

    def mails(self, template: str) -> list[OutboxEvent]:
        with self.database.read() as db:
            events = db.scalars(select(OutboxEvent).order_by(OutboxEvent.id)).all()
        return [
            event for event in events if event.payload.get("template") == f"practicals/{template}"
        ]

    def acts(self, action: str) -> list[AuditEvent]:
        with self.database.read() as db:
            query = select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.id)
            return list(db.scalars(query))

    def sound(self) -> None:
        with self.database.read() as db:
            assert checks.broken(db, now=NOW) == ()


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


def reason_of(caught: pytest.ExceptionInfo[PlaceRefused]) -> str | None:
    return caught.value.reason


def test_booking_takes_the_place_counts_it_and_mails_an_invite(world):
    world.book(world.ann)
    assert world.holders() == {"Ann"}
    assert world.practical().taken == 1
    (mail,) = world.mails("booked")
    assert mail.payload["to"] == world.ann.email
    assert entry_in(mail.payload)["method"] == "REQUEST"
    assert entry_in(mail.payload)["sequence"] == 0
    assert [act.person_id for act in world.acts("practicals.booked")] == [world.ann.user_id]
    world.sound()


def test_a_full_day_refuses_with_the_reason_and_changes_nothing(world):
    world.book(world.ann)
    with pytest.raises(PlaceRefused) as caught:
        world.book(world.ben)
    assert reason_of(caught) == "full"
    assert world.holders() == {"Ann"}
    assert len(world.mails("booked")) == 1


def test_one_living_place_per_person_r_071(world):
    """R-071: the rule refuses a second place; without it the unique index would."""
    world.book(world.ann)
    with world.database.write() as db:
        db.execute(update(PracticalRow).values(capacity=2))
    with pytest.raises(PlaceRefused) as caught:
        world.book(world.ann)
    assert reason_of(caught) == "already_booked"
    with pytest.raises(IntegrityError), world.database.write() as db:
        a_seat(db, world.practical_id, world.ann.user_id)


def test_no_two_places_at_the_same_time_r_071(world):
    with world.database.write() as db:
        other = a_practical(
            db, starts_at=STARTS + timedelta(hours=6), ends_at=STARTS + timedelta(hours=9)
        )
        later = a_practical(
            db, starts_at=STARTS + timedelta(hours=7), ends_at=STARTS + timedelta(hours=9)
        )
    world.book(world.ann)
    with pytest.raises(PlaceRefused) as caught, world.database.write() as db:
        service.book_seat(db, world.ann, other, now=NOW)
    assert reason_of(caught) == "overlap"
    with world.database.write() as db:
        service.book_seat(db, world.ann, later, now=NOW)


def test_constraints_say_the_same_refusals(world):
    with world.database.write() as db:
        a_seat(db, world.practical_id, world.ann.user_id)
        a_waiter(db, world.practical_id, world.ben.user_id)

    def refused(change) -> str | None:
        def change_and_flush() -> None:
            with world.database.write() as db, constraints_as_refusals():
                change(db)
                db.flush()

        with pytest.raises(PlaceRefused) as caught:
            change_and_flush()
        return caught.value.reason

    assert refused(lambda db: db.execute(update(PracticalRow).values(taken=2))) == "full"
    with world.database.write() as db:
        db.execute(update(PracticalRow).values(capacity=5))
    assert refused(lambda db: a_seat(db, world.practical_id, world.ann.user_id)) == "already_booked"
    assert (
        refused(lambda db: a_waiter(db, world.practical_id, world.ben.user_id)) == "already_waiting"
    )
    with pytest.raises(IntegrityError), world.database.write() as db, constraints_as_refusals():
        db.execute(update(PracticalRow).values(capacity=-1, override=9))


def test_a_freed_place_goes_to_the_first_who_can_come_in_the_same_transaction_r_072(world):
    """R-072: the order is strict, nobody waits beside a free place, and each person passed over is
    recorded with the reason."""
    with world.database.write() as db:
        dee = a_ready_student(db, "Dee", without=("needles",))
    world.book(world.ann)
    world.join(dee)
    world.join(world.ben)
    world.join(world.cy)
    world.cancel(world.ann)
    assert world.holders() == {"Ben"}
    (mail,) = world.mails("promoted")
    assert mail.payload["to"] == world.ben.email
    assert entry_in(mail.payload)["method"] == "REQUEST"
    (skip,) = world.acts("practicals.passed_over")
    assert (skip.actor_id, skip.person_id) == (None, dee.user_id)
    assert str(read_reason(skip.reason)) == (
        "These modules come first and are not complete: Needles."
    )
    with world.database.read() as db:
        states = dict(db.execute(select(WaitingEntry.user_id, WaitingEntry.state)).all())
    assert states[world.ben.user_id] is WaitingState.fulfilled
    assert states[dee.user_id] is WaitingState.waiting
    world.sound()


def test_somebody_passed_over_is_promoted_when_they_have_finished(world):
    with world.database.write() as db:
        dee = a_ready_student(db, "Dee", without=("needles",))
    world.book(world.ann)
    world.join(dee)
    world.cancel(world.ann)
    assert world.holders() == set()
    with world.database.write() as db:
        the_theory(db, dee, without=("skin",))
    with world.database.read() as db:
        (sentence,) = checks.broken(db, now=NOW)
    assert "a place is free" in sentence
    with world.database.write() as db:
        service.promote_person(db, SystemActor.worker, dee.user_id, "small-course", now=NOW)
    assert world.holders() == {"Dee"}
    world.sound()


def test_the_worker_moves_every_stuck_queue(world):
    with world.database.write() as db:
        a_waiter(db, world.practical_id, world.ann.user_id)
        a_waiter(db, world.practical_id, world.ben.user_id)
        service.promote_everywhere(db, SystemActor.worker, now=NOW)
        service.promote_everywhere(db, SystemActor.worker, now=NOW)
    assert world.holders() == {"Ann"}
    world.sound()


def test_more_waiters_than_one_batch(database):
    world = World(database)
    with database.write() as db:
        intake = an_intake(db)
        for number in range(60):
            waiter = a_ready_student(db, f"W{number}", intake_id=intake, without=("needles",))
            a_waiter(db, world.practical_id, waiter.user_id)
        a_waiter(db, world.practical_id, world.ben.user_id)
        service.promote_everywhere(db, SystemActor.worker, now=NOW)
    assert world.holders() == {"Ben"}
    assert len(world.acts("practicals.passed_over")) == 60
    world.sound()


def test_nobody_overtakes_the_queue(world):
    with world.database.write() as db:
        a_waiter(db, world.practical_id, world.ben.user_id)
    with pytest.raises(PlaceRefused) as caught:
        world.book(world.ann)
    assert reason_of(caught) == "queue_ahead"
    world.book(world.ben)
    assert world.holders() == {"Ben"}
    world.sound()


def test_a_free_place_beyond_the_queue_can_be_booked_and_the_queue_moves(database):
    world = World(database, capacity=2)
    with database.write() as db:
        a_waiter(db, world.practical_id, world.ben.user_id)
    world.book(world.ann)
    assert world.holders() == {"Ann", "Ben"}
    world.sound()


def test_giving_back_twice_counts_once(world):
    world.book(world.ann)
    world.cancel(world.ann)
    with pytest.raises(PlaceRefused) as caught:
        world.cancel(world.ann)
    assert reason_of(caught) == "no_seat"
    assert world.practical().taken == 0
    (mail,) = world.mails("given-back")
    assert (entry_in(mail.payload)["method"], entry_in(mail.payload)["sequence"]) == (
        "CANCEL",
        1,
    )
    world.sound()


def test_a_place_booked_again_is_a_new_one(world):
    world.book(world.ann)
    world.cancel(world.ann)
    world.book(world.ann)
    first, second = (entry_in(mail.payload)["uid"] for mail in world.mails("booked"))
    assert first != second
    with world.database.read() as db:
        states = sorted(db.scalars(select(Seat.state)))
    assert states == [SeatState.cancelled_by_student, SeatState.confirmed]


def test_joining_and_leaving(world):
    world.book(world.ann)
    world.join(world.ben)
    with pytest.raises(PlaceRefused) as caught:
        world.join(world.ben)
    assert reason_of(caught) == "already_waiting"
    world.leave(world.ben)
    with pytest.raises(PlaceRefused) as caught:
        world.leave(world.ben)
    assert reason_of(caught) == "not_waiting"
    world.cancel(world.ann)
    assert world.holders() == set()


def test_joining_is_refused_while_a_place_is_free(world):
    with pytest.raises(PlaceRefused) as caught:
        world.join(world.ben)
    assert reason_of(caught) == "place_free"


def test_an_admin_reserves_and_takes_away(world):
    world.reserve(world.ann)
    (mail,) = world.mails("reserved")
    assert mail.payload["to"] == world.ann.email
    (act,) = world.acts("practicals.reserved")
    assert (act.actor_id, act.reason) == (world.admin.user_id, "Asked")
    world.join(world.ben)
    with world.database.read() as db:
        (held,) = queries.roster(db, world.practical_id).seats
    assert held.is_reserved
    with world.database.write() as db:
        service.take_seat_away(
            db, world.admin, world.practical_id, held.seat_id, reason="Ill", now=NOW
        )
    assert world.holders() == {"Ben"}
    (mail,) = world.mails("taken-away")
    assert mail.payload["values"]["reason"] == "Ill"
    with world.database.read() as db:
        ended = queries.seat(db, held.seat_id)
    assert ended is not None
    assert ended.state is SeatState.cancelled_by_admin
    world.sound()


def test_an_override_adds_a_place_for_one_person_only(world):
    world.book(world.ann)
    with pytest.raises(PlaceRefused) as caught:
        world.reserve(world.ben)
    assert reason_of(caught) == "full"
    world.reserve(world.ben, override=True)
    practical = world.practical()
    assert (practical.taken, practical.override) == (2, 1)
    assert world.acts("practicals.reserved")[0].details["passed_over"] == [
        {"text": "Every place is taken."}
    ]
    world.join(world.cy)
    world.cancel(world.ann)
    assert world.holders() == {"Ben"}, "the place on top was nobody else's"
    assert world.practical().override == 0
    world.sound()


def test_reserving_for_somebody_who_waits_fulfils_their_wish(database):
    world = World(database, capacity=1)
    world.book(world.ann)
    world.join(world.ben)
    world.reserve(world.ben, override=True)
    with database.read() as db:
        assert db.scalars(select(WaitingEntry.state)).all() == [WaitingState.fulfilled]
    with pytest.raises(PlaceRefused) as caught:
        world.reserve(world.ben, override=True)
    assert reason_of(caught) == "already_booked"


@pytest.mark.parametrize("reason", ["", "   "])
def test_admins_say_why(world, reason):
    with pytest.raises(Invalid) as caught:
        world.reserve(world.ann, reason=reason)
    assert "reason" in caught.value.fields
    world.book(world.ann)
    with world.database.read() as db:
        (held,) = queries.roster(db, world.practical_id).seats
    with pytest.raises(Invalid), world.database.write() as db:
        service.take_seat_away(
            db, world.admin, world.practical_id, held.seat_id, reason=reason, now=NOW
        )


def test_what_does_not_exist_or_is_a_draft_is_not_found(database):
    world = World(database, status=PracticalStatus.draft)
    for use_case in (
        service.book_seat,
        service.cancel_seat,
        service.join_waiting_list,
        service.leave_waiting_list,
    ):
        for practical_id in (world.practical_id, PracticalId(world.ann.user_id)):
            with pytest.raises(NotFound), database.write() as db:
                use_case(db, world.ann, practical_id, now=NOW)
    with pytest.raises(NotFound), database.write() as db:
        service.reserve_seat(
            db,
            world.admin,
            world.practical_id,
            world.practical_id,
            reason="x",
            override=True,
            now=NOW,  # type: ignore[arg-type]
        )


def test_a_seat_belongs_to_its_practical_r_033(world):
    """R-033: a place of another practical is not found under this one."""
    world.book(world.ann)
    with world.database.write() as db:
        other = a_practical(db)
    with world.database.read() as db:
        (held,) = queries.roster(db, world.practical_id).seats
    with pytest.raises(NotFound), world.database.write() as db:
        service.take_seat_away(db, world.admin, other, held.seat_id, reason="x", now=NOW)


def test_after_the_start_places_stay(world):
    world.book(world.ann)
    with world.database.read() as db:
        (held,) = queries.roster(db, world.practical_id).seats
    with pytest.raises(PlaceRefused) as caught, world.database.write() as db:
        service.take_seat_away(
            db, world.admin, world.practical_id, held.seat_id, reason="x", now=STARTS
        )
    assert reason_of(caught) == "started"


def test_roles(world):
    """Students take places, admins reserve them, and nobody else does either."""
    with world.database.write() as db:
        teacher = a_user(db, "Ira", roles=("instructor",))
    for use_case in (
        service.book_seat,
        service.cancel_seat,
        service.join_waiting_list,
        service.leave_waiting_list,
    ):
        with pytest.raises(Forbidden), world.database.write() as db:
            use_case(db, teacher, world.practical_id, now=NOW)
    with pytest.raises(Forbidden), world.database.write() as db:
        service.reserve_seat(
            db, world.ann, world.practical_id, world.ann.user_id, reason="x", override=True, now=NOW
        )
