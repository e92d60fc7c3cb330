"""Changing a practical, with all consequences for people who have or want a place on it."""

from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import or_, update
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
from app.practicals.domain.recipients import DayChange, Recipients, Told
from app.practicals.domain.seats import Practical, PracticalStatus
from app.practicals.errors import ChangePreview, ToBeConfirmed
from app.practicals.models import PracticalRow, Seat
from app.practicals.queries.admin_detail import planned
from app.practicals.queries.eligibility_facts import read_practical
from app.practicals.queries.lost_rights import lost_on
from app.practicals.queries.summaries import instructor_ids
from app.practicals.seat_conditions import is_holding
from app.practicals.steps.allocation import promote_waiting
from app.practicals.steps.attendance_evidence import demand_nobody_attended
from app.practicals.steps.change_mails import (
    tell_holders,
    tell_teachers,
    tell_waiters,
    waiting_people,
)
from app.practicals.steps.first_date_mails import tell_of_first_day
from app.practicals.steps.locking import lock_practical
from app.practicals.steps.plan_changes import plan_changes
from app.practicals.steps.plans import (
    columns_of,
    demand_changeable,
    demand_no_clash,
    demand_right_of_all,
    demand_sound,
    note_new_schedule,
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
    reason: str | None = None,
) -> Recipients:
    """Change a practical that has not begun; its kind stays. A new time or room moves the entry in the
    calendar of everybody who has a place or teaches it, and those who wait are told; more places go to
    those who wait. Fewer places than are taken are refused (R-074): nobody is thrown out by a number, nor
    by another intake. A plan that was made from an older version is refused with Stale. `reason` goes into
    the mails about a move. Return who was told.

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
    act = "practicals.changed"
    record_plan(db, actor, practical.id, act, plan, kind, changes=changes, reason=reason, now=now)
    after = read_practical(db, practical.id)
    assert after is not None  # noqa: S101 - we hold its gate
    change = DayChange(practical, after, taught, plan.instructors, reason)
    preview = _follow(db, change, now=now)
    if ask_first and preview.told.people:
        raise ToBeConfirmed(preview)
    return preview.told


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


def _follow(db: Session, change: DayChange, *, now: datetime) -> ChangePreview:
    """Do what follows from a change that is written: tell people, and move the waiting list. Return who was
    told what."""
    before, after = change.before, change.after
    if change.moved_from:
        note_new_schedule(db, after.id, now=now)
    told: dict[Told, Sequence[UserId]] = {Told.moved: tell_holders(db, change, now=now)}
    if not change.moved_from and after.cancel_until < before.cancel_until:
        _keep_deadline(db, after, before.cancel_until)
    waited = waiting_people(db, after.id)
    promote_waiting(db, after, now=now, before=change.moved_from)
    wait = waiting_people(db, after.id) if after.free else waited
    told[Told.moved_up] = [user_id for user_id in waited if user_id not in set(wait)]
    students = 0
    if after.status is PracticalStatus.published:
        told[Told.waits] = tell_waiters(db, change, wait, now=now)
        told |= tell_teachers(db, change, now=now)
        if after.intake_id != before.intake_id:
            students = tell_of_first_day(db, after, now=now)
    everybody = {*change.taught, *change.teaches, *chain.from_iterable(told.values())}
    names = {person.user_id: person.name for person in accounts.people(db, everybody).values()}
    groups = [what.group([names[each] for each in user_ids]) for what, user_ids in told.items()]
    groups.append(Told.can_choose.group((), students))
    return ChangePreview(
        before,
        after,
        tuple(names[user_id] for user_id in sorted(change.taught)),
        tuple(names[user_id] for user_id in sorted(change.teaches)),
        tuple(group for group in groups if group.number),
        teaching_warning(after.status, len(change.teaches)),
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
