"""Mails about a change of a day: to people with a place, people who wait, and instructors. Each function
returns whom it told."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.kit.ids import PracticalId, UserId
from app.practicals.domain.recipients import DayChange, Told
from app.practicals.domain.seats import WaitingState
from app.practicals.domain.terms import booking_window, time_to_give_back
from app.practicals.mails import (
    SeatMovedMail,
    TeachingAssignedMail,
    TeachingMovedMail,
    TeachingRemovedMail,
    WaitersDayMovedMail,
)
from app.practicals.models import Seat, WaitingEntry
from app.practicals.queries.eligibility_facts import (
    overlap_on_other_practical,
    seats_at_same_time,
)
from app.practicals.seat_conditions import is_expected
from app.practicals.steps.notifications import tell_instructors, tell_of_list, tell_of_seat


def tell_holders(db: Session, change: DayChange, *, now: datetime) -> Sequence[UserId]:
    """Tell everyone with a place about the new time or room, and about another place of theirs that
    now overlaps. Nobody is told of a day that stays where and when it was."""
    if change.moved_from is None:
        return ()
    practical, until = change.after, time_to_give_back(now)
    seats = db.execute(
        update(Seat)
        .where(Seat.practical_id == practical.id, is_expected(Seat.state))
        .values(calendar_sequence=Seat.calendar_sequence + 1, cancel_until=until)
        .returning(Seat.user_id, Seat.id, Seat.calendar_sequence)
        .execution_options(synchronize_session=False)
    ).all()
    holders = [seat.user_id for seat in seats if seat.user_id is not None]
    people, held = accounts.people(db, holders), seats_at_same_time(db, practical, holders)
    for user_id, seat_id, sequence in seats:
        if user_id is None:
            continue
        tell_of_seat(
            db,
            SeatMovedMail,
            practical,
            people[user_id],
            seat_id,
            sequence=sequence,
            method="REQUEST",
            until=until,
            before=change.moved_from,
            overlap=overlap_on_other_practical(practical, held.get(user_id, ())),
            reason=change.reason,
            now=now,
        )
    return holders


def waiting_people(db: Session, practical_id: PracticalId) -> Sequence[UserId]:
    """Return who waits for a day, in order."""
    waits = WaitingEntry.state == WaitingState.waiting
    return db.scalars(
        select(WaitingEntry.user_id)
        .where(WaitingEntry.practical_id == practical_id, waits)
        .order_by(WaitingEntry.number)
    ).all()


def tell_waiters(
    db: Session, change: DayChange, waiting: Sequence[UserId], *, now: datetime
) -> Sequence[UserId]:
    """Tell everyone who still waits about the new time or room. A list that is over is left to the code that
    closes it."""
    practical, before = change.after, change.moved_from
    if before is None or booking_window(practical, now).is_over:
        return ()
    people = accounts.people(db, waiting)
    for user_id in waiting:
        tell_of_list(
            db,
            WaitersDayMovedMail,
            practical,
            people[user_id],
            before=before,
            reason=change.reason,
            now=now,
        )
    return waiting


def tell_teachers(db: Session, change: DayChange, *, now: datetime) -> dict[Told, Sequence[UserId]]:
    """Tell instructors who were added or removed and, if the day was moved, those who stay."""
    practical, before = change.after, change.moved_from
    added, removed = change.teaches - change.taught, change.taught - change.teaches
    told: dict[Told, Sequence[UserId]] = {
        Told.teaches: tell_instructors(
            db, TeachingAssignedMail, practical, added, method="REQUEST", now=now
        ),
        Told.taught: tell_instructors(
            db, TeachingRemovedMail, before or practical, removed, method="CANCEL", now=now
        ),
    }
    if before is not None:
        told[Told.still_teaches] = tell_instructors(
            db,
            TeachingMovedMail,
            practical,
            change.taught & change.teaches,
            method="REQUEST",
            before=before,
            reason=change.reason,
            now=now,
        )
    return told
