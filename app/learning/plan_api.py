"""JSON routes of a student's weekly plan, with the same use-cases as the page."""

from datetime import date
from decimal import Decimal

from pydantic import BaseModel

from app.learning import plan_reading, planning
from app.learning.pacing import MailDay, Pace
from app.web.access import STUDENT
from app.web.dates import local_day
from app.web.json_body import JsonBody
from app.web.request_context import RequestContext, Visit
from app.web.routing import Api

api = Api("/api/v1/learn", tags=["learning"])
PLAN = "/{course_key}/plan"


class StudyPlanShape(BaseModel):
    """A weekly plan. `ready_on` is the day by which the theory is done, `behind` and `minutes_left` are
    minutes; while the plan rests, `paused_until` is the day on which it goes on."""

    hours: float
    ready_on: date
    minutes_left: int
    pace: Pace
    behind: int
    paused_until: date | None
    mail_day: MailDay


class StudyPlanOut(BaseModel):
    """`plan` is null without a plan and once the theory is complete."""

    plan: StudyPlanShape | None


class HoursIn(JsonBody):
    """How many hours a week, between 0.5 and 40 in steps of half an hour."""

    hours: Decimal


class MailDayIn(JsonBody):
    mail_day: MailDay


class PauseIn(JsonBody):
    """The day on which the plan goes on."""

    until: date


@api.get(PLAN, name="api.learning.plan", access=STUDENT, response_model=StudyPlanOut)
def show_plan(visit: Visit, course_key: str) -> StudyPlanOut:
    """The caller's weekly plan for a course."""
    return _plan(visit, course_key)


@api.put(PLAN, name="api.learning.choose_hours", access=STUDENT, response_model=StudyPlanOut)
def choose_hours(visit: Visit, course_key: str, sent: HoursIn) -> StudyPlanOut:
    """Plan so many hours a week; the same again changes nothing."""
    with visit.database.write() as db:
        planning.choose_hours(db, visit.actor, course_key, sent.hours, today=_today(visit))
    return _plan(visit, course_key)


@api.put(
    f"{PLAN}/mail", name="api.learning.choose_mail_day", access=STUDENT, response_model=StudyPlanOut
)
def choose_mail_day(visit: Visit, course_key: str, sent: MailDayIn) -> StudyPlanOut:
    """Get the weekly mail on another day, or never."""
    with visit.database.write() as db:
        planning.choose_mail_day(db, visit.actor, course_key, sent.mail_day, today=_today(visit))
    return _plan(visit, course_key)


@api.put(
    f"{PLAN}/pause", name="api.learning.pause_plan", access=STUDENT, response_model=StudyPlanOut
)
def pause(visit: Visit, course_key: str, sent: PauseIn) -> StudyPlanOut:
    """Let the plan rest until a day."""
    with visit.database.write() as db:
        planning.pause(db, visit.actor, course_key, sent.until, today=_today(visit))
    return _plan(visit, course_key)


@api.delete(
    f"{PLAN}/pause", name="api.learning.resume_plan", access=STUDENT, response_model=StudyPlanOut
)
def resume(visit: Visit, course_key: str) -> StudyPlanOut:
    """Go on before the pause is over; without a pause nothing changes."""
    with visit.database.write() as db:
        planning.resume(db, visit.actor, course_key, today=_today(visit))
    return _plan(visit, course_key)


@api.delete(PLAN, name="api.learning.stop_plan", access=STUDENT, response_model=StudyPlanOut)
def stop(visit: Visit, course_key: str) -> StudyPlanOut:
    """Forget the plan; a second time changes nothing."""
    with visit.database.write() as db:
        planning.stop(db, visit.actor, course_key)
    return _plan(visit, course_key)


def _today(visit: RequestContext) -> date:
    return local_day(visit.now, visit.academy.zone)


def _plan(visit: Visit, course_key: str) -> StudyPlanOut:
    with visit.database.read() as db:
        page = plan_reading.plan_page(db, visit.actor, course_key, today=_today(visit))
    standing = page.standing
    if standing is None:
        return StudyPlanOut(plan=None)
    return StudyPlanOut(
        plan=StudyPlanShape(
            hours=standing.minutes_a_week / 60,
            ready_on=standing.ready_on,
            minutes_left=standing.minutes_left,
            pace=standing.pace,
            behind=standing.behind,
            paused_until=standing.paused_until,
            mail_day=page.mail_day,
        )
    )
