"""Invariants of the outbox, checked by `preceptor audit`."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.db.auditing import Check
from app.outbox.health import deliveries

GONE_AFTER = timedelta(minutes=3)
"""How long a worker may be silent before the audit reports it; a restart at night is no fault of
the data."""


def what_waits_has_a_worker(db: Session, *, now: datetime) -> list[str]:
    """Something waits for a worker that has been silent too long. Before the first start nothing is
    reported."""
    return [
        f"Nobody delivers {each.kind} ({each.waiting:,} waiting). "
        f"{' '.join(map(str, each.problems(now)))}"
        for each in deliveries(db, now=now)
        if each.waiting
        and each.heartbeat.at is not None
        and each.heartbeat.is_silent(now, after=GONE_AFTER)
    ]


CHECKS: tuple[Check, ...] = (what_waits_has_a_worker,)
