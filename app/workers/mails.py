"""Delivers mails one at a time, so that a lease lasts no longer than one mail."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from time import monotonic

import structlog

from app.db.database import Database
from app.kit.error_descriptions import describe_error
from app.kit.messages import Text
from app.kit.stored_documents import LaterVersionNeeded
from app.mail.mail_server import NotSent
from app.mail.mailer import Mailer
from app.outbox import queries, service
from app.outbox.queries import EventKind
from app.workers.loop import RoundResult

log = structlog.get_logger("preceptor.mails")

FIRST_PAUSE = 10.0
LONGEST_PAUSE = 300.0
"""The longest pause before a failing mail server is tried again, in seconds; each pause is twice
the one before."""


@dataclass(slots=True)
class MailWork:
    """The rounds of the worker for mails: one mail per round, and pauses while the mail server
    fails."""

    database: Database
    mailer: Mailer
    seconds: Callable[[], float] = monotonic
    _pauses: int = field(default=0, init=False)
    _again_at: float = field(default=0.0, init=False)
    _trouble: Text | None = field(default=None, init=False)

    def round(self, now: datetime) -> RoundResult:
        if self._trouble and self.seconds() < self._again_at:
            return RoundResult(trouble=self._trouble)
        done = deliver_next(self.database, self.mailer, now=now)
        if done.trouble:
            pause = min(FIRST_PAUSE * 2**self._pauses, LONGEST_PAUSE)
            self._again_at = self.seconds() + pause
            self._pauses = min(self._pauses + 1, 10)
            self._trouble = done.trouble
            return RoundResult(trouble=done.trouble)
        self._pauses, self._trouble = 0, None
        return done


def deliver_next(database: Database, mailer: Mailer, *, now: datetime) -> RoundResult:
    """Deliver the next mail. The result is `busy` if there was one, and has `trouble` if the mail
    server takes none."""
    with database.read() as db:
        if not queries.is_anything_due(db, EventKind.mails, now=now):
            return RoundResult()
    with database.write() as db:
        leased = service.lease(db, EventKind.mails, now=now, most=1)
    if not leased:
        return RoundResult()
    (mail,) = leased
    try:
        # Every try has the date at which the mail was written.
        message = mailer.build(mail.id, mail.payload, now=mail.created_at)
        if mailer.keeps:
            _keep(database, mail, message, now)
            return RoundResult(busy=True)
        mailer.send(message)
    except NotSent as refusal:
        _note_refusal(database, mail, refusal, now)
        return RoundResult(busy=True, trouble=refusal.words if refusal.all_wait else None)
    except Exception as error:  # a fault in this mail must not stop the others
        log.error("mail failed", event_id=str(mail.id), exc_info=error)
        # A mail of a later version waits for that version: an upgrade may be under way.
        for_good = not isinstance(error, LaterVersionNeeded)
        with database.write() as db:
            service.mark_failed(db, mail, describe_error(error), for_good=for_good, now=now)
        return RoundResult(busy=True)
    with database.write() as db:
        if not service.mark_done(db, mail, now=now):
            log.warning("mail delivered after its lease", event_id=str(mail.id))
    # Without the address. Whoever asks whether a mail was sent finds its id on the outbox page.
    log.info("mail sent", event_id=str(mail.id), template=mail.payload["template"])
    return RoundResult(busy=True)


def _keep(
    database: Database, mail: service.LeasedEvent, message: EmailMessage, now: datetime
) -> None:
    body = message.get_body(("plain",))
    with database.write() as db:
        if service.mark_done(db, mail, now=now):
            service.keep_mail(
                db,
                mail.id,
                to=mail.payload["to"],
                subject=str(message["Subject"]),
                text=body.get_content() if body else "",
                source=message.as_bytes().decode("ascii"),
                now=mail.created_at,
            )


def _note_refusal(
    database: Database, mail: service.LeasedEvent, refusal: NotSent, now: datetime
) -> None:
    log.warning("mail not sent", event_id=str(mail.id), reason=str(refusal.words))
    with database.write() as db:
        if refusal.was_tried:
            service.mark_failed(db, mail, refusal.words, for_good=refusal.for_good, now=now)
        else:
            service.put_back(db, mail, refusal.words, now=now)
