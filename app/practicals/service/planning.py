"""Creating and publishing practicals."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.kit.actor import Actor, require
from app.kit.ids import PracticalId
from app.practicals import policy
from app.practicals.domain.plan import NO_DRAFT, NO_INSTRUCTOR, START_PASSED, Plan
from app.practicals.domain.recipients import Recipients
from app.practicals.domain.seats import PracticalStatus
from app.practicals.errors import Clashing, PlanRefused
from app.practicals.mails import TeachingAssignedMail
from app.practicals.queries.clashes import clashes_of_day
from app.practicals.queries.summaries import instructor_ids
from app.practicals.steps.first_date_mails import tell_of_first_day
from app.practicals.steps.locking import lock_practical
from app.practicals.steps.notifications import tell_instructors
from app.practicals.steps.plans import (
    demand_no_clash,
    demand_sound,
    kind_to_plan,
    new_practical,
    note_new_schedule,
    record_act,
    record_plan,
    set_instructors,
    set_status,
)


def make_practical(
    db: Session, actor: Actor, plan: Plan, *, now: datetime, refuse_clashes: bool = False
) -> PracticalId:
    """Make a draft that nobody but admins sees, or raise Invalid with a message per field. With
    `refuse_clashes` raise Clashing for an instructor or a room that another day needs at the same time."""
    require(policy.may_manage(actor))
    published, kind = kind_to_plan(db, plan.course_key, plan.kind_key)
    demand_sound(db, plan, kind, floor=0, taken=0, now=now)
    if refuse_clashes:
        demand_no_clash(db, None, plan)
    practical = new_practical(published, plan, kind, PracticalStatus.draft, now=now)
    db.add(practical)
    db.flush()
    set_instructors(db, practical.id, plan.instructors)
    record_plan(db, actor, practical.id, "practicals.made", plan, kind, now=now)
    return practical.id


def publish_practical(
    db: Session,
    actor: Actor,
    practical_id: PracticalId,
    *,
    now: datetime,
    refuse_clashes: bool = False,
) -> Recipients:
    """Show a draft to students, and tell its instructors; refused without an instructor, or when its start
    has passed, and with `refuse_clashes` where an instructor or the room is needed by another day at the
    same time. Return who was told."""
    require(policy.may_manage(actor))
    practical = lock_practical(db, practical_id, now=now)
    if practical.status is not PracticalStatus.draft:
        raise PlanRefused(NO_DRAFT)
    if now >= practical.starts_at:
        raise PlanRefused(START_PASSED)
    teaches = instructor_ids(db, practical.id)
    if not teaches:
        raise PlanRefused(NO_INSTRUCTOR)
    clashes_today = clashes_of_day(db, practical) if refuse_clashes else ()
    if clashes_today:
        raise Clashing(clashes_today)
    set_status(db, practical, PracticalStatus.published)
    note_new_schedule(db, practical.id, now=now)
    record_act(db, actor, practical.id, "practicals.published", now=now)
    told = tell_instructors(db, TeachingAssignedMail, practical, teaches, method="REQUEST", now=now)
    return Recipients(instructors=len(told), students=tell_of_first_day(db, practical, now=now))
