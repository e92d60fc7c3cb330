"""Renders notices as text, with the same templates as mails, in the language of the reader."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog
from jinja2 import TemplateError

from app.kit.ids import NoticeId
from app.kit.messages import msg
from app.kit.stored_documents import DamagedDocument, LaterVersionNeeded
from app.mail.letters import BadLetter, Block, Letter
from app.notices.queries import OwnNotice
from app.web.request_context import RequestContext

log = structlog.get_logger("preceptor.notices")

LOST_SUBJECT: Final = msg("A mail from the academy")
LOST_WORDS: Final = msg(
    "We wrote to you on this day, but the words cannot be shown here. They are in the mail you received. "
    "If you do not have it any more, ask our office."
)
UNREADABLE: Final = (BadLetter, TemplateError, LaterVersionNeeded, DamagedDocument)


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A notice in a list."""

    id: NoticeId
    subject: str
    at: datetime
    is_read: bool


def letter_of(visit: RequestContext, notice: OwnNotice) -> Letter:
    """Return the text of a notice. If this version cannot render it, the text says so, and that is
    logged."""
    writer, words = visit.app_context.letters, visit.words
    try:
        return writer.letter(notice.template, notice.details, words)
    except UNREADABLE as error:
        _log(notice, error)
        lost = Block("paragraph", (words.of(LOST_WORDS),))
        return Letter(words.of(LOST_SUBJECT), (lost,), writer.academy, writer.base_url, words)


def lines(visit: RequestContext, notices: Iterable[OwnNotice]) -> tuple[NoticeLine, ...]:
    """Return notices as lines of a list. One that cannot be rendered does not affect the others."""
    return tuple(
        NoticeLine(notice.id, _subject(visit, notice), notice.at, notice.is_read)
        for notice in notices
    )


def _subject(visit: RequestContext, notice: OwnNotice) -> str:
    try:
        return visit.app_context.letters.subject(notice.template, notice.details, visit.words)
    except UNREADABLE as error:
        _log(notice, error)
        return visit.words.of(LOST_SUBJECT)


def _log(notice: OwnNotice, error: Exception) -> None:
    log.error("notice cannot be read", notice_id=str(notice.id), exc_info=error)
