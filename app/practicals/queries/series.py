"""Reads what speaks against the days of a series, in as many statements for sixty days as for one."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.courses.domain.delivery import PracticalKind
from app.kit.messages import Message, msg
from app.practicals.domain.bank_holidays import bank_holidays
from app.practicals.domain.clashes import OtherDay, clashes_of
from app.practicals.domain.plan import Plan, plan_problems
from app.practicals.domain.seats import PracticalStatus
from app.practicals.domain.series import DatedPlan, SeriesDay
from app.practicals.models import PracticalRow
from app.practicals.queries.clashes import days_between
from app.practicals.queries.plan_choices import PlanChoices, plan_choices

NOBODY = msg("Nobody teaches this day. Choose an instructor.")


def judged_days(
    db: Session, dated: Sequence[DatedPlan], kind: PracticalKind, *, now: datetime
) -> tuple[SeriesDay, ...]:
    """Return the days of a series with what speaks against each. All plans are of one kind and zone."""
    plans = [each.plan for each in dated if each.plan is not None]
    if not plans:
        return tuple(SeriesDay(each.day, None, each.problem) for each in dated)
    first, last = min(plan.starts_at for plan in plans), max(plan.ends_at for plan in plans)
    others = days_between(db, first, last)
    planned = _starts_of_kind(db, plans[0], first, last)
    choices = plan_choices(db)
    free = bank_holidays([each.day for each in dated], plans[0].zone)
    return tuple(
        _judged(each, kind, choices, others, planned, free.get(each.day), now) for each in dated
    )


def _judged(
    dated: DatedPlan,
    kind: PracticalKind,
    choices: PlanChoices,
    others: Sequence[OtherDay],
    planned: frozenset[datetime],
    holiday: str | None,
    now: datetime,
) -> SeriesDay:
    plan = dated.plan
    if plan is None:
        return SeriesDay(dated.day, None, dated.problem, holiday)
    return SeriesDay(
        dated.day,
        plan,
        _problem(plan, kind, choices, now),
        holiday,
        plan.starts_at in planned,
        clashes_of(plan.starts_at, plan.ends_at, plan.room, plan.instructors, others),
    )


def _problem(
    plan: Plan, kind: PracticalKind, choices: PlanChoices, now: datetime
) -> Message | None:
    """Return the first reason for which a day cannot be planned and published."""
    if not plan.instructors:
        return NOBODY
    ratio = kind.students_per_instructor
    problems = plan_problems(plan, students_per_instructor=ratio, floor=0, taken=0, now=now)
    return next(iter((problems | choices.problems(plan)).values()), None)


def _starts_of_kind(
    db: Session, plan: Plan, first: datetime, last: datetime
) -> frozenset[datetime]:
    """Return when the days of a kind begin that are planned, published or drafts."""
    return frozenset(
        db.scalars(
            select(PracticalRow.starts_at).where(
                PracticalRow.course_key == plan.course_key,
                PracticalRow.kind_key == plan.kind_key,
                PracticalRow.status != PracticalStatus.cancelled,
                PracticalRow.starts_at.between(first, last),
            )
        )
    )
