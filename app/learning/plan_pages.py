"""Pages of a student's weekly plan for a course."""

from datetime import date

from fastapi import Response

from app.kit.errors import Invalid, Refused
from app.kit.messages import Message, msg
from app.learning import plan_reading, planning
from app.learning.errors import PlanNotChanged
from app.learning.forms import MailDayForm, PauseForm, WeeklyHoursForm
from app.web.access import STUDENT
from app.web.dates import local_day
from app.web.form_pages import form_page
from app.web.forms import ButtonForm, Submission, Submitted
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages()
PLAN = "/learn/{course_key}/plan"
REFUSED = (Invalid, PlanNotChanged)


@pages.get(PLAN, name="learning.plan", access=STUDENT)
def show_plan(visit: Visit, course_key: str) -> Response:
    return _page(visit, course_key)


@pages.post(PLAN, name="learning.plan.post", access=STUDENT)
def choose_hours(visit: Visit, course_key: str, submitted: Submitted) -> Response:
    try:
        form = WeeklyHoursForm.read(submitted)
        with visit.database.write() as db:
            planning.choose_hours(db, visit.actor, course_key, form.hours, today=_today(visit))
    except REFUSED as refused:
        return _page(visit, course_key, submitted, refused)
    return _back(visit, course_key, msg("Your plan is saved. You can change it at any time."))


@pages.post(f"{PLAN}/mail", name="learning.plan.mail", access=STUDENT)
def choose_mail_day(visit: Visit, course_key: str, submitted: Submitted) -> Response:
    try:
        form = MailDayForm.read(submitted)
        with visit.database.write() as db:
            planning.choose_mail_day(
                db, visit.actor, course_key, form.mail_day, today=_today(visit)
            )
    except REFUSED as refused:
        return _page(visit, course_key, submitted, refused)
    if form.mail_day.weekday is None:
        return _back(visit, course_key, msg("You get no mail about this plan any more."))
    return _back(visit, course_key, msg("The mail comes on {day}.", day=form.mail_day.label))


@pages.post(f"{PLAN}/pause", name="learning.plan.pause", access=STUDENT)
def pause(visit: Visit, course_key: str, submitted: Submitted) -> Response:
    try:
        form = PauseForm.read(submitted)
        with visit.database.write() as db:
            planning.pause(db, visit.actor, course_key, form.until, today=_today(visit))
    except REFUSED as refused:
        return _page(visit, course_key, submitted, refused)
    paused = msg("Your plan rests until {day:long}. No mail comes before.", day=form.until)
    return _back(visit, course_key, paused)


@pages.post(f"{PLAN}/resume", name="learning.plan.resume", access=STUDENT)
def resume(visit: Visit, course_key: str, submitted: Submitted) -> Response:
    ButtonForm.read(submitted)
    try:
        with visit.database.write() as db:
            planning.resume(db, visit.actor, course_key, today=_today(visit))
    except PlanNotChanged as refused:
        return _page(visit, course_key, submitted, refused)
    return _back(visit, course_key, msg("Welcome back. Your plan counts from today."))


@pages.post(f"{PLAN}/stop", name="learning.plan.stop", access=STUDENT)
def stop(visit: Visit, course_key: str, submitted: Submitted) -> Response:
    ButtonForm.read(submitted)
    with visit.database.write() as db:
        planning.stop(db, visit.actor, course_key)
    return _back(visit, course_key, msg("Your plan is stopped. No mail about it comes any more."))


def _today(visit: RequestContext) -> date:
    return local_day(visit.now, visit.academy.zone)


def _back(visit: RequestContext, course_key: str, flash: Message) -> Response:
    return visit.redirect(visit.url("learning.plan", course_key=course_key), flash=flash)


def _page(
    visit: Visit,
    course_key: str,
    submitted: Submission | None = None,
    refused: Refused | None = None,
) -> Response:
    with visit.database.read() as db:
        page = plan_reading.plan_page(db, visit.actor, course_key, today=_today(visit))
    hours = page.standing.hours_typed if page.standing else ""
    values = {"hours": hours, "mail_day": page.mail_day, "until": ""}
    return form_page(
        visit, "learning/plan.html", submitted, refused, values=values, page=page, recorded=values
    )
