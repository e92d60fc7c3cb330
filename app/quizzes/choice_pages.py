"""Choosing on pages between answers of several devices."""

from typing import Literal

from fastapi import Response
from pydantic import Field

from app.kit.ids import AttemptId
from app.kit.messages import msg
from app.quizzes import choosing
from app.quizzes.domain.saving import LAST_SEQUENCE
from app.quizzes.errors import AttemptEnded, ChoiceRefused
from app.web.access import STUDENT
from app.web.forms import Form, Submitted, label
from app.web.request_context import Visit
from app.web.routing import Pages

pages = Pages()


class ChoiceForm(Form):
    """`sequence` names the stored answer that is to count, and `go` the page to which the student returns."""

    sequence: int = Field(ge=1, le=LAST_SEQUENCE, title=label("answer"))
    go: Literal["question", "check"] = Field(default="question", title=label("next page"))


@pages.post(
    "/attempts/{attempt_id}/questions/{position}/choose", name="quizzes.choose", access=STUDENT
)
def choose_answer(
    visit: Visit, attempt_id: AttemptId, position: int, submitted: Submitted
) -> Response:
    """Say which answer counts. Where that is not possible any more, the page that shows the answers as they
    are now says so."""
    form = ChoiceForm.read(submitted)
    to = visit.url("quizzes.question", attempt_id=attempt_id, position=position)
    if form.go == "check":
        to = visit.url("quizzes.check", attempt_id=attempt_id)
    try:
        with visit.database.write() as db:
            choosing.choose_answer(
                db, visit.actor, attempt_id, position, form.sequence, now=visit.now
            )
    except ChoiceRefused as refused:
        return visit.redirect(to, flash=refused.detail, kind="warning")
    except AttemptEnded as refused:
        to = visit.url("quizzes.result", attempt_id=attempt_id)
        return visit.redirect(to, flash=refused.detail, kind="warning")
    return visit.redirect(to, flash=msg("The answer that you chose counts now."))
