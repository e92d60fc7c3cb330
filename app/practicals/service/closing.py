"""Closes waiting lists: nobody moves up after booking has closed, and people who wait are told so."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.audit.service import record
from app.kit.actor import SystemActor, require
from app.kit.ids import PracticalId
from app.practicals.domain.seats import PracticalStatus
from app.practicals.domain.terms import booking_window
from app.practicals.mails import PracticalListOverMail
from app.practicals.steps.locking import lock_practical
from app.practicals.steps.notifications import tell_of_list
from app.practicals.steps.waits import end_waiting

NEWS = timedelta(days=7)
"""People are not told about the waiting list of a practical that ended longer ago than this."""


def close_waiting_list(
    db: Session, system: SystemActor, practical_id: PracticalId, *, now: datetime
) -> int:
    """End all waiting-list entries of a practical whose booking has closed, tell each person once,
    and return their number. Does nothing while somebody may still move up."""
    require(system is SystemActor.worker)
    practical = lock_practical(db, practical_id, now=now)
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
            tell_of_list(db, PracticalListOverMail, practical, people[user_id], now=now)
    return len(waited)
