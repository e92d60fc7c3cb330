"""Telling students of the first day that they can choose: the list of dates promises them this mail."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.accounts.actor import open_to_all
from app.practicals.domain.seats import Gate, PracticalStatus
from app.practicals.domain.terms import booking_window
from app.practicals.models import Practical
from app.practicals.queries.students_without_date import who_has_no_day
from app.practicals.service.notifications import tell_of_list


@open_to_all
def tell_of_first_day(db: Session, gate: Gate, *, now: datetime) -> int:
    """Tell the students of the course that a day has been published for them, when it is the only one that
    they can choose, and return how many; a part of commands that have asked for the permission. Who has a
    place on a day of the course, or other days to choose from, is told nothing."""
    window = booking_window(gate, now)
    if window.is_over:
        return 0
    others = set(
        db.scalars(
            select(Practical.intake_id).where(
                Practical.id != gate.id,
                Practical.course_key == gate.course_key,
                Practical.status == PracticalStatus.published,
                Practical.booking_closes_at > now,
            )
        )
    )
    if None in others:  # a day that is open to every intake
        return 0
    wait = who_has_no_day(db, gate.course_key, gate.intake_id, without=others)
    told = [person for person in accounts.people(db, wait).values() if not person.is_closed]
    for person in told:
        further = {"booking": window.sentence}
        tell_of_list(db, "first-day", gate, person, now=now, further=further)
    return len(told)
