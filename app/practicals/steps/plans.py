"""What use-cases on plans share: checking a plan, writing it, and its audit trail. The calling use-case has
locked the practical."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from app.audit.changes import FieldChange
from app.audit.service import record
from app.courses import queries as courses
from app.courses.domain.delivery import PracticalKind
from app.courses.queries import PublishedCourse
from app.kit.actor import Actor
from app.kit.errors import Invalid
from app.kit.ids import PracticalId, UserId, new_uuid
from app.kit.messages import Message, msg, msgs
from app.practicals.domain.plan import (
    CANCELLED,
    STARTED,
    Plan,
    capacity_of,
    is_over_ratio,
    plan_problems,
)
from app.practicals.domain.seats import Practical, PracticalStatus
from app.practicals.errors import Clashing, PlanRefused
from app.practicals.models import PracticalInstructor, PracticalRow
from app.practicals.queries.clashes import clashes
from app.practicals.queries.lost_rights import LostRight, lost_on
from app.practicals.queries.plan_choices import plan_choices

MOST_NAMES = 3
WRONG_PLAN = msg("There is a problem with the plan.")


def demand_changeable(practical: Practical, *, now: datetime) -> None:
    """Raise PlanRefused for a day that is cancelled or has begun."""
    if practical.status is PracticalStatus.cancelled:
        raise PlanRefused(CANCELLED)
    if practical.status is PracticalStatus.published and now >= practical.starts_at:
        raise PlanRefused(STARTED)


def demand_sound(
    db: Session, plan: Plan, kind: PracticalKind, *, floor: int, taken: int, now: datetime
) -> None:
    """Raise Invalid with a message per field that cannot stay as it is."""
    ratio = kind.students_per_instructor
    problems = plan_problems(plan, students_per_instructor=ratio, floor=floor, taken=taken, now=now)
    problems |= plan_choices(db).problems(plan)
    if problems:
        raise Invalid(WRONG_PLAN, fields=problems)


def demand_right_of_all(
    db: Session, practical_id: PracticalId, before: tuple[LostRight, ...], *, now: datetime
) -> None:
    """Raise Invalid when somebody with a place on this day, or who waits for it, loses the right to it by
    the intake that has just been written. `before` is what was held without a right until then."""
    had_none = {lost.row_id for lost in before}
    names = [
        lost.name for lost in lost_on(db, practical_id, now=now) if lost.row_id not in had_none
    ]
    if names:
        raise Invalid(
            WRONG_PLAN,
            fields={
                "intake": msg(
                    "Not in this intake, but with a place here or waiting: {names}. Keep the day as it was "
                    "and plan another day for this intake, or take their places away first.",
                    names=_some(names),
                )
            },
        )


def _some(names: list[str]) -> Message:
    """Return the first names of a list, and how many follow."""
    first = tuple(names[:MOST_NAMES])
    if rest := len(names) - len(first):
        return msgs("{names:plain} and {n} more", "{names:plain} and {n} more", rest, names=first)
    return msg("{names:plain}", names=first)


def demand_no_clash(db: Session, practical_id: PracticalId | None, plan: Plan) -> None:
    """Raise Clashing when another published day needs an instructor, the room or somebody with a place at
    the same time. `practical_id` None: a day that is not made yet."""
    clashing = clashes(
        db,
        practical_id,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        room=plan.room,
        instructors=plan.instructors,
    )
    if clashing:
        raise Clashing(clashing)


def kind_to_plan(
    db: Session, course_key: str, kind_key: str
) -> tuple[PublishedCourse, PracticalKind]:
    """Return a kind of practical and its course as it is now, pinned for the day that is planned, or raise
    Invalid."""
    published = courses.current_to_pin(db, course_key)
    kind = published.course.practical(kind_key) if published else None
    if published is None or kind is None:
        raise Invalid(
            msg("Choose a kind."), fields={"kind": msg("Choose one of the kinds of practical.")}
        )
    return published, kind


def new_practical(
    published: PublishedCourse,
    plan: Plan,
    kind: PracticalKind,
    status: PracticalStatus,
    *,
    now: datetime,
) -> PracticalRow:
    """Return the row of a new practical with a plan; its instructors are written by `set_instructors`."""
    return PracticalRow(
        id=PracticalId(new_uuid()),
        course_key=plan.course_key,
        kind_key=plan.kind_key,
        revision_id=published.revision_id,
        title=kind.title,
        taken=0,
        override=0,
        waiting_sequence=0,
        version=0,
        status=status,
        created_at=now,
        **columns_of(plan, kind),
    )


def columns_of(plan: Plan, kind: PracticalKind) -> dict[str, Any]:
    """Return what is written of a plan, by column."""
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


def set_status(db: Session, practical: Practical, status: PracticalStatus) -> None:
    """Write the status."""
    db.execute(
        update(PracticalRow)
        .where(PracticalRow.id == practical.id)
        .values(status=status)
        .execution_options(synchronize_session=False)
    )


def note_new_schedule(db: Session, practical_id: PracticalId, *, now: datetime) -> None:
    """Write that people hear of a time and a room now: reminders of those before are not sent any more."""
    db.execute(
        update(PracticalRow)
        .where(PracticalRow.id == practical_id)
        .values(schedule_version=PracticalRow.schedule_version + 1, scheduled_at=now)
        .execution_options(synchronize_session=False)
    )


def set_instructors(db: Session, practical_id: PracticalId, instructors: frozenset[UserId]) -> None:
    """Write who teaches a day, in the place of whoever did."""
    db.execute(delete(PracticalInstructor).where(PracticalInstructor.practical_id == practical_id))
    if instructors:
        db.execute(
            insert(PracticalInstructor),
            [{"practical_id": practical_id, "user_id": user_id} for user_id in sorted(instructors)],
        )


def record_plan(
    db: Session,
    actor: Actor,
    practical_id: PracticalId,
    action: str,
    plan: Plan,
    kind: PracticalKind,
    *,
    changes: Sequence[FieldChange] = (),
    reason: str | None = None,
    now: datetime,
) -> None:
    """Record a plan and what it changed, and why; more places than the ratio allows stand there with their
    reason."""
    over = is_over_ratio(plan, kind.students_per_instructor)
    record_act(
        db,
        actor,
        practical_id,
        action,
        now=now,
        reason=plan.over_ratio_reason if over else reason,
        changes=changes,
        details={
            "starts_at": plan.starts_at.isoformat(),
            "capacity": capacity_of(plan, kind.students_per_instructor),
            "over_ratio": over,
        },
    )


def record_act(
    db: Session,
    actor: Actor,
    practical_id: PracticalId,
    action: str,
    *,
    now: datetime,
    person_id: UserId | None = None,
    reason: str | None = None,
    changes: Sequence[FieldChange] = (),
    details: dict[str, object] | None = None,
) -> None:
    """Record an act on a practical, and the person it was about."""
    record(
        db,
        actor.user_id,
        action,
        now=now,
        subject_kind="practical",
        subject_id=practical_id,
        person_id=person_id,
        reason=reason,
        changes=changes,
        details=details,
    )
