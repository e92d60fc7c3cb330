"""Repeating a practical day: which days, a preview of what speaks against each, and saving them together."""

from typing import Any

from fastapi import Response
from sqlalchemy.orm import Session

from app.courses import queries as courses
from app.kit.errors import Conflict, Invalid, NotFound, Refused
from app.kit.ids import PracticalId
from app.kit.messages import Message, msg, msgs
from app.kit.zones import moment_at
from app.practicals import queries, service
from app.practicals.domain.plan import is_over_ratio
from app.practicals.domain.recipients import with_recipients
from app.practicals.domain.seats import PracticalStatus
from app.practicals.domain.series import SeriesDay
from app.practicals.queries.admin_detail import Choices, PlannedPractical, choices, planned
from app.practicals.queries.series import judged_days
from app.practicals.series_forms import WEEKDAYS, RepeatForm, plan_like
from app.web.access import ADMIN
from app.web.dates import local_day
from app.web.errors import status_of
from app.web.form_pages import errors_of
from app.web.forms import Submission, Submitted
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages(prefix="/admin/practicals/{practical_id}/repeat")
LEAVE_OUT = msg("Tick the box to go on without these lines, or go back and correct them.")


@pages.get("", name="admin.practical_ask_repeat", access=ADMIN)
def ask_to_repeat(visit: Visit, practical_id: PracticalId) -> Response:
    return _pattern(visit, practical_id)


@pages.post("", name="admin.practical_repeat", access=ADMIN)
def repeat(visit: Visit, practical_id: PracticalId, submitted: Submitted) -> Response:
    """Show the preview, or save what is ticked there. A refusal shows the page that it is about again."""
    try:
        form = RepeatForm.read(submitted)
        if form.step == "save":
            return _save(visit, practical_id, submitted, form)
        if form.step == "preview":
            return _preview(visit, practical_id, form)
    except Invalid as refused:
        return _pattern(visit, practical_id, submitted.values, refused)
    return _pattern(visit, practical_id, submitted.values)


def _save(
    visit: RequestContext, practical_id: PracticalId, submitted: Submission, form: RepeatForm
) -> Response:
    def effect(db: Session) -> str:
        source = planned(db, practical_id)
        chosen = form.choices(source, visit.now)
        if form.publish_source and source.practical.status is PracticalStatus.draft:
            service.publish_practical(
                db, visit.actor, practical_id, refuse_clashes=True, now=visit.now
            )
        told.append(service.publish_series(db, visit.actor, practical_id, chosen, now=visit.now))
        return visit.url("admin.practicals")

    told: list[Any] = []
    days = len(form.day)
    if form.wrong_lines and not form.leave_out:
        refused = Invalid(LEAVE_OUT, fields={"leave_out": LEAVE_OUT})
        return _preview(visit, practical_id, form, refused)
    if not days:
        nothing = msg("Tick at least one day.")
        return _preview(visit, practical_id, form, Invalid(nothing))
    try:
        with visit.database.write() as db:
            to = visit.once(db, submitted, lambda: effect(db))
    except Conflict as refused:
        return _preview(visit, practical_id, form, refused)
    done = msgs(
        "{n} day is published. Students see it now.",
        "{n} days are published. Students see them now.",
        days,
    )
    return visit.redirect(to, flash=with_recipients(done, told[0]) if told else done)


def _pattern(
    visit: RequestContext,
    practical_id: PracticalId,
    values: dict[str, Any] | None = None,
    refused: Refused | None = None,
) -> Response:
    """Show the form that says which days are meant."""
    with visit.database.read() as db:
        source = planned(db, practical_id)
        brief = queries.practical_summary(db, practical_id)
    first = local_day(source.practical.starts_at, source.practical.zone)
    usual = {"weekday": str(first.weekday()), "every": "1"}
    return visit.render(
        "practicals/admin_repeat.html",
        status=status_of(refused) if refused else 200,
        practical=brief,
        weekdays=tuple(enumerate(WEEKDAYS)),
        values=usual | (values or {}),
        errors=errors_of(refused),
    )


def _preview(
    visit: RequestContext,
    practical_id: PracticalId,
    form: RepeatForm,
    refused: Refused | None = None,
) -> Response:
    """Show each day with what speaks against it. At first those are ticked against which nothing does."""
    with visit.database.read() as db:
        source = planned(db, practical_id)
        offered = choices(db)
        brief = queries.practical_summary(db, practical_id)
        course = courses.current(db, source.practical.course_key)
        kind = course.course.practical(source.practical.kind_key) if course else None
        if kind is None:
            raise NotFound
        days = judged_days(db, form.plans(source, visit.now), kind, now=visit.now)
    proposed = tuple(day.day for day in days if day.is_proposed)
    ticked = form.day if form.previewed else proposed
    like = plan_like(source)
    return visit.render(
        "practicals/admin_series.html",
        status=status_of(refused) if refused else 200,
        practical=brief,
        days=days,
        ticked=frozenset(day.day for day in days if day.day in ticked and not day.problem),
        teachers=[_teachers(day, form, source, offered) for day in days],
        wrong_lines=form.wrong_lines,
        is_over_ratio=is_over_ratio(like, kind.students_per_instructor),
        draft_day=moment_at(source.practical.starts_at, source.practical.zone),
        form=form,
        errors=errors_of(refused),
    )


def _teachers(
    day: SeriesDay, form: RepeatForm, source: PlannedPractical, offered: Choices
) -> list[tuple[Message, list[tuple[str, str]], str]]:
    """Return a select for each instructor of the repeated day: its label, who else may teach, and who was
    chosen. Its blank choice is the instructor; without one, nobody."""
    names = dict(offered.instructors)
    selects = []
    for usual in [str(user_id) for user_id in source.instructors] or [""]:
        options = [
            (f"{day.day.isoformat()}/{usual}/{user_id}", name)
            for user_id, name in offered.instructors
            if user_id != usual
        ]
        chosen = next((value for value, _ in options if value in form.teaches), "")
        blank = msg("{name}", name=names[usual]) if usual in names else msg("Choose somebody")
        selects.append((blank, options, chosen))
    return selects
