"""Telling students of the first day that they can choose: the list of dates promises them this mail."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.practicals.domain.seats import Practical, PracticalStatus
from app.practicals.domain.terms import booking_window
from app.practicals.mails import FirstDayMail
from app.practicals.models import PracticalRow
from app.practicals.queries.students_without_date import who_has_no_day
from app.practicals.steps.notifications import tell_of_list


def tell_of_first_day(db: Session, practical: Practical, *, now: datetime) -> int:
    """Tell the students of the course that a day has been published for them, when it is the only one that
    they can choose, and return how many. A student who has a place on a day of the course, or other days to
    choose from, is told nothing."""
    window = booking_window(practical, now)
    if window.is_over:
        return 0
    others = set(
        db.scalars(
            select(PracticalRow.intake_id).where(
                PracticalRow.id != practical.id,
                PracticalRow.course_key == practical.course_key,
                PracticalRow.status == PracticalStatus.published,
                PracticalRow.booking_closes_at > now,
            )
        )
    )
    if None in others:  # a day that is open to every intake
        return 0
    wait = who_has_no_day(db, practical.course_key, practical.intake_id, without=others)
    told = [person for person in accounts.people(db, wait).values() if not person.is_closed]
    for person in told:
        tell_of_list(db, FirstDayMail, practical, person, now=now, booking=window.message)
    return len(told)
