"""Locking the row of a practical and moving its counter of seats."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from sqlalchemy import exists, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.kit.errors import NotFound
from app.kit.ids import PracticalId
from app.practicals.domain.refusals import ALREADY_BOOKED, ALREADY_WAITING, FULL
from app.practicals.domain.seats import Practical, WaitingState
from app.practicals.errors import PlaceRefused
from app.practicals.models import PracticalRow, Seat, WaitingEntry
from app.practicals.queries.eligibility_facts import PRACTICAL_COLUMNS
from app.practicals.seat_conditions import is_holding

TAKEN_TWICE = ("uq_seats_live", "seats.practical_id, seats.user_id")
WAITS_TWICE = ("uq_waiting_entries_live", "waiting_entries.practical_id, waiting_entries.user_id")
TOO_MANY = ("ck_practicals_taken_within_capacity",)


def lock_row(db: Session, practical_id: PracticalId) -> tuple[Practical, datetime | None]:
    """Wait for every other command on this practical, lock it until the commit, and return its newest
    values, with the time before which no hold or offer on it lapses.

    Writing first takes the row's lock on PostgreSQL, and on SQLite we are the only writer. Reading
    first, even FOR UPDATE, oversells: SQLite drops the clause, and a snapshot may be older than the
    lock.
    """
    row = db.execute(
        update(PracticalRow)
        .where(PracticalRow.id == practical_id)
        .values(version=PracticalRow.version + 1)
        .returning(*PRACTICAL_COLUMNS, PracticalRow.next_lapse_at)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        raise NotFound
    *columns, next_lapse_at = row
    return Practical(*columns), next_lapse_at


def move_taken(db: Session, practical: Practical, by: int) -> Practical:
    """Change the counter together with the seat rows; a CHECK in the database refuses what the
    rules missed."""
    taken, override = practical.with_taken(practical.taken + by)
    with constraints_as_refusals():
        db.execute(
            update(PracticalRow)
            .where(PracticalRow.id == practical.id)
            .values(taken=taken, override=override)
            .execution_options(synchronize_session=False)
        )
    return replace(practical, taken=taken, override=override)


def note_next_lapse(db: Session, practical: Practical) -> None:
    """Store when the next hold or offer on a practical lapses. For whoever gave a seat a deadline, or took
    one from it."""
    earliest = (
        select(func.min(Seat.deadline_at))
        .where(Seat.practical_id == practical.id, is_holding(Seat.state))
        .scalar_subquery()
    )
    db.execute(
        update(PracticalRow)
        .where(PracticalRow.id == practical.id)
        .values(next_lapse_at=earliest)
        .execution_options(synchronize_session=False)
    )


def note_free_place(db: Session, practical: Practical, lapsed_at: datetime) -> None:
    """Leave the time of a seat that has lapsed as the next one if somebody waits: then the worker looks at
    this practical at once, whatever the use-case does that locked it."""
    waits = exists().where(
        WaitingEntry.practical_id == practical.id, WaitingEntry.state == WaitingState.waiting
    )
    db.execute(
        update(PracticalRow)
        .where(PracticalRow.id == practical.id, waits)
        .values(next_lapse_at=lapsed_at)
        .execution_options(synchronize_session=False)
    )


@contextmanager
def constraints_as_refusals() -> Iterator[None]:
    """Translate a violated constraint into its refusal; the transaction of the block is lost."""
    try:
        yield
    except IntegrityError as error:
        text = str(error.orig)
        if any(name in text for name in TAKEN_TWICE):
            refusal = ALREADY_BOOKED
        elif any(name in text for name in WAITS_TWICE):
            refusal = ALREADY_WAITING
        elif any(name in text for name in TOO_MANY):
            refusal = FULL
        else:
            raise
        raise PlaceRefused((refusal,)) from None
