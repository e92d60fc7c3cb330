"""Changing a practical, with everything that follows for those who have or want a place on it."""

from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.accounts.actor import Actor, require
from app.courses import queries as courses
from app.courses.domain.delivery import PracticalKind
from app.kit.errors import Invalid
from app.kit.ids import PracticalId, UserId
from app.kit.versions import demand_current
from app.practicals import policy
from app.practicals.domain.plan import Plan
from app.practicals.domain.recipients import Told, is_moved
from app.practicals.domain.seats import Gate, PracticalStatus, SeatState, WaitingState
from app.practicals.domain.terms import booking_window, time_to_give_back
from app.practicals.errors import ToBeConfirmed
from app.practicals.models import Practical, Seat, WaitingEntry
from app.practicals.queries.admin_detail import planned
from app.practicals.queries.eligibility_facts import gate_of, held_then, other_than
from app.practicals.queries.lost_rights import lost_on
from app.practicals.queries.summaries import instructor_ids
from app.practicals.service.allocation import promote
from app.practicals.service.attendance_evidence import demand_nobody_attended
from app.practicals.service.first_date_mails import tell_of_first_day
from app.practicals.service.locking import take_gate
from app.practicals.service.notifications import tell_instructors, tell_of_list, tell_of_seat
from app.practicals.service.plan_steps import (
    columns_of,
    demand_changeable,
    demand_no_clash,
    demand_right_of_all,
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
    refuse_clashes: bool = False,
    ask_first: bool = False,
) -> Told:
    """Change a practical that has not begun; its kind stays. A new time or room moves the entry in the
    calendar of everybody who has a place or teaches it, and those who wait are told; more places go to
    those who wait. Fewer places than are taken are refused (R-074): nobody is thrown out by a number, nor
    by another intake. A plan that was made from an older version is refused with Stale. Return who was
    told.

    With `refuse_clashes` a new time, room or instructor that clashes with another day raises Clashing;
    with `ask_first` a change that mails people raises ToBeConfirmed. Both leave nothing behind.
    """
    require(policy.may_manage(actor))
    gate = take_gate(db, practical_id)
    demand_changeable(gate, now=now)
    demand_nobody_attended(db, gate, starts_at=plan.starts_at)
    kind = _demand_same_kind(db, gate, plan)
    columns = columns_of(plan, kind)
    demand_current(
        expected_version,
        recorded=planned(db, gate.id).record,
        sent={**columns, "instructors": plan.instructors},
    )
    floor = min(gate.taken, gate.capacity)
    demand_sound(db, plan, kind, floor=floor, taken=gate.taken, now=now)
    columns["override"] = max(0, gate.taken - columns["capacity"])
    _write(db, gate, columns, now=now)
    taught = frozenset(instructor_ids(db, gate.id))
    if refuse_clashes and (_differs(gate, plan) or plan.instructors != taught):
        demand_no_clash(db, gate.id, plan)
    set_instructors(db, gate.id, plan.instructors)
    record_plan(db, actor, gate.id, "practicals.changed", plan, kind, now=now)
    after, told = _follow(db, gate, taught, plan.instructors, now=now)
    if ask_first and told.people:
        raise ToBeConfirmed(told, gate, after)
    return told


def _write(db: Session, gate: Gate, columns: dict[str, Any], *, now: datetime) -> None:
    """Write the columns of the plan. Raise Invalid when another intake takes the right to the day from
    somebody who has a place on it or waits."""
    is_for_others = columns["intake_id"] != gate.intake_id
    lost_before = lost_on(db, gate.id, now=now) if is_for_others else ()
    db.execute(
        update(Practical)
        .where(Practical.id == gate.id)
        .values(**columns)
        .execution_options(synchronize_session=False)
    )
    if is_for_others:
        demand_right_of_all(db, gate.id, lost_before, now=now)


