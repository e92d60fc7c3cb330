"""Pages of staff: give an attempt time back, and open it again. Both forms stand on
the page of the attempt."""

from fastapi import Response
from sqlalchemy.orm import Session

from app.kit.ids import AttemptId
from app.kit.messages import Message, msg
from app.reports import extensions
from app.reports.attempt_acts import act_on_attempt
from app.reports.extensions import Extend
from app.reports.forms import ExtensionForm
from app.web.access import STAFF
from app.web.forms import Submission, Submitted
from app.web.request_context import RequestContext, Visit
from app.web.routing import Pages

pages = Pages(prefix="/results")


@pages.post("/attempts/{attempt_id}/time", name="reports.give_time", access=STAFF)
def give_time_back(visit: Visit, attempt_id: AttemptId, submitted: Submitted) -> Response:
    """Let a running attempt end later."""
    said = msg("The attempt ends later now. The student gets a mail.")
    return _extended(visit, attempt_id, submitted, extensions.give_time_back, said)


@pages.post("/attempts/{attempt_id}/reopen", name="reports.reopen", access=STAFF)
def reopen_attempt(visit: Visit, attempt_id: AttemptId, submitted: Submitted) -> Response:
    """Let an ended attempt run again."""
    said = msg("The attempt is open again. The student gets a mail.")
    return _extended(visit, attempt_id, submitted, extensions.reopen_attempt, said)


def _extended(
    visit: RequestContext,
    attempt_id: AttemptId,
    submitted: Submission,
    extend: Extend,
    said: Message,
) -> Response:
    def act(db: Session, form: ExtensionForm) -> None:
        extend(
            db,
            visit.actor,
            attempt_id,
            minutes=form.minutes,
            reason=form.reason,
            reason_is_told=form.tell is not None,
            now=visit.now,
        )

    return act_on_attempt(visit, attempt_id, submitted, ExtensionForm, act, said)
