"""A day can be limited to an intake only if everybody on it belongs to that intake (B1), on both
databases."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from app.audit.models import AuditEvent
from app.kit.actor import Actor
from app.kit.errors import Invalid
from app.kit.ids import IntakeId, PracticalId
from app.outbox.models import OutboxEvent
from app.practicals import checks, service
from app.practicals.domain.seats import SeatState, WaitingState
from app.practicals.models import PracticalRow, Seat, WaitingEntry
from tests.make import NOW
from tests.make.pages import words
from tests.make.practicals import (
    a_plan,
    a_practical,
    a_ready_student,
    a_seat,
    a_waiter,
)
from tests.make.versions import plan_version, version_on


def keep_for(database, admin: Actor, day: PracticalId, intake_id: IntakeId | None) -> None:
    plan = replace(a_plan(capacity=1, over_ratio_reason="x"), intake_id=intake_id)
    with database.write() as db:
        version = plan_version(db, day)
        service.change_practical(db, admin, day, plan, expected_version=version, now=NOW)


def on_record(database, day: PracticalId) -> tuple[object, ...]:
    """Return everything that a refusal must not change."""
    with database.read() as db:
        return (
            db.get_one(PracticalRow, day).intake_id,
            db.scalars(select(Seat.state)).all(),
            db.scalars(select(WaitingEntry.state)).all(),
            db.scalars(select(func.count()).select_from(AuditEvent)).one(),
            db.scalars(select(func.count()).select_from(OutboxEvent)).one(),
        )


@pytest.mark.parametrize("holds", ["a place", "a wait"])
@pytest.mark.parametrize("before", ["everybody", "their own intake"])
def test_a_day_is_not_kept_for_an_intake_of_which_its_people_are_not(
    database, admin, intakes, holds, before
):
    with database.write() as db:
        intake_id = intakes[0] if before == "their own intake" else None
        day = a_practical(db, capacity=1, intake_id=intake_id)
        ann = a_ready_student(db, "Ann", intake_id=intakes[0])
        if holds == "a place":
            a_seat(db, day, ann.user_id)
        else:
            ben = a_ready_student(db, "Ben", intake_id=intakes[0])
            a_seat(db, day, ben.user_id, waived="other_intake")
            a_waiter(db, day, ann.user_id)
    recorded = on_record(database, day)
    with pytest.raises(Invalid) as refused:
        keep_for(database, admin, day, intakes[1])
    assert list(refused.value.fields) == ["intake"]
    said = str(refused.value.fields["intake"])
    assert said.startswith("Not in this intake")
    assert said.count("Ann") == 1
    assert "Ben" not in said
    assert on_record(database, day) == recorded
    with database.read() as db:
        assert checks.broken(db, now=NOW) == ()


def test_the_form_says_who_and_keeps_what_was_typed(database, admin, intakes, as_person):
    with database.write() as db:
        day = a_practical(db, capacity=5)
        for name in ("Ann", "Ben", "Cy", "Dee"):
            a_seat(db, day, a_ready_student(db, name, intake_id=intakes[0]).user_id)
    recorded = on_record(database, day)
    browser = as_person(admin)
    here = f"/admin/practicals/{day}/edit"
    plan = {
        "version": version_on(browser, here, here),
        "kind": "small-course/practice-day",
        "intake": str(intakes[1]),
        "day": "15 December 2026",
        "starts": "09:00",
        "ends": "16:00",
        "zone": "Europe/London",
        "room": "Room 1",
        "capacity": "5",
        "over_ratio_reason": "Observers",
        "opens_day": "1 December 2026",
        "opens": "09:00",
        "closes_hours": "24",
        "cancel_hours": "48",
        "note": "Bring the keys",
    }
    answer = browser.post(here, data=plan)
    assert answer.status_code == 422
    page = words(answer)
    assert "Not in this intake, but with a place here or waiting: Ann, Ben, Cy and 1 more." in page
    assert "plan another day for this intake" in page
    assert "Bring the keys" in answer.text
    assert on_record(database, day) == recorded


def test_people_of_the_intake_keep_their_places_and_a_day_can_be_opened_again(
    database, admin, intakes
):
    with database.write() as db:
        day = a_practical(db, capacity=1)
        a_seat(db, day, a_ready_student(db, "Ann", intake_id=intakes[0]).user_id)
        a_waiter(db, day, a_ready_student(db, "Ben", intake_id=intakes[0]).user_id)
    for intake_id in (intakes[0], None):
        keep_for(database, admin, day, intake_id)
        recorded = on_record(database, day)
        assert recorded[:3] == (intake_id, [SeatState.confirmed], [WaitingState.waiting])


def test_somebody_who_had_no_right_before_stands_in_nobodys_way(database, admin, intakes):
    """Leftovers of an earlier version do not block the change; admins have a separate list of them."""
    with database.write() as db:
        day = a_practical(db, capacity=1)
        closed = a_ready_student(db, "Cleo", intake_id=intakes[0], disabled_at=NOW)
        a_seat(db, day, closed.user_id)
    keep_for(database, admin, day, intakes[1])
    assert on_record(database, day)[0] == intakes[1]
