"""The office's list of days that were planned before their checklist was corrected."""

from fastapi import Response

from app.assessments.forms import CorrectChecklistForm
from app.assessments.queries.outdated import correction_page, outdated_days
from app.assessments.service.correcting import take_corrected_checklist
from app.kit.errors import Refused
from app.kit.ids import PracticalId, RevisionId
from app.kit.messages import msg
from app.web.access import ADMIN
from app.web.form_pages import form_page
from app.web.forms import Submission, Submitted
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages(prefix="/admin/checklists")


@pages.get("", name="admin.checklists", access=ADMIN)
def list_outdated(visit: Visit) -> Response:
    with visit.database.read() as db:
        page = outdated_days(db, now=visit.now)
    return visit.render("assessments/outdated.html", page=page)


@pages.get("/{practical_id}", name="admin.checklist", access=ADMIN)
def show_correction(visit: Visit, practical_id: PracticalId) -> Response:
    return _correction_page(visit, practical_id)


@pages.post("/{practical_id}", name="admin.checklist.post", access=ADMIN)
def take_checklist(visit: Visit, submitted: Submitted, practical_id: PracticalId) -> Response:
    try:
        form = CorrectChecklistForm.read(submitted)
        with visit.database.write() as db:
            take_corrected_checklist(
                db,
                visit.actor,
                practical_id,
                expected_revision_id=RevisionId(form.revision),
                now=visit.now,
            )
    except Refused as refused:
        return _correction_page(visit, practical_id, submitted, refused)
    return visit.redirect(
        visit.url("admin.checklists"),
        flash=msg("The day has the corrected checklist. Its instructors are told."),
    )


def _correction_page(
    visit: RequestContext,
    practical_id: PracticalId,
    submitted: Submission | None = None,
    refused: Refused | None = None,
) -> Response:
    with visit.database.read() as db:
        page = correction_page(db, visit.actor, practical_id, now=visit.now)
    return form_page(visit, "assessments/correct_checklist.html", submitted, refused, page=page)
