"""Ending waits for a place."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.kit.ids import UserId
from app.practicals.domain.seats import Practical, WaitingState
from app.practicals.models import WaitingEntry


def end_waiting(db: Session, practical: Practical, *, now: datetime) -> Sequence[UserId]:
    """End every wait for a practical that is locked, and return whose waits they were. Who has an offer
    learns of its end with the seat."""
    db.execute(
        update(WaitingEntry)
        .where(
            WaitingEntry.practical_id == practical.id, WaitingEntry.state == WaitingState.offered
        )
        .values(state=WaitingState.closed, ended_at=now)
        .execution_options(synchronize_session=False)
    )
    return db.scalars(
        update(WaitingEntry)
        .where(
            WaitingEntry.practical_id == practical.id, WaitingEntry.state == WaitingState.waiting
        )
        .values(state=WaitingState.closed, ended_at=now)
        .returning(WaitingEntry.user_id)
        .execution_options(synchronize_session=False)
    ).all()
