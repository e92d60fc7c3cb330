"""Taking the gate of a practical, and moving its counter: the first and the last step of use-cases that
have asked for the permission; nothing here asks again."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.actor import open_to_all
from app.kit.errors import NotFound
from app.kit.ids import PracticalId
from app.practicals.domain.seats import Gate, Reason, Unmet
from app.practicals.errors import PlaceRefused
from app.practicals.models import Practical
from app.practicals.queries.eligibility_facts import GATE_COLUMNS

TAKEN_TWICE = ("uq_seats_live", "seats.practical_id, seats.user_id")
WAITS_TWICE = ("uq_waiting_entries_live", "waiting_entries.practical_id, waiting_entries.user_id")
TOO_MANY = ("ck_practicals_taken_within_capacity",)


@open_to_all
def take_gate(db: Session, practical_id: PracticalId) -> Gate:
    """Queue behind every other command on this practical until we commit; return its newest values.

    Writing first takes the row's lock on PostgreSQL, and on SQLite we are the only writer. Reading
    first, even FOR UPDATE, oversells: SQLite drops the clause, and a snapshot may be older than the
    lock.
    """
    row = db.execute(
        update(Practical)
        .where(Practical.id == practical_id)
        .values(version=Practical.version + 1)
        .returning(*GATE_COLUMNS)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        raise NotFound
    return Gate(*row)


@open_to_all
def move_taken(db: Session, gate: Gate, by: int) -> Gate:
    """Raise or lower the counter with the seat rows; the CHECK refuses what the rules let slip."""
    taken, override = gate.with_taken(gate.taken + by)
    with constraints_refuse():
        db.execute(
            update(Practical)
            .where(Practical.id == gate.id)
            .values(taken=taken, override=override)
            .execution_options(synchronize_session=False)
        )
    return replace(gate, taken=taken, override=override)


@open_to_all
@contextmanager
def constraints_refuse() -> Iterator[None]:
    """Say a broken constraint as the refusal it stands for; the block's transaction is lost."""
    try:
        yield
    except IntegrityError as error:
        text = str(error.orig)
        if any(name in text for name in TAKEN_TWICE):
            unmet = Unmet(
                Reason.already_booked,
                "You have a place on this date.",
                "There is nothing to do.",
            )
        elif any(name in text for name in WAITS_TWICE):
            unmet = Unmet(
                Reason.already_waiting,
                "You are on the waiting list already.",
                "You keep your position.",
            )
        elif any(name in text for name in TOO_MANY):
            unmet = Unmet(
                Reason.full,
                "Every place is taken.",
                "Join the waiting list, or choose another date.",
            )
        else:
            raise
        raise PlaceRefused((unmet,)) from None
