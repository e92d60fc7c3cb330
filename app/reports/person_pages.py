"""Pages of one student's attempts and answers, and of allowing them one more attempt."""

from fastapi import Response

from app.kit.errors import Refused
from app.kit.ids import AllowanceId, AttemptId, UserId
from app.kit.messages import msg
from app.reports import allowances
from app.reports.forms import AllowanceForm
from app.reports.person_results import attempt_answers, person_results
from app.web.access import STAFF
from app.web.form_pages import form_page
from app.web.forms import ButtonForm, Submission, Submitted
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages(prefix="/results")


@pages.get("/{course_key}/people/{person_id}", name="reports.person", access=STAFF)
def show_person(visit: Visit, course_key: str, person_id: UserId) -> Response:
    """Show a student's attempts at every quiz of a course."""
    return _page(visit, course_key, person_id)


@pages.post("/{course_key}/people/{person_id}/attempts", name="reports.allow", access=STAFF)
def allow_attempt(
    visit: Visit, course_key: str, person_id: UserId, submitted: Submitted
) -> Response:
    try:
        form = AllowanceForm.read(submitted)
        with visit.database.write() as db:

            def effect() -> str:
                allowances.allow_attempt(
                    db,
                    visit.actor,
                    person_id,
                    course_key,
                    form.quiz,
                    reason=form.reason,
                    reason_is_told=form.tell is not None,
                    now=visit.now,
                )
                return _address(visit, course_key, person_id, form.quiz)

            to = visit.once(db, submitted, effect)
    except Refused as refused:
        return _page(visit, course_key, person_id, submitted, refused)
    return visit.redirect(to, flash=msg("One more attempt is allowed. The student gets a mail."))


@pages.post("/attempts-allowed/{allowance_id}/take-back", name="reports.take_back", access=STAFF)
def take_back_attempt(visit: Visit, allowance_id: AllowanceId, submitted: Submitted) -> Response:
    ButtonForm.read(submitted)
    with visit.database.write() as db:
        allowance = allowances.take_back_attempt(db, visit.actor, allowance_id, now=visit.now)
    return visit.redirect(
        _address(visit, allowance.course_key, allowance.user_id, allowance.quiz_key),
        flash=msg("The attempt is taken back. The student gets a mail."),
    )


@pages.get("/attempts/{attempt_id}", name="reports.attempt", access=STAFF)
def show_attempt(visit: Visit, attempt_id: AttemptId) -> Response:
    """Show one attempt of a student with every answer, those that were wrong first."""
    return attempt_page(visit, attempt_id)


def attempt_page(
    visit: RequestContext,
    attempt_id: AttemptId,
    submitted: Submission | None = None,
    refused: Refused | None = None,
) -> Response:
    """Return the page of an attempt, after a refusal with what was typed."""
    with visit.database.read() as db:
        page = attempt_answers(db, visit.actor, attempt_id, now=visit.now)
    suggested = {"minutes": page.minutes_suggested}
    return form_page(visit, "reports/attempt.html", submitted, refused, values=suggested, page=page)


def _page(
    visit: RequestContext,
    course_key: str,
    person_id: UserId,
    submitted: Submission | None = None,
    refused: Refused | None = None,
) -> Response:
    with visit.database.read() as db:
        page = person_results(db, visit.actor, person_id, course_key, now=visit.now)
    return form_page(visit, "reports/person.html", submitted, refused, page=page)


def _address(visit: RequestContext, course_key: str, person_id: UserId, quiz_key: str) -> str:
    page = visit.url("reports.person", course_key=course_key, person_id=person_id)
    return f"{page}#quiz-{quiz_key}"
