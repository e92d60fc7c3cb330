"""Pages of staff: give an attempt time back, and open it again. Both forms stand on
the page of the attempt."""

from fastapi import Response

from app.kit.errors import Refused
from app.kit.ids import AttemptId
from app.kit.messages import msg
from app.reports import extensions
from app.reports.forms import ExtensionForm
from app.reports.person_pages import attempt_page
from app.web.access import STAFF
from app.web.forms import Submitted
from app.web.request_context import Visit
from app.web.routing import Pages

pages = Pages(prefix="/results")


@pages.post("/attempts/{attempt_id}/time", name="reports.give_time", access=STAFF)
def give_time_back(visit: Visit, attempt_id: AttemptId, submitted: Submitted) -> Response:
    """Let a running attempt end later."""
    try:
        form = ExtensionForm.read(submitted)
        with visit.database.write() as db:

            def effect() -> str:
                extensions.give_time_back(
                    db,
                    visit.actor,
                    attempt_id,
                    minutes=form.minutes,
                    reason=form.reason,
                    reason_is_told=form.tell is not None,
                    now=visit.now,
                )
                return visit.url("reports.attempt", attempt_id=attempt_id)

            to = visit.once(db, submitted, effect)
    except Refused as refused:
        return attempt_page(visit, attempt_id, submitted, refused)
    return visit.redirect(to, flash=msg("The attempt ends later now. The student gets a mail."))


@pages.post("/attempts/{attempt_id}/reopen", name="reports.reopen", access=STAFF)
def reopen_attempt(visit: Visit, attempt_id: AttemptId, submitted: Submitted) -> Response:
    """Let an ended attempt run again."""
    try:
        form = ExtensionForm.read(submitted)
        with visit.database.write() as db:

            def effect() -> str:
                extensions.reopen_attempt(
                    db,
                    visit.actor,
                    attempt_id,
                    minutes=form.minutes,
                    reason=form.reason,
                    reason_is_told=form.tell is not None,
                    now=visit.now,
                )
                return visit.url("reports.attempt", attempt_id=attempt_id)

            to = visit.once(db, submitted, effect)
    except Refused as refused:
        return attempt_page(visit, attempt_id, submitted, refused)
    return visit.redirect(to, flash=msg("The attempt is open again. The student gets a mail."))
