"""What every form on the page of an attempt does: its act once, then the page again."""

from collections.abc import Callable
from typing import TypeVar

from fastapi import Response
from sqlalchemy.orm import Session

from app.kit.errors import Refused
from app.kit.ids import AttemptId
from app.kit.messages import Message
from app.reports.person_pages import attempt_page
from app.web.forms import Form, Submission
from app.web.request_context import RequestContext

Sent = TypeVar("Sent", bound=Form)


def act_on_attempt(
    visit: RequestContext,
    attempt_id: AttemptId,
    submitted: Submission,
    kind: type[Sent],
    act: Callable[[Session, Sent], object],
    said: Message,
) -> Response:
    """Read a form of this kind, act once for its key, and say so on the page of the attempt. After a refusal
    the page shows what was typed."""
    try:
        form = kind.read(submitted)
        with visit.database.write() as db:

            def effect() -> str:
                act(db, form)
                return visit.url("reports.attempt", attempt_id=attempt_id)

            to = visit.once(db, submitted, effect)
    except Refused as refused:
        return attempt_page(visit, attempt_id, submitted, refused)
    return visit.redirect(to, flash=said)
