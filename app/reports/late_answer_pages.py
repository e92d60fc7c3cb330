"""The page of staff that accepts late answers. Its form stands on the page of the attempt."""

from fastapi import Response
from sqlalchemy.orm import Session

from app.kit.ids import AttemptId
from app.kit.messages import msg
from app.reports import late_answers
from app.reports.attempt_acts import act_on_attempt
from app.reports.forms import LateAnswersForm
from app.web.access import STAFF
from app.web.forms import Submitted
from app.web.request_context import Visit
from app.web.routing import Pages

pages = Pages(prefix="/results")


@pages.post("/attempts/{attempt_id}/late-answers", name="reports.accept_late", access=STAFF)
def accept_late_answers(visit: Visit, attempt_id: AttemptId, submitted: Submitted) -> Response:
    """Let the late answers of an attempt count."""

    def act(db: Session, form: LateAnswersForm) -> None:
        late_answers.accept_late_answers(
            db,
            visit.actor,
            attempt_id,
            reason=form.late_reason,
            reason_is_told=form.late_tell is not None,
            now=visit.now,
        )

    said = msg("The late answers count now. The student gets a mail.")
    return act_on_attempt(visit, attempt_id, submitted, LateAnswersForm, act, said)
