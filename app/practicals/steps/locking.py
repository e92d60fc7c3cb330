"""Locking a practical and moving its counter of seats: the first and the last step of use-cases."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.kit.errors import NotFound
from app.kit.ids import PracticalId
from app.practicals.domain.refusals import ALREADY_BOOKED, ALREADY_WAITING, FULL
from app.practicals.domain.seats import Practical
from app.practicals.errors import PlaceRefused
from app.practicals.models import PracticalRow
from app.practicals.queries.eligibility_facts import PRACTICAL_COLUMNS

TAKEN_TWICE = ("uq_seats_live", "seats.practical_id, seats.user_id")
WAITS_TWICE = ("uq_waiting_entries_live", "waiting_entries.practical_id, waiting_entries.user_id")
TOO_MANY = ("ck_practicals_taken_within_capacity",)


def lock_practical(db: Session, practical_id: PracticalId) -> Practical:
    """Wait for every other command on this practical, lock it until the commit, and return its
    newest values.

    Writing first takes the row's lock on PostgreSQL, and on SQLite we are the only writer. Reading
    first, even FOR UPDATE, oversells: SQLite drops the clause, and a snapshot may be older than the
    lock.
    """
    row = db.execute(
        update(PracticalRow)
        .where(PracticalRow.id == practical_id)
        .values(version=PracticalRow.version + 1)
        .returning(*PRACTICAL_COLUMNS)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        raise NotFound
    return Practical(*row)


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
