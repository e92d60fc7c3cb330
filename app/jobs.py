"""From the name of an outbox event to a use-case; the only place where a lower feature's fact reaches
a higher feature. Handlers are idempotent: an event may come twice."""

from collections.abc import Callable
from datetime import datetime
from threading import Event
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from app.certificates import service as certificates
from app.db import idempotency, limits
from app.db.database import Database
from app.enquiries import service as enquiries
from app.kit.describing import describe_error
from app.kit.ids import UserId
from app.outbox import queries as outbox_queries
from app.outbox import service as outbox
from app.practicals import service as practicals
from app.quizzes import queries as quiz_queries
from app.quizzes import service as quizzes
from app.web.clock import Clock
from app.web.mailer import Mailer

log = structlog.get_logger("preceptor.jobs")

FORGOTTEN_AT_ONCE = 500
Handler = Callable[[Session, dict[str, Any], datetime], None]


def nobody_listens_yet(db: Session, payload: dict[str, Any], now: datetime) -> None:
    """A fact that is recorded although no feature above acts on it."""


def learning_completed(db: Session, payload: dict[str, Any], now: datetime) -> None:
    """Somebody who waits for a practical may have completed what kept them from it, and the fact may
    have been the last one missing for a certificate."""
    practicals.promote_person(
        db, UserId(UUID(payload["user_id"])), str(payload["course_key"]), now=now
    )
    issue_certificate(db, payload, now)


def issue_certificate(db: Session, payload: dict[str, Any], now: datetime) -> None:
    """A fact that may have been the last one missing."""
    certificates.issue_if_complete(
        db, UserId(UUID(payload["user_id"])), str(payload["course_key"]), now=now
    )


HANDLERS: dict[str, Handler] = {
    "assessment.signed": issue_certificate,
    "learning.completed": learning_completed,
    "practical.attended": issue_certificate,
    "quiz.submitted": nobody_listens_yet,
}


def act_on_facts(db: Session, *, now: datetime) -> None:
    """Act on every fact that waits, in the transaction of the caller and each distinct one once: for who
    makes a whole academy at a time and does not leave its past to the worker."""
    for name, fact in outbox.take_facts(db, now=now):
        HANDLERS[name](db, fact, now)


def deliver_due(database: Database, mailer: Mailer, *, now: datetime) -> int:
    """Deliver what is due and return how many were taken; a failure is retried later."""
    with database.write() as db:
        leased = outbox.lease(db, now=now)
    for event in leased:
        try:
            _deliver(database, mailer, event, now)
        except Exception as error:  # whatever a handler raises is kept with the event and retried
            log.warning("event failed", name=event.name, event_id=str(event.id), exc_info=error)
            with database.write() as db:
                outbox.mark_failed(db, event, describe_error(error), now=now)
    return len(leased)


def _deliver(database: Database, mailer: Mailer, event: outbox.Leased, now: datetime) -> None:
    if event.name != outbox.MAIL:
        with database.write() as db:
            HANDLERS[event.name](db, event.payload, now)
            outbox.mark_done(db, event.id, now=now)
        return
    # A mail is dated when it was written, whichever try it is.
    message = mailer.build(event.id, event.payload, now=event.created_at)
    if not mailer.keeps:
        mailer.send(message)
    with database.write() as db:
        if mailer.keeps:
            body = message.get_body(("plain",))
            outbox.keep_mail(
                db,
                event.id,
                to=event.payload["to"],
                subject=str(message["Subject"]),
                text=body.get_content() if body else "",
                source=message.as_string(),
                now=event.created_at,
            )
        outbox.mark_done(db, event.id, now=now)


def close_overdue_attempts(database: Database, *, now: datetime) -> int:
    """Close attempts whose time is over and return how many; one that fails holds up no other."""
    with database.read() as db:
        overdue = quiz_queries.overdue_attempts(db, now=now)
    closed = 0
    for attempt_id in overdue:
        try:
            with database.write() as db:
                quizzes.close_overdue(db, attempt_id, now=now)
            closed += 1
        except Exception as error:  # whatever is wrong with it, the next round tries again
            log.error("attempt not closed", attempt_id=str(attempt_id), exc_info=error)
    return closed


def forget_delivered(database: Database, *, now: datetime) -> None:
    """Delete what was delivered longer ago than it is kept. What is old is looked for without the right to
    write, and deleted a little at a time: nobody who books a place waits for this."""
    for find, forget in (
        (outbox_queries.old_events, outbox.forget_events),
        (outbox_queries.old_kept_mails, outbox.forget_kept_mails),
    ):
        gone = FORGOTTEN_AT_ONCE
        while gone == FORGOTTEN_AT_ONCE:
            with database.read() as db:
                old = find(db, now=now, most=FORGOTTEN_AT_ONCE)
            with database.write() as db:
                gone = forget(db, old)


def work_until(stop: Event, database: Database, mailer: Mailer, clock: Clock) -> None:
    """Deliver until told to stop; the thread of a single-process server, or `preceptor work`."""
    swept = clock()
    while not stop.is_set():
        now = clock()
        try:
            taken = deliver_due(database, mailer, now=now)
            taken += close_overdue_attempts(database, now=now)
            if (now - swept).total_seconds() > 3600:
                with database.write() as db:
                    idempotency.sweep(db, now=now)
                    limits.sweep(db, now=now)
                    practicals.promote_everywhere(db, now=now)
                    enquiries.forget_old(db, now=now)
                forget_delivered(database, now=now)
                swept = now
        except Exception as error:  # the database may be away for a while; go on
            log.error("worker", exc_info=error)
            taken = 0
        stop.wait(0.1 if taken else 1.0)
