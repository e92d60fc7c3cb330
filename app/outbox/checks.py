"""What must be true of the outbox at every moment; `preceptor audit` asks."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db.auditing import Check
from app.outbox.health import WORDS, deliveries
from app.outbox.models import OutboxEvent
from app.outbox.queries import KEPT

OVERDUE = KEPT * 2
"""The worker deletes within the hour; a row that is twice as old says that it does not run."""
GONE_AFTER = timedelta(minutes=3)
"""How long a worker may be away before the audit names it: a restart at night is no fault of the data."""


def delivered_rows_are_deleted(db: Session, *, now: datetime) -> list[str]:
    """No delivered row is kept far beyond its time."""
    overdue = select(func.count()).where(OutboxEvent.done_at < now - OVERDUE)
    count = db.scalars(overdue).one()
    if not count:
        return []
    return [
        f"The outbox keeps what was delivered over {OVERDUE.days} days ago ({count}). Does the worker run?"
    ]


def what_waits_has_a_worker(db: Session, *, now: datetime) -> list[str]:
    """No worker has gone while something waits for it. Before the first start there is none to miss."""
    return [
        f"Nobody delivers {WORDS[each.kind]} ({each.waiting:,} waiting). {' '.join(each.problems(now))}"
        for each in deliveries(db, now=now)
        if each.waiting
        and each.heartbeat.at is not None
        and each.heartbeat.is_silent(now, after=GONE_AFTER)
    ]


CHECKS: tuple[Check, ...] = (delivered_rows_are_deleted, what_waits_has_a_worker)