def _demand_same_kind(db: Session, gate: Gate, plan: Plan) -> PracticalKind:
    kind = courses.revision(db, gate.revision_id).course.practical(gate.kind_key)
    if kind is None or (plan.course_key, plan.kind_key) != (gate.course_key, gate.kind_key):
        raise Invalid(
            "The kind stays.", fields={"kind": "The kind of a practical cannot be changed."}
        )
    return kind


def _differs(gate: Gate, plan: Plan) -> bool:
    """Whether the plan has another time or room than the day on record."""
    on_record = (gate.starts_at, gate.ends_at, gate.room)
    return (plan.starts_at, plan.ends_at, plan.room) != on_record


def _follow(
    db: Session,
    before: Gate,
    taught: frozenset[UserId],
    teaches: frozenset[UserId],
    *,
    now: datetime,
) -> tuple[Gate, Told]:
    """Do what follows from a change that is written: tell people, and move the waiting list. `taught` and
    `teaches` are the instructors before and after it. Return the day as it is now, and who was told."""
    after = gate_of(db, before.id)
    assert after is not None  # noqa: S101 - we hold its gate
    moved = before if is_moved(before, after) else None
    seats = _tell_seats(db, after, moved, now=now) if moved else 0
    if not moved and after.cancel_until < before.cancel_until:
        _keep_deadline(db, after, before.cancel_until)
    promote(db, after, now=now, before=moved)
    if after.status is not PracticalStatus.published:
        return after, Told(seats)
    waiting = _tell_waiting(db, after, moved, now=now) if moved else 0
    instructors = _tell_instructors(db, after, moved, taught, teaches, now=now)
    is_for_others = after.intake_id != before.intake_id
    students = tell_of_first_day(db, after, now=now) if is_for_others else 0
    return after, Told(seats, waiting, instructors, students)


def _tell_waiting(db: Session, gate: Gate, before: Gate, *, now: datetime) -> int:
    """Tell everybody who still waits of the new time or room, and return how many. A list that is over is
    left to those who close it and say so."""
    if booking_window(gate, now).is_over:
        return 0
    waiting = db.scalars(
        select(WaitingEntry.user_id)
        .where(WaitingEntry.practical_id == gate.id, WaitingEntry.state == WaitingState.waiting)
        .order_by(WaitingEntry.number)
    ).all()
    people = accounts.people(db, waiting)
    for user_id in waiting:
        tell_of_list(db, "changed-waiting", gate, people[user_id], before=before, now=now)
    return len(waiting)


def _tell_instructors(
    db: Session,
    gate: Gate,
    before: Gate | None,
    taught: frozenset[UserId],
    teaches: frozenset[UserId],
    *,
    now: datetime,
) -> int:
    """Tell who was put on the day or taken off it, and of a move who stays; return how many."""
    added = tell_instructors(
        db, "teaching-assigned", gate, teaches - taught, method="REQUEST", now=now
    )
    removed = tell_instructors(
        db, "teaching-removed", before or gate, taught - teaches, method="CANCEL", now=now
    )
    if before is None:
        return added + removed
    stay = taught & teaches
    return (
        added
        + removed
        + tell_instructors(
            db, "teaching-changed", gate, stay, method="REQUEST", before=before, now=now
        )
    )


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


def _tell_seats(db: Session, gate: Gate, before: Gate, *, now: datetime) -> int:
    """Tell everybody with a place of the new time or room, and of another place of theirs that it overlaps
    with now; return how many people that are."""
    until = time_to_give_back(now)
    seats = db.execute(
        update(Seat)
        .where(Seat.practical_id == gate.id, Seat.state == SeatState.confirmed)
        .values(calendar_sequence=Seat.calendar_sequence + 1, cancel_until=until)
        .returning(Seat.user_id, Seat.id, Seat.calendar_sequence)
        .execution_options(synchronize_session=False)
    ).all()
    holders = [seat.user_id for seat in seats]
    people, held = accounts.people(db, holders), held_then(db, gate, holders)
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
            before=before,
            overlap=other_than(gate, held.get(user_id, ())),
            now=now,
        )
    return len(seats)
