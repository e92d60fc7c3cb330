"""Changing a practical, with all consequences for people who have or want a place on it."""

from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.courses import queries as courses
from app.courses.domain.delivery import PracticalKind
from app.db.search_texts import search_columns
from app.kit.actor import Actor, require
from app.kit.errors import Invalid
from app.kit.ids import PracticalId, UserId
from app.kit.messages import msg
from app.kit.versions import demand_current
from app.practicals import policy
from app.practicals.domain.plan import Plan, teaching_warning
from app.practicals.domain.recipients import Recipients, is_moved
from app.practicals.domain.seats import Practical, PracticalStatus, WaitingState
from app.practicals.domain.terms import booking_window, time_to_give_back
from app.practicals.errors import ToBeConfirmed
from app.practicals.mails import (
    SeatMovedMail,
    TeachingAssignedMail,
    TeachingMovedMail,
    TeachingRemovedMail,
    WaitersDayMovedMail,
)
from app.practicals.models import PracticalRow, Seat, WaitingEntry
from app.practicals.queries.admin_detail import planned
from app.practicals.queries.eligibility_facts import (
    overlap_on_other_practical,
    read_practical,
    seats_at_same_time,
)
from app.practicals.queries.lost_rights import lost_on
from app.practicals.queries.summaries import instructor_ids
from app.practicals.seat_conditions import is_expected, is_holding
from app.practicals.steps.allocation import promote_waiting
from app.practicals.steps.attendance_evidence import demand_nobody_attended
from app.practicals.steps.first_date_mails import tell_of_first_day
from app.practicals.steps.locking import lock_practical
from app.practicals.steps.notifications import tell_instructors, tell_of_list, tell_of_seat
from app.practicals.steps.plan_changes import plan_changes
from app.practicals.steps.plans import (
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
) -> Recipients:
    """Change a practical that has not begun; its kind stays. A new time or room moves the entry in the
    calendar of everybody who has a place or teaches it, and those who wait are told; more places go to
    those who wait. Fewer places than are taken are refused (R-074): nobody is thrown out by a number, nor
    by another intake. A plan that was made from an older version is refused with Stale. Return who was
    told.

    With `refuse_clashes` a new time, room or instructor that clashes with another day raises Clashing;
    with `ask_first` a change that mails people raises ToBeConfirmed. Both leave nothing behind.
    """
    require(policy.may_manage(actor))
    practical = lock_practical(db, practical_id, now=now)
    demand_changeable(practical, now=now)
    demand_nobody_attended(db, practical, starts_at=plan.starts_at)
    kind = _demand_same_kind(db, practical, plan)
    columns = columns_of(plan, kind)
    recorded, sent = planned(db, practical.id).record, {**columns, "instructors": plan.instructors}
    demand_current(expected_version, recorded=recorded, sent=sent)
    floor = min(practical.taken, practical.capacity)
    demand_sound(db, plan, kind, floor=floor, taken=practical.taken, now=now)
    columns["override"] = max(0, practical.taken - columns["capacity"])
    _write(db, practical, columns, now=now)
    taught = frozenset(instructor_ids(db, practical.id))
    if refuse_clashes and (_differs(practical, plan) or plan.instructors != taught):
        demand_no_clash(db, practical.id, plan)
    set_instructors(db, practical.id, plan.instructors)
    changes = plan_changes(recorded, sent)
    record_plan(db, actor, practical.id, "practicals.changed", plan, kind, changes=changes, now=now)
    after, told = _follow(db, practical, taught, plan.instructors, now=now)
    if ask_first and told.people:
        warning = teaching_warning(after.status, len(plan.instructors))
        raise ToBeConfirmed(told, practical, after, warning)
    return told


def _write(db: Session, practical: Practical, columns: dict[str, Any], *, now: datetime) -> None:
    """Write the columns of the plan. Raise Invalid if a change of the intake would take away the
    right of a person who has a place or waits."""
    is_for_others = columns["intake_id"] != practical.intake_id
    lost_before = lost_on(db, practical.id, now=now) if is_for_others else ()
    named = {"title": practical.title, "room": columns["room"]}
    db.execute(
        update(PracticalRow)
        .where(PracticalRow.id == practical.id)
        .values(**columns, **search_columns(PracticalRow, named))
        .execution_options(synchronize_session=False)
    )
    if is_for_others:
        demand_right_of_all(db, practical.id, lost_before, now=now)


def _demand_same_kind(db: Session, practical: Practical, plan: Plan) -> PracticalKind:
    kind = courses.revision(db, practical.revision_id).course.practical(practical.kind_key)
    if kind is None or (plan.course_key, plan.kind_key) != (
        practical.course_key,
        practical.kind_key,
    ):
        raise Invalid(
            msg("The kind stays."),
            fields={"kind": msg("The kind of a practical cannot be changed.")},
        )
    return kind


