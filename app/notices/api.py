"""JSON routes of notices: reading one's own, and marking them as read."""

from datetime import datetime

from fastapi import Response
from pydantic import BaseModel

from app.db.paging import page_number
from app.kit.ids import NoticeId
from app.notices import queries, service
from app.notices.queries import OwnNotice
from app.notices.rendering import letter_of
from app.web.access import SIGNED_IN
from app.web.request_context import RequestContext, Visit
from app.web.routing import Api

api = Api("/api/v1/notices", tags=["notices"])


class NoticeOut(BaseModel):
    """A notice; `text` is its whole letter as plain text."""

    id: NoticeId
    at: datetime
    subject: str
    text: str
    is_read: bool


class NoticesOut(BaseModel):
    """One page, newest first; `unread` counts all pages."""

    notices: list[NoticeOut]
    unread: int
    page: int
    pages: int
    total: int


@api.get("", name="api.notices.list", access=SIGNED_IN, response_model=NoticesOut)
def list_notices(visit: Visit, page: str | None = None) -> NoticesOut:
    """Return the notices of the person who asks."""
    with visit.database.read() as db:
        own = queries.own_notices(db, visit.actor, number=page_number(page), now=visit.now)
    return NoticesOut(
        notices=[_notice(visit, notice) for notice in own.page.rows],
        unread=own.unread,
        page=own.page.number,
        pages=own.page.count,
        total=own.page.total,
    )


@api.post("/{notice_id}/read", name="api.notices.read", access=SIGNED_IN, status_code=204)
def mark_read(visit: Visit, notice_id: NoticeId) -> Response:
    """Mark one as read; a second time changes nothing."""
    with visit.database.write() as db:
        service.mark_read(db, visit.actor, notice_id, now=visit.now)
    return Response(status_code=204)


def _notice(visit: RequestContext, notice: OwnNotice) -> NoticeOut:
    letter = letter_of(visit, notice)
    return NoticeOut(
        id=notice.id,
        at=notice.at,
        subject=letter.subject,
        text=letter.plain,
        is_read=notice.is_read,
    )
