"""Closing waiting lists: when booking has closed nobody moves up any more, and who waits is told so."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.audit.service import record
from app.kit.actor import SystemActor, require
from app.kit.ids import PracticalId
from app.practicals.domain.seats import PracticalStatus
from app.practicals.domain.terms import booking_window
from app.practicals.steps.locking import lock_practical
from app.practicals.steps.notifications import tell_of_list
from app.practicals.steps.waits import end_waiting

NEWS = timedelta(days=7)
"""How long after its end a day is still news: nobody is told of the list of an older one."""


def close_waiting_list(
    db: Session, system: SystemActor, practical_id: PracticalId, *, now: datetime
) -> int:
    """End every wait for a practical whose booking has closed, and tell each person once; return how many
    there were. Does nothing while somebody may still move up."""
    require(system is SystemActor.worker)
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