def _differs(practical: Practical, plan: Plan) -> bool:
    """Return whether the plan has another time or room than the recorded practical."""
    on_record = (practical.starts_at, practical.ends_at, practical.room)
    return (plan.starts_at, plan.ends_at, plan.room) != on_record


def _follow(
    db: Session,
    before: Practical,
    taught: frozenset[UserId],
    teaches: frozenset[UserId],
    *,
    now: datetime,
) -> tuple[Practical, Recipients]:
    """Do what follows from a change that is written: tell people, and move the waiting list. `taught` and
    `teaches` are the instructors before and after it. Return the day as it is now, and who was told."""
    after = read_practical(db, before.id)
    assert after is not None  # noqa: S101 - we hold its gate
    moved = before if is_moved(before, after) else None
    seats = _tell_seats(db, after, moved, now=now) if moved else 0
    if not moved and after.cancel_until < before.cancel_until:
        _keep_deadline(db, after, before.cancel_until)
    promote_waiting(db, after, now=now, before=moved)
    if after.status is not PracticalStatus.published:
        return after, Recipients(seats)
    waiting = _tell_waiting(db, after, moved, now=now) if moved else 0
    instructors = _tell_instructors(db, after, moved, taught, teaches, now=now)
    is_for_others = after.intake_id != before.intake_id
    students = tell_of_first_day(db, after, now=now) if is_for_others else 0
    return after, Recipients(seats, waiting, instructors, students)


def _tell_waiting(db: Session, practical: Practical, before: Practical, *, now: datetime) -> int:
    """Tell everyone who still waits about the new time or room, and return their number. A list
    that is over is left to the code that closes it."""
    if booking_window(practical, now).is_over:
        return 0
    waiting = db.scalars(
        select(WaitingEntry.user_id)
        .where(
            WaitingEntry.practical_id == practical.id, WaitingEntry.state == WaitingState.waiting
        )
        .order_by(WaitingEntry.number)
    ).all()
    people = accounts.people(db, waiting)
    for user_id in waiting:
        tell_of_list(db, WaitersDayMovedMail, practical, people[user_id], before=before, now=now)
    return len(waiting)


def _tell_instructors(
    db: Session,
    practical: Practical,
    before: Practical | None,
    taught: frozenset[UserId],
    teaches: frozenset[UserId],
    *,
    now: datetime,
) -> int:
    """Tell instructors who were added or removed and, if the practical was moved, those who stay;
    return their number."""
    added = tell_instructors(
        db, TeachingAssignedMail, practical, teaches - taught, method="REQUEST", now=now
    )
    removed = tell_instructors(
        db, TeachingRemovedMail, before or practical, taught - teaches, method="CANCEL", now=now
    )
    if before is None:
        return added + removed
    stay = taught & teaches
    return (
        added
        + removed
        + tell_instructors(
            db, TeachingMovedMail, practical, stay, method="REQUEST", before=before, now=now
        )
    )


def _keep_deadline(db: Session, practical: Practical, promised: datetime) -> None:
    """Keep the deadline that people with a place were told; an earlier deadline applies only to
    places taken from now on."""
    db.execute(
        update(Seat)
        .where(
            Seat.practical_id == practical.id,
            is_holding(Seat.state),
            or_(Seat.cancel_until.is_(None), Seat.cancel_until < promised),
        )
        .values(cancel_until=promised)
        .execution_options(synchronize_session=False)
    )


def _tell_seats(db: Session, practical: Practical, before: Practical, *, now: datetime) -> int:
    """Tell everyone with a place about the new time or room, and about another place of theirs that
    now overlaps; return the number of people."""
    until = time_to_give_back(now)
    seats = db.execute(
        update(Seat)
        .where(Seat.practical_id == practical.id, is_expected(Seat.state))
        .values(calendar_sequence=Seat.calendar_sequence + 1, cancel_until=until)
        .returning(Seat.user_id, Seat.id, Seat.calendar_sequence)
        .execution_options(synchronize_session=False)
    ).all()
    holders = [seat.user_id for seat in seats if seat.user_id is not None]
    people, held = accounts.people(db, holders), seats_at_same_time(db, practical, holders)
    for user_id, seat_id, sequence in seats:
        if user_id is None:
            continue
        tell_of_seat(
            db,
            SeatMovedMail,
            practical,
            people[user_id],
            seat_id,
            sequence=sequence,
            method="REQUEST",
            until=until,
            before=before,
            overlap=overlap_on_other_practical(practical, held.get(user_id, ())),
            now=now,
        )
    return len(holders)
