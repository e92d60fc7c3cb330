"""The office's pages on which a course is hidden from the catalogue and brought back."""

from fastapi import Response

from app.enrolments import course_hiding
from app.enrolments.forms import HidingForm
from app.enrolments.hiding_queries import hiding_page
from app.kit.errors import Conflict, Invalid, Refused
from app.kit.messages import msg
from app.web.access import ADMIN
from app.web.form_pages import form_page
from app.web.forms import Submission, Submitted
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages(prefix="/admin/courses/{course_key}")


@pages.get("/hide", name="enrolments.ask_hide_course", access=ADMIN)
def show_hide(visit: Visit, course_key: str) -> Response:
    return _hiding(visit, course_key)


@pages.post("/hide", name="enrolments.hide_course", access=ADMIN)
def hide_course(visit: Visit, course_key: str, submitted: Submitted) -> Response:
    try:
        form = HidingForm.read(submitted)
        with visit.database.write() as db:
            course_hiding.hide_course(
                db, visit.actor, course_key, reason=form.reason, now=visit.now
            )
    except (Invalid, Conflict) as refused:
        return _hiding(visit, course_key, submitted, refused)
    return visit.redirect(
        visit.url("courses.revisions"),
        flash=msg("The course is hidden. The people on it learn on as before."),
    )


@pages.post("/show", name="enrolments.show_course", access=ADMIN)
def show_course(visit: Visit, course_key: str, submitted: Submitted) -> Response:
    try:
        form = HidingForm.read(submitted)
        with visit.database.write() as db:
            course_hiding.show_course(
                db, visit.actor, course_key, reason=form.reason, now=visit.now
            )
    except (Invalid, Conflict) as refused:
        return _hiding(visit, course_key, submitted, refused)
    return visit.redirect(
        visit.url("courses.revisions"),
        flash=msg(
            "The course is in the catalogue again. Open an intake when people may ask for places."
        ),
    )


def _hiding(
    visit: RequestContext,
    course_key: str,
    submitted: Submission | None = None,
    refused: Refused | None = None,
) -> Response:
    with visit.database.read() as db:
        page = hiding_page(db, visit.actor, course_key, now=visit.now)
    return form_page(visit, "enrolments/hide_course.html", submitted, refused, page=page)
