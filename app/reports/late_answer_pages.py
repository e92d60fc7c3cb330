"""The page of staff that accepts late answers. Its form stands on the page of the attempt."""

from fastapi import Response

from app.kit.errors import Refused
from app.kit.ids import AttemptId
from app.kit.messages import msg
from app.reports import late_answers
from app.reports.forms import LateAnswersForm
from app.reports.person_pages import attempt_page
from app.web.access import STAFF
from app.web.forms import Submitted
from app.web.request_context import Visit
from app.web.routing import Pages

pages = Pages(prefix="/results")


@pages.post("/attempts/{attempt_id}/late-answers", name="reports.accept_late", access=STAFF)
def accept_late_answers(visit: Visit, attempt_id: AttemptId, submitted: Submitted) -> Response:
    """Let the late answers of an attempt count."""
    try:
        form = LateAnswersForm.read(submitted)
        with visit.database.write() as db:

            def effect() -> str:
                late_answers.accept_late_answers(
                    db,
                    visit.actor,
                    attempt_id,
                    reason=form.late_reason,
                    reason_is_told=form.late_tell is not None,
                    now=visit.now,
                )
                return visit.url("reports.attempt", attempt_id=attempt_id)

            to = visit.once(db, submitted, effect)
    except Refused as refused:
        return attempt_page(visit, attempt_id, submitted, refused)
    return visit.redirect(to, flash=msg("The late answers count now. The student gets a mail."))
