"""Pages that stop an assessment for safety, resume it, or discard it."""

from fastapi import Response

from app.assessments import queries, service
from app.assessments.errors import DiscardRefused, StopRefused
from app.assessments.forms import DiscardForm, ResumeForm, StopForm
from app.kit.errors import Invalid, Refused
from app.kit.ids import AssessmentId
from app.kit.messages import msg
from app.web.access import INSTRUCTOR, STAFF
from app.web.errors import status_of
from app.web.forms import Submitted
from app.web.request_context import Visit
from app.web.routing import Pages

pages = Pages()
STOP = "/assessments/{assessment_id}/stop"
DISCARD = "/assessments/{assessment_id}/discard"


@pages.get(STOP, name="assessments.stop", access=INSTRUCTOR)
def show_stop(visit: Visit, assessment_id: AssessmentId) -> Response:
    with visit.database.read() as db:
        page = queries.bedside_sheet(db, visit.actor, assessment_id)
    if page.signed_at is not None or not page.unmarked:
        return visit.redirect(visit.url("assessments.sign", assessment_id=assessment_id))
    wanted = visit.request.query_params.get("step") or (page.stop_at and page.stop_at.step.key)
    return visit.render("assessments/stop.html", page=page, errors={}, step=wanted, note=None)


@pages.post(STOP, name="assessments.stopped", access=INSTRUCTOR)
def stop(visit: Visit, assessment_id: AssessmentId, submitted: Submitted) -> Response:
    try:
        form = StopForm.read(submitted)
        with visit.database.write() as db:
            service.stop_assessment(
                db, visit.actor, assessment_id, form.step, form.note, now=visit.now
            )
    except (Invalid, StopRefused) as refused:
        with visit.database.read() as db:
            page = queries.bedside_sheet(db, visit.actor, assessment_id)
        return visit.render(
            "assessments/stop.html",
            status=status_of(refused),
            page=page,
            errors=refused.fields or {"form": refused.detail},
            step=submitted.values.get("step"),
            note=submitted.values.get("note", ""),
        )
    return visit.redirect(
        visit.url("assessments.sign", assessment_id=assessment_id),
        flash=msg("The assessment is stopped. Check the marks, then sign."),
    )


@pages.post("/assessments/{assessment_id}/resume", name="assessments.resume", access=INSTRUCTOR)
def resume(visit: Visit, assessment_id: AssessmentId, submitted: Submitted) -> Response:
    ResumeForm.read(submitted)
    with visit.database.write() as db:
        service.resume_assessment(db, visit.actor, assessment_id, now=visit.now)
    return visit.redirect(
        visit.url("assessments.sheet", assessment_id=assessment_id),
        flash=msg("The assessment goes on. Steps that were not observed have no mark again."),
    )


@pages.get(DISCARD, name="assessments.discard", access=STAFF)
def show_discard(visit: Visit, assessment_id: AssessmentId) -> Response:
    with visit.database.read() as db:
        page = queries.discard_page(db, visit.actor, assessment_id)
    return visit.render("assessments/discard.html", page=page, errors={}, reason="")


@pages.post(DISCARD, name="assessments.discarded", access=STAFF)
def discard(visit: Visit, assessment_id: AssessmentId, submitted: Submitted) -> Response:
    try:
        form = DiscardForm.read(submitted)
        with visit.database.read() as db:
            page = queries.discard_page(db, visit.actor, assessment_id)
        with visit.database.write() as db:
            service.discard_assessment(db, visit.actor, assessment_id, form.reason, now=visit.now)
    except (Invalid, DiscardRefused) as refused:
        return _discard_again(visit, assessment_id, submitted, refused)
    return visit.redirect(
        visit.url("teach.practical", practical_id=page.practical_id),
        flash=msg(
            "The sheet of {student_name} is discarded. Its marks stay on record.",
            student_name=page.student_name,
        ),
    )


def _discard_again(
    visit: Visit, assessment_id: AssessmentId, submitted: Submitted, refused: Refused
) -> Response:
    with visit.database.read() as db:
        page = queries.discard_page(db, visit.actor, assessment_id)
    return visit.render(
        "assessments/discard.html",
        status=status_of(refused),
        page=page,
        errors=refused.fields or {"form": refused.detail},
        reason=submitted.values.get("reason", ""),
    )
