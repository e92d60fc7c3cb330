"""Closing waiting lists: when booking has closed nobody moves up any more, and who waits is told so."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.audit.service import record
from app.kit.actor import without_permission_check
from app.kit.ids import PracticalId, UserId
from app.practicals.domain.seats import Practical, PracticalStatus, WaitingState
from app.practicals.domain.terms import booking_window
from app.practicals.models import WaitingEntry
from app.practicals.service.locking import lock_practical
from app.practicals.service.notifications import tell_of_list

NEWS = timedelta(days=7)
"""How long after its end a day is still news: nobody is told of the list of an older one."""


@without_permission_check
def close_waiting_list(db: Session, practical_id: PracticalId, *, now: datetime) -> int:
    """End every wait for a practical whose booking has closed, and tell each person once; return how many
    there were. Does nothing while somebody may still move up. Called by the worker."""
    practical = lock_practical(db, practical_id)
    if (
        practical.status is not PracticalStatus.published
        or not booking_window(practical, now).is_over
    ):
        return 0
    waited = end_waiting(db, practical, now=now)
    people = accounts.people(db, waited)
    for user_id in waited:
        record(
            db,
            None,
            "practicals.waiting_list_closed",
            now=now,
            subject_kind="practical",
            subject_id=practical.id,
            person_id=user_id,
        )
        if now < practical.ends_at + NEWS and not people[user_id].is_closed:
            tell_of_list(db, "list-over", practical, people[user_id], now=now)
    return len(waited)


@without_permission_check
def end_waiting(db: Session, practical: Practical, *, now: datetime) -> Sequence[UserId]:
    """End every wait for a practical and return whose it was; a part of commands that hold the gate."""
    return db.scalars(
        update(WaitingEntry)
        .where(
            WaitingEntry.practical_id == practical.id, WaitingEntry.state == WaitingState.waiting
        )
        .values(state=WaitingState.closed, ended_at=now)
        .returning(WaitingEntry.user_id)
        .execution_options(synchronize_session=False)
    ).all()
