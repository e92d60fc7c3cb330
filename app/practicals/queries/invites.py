"""Reads the calendar entry of a student's own place."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.courses import queries as courses
from app.kit.actor import Actor
from app.kit.errors import NotFound
from app.kit.ids import PracticalId
from app.mail.calendar_entries import CalendarEntry
from app.practicals.domain.invite import described
from app.practicals.domain.terms import cancel_terms
from app.practicals.models import Seat
from app.practicals.queries.eligibility_facts import read_practical
from app.practicals.seat_conditions import is_expected


def own_entry(
    db: Session, actor: Actor, practical_id: PracticalId, *, now: datetime
) -> CalendarEntry:
    """Return the calendar entry of the actor's place for a download. Raise NotFound without a live
    place (R-037)."""
    practical = read_practical(db, practical_id)
    seat = db.execute(
        select(Seat.id, Seat.calendar_sequence, Seat.cancel_until).where(
            Seat.practical_id == practical_id,
            Seat.user_id == actor.user_id,
            is_expected(Seat.state),
        )
    ).one_or_none()
    if practical is None or seat is None:
        raise NotFound
    person = accounts.people(db, [actor.user_id])[actor.user_id]
    return described(
        practical,
        seat.id,
        course=courses.title_of(db, practical.course_key, practical.revision_id),
        name=person.name,
        email=person.email,
        method="PUBLISH",
        sequence=seat.calendar_sequence,
        terms=cancel_terms(practical, seat.cancel_until, now),
        now=now,
    )
