"""Delivers facts: each handler of a fact has its own delivery, which fails and is retried alone.

A delivery is leased in one transaction. Then its handler prepares outside any transaction, and
acts in a second one, which marks the delivery first. A process that is killed leaves a lease
that ends by itself, and either nothing that the handler wrote, or all of it and the mark.
"""

from datetime import datetime

import structlog

from app.db.database import Database
from app.kit.error_descriptions import describe_error
from app.kit.stored_documents import LaterVersionNeeded
from app.outbox import queries, service
from app.outbox.handlers import Handlers
from app.outbox.queries import EventKind

log = structlog.get_logger("preceptor.facts")


def deliver_facts(database: Database, handlers: Handlers, *, now: datetime) -> int:
    """Deliver the facts that are due to their handlers, and return the number of deliveries that
    were tried. A delivery that fails is tried again later and holds up no other."""
    with database.read() as db:
        if not queries.is_anything_due(db, EventKind.facts, now=now):
            return 0
    with database.write() as db:
        leased = service.lease(db, EventKind.facts, now=now)
        deliveries = service.share_out(db, leased, handlers.names_of())
    for delivery in deliveries:
        try:
            deliver(database, delivery, handlers, now=now)
        except Exception as error:  # any error of a handler: the delivery stays and is tried again
            log.error(
                "fact failed",
                name=delivery.name,
                handler=delivery.handler,
                event_id=str(delivery.id),
                exc_info=error,
            )
            # A fact of a later version waits for that version: an upgrade may be under way.
            for_good = not isinstance(error, LaterVersionNeeded)
            with database.write() as db:
                service.mark_failed(db, delivery, describe_error(error), for_good=for_good, now=now)
    return len(leased)


def deliver(
    database: Database, delivery: service.LeasedEvent, handlers: Handlers, *, now: datetime
) -> None:
    """Deliver a fact to one handler, unless another worker has a newer lease on the delivery. It is
    marked first, so that nobody else handles it before the block ends."""
    fact = handlers.fact_of(delivery.name, delivery.payload)
    handler = handlers.handler_of(fact, delivery.handler)
    if handler.prepare is not None:
        handler.prepare(database, fact)
    with database.write() as db:
        if service.mark_done(db, delivery, now=now):
            handler.act(db, fact, now)
