"""A student's own weekly plan: choosing the hours, the day of the mail, a pause, and stopping.

Nothing here is an act in the history: how somebody spreads their reading is theirs, and no page of the
academy shows it.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from app.enrolments.steps.planning import (
    PlanOnRecord,
    delete_plan,
    end_mails,
    lock_plan,
    write_plan,
)
from app.enrolments.study_plans import StudyPlan
from app.kit.actor import Actor, public_use_case, require
from app.learning import pacing, plan_reading, policy, queries
from app.learning.errors import BadPlan, PlanNotChanged
from app.learning.pacing import BAD_HOURS, NO_PLAN, THEORY_DONE, MailDay
from app.learning.queries import LearningState
from app.learning.stop_links import StopLink

FIRST_MAIL_DAY = MailDay.monday


def choose_hours(
    db: Session, actor: Actor, course_key: str, hours: Decimal, *, today: date
) -> None:
    """Plan so many hours a week for a course, counted from today; the same again changes nothing. A plan
    that is new gets its mail on Mondays.

    Raises NotFound without a confirmed place, BadPlan for hours that no plan may have, and PlanNotChanged
    once the theory is complete.
    """
    require(policy.may_learn(actor))
    standing = queries.standing_on(db, actor, course_key)
    minutes = pacing.minutes_in(hours)
    if minutes is None:
        raise BadPlan(BAD_HOURS, fields={"hours": BAD_HOURS.message})
    left = _minutes_left(standing)
    before = lock_plan(db, standing.place.enrolment_id)
    if before is None:
        before = PlanOnRecord(
            StudyPlan(minutes, today, left, None, FIRST_MAIL_DAY.weekday), None, None
        )
    elif before.plan.minutes_a_week == minutes:
        return
    plan = replace(before.plan, minutes_a_week=minutes)
    _write(db, standing, before, _counted_anew(plan, left, today), today)


def choose_mail_day(
    db: Session, actor: Actor, course_key: str, mail_day: MailDay, *, today: date
) -> None:
    """Send the weekly mail on another day, or never. Raises NotFound without a confirmed place, and
    PlanNotChanged without a plan."""
    _change(
        db,
        actor,
        course_key,
        lambda plan, _left: replace(plan, mail_weekday=mail_day.weekday),
        today=today,
    )


def pause(db: Session, actor: Actor, course_key: str, until: date, *, today: date) -> None:
    """Let the plan rest until a day, on which it counts anew. Raises as `choose_mail_day` does, and BadPlan
    for a day that is not after today or too far away."""

    def resting(plan: StudyPlan, left: int) -> StudyPlan:
        refusal = pacing.pause_refusal(until, today)
        if refusal is not None:
            raise BadPlan(refusal, fields={"until": refusal.words})
        return _counted_anew(replace(plan, paused_until=until), left, today)

    _change(db, actor, course_key, resting, today=today)


def resume(db: Session, actor: Actor, course_key: str, *, today: date) -> None:
    """End a pause before its day, and count anew from today; without a pause nothing changes. Raises as
    `choose_mail_day` does."""

    def going_on(plan: StudyPlan, left: int) -> StudyPlan:
        if not pacing.is_paused(plan, today):
            return plan
        return _counted_anew(replace(plan, paused_until=None), left, today)

    _change(db, actor, course_key, going_on, today=today)


def stop(db: Session, actor: Actor, course_key: str) -> None:
    """Forget the plan; a second time changes nothing. Raises NotFound without a confirmed place."""
    require(policy.may_learn(actor))
    delete_plan(db, queries.standing_on(db, actor, course_key).place.enrolment_id)


@public_use_case
def stop_mails(db: Session, link: StopLink | None, secret: str) -> None:
    """Send no more weekly mails about the plan of a place; the link is the permission. The plan stays, and
    a second time changes nothing. Raises StopLinkRefused for a link that is not ours, or not any more."""
    enrolment_id = plan_reading.mails_of(db, link, secret).enrolment_id
    before = lock_plan(db, enrolment_id)
    if before is not None and before.plan.mail_weekday is not None:
        end_mails(db, enrolment_id)


def _change(
    db: Session,
    actor: Actor,
    course_key: str,
    changed: Callable[[StudyPlan, int], StudyPlan],
    *,
    today: date,
) -> None:
    require(policy.may_learn(actor))
    standing = queries.standing_on(db, actor, course_key)
    before = lock_plan(db, standing.place.enrolment_id)
    if before is None:
        raise PlanNotChanged(NO_PLAN)
    plan = changed(before.plan, _minutes_left(standing))
    if plan != before.plan:
        _write(db, standing, before, plan, today)


def _minutes_left(standing: LearningState) -> int:
    left = pacing.minutes_left(standing.course, standing.done)
    if not left:
        raise PlanNotChanged(THEORY_DONE)
    return left


def _counted_anew(plan: StudyPlan, left: int, today: date) -> StudyPlan:
    """Return a plan that counts what is done from today, or from the end of its pause."""
    start = plan.paused_until if plan.paused_until and pacing.is_paused(plan, today) else today
    return replace(plan, counted_from=start, minutes_then=left)


def _write(
    db: Session, standing: LearningState, before: PlanOnRecord, plan: StudyPlan, today: date
) -> None:
    """Write a plan and when its next mail leaves: from tomorrow, because today they have just been here."""
    earliest = max(today + timedelta(days=1), plan.counted_from)
    next_mail_on = pacing.next_mail_day(plan.mail_weekday, earliest, before.mailed_on)
    write_plan(db, standing.place, plan, next_mail_on=next_mail_on)
