"""Planning and publishing many days at once."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.changed_fields import ChangedField
from app.audit.changes import FieldChange
from app.kit.actor import Actor, require
from app.kit.ids import PracticalId, UserId
from app.kit.messages import Message, msgs
from app.practicals import policy
from app.practicals.domain.plan import Plan
from app.practicals.domain.recipients import Recipients
from app.practicals.domain.seats import Practical, PracticalStatus
from app.practicals.domain.series import SeriesChoice
from app.practicals.errors import SeriesRefused
from app.practicals.models import PracticalInstructor, PracticalRow
from app.practicals.queries.eligibility_facts import PRACTICAL_COLUMNS
from app.practicals.queries.series import judged_days
from app.practicals.steps.first_date_mails import tell_of_first_day
from app.practicals.steps.locking import lock_practical
from app.practicals.steps.notifications import tell_of_series
from app.practicals.steps.plans import kind_to_plan, new_practical, record_plan


def publish_series(
    db: Session,
    actor: Actor,
    source_id: PracticalId,
    chosen: Sequence[SeriesChoice],
    *,
    now: datetime,
) -> Recipients:
    """Plan and publish days like another one, all of them or none. Each instructor gets one mail about all
    of theirs. Raise SeriesRefused if a day cannot be planned, or if other days speak against it that were
    not there when the admin saw it. Return who was told."""
    require(policy.may_manage(actor))
    source = lock_practical(db, source_id, now=now)
    published, kind = kind_to_plan(db, source.course_key, source.kind_key)
    days = judged_days(db, [choice.planned for choice in chosen], kind, now=now)
    plans = [day.plan for day in days if day.plan is not None]
    seen = [choice.seen for choice in chosen]
    if not plans or len(plans) < len(days) or any(day.problem for day in days):
        raise SeriesRefused
    if [day.objections for day in days] != seen:
        raise SeriesRefused
    rows = [
        new_practical(published, plan, kind, PracticalStatus.published, now=now) for plan in plans
    ]
    name = _name_of(plans)
    students = _write(db, rows, plans, now=now)
    for row, plan in zip(rows, plans, strict=True):
        changes = (FieldChange(ChangedField.series, None, name),)
        act = "practicals.published_in_series"
        record_plan(db, actor, row.id, act, plan, kind, changes=changes, now=now)
    teach = {row.id: plan.instructors for row, plan in zip(rows, plans, strict=True)}
    told = tell_of_series(db, _with_instructors(db, teach), now=now)
    return Recipients(instructors=told, students=students)


def _name_of(plans: Sequence[Plan]) -> Message:
    """2 days, from 5 January 2027 to 12 January 2027"""
    starts = sorted(plan.starts_at.astimezone(ZoneInfo(plan.zone)) for plan in plans)
    return msgs(
        "{n} day, from {first:plain} to {last:plain}",
        "{n} days, from {first:plain} to {last:plain}",
        len(plans),
        first=starts[0].date(),
        last=starts[-1].date(),
    )


def _write(
    db: Session, rows: Sequence[PracticalRow], plans: Sequence[Plan], *, now: datetime
) -> int:
    """Write the days and their instructors. Return how many students were told of the earliest, who could
    choose no day before: it is written first, so that the others do not count as days to choose."""
    earliest = min(rows, key=lambda row: row.starts_at)
    db.add(earliest)
    db.flush()
    students = tell_of_first_day(db, _practicals(db, [earliest.id])[earliest.id], now=now)
    db.add_all(row for row in rows if row is not earliest)
    db.flush()
    db.add_all(
        PracticalInstructor(practical_id=row.id, user_id=user_id)
        for row, plan in zip(rows, plans, strict=True)
        for user_id in sorted(plan.instructors)
    )
    db.flush()
    return students


def _practicals(db: Session, ids: Sequence[PracticalId]) -> dict[PracticalId, Practical]:
    rows = db.execute(
        select(*PRACTICAL_COLUMNS)
        .where(PracticalRow.id.in_(ids))
        .order_by(PracticalRow.starts_at, PracticalRow.id)
    )
    return {practical.id: practical for practical in (Practical(*row) for row in rows)}


def _with_instructors(
    db: Session, teach: dict[PracticalId, frozenset[UserId]]
) -> list[tuple[Practical, frozenset[UserId]]]:
    """Return the days in order, each with its instructors."""
    practicals = _practicals(db, list(teach))
    return [(practical, teach[practical_id]) for practical_id, practical in practicals.items()]
