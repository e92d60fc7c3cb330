"""Changing a practical, with everything that follows for those who have or want a place on it."""

from datetime import datetime

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.accounts.actor import Actor, require
from app.courses import queries as courses
from app.kit.errors import Invalid
from app.kit.ids import PracticalId
from app.kit.versions import demand_current
from app.practicals import policy
from app.practicals.domain.plan import Plan
from app.practicals.domain.seats import Gate, SeatState
from app.practicals.domain.terms import time_to_give_back
from app.practicals.models import Practical, Seat
from app.practicals.queries.boards import planned
from app.practicals.queries.facts import gate_of
from app.practicals.service.evidence import demand_nobody_attended
from app.practicals.service.gate import take_gate
from app.practicals.service.giving import promote
from app.practicals.service.mails import tell_of_seat
from app.practicals.service.plans import (
    columns_of,
    demand_changeable,
    demand_sound,
    record_plan,
    set_instructors,
)


def change_practical(
    db: Session,
    actor: Actor,
    practical_id: PracticalId,
    plan: Plan,
    *,
    expected_version: str,
    now: datetime,
) -> int:
    """Change a practical that has not begun; its kind stays. A new time or room moves the entry in the
    calendar of everybody who has a place; more places go to those who wait. Fewer places than are
    taken are refused (R-074): nobody is thrown out by a number. A plan that was made from an older
    version is refused with Stale. Return how many people with a place were told of a new time or room."""
    require(policy.may_manage(actor))
    gate = take_gate(db, practical_id)
    demand_changeable(gate, now=now)
    demand_nobody_attended(db, gate, starts_at=plan.starts_at)
    kind = courses.revision(db, gate.revision_id).course.practical(gate.kind_key)
    if kind is None or (plan.course_key, plan.kind_key) != (gate.course_key, gate.kind_key):
        raise Invalid(
            "The kind stays.", fields={"kind": "The kind of a practical cannot be changed."}
        )
    columns = columns_of(plan, kind)
    demand_current(
        expected_version,
        recorded=planned(db, gate.id).record,
        sent={**columns, "instructors": plan.instructors},
    )
    floor = min(gate.taken, gate.capacity)
    demand_sound(db, plan, kind, floor=floor, taken=gate.taken, now=now)
    columns["override"] = max(0, gate.taken - columns["capacity"])
    db.execute(
        update(Practical)
        .where(Practical.id == gate.id)
        .values(**columns)
        .execution_options(synchronize_session=False)
    )
    set_instructors(db, gate.id, plan.instructors)
    record_plan(db, actor, gate.id, "practicals.changed", plan, kind, now=now)
    return _follow(db, gate, now=now)


def _follow(db: Session, before: Gate, *, now: datetime) -> int:
    """Do what follows from a change that is written: tell people, and move the waiting list. Return how
    many people with a place were told."""
    after = gate_of(db, before.id)
    assert after is not None  # noqa: S101 - we hold its gate
    told = 0
    if _visible(after) != _visible(before):
        told = _tell_of_change(db, after, now=now)
    elif after.cancel_until < before.cancel_until:
        _keep_deadline(db, after, before.cancel_until)
    promote(db, after, now=now)
    return told


def _visible(gate: Gate) -> tuple[object, ...]:
    """What stands in a calendar."""
    return gate.starts_at, gate.ends_at, gate.zone, gate.room


def _keep_deadline(db: Session, gate: Gate, promised: datetime) -> None:
    """Leave everybody who has a place the deadline that they were told: an earlier one holds for places
    that are taken from now on."""
    db.execute(
        update(Seat)
        .where(
            Seat.practical_id == gate.id,
            Seat.state == SeatState.confirmed,
            or_(Seat.cancel_until.is_(None), Seat.cancel_until < promised),
        )
        .values(cancel_until=promised)
        .execution_options(synchronize_session=False)
    )


def _tell_of_change(db: Session, gate: Gate, *, now: datetime) -> int:
    """Tell everybody with a place of the new time or room; return how many people that are."""
    until = time_to_give_back(now)
    seats = db.execute(
        update(Seat)
        .where(Seat.practical_id == gate.id, Seat.state == SeatState.confirmed)
        .values(calendar_sequence=Seat.calendar_sequence + 1, cancel_until=until)
        .returning(Seat.user_id, Seat.id, Seat.calendar_sequence)
        .execution_options(synchronize_session=False)
    ).all()
    people = accounts.people(db, [seat.user_id for seat in seats])
    for user_id, seat_id, sequence in seats:
        tell_of_seat(
            db,
            "changed",
            gate,
            people[user_id],
            seat_id,
            sequence=sequence,
            method="REQUEST",
            until=until,
            now=now,
        )
    return len(seats)
