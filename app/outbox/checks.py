"""What must be true of the outbox at every moment; `preceptor audit` asks."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db.auditing import Check
from app.outbox.models import OutboxEvent
from app.outbox.queries import KEPT

OVERDUE = KEPT * 2
"""The worker deletes within the hour; a row that is twice as old says that it does not run."""


def delivered_rows_are_deleted(db: Session, *, now: datetime) -> list[str]:
    """No delivered row is kept far beyond its time."""
    overdue = select(func.count()).where(OutboxEvent.done_at < now - OVERDUE)
    count = db.scalars(overdue).one()
    if not count:
        return []
    return [
        f"The outbox keeps what was delivered over {OVERDUE.days} days ago ({count}). Does the worker run?"
    ]


CHECKS: tuple[Check, ...] = (delivered_rows_are_deleted,)
