"""The page on which admins give everybody the time back that an outage took: a preview, then the act."""

from dataclasses import dataclass

from fastapi import Response
from sqlalchemy.orm import Session

from app.courses import queries as courses
from app.enrolments import queries as enrolments
from app.kit.errors import Refused
from app.kit.messages import Message, msg, msgs
from app.quizzes.domain.outage import outage_obstacle
from app.reports.errors import OutageRefused
from app.reports.outage_batches import give_everybody
from app.reports.outage_candidates import OutageLine, OutageScope, gaining, outage_lines
from app.reports.outage_forms import OutageForm
from app.reports.queries import columns_of
from app.web.access import ADMIN
from app.web.dates import typed_moment
from app.web.form_pages import form_page
from app.web.forms import Submission, Submitted
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages(prefix="/results")
MOST_SHOWN = 100
"""How many attempts a preview lists. All of them are counted."""


@dataclass(frozen=True, slots=True)
class OutagePage:
    """The choices of the form, and the first attempts of the outage that was typed; None before a preview.
    `gaining` is how many gain time, and `not_shown` how many follow on those that are listed."""

    quizzes: tuple[tuple[str, Message], ...]
    intakes: tuple[tuple[str, Message], ...]
    lines: tuple[OutageLine, ...] | None
    gaining: int
    not_shown: int


@pages.get("/outage", name="reports.outage", access=ADMIN)
def show_outage(visit: Visit) -> Response:
    return _page(visit)


@pages.post("/outage", name="reports.make_outage_good", access=ADMIN)
def make_outage_good(visit: Visit, submitted: Submitted) -> Response:
    """Show who gains what, or give it to them."""
    try:
        form = OutageForm.read(submitted)
        scope = form.scope(visit.academy.zone)
        if (obstacle := outage_obstacle(scope.outage, now=visit.now)) is not None:
            raise OutageRefused(obstacle)
    except Refused as refused:
        return _page(visit, submitted, refused)
    if form.step == "preview":
        return _page(visit, submitted, scope=scope)
    attempts = give_everybody(
        visit.database,
        visit.actor,
        scope,
        reason=form.reason,
        reason_is_told=form.tell is not None,
        now=visit.now,
    )
    flash = msgs(
        "{n} attempt got its time back. The student gets a mail.",
        "{n} attempts got their time back. The students get mails.",
        attempts,
    )
    nobody = msg("Nobody gained time: it was given back before.")
    return visit.redirect(visit.url("reports.outage"), flash=flash if attempts else nobody)


def _page(
    visit: RequestContext,
    submitted: Submission | None = None,
    refused: Refused | None = None,
    *,
    scope: OutageScope | None = None,
) -> Response:
    with visit.database.read() as db:
        lines = None if scope is None else outage_lines(db, scope, now=visit.now)
        page = OutagePage(
            *_choices(db),
            lines[:MOST_SHOWN] if lines is not None else None,
            gaining=len(gaining(lines or (), visit.actor)),
            not_shown=max(0, len(lines or ()) - MOST_SHOWN),
        )
    if submitted is not None and refused is None:
        return visit.render("reports/outage.html", errors={}, values=submitted.values, page=page)
    today = {"day": typed_moment(visit.now, visit.academy.zone)["day"]}
    return form_page(visit, "reports/outage.html", submitted, refused, values=today, page=page)


def _choices(
    db: Session,
) -> tuple[tuple[tuple[str, Message], ...], tuple[tuple[str, Message], ...]]:
    """Return the quizzes of the published courses, and the intakes."""
    published = courses.catalogue(db)
    quizzes = tuple(
        (
            f"{revision.course_key}/{column.key}",
            msg("{course}: {quiz}", course=revision.course.title, quiz=column.title),
        )
        for revision in published
        for column in columns_of(revision.course)
    )
    titles = {revision.course_key: revision.course.title for revision in published}
    return quizzes, enrolments.intake_choices(db, titles)
