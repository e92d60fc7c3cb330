"""Renders notices as text, with the same templates as mails."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog
from jinja2 import TemplateError

from app.kit.ids import NoticeId
from app.kit.messages import msg
from app.kit.stored_documents import DocumentKind, LaterVersionNeeded, version_of_document
from app.mail.letters import VALUES_VERSION, BadLetter, Block, Letter
from app.notices.queries import OwnNotice
from app.web.request_context import RequestContext

log = structlog.get_logger("preceptor.notices")

NOTICES: Final = DocumentKind(msg("notices"), msg("Notices"))
LOST_SUBJECT = "A mail from the academy"
LOST_WORDS = (
    "We wrote to you on this day, but the words cannot be shown here. They are in the mail you received. "
    "If you do not have it any more, ask our office."
)


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A notice in a list."""

    id: NoticeId
    subject: str
    at: datetime
    is_read: bool


def letter_of(visit: RequestContext, notice: OwnNotice) -> Letter:
    """Return the text of a notice. If its template can no longer render it, the text says so, and
    that is logged."""
    house = _house(visit)
    try:
        _demand_known_version(notice)
        return visit.app_context.letters.read(notice.template, notice.details, **house)
    except (BadLetter, TemplateError, LaterVersionNeeded) as error:
        _log(notice, error)
        return Letter(LOST_SUBJECT, (Block("paragraph", (LOST_WORDS,)),), **house)


def lines(visit: RequestContext, notices: Iterable[OwnNotice]) -> tuple[NoticeLine, ...]:
    """Return notices as lines of a list. One that cannot be rendered does not affect the others."""
    return tuple(
        NoticeLine(notice.id, _subject(visit, notice), notice.at, notice.is_read)
        for notice in notices
    )


def _subject(visit: RequestContext, notice: OwnNotice) -> str:
    try:
        _demand_known_version(notice)
        return visit.app_context.letters.read_subject(
            notice.template, notice.details, **_house(visit)
        )
    except (BadLetter, TemplateError, LaterVersionNeeded) as error:
        _log(notice, error)
        return LOST_SUBJECT


def _demand_known_version(notice: OwnNotice) -> None:
    """Raise LaterVersionNeeded for values that a later version stored in another shape."""
    version_of_document(notice.details, NOTICES, newest=VALUES_VERSION)


def _house(visit: RequestContext) -> dict[str, str]:
    return {"academy": visit.academy.name, "base_url": visit.settings.base_url}


def _log(notice: OwnNotice, error: Exception) -> None:
    log.error("notice cannot be read", notice_id=str(notice.id), exc_info=error)
