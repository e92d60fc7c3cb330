"""Making, changing, publishing and cancelling practicals."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.accounts.actor import Actor, require
from app.audit.service import record
from app.courses import queries as courses
from app.courses.domain.delivery import PracticalKind
from app.enrolments import queries as enrolments
from app.kit.errors import Invalid
from app.kit.ids import PracticalId, SeatId, UserId, new_uuid
from app.kit.versions import demand_current
from app.practicals import policy
from app.practicals.domain.plan import Plan, capacity_of, is_over_ratio, plan_problems
from app.practicals.domain.seats import Gate, PracticalStatus, SeatState, WaitingState
from app.practicals.domain.terms import time_to_give_back
from app.practicals.errors import PlanRefused
from app.practicals.models import Practical, PracticalInstructor, Seat, WaitingEntry
from app.practicals.queries.boards import planned
from app.practicals.queries.facts import gate_of
from app.practicals.service.evidence import demand_nobody_attended
from app.practicals.service.gate import take_gate
from app.practicals.service.giving import promote
from app.practicals.service.mails import tell_of_list, tell_of_seat


def make_practical(db: Session, actor: Actor, plan: Plan, *, now: datetime) -> PracticalId:
    """Make a draft that nobody but admins sees, or raise Invalid with a message per field."""
    require(policy.may_manage(actor))
    published = courses.current(db, plan.course_key)
    kind = published.course.practical(plan.kind_key) if published else None
    if published is None or kind is None:
        raise Invalid("Choose a kind.", fields={"kind": "Choose one of the kinds of practical."})
    _demand_sound(db, plan, kind, floor=0, taken=0, now=now)
    practical = Practical(
        id=PracticalId(new_uuid()),
        course_key=plan.course_key,
        kind_key=plan.kind_key,
        revision_id=published.revision_id,
        title=kind.title,
        taken=0,
        override=0,
        waiting_sequence=0,
        version=0,
        status=PracticalStatus.draft,
        created_at=now,
        **_columns(plan, kind),
    )
    db.add(practical)
    db.flush()
    _set_instructors(db, practical.id, plan.instructors)
    _record_plan(db, actor, practical.id, "practicals.made", plan, kind, now=now)
    return practical.id


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
    _demand_changeable(gate, now=now)
    demand_nobody_attended(db, gate, starts_at=plan.starts_at)
    kind = courses.revision(db, gate.revision_id).course.practical(gate.kind_key)
    if kind is None or (plan.course_key, plan.kind_key) != (gate.course_key, gate.kind_key):
        raise Invalid(
            "The kind stays.", fields={"kind": "The kind of a practical cannot be changed."}
        )
    columns = _columns(plan, kind)
    demand_current(
        expected_version,
        recorded=planned(db, gate.id).record,
        sent={**columns, "instructors": plan.instructors},
    )
    floor = min(gate.taken, gate.capacity)
    _demand_sound(db, plan, kind, floor=floor, taken=gate.taken, now=now)
    columns["override"] = max(0, gate.taken - columns["capacity"])
    db.execute(
        update(Practical)
        .where(Practical.id == gate.id)
        .values(**columns)
        .execution_options(synchronize_session=False)
    )
    _set_instructors(db, gate.id, plan.instructors)
    _record_plan(db, actor, gate.id, "practicals.changed", plan, kind, now=now)
    changed = gate_of(db, gate.id)
    assert changed is not None  # noqa: S101 - we hold its gate
    told = 0
    if _visible(changed) != _visible(gate):
        told = _tell_of_change(db, changed, now=now)
    elif changed.cancel_until < gate.cancel_until:
        _keep_deadline(db, changed, gate.cancel_until)
    promote(db, changed, now=now)
    return told


def publish_practical(
    db: Session, actor: Actor, practical_id: PracticalId, *, now: datetime
) -> None:
    """Show a draft to students; refused without an instructor, or when its start has passed."""
    require(policy.may_manage(actor))
    gate = take_gate(db, practical_id)
    if gate.status is not PracticalStatus.draft:
        raise PlanRefused("Only a draft can be published. This practical has been already.")
    if now >= gate.starts_at:
        raise PlanRefused("The start has passed. Change the day first.")
    teaches = db.scalar(
        select(PracticalInstructor.user_id).where(PracticalInstructor.practical_id == gate.id)
    )
    if teaches is None:
        raise PlanRefused("Nobody teaches this practical. Choose an instructor first.")
    _set_status(db, gate, PracticalStatus.published)
    _record(db, actor, gate.id, "practicals.published", now=now)


def cancel_practical(
    db: Session, actor: Actor, practical_id: PracticalId, *, reason: str, now: datetime
) -> None:
    """Call a practical off, for a reason that everybody with a place or on the waiting list is told.
    All places end, nobody is promoted. Refused once it has begun."""
    require(policy.may_manage(actor))
    if not reason.strip():
        raise Invalid("Say why you cancel it.", fields={"reason": "Enter a reason."})
    gate = take_gate(db, practical_id)
    _demand_changeable(gate, now=now)
    demand_nobody_attended(db, gate)
    _set_status(db, gate, PracticalStatus.cancelled, taken=0, override=0)
    ended = _end_every_seat(db, gate, reason=reason, now=now)
    waited = _close_waiting_list(db, gate, now=now)
    people = accounts.people(db, [*waited, *(seat.user_id for seat in ended)])
    for user_id, seat_id, sequence in ended:
        tell_of_seat(
            db,
            "called-off",
            gate,
            people[user_id],
            seat_id,
            sequence=sequence,
            method="CANCEL",
            now=now,
            reason=reason,
        )
        _record(
            db,
            actor,
            gate.id,
            "practicals.took_seat_away",
            now=now,
            person_id=user_id,
            reason=reason,
        )
    for user_id in waited:
        tell_of_list(db, "list-closed", gate, people[user_id], now=now, reason=reason)
    _record(db, actor, gate.id, "practicals.cancelled", now=now, reason=reason)


def _end_every_seat(
    db: Session, gate: Gate, *, reason: str, now: datetime
) -> list[Row[UserId, SeatId, int]]:
    """End the places that are held and return whose they were, with the number that the entry in
    their calendar has now; always in the same order."""
    ended = db.execute(
        update(Seat)
        .where(Seat.practical_id == gate.id, Seat.state == SeatState.confirmed)
        .values(
            state=SeatState.cancelled_by_admin,
            ended_at=now,
            reason=reason,
            calendar_sequence=Seat.calendar_sequence + 1,
        )
        .returning(Seat.user_id, Seat.id, Seat.calendar_sequence)
        .execution_options(synchronize_session=False)
    )
    return sorted(ended, key=lambda seat: seat.id)


def _close_waiting_list(db: Session, gate: Gate, *, now: datetime) -> Sequence[UserId]:
    """End every wait and return whose it was."""
    return db.scalars(
        update(WaitingEntry)
        .where(WaitingEntry.practical_id == gate.id, WaitingEntry.state == WaitingState.waiting)
        .values(state=WaitingState.closed, ended_at=now)
        .returning(WaitingEntry.user_id)
        .execution_options(synchronize_session=False)
    ).all()


def _demand_changeable(gate: Gate, *, now: datetime) -> None:
    if gate.status is PracticalStatus.cancelled:
        raise PlanRefused("This practical has been cancelled. Make a new one.")
    if gate.status is PracticalStatus.published and now >= gate.starts_at:
        raise PlanRefused("This practical has begun; its plan stays as it is.")


def _demand_sound(
    db: Session, plan: Plan, kind: PracticalKind, *, floor: int, taken: int, now: datetime
) -> None:
    problems = plan_problems(
        plan,
        students_per_instructor=kind.students_per_instructor,
        floor=floor,
        taken=taken,
        now=now,
    )
    if not plan.instructors <= {person.user_id for person in accounts.instructors(db)}:
        problems["instructors"] = "Choose from the list of instructors."
    intakes = {
        intake.intake_id
        for intake in enrolments.intake_options(db)
        if intake.course_key == plan.course_key
    }
    if plan.intake_id is not None and plan.intake_id not in intakes:
        problems["intake"] = "Choose an intake of the same course."
    if problems:
        raise Invalid("There is a problem with the plan.", fields=problems)


def _columns(plan: Plan, kind: PracticalKind) -> dict[str, Any]:
    return {
        "intake_id": plan.intake_id,
        "starts_at": plan.starts_at,
        "ends_at": plan.ends_at,
        "zone": plan.zone,
        "room": plan.room,
        "capacity": capacity_of(plan, kind.students_per_instructor),
        "booking_opens_at": plan.booking_opens_at,
        "booking_closes_at": plan.booking_closes_at,
        "cancel_until": plan.cancel_until,
        "note": plan.note,
    }


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


def _set_status(db: Session, gate: Gate, status: PracticalStatus, **columns: int) -> None:
    db.execute(
        update(Practical)
        .where(Practical.id == gate.id)
        .values(status=status, **columns)
        .execution_options(synchronize_session=False)
    )


def _set_instructors(
    db: Session, practical_id: PracticalId, instructors: frozenset[UserId]
) -> None:
    db.execute(delete(PracticalInstructor).where(PracticalInstructor.practical_id == practical_id))
    if instructors:
        db.execute(
            insert(PracticalInstructor),
            [{"practical_id": practical_id, "user_id": user_id} for user_id in sorted(instructors)],
        )


def _record_plan(
    db: Session,
    actor: Actor,
    practical_id: PracticalId,
    action: str,
    plan: Plan,
    kind: PracticalKind,
    *,
    now: datetime,
) -> None:
    """Record a plan; more places than the ratio allows stand there with their reason."""
    over = is_over_ratio(plan, kind.students_per_instructor)
    _record(
        db,
        actor,
        practical_id,
        action,
        now=now,
        reason=plan.over_ratio_reason if over else None,
        details={
            "starts_at": plan.starts_at.isoformat(),
            "capacity": capacity_of(plan, kind.students_per_instructor),
            "over_ratio": over,
        },
    )


def _record(
    db: Session,
    actor: Actor,
    practical_id: PracticalId,
    action: str,
    *,
    now: datetime,
    person_id: UserId | None = None,
    reason: str | None = None,
    details: dict[str, object] | None = None,
) -> None:
    record(
        db,
        actor.user_id,
        action,
        now=now,
        subject_kind="practical",
        subject_id=practical_id,
        person_id=person_id,
        reason=reason,
        details=details,
    )
