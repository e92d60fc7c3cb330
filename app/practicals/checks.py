"""What must hold of practicals at any moment, asked of the tables themselves for `preceptor audit`."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.practicals.domain.seats import Gate, PracticalStatus, SeatState, WaitingState, is_takeable
from app.practicals.models import Practical, Seat, WaitingEntry
from app.practicals.queries.facts import GATE_COLUMNS, first_waiters, judged, known_people


def broken(db: Session, *, now: datetime) -> tuple[str, ...]:
    """Return one sentence per broken rule; empty when all is well."""
    return (
        *_counters(db),
        *_doubles(db),
        *_seats_of_cancelled(db),
        *_stranded(db, now),
    )


def _counters(db: Session) -> list[str]:
    held = (
        select(func.count())
        .where(Seat.practical_id == Practical.id, Seat.state == SeatState.confirmed)
        .correlate(Practical)
        .scalar_subquery()
    )
    found = []
    for practical_id, taken, capacity, override, rows in db.execute(
        select(
            Practical.id, Practical.taken, Practical.capacity, Practical.override, held
        ).order_by(Practical.id)
    ):
        if rows > capacity + override:
            found.append(
                f"Practical {practical_id}: {rows} places held, {capacity + override} exist."
            )
        if rows != taken:
            found.append(
                f"Practical {practical_id}: the counter says {taken}, the rows say {rows}."
            )
    return found


def _doubles(db: Session) -> list[str]:
    found = []
    for table, live, words in (
        (Seat, Seat.state == SeatState.confirmed, "living places"),
        (WaitingEntry, WaitingEntry.state == WaitingState.waiting, "living waiting entries"),
    ):
        rows = db.execute(
            select(table.practical_id, table.user_id, func.count())
            .where(live)
            .group_by(table.practical_id, table.user_id)
            .having(func.count() > 1)
        )
        found += [
            f"Practical {practical_id}: person {user_id} has {count} {words}."
            for practical_id, user_id, count in rows
        ]
    return found


def _seats_of_cancelled(db: Session) -> list[str]:
    rows = db.scalars(
        select(Seat.id)
        .join(Practical, Practical.id == Seat.practical_id)
        .where(
            Seat.state == SeatState.confirmed,
            Practical.status == PracticalStatus.cancelled,
        )
        .order_by(Seat.id)
    )
    return [f"Seat {seat_id} is confirmed on a cancelled practical." for seat_id in rows]


def _stranded(db: Session, now: datetime) -> list[str]:
    """A free place beside somebody who waits and could have it, by the rules that promote."""
    found = []
    waits = (
        select(WaitingEntry.id)
        .where(
            WaitingEntry.practical_id == Practical.id,
            WaitingEntry.state == WaitingState.waiting,
        )
        .exists()
    )
    rows = db.execute(
        select(*GATE_COLUMNS)
        .where(Practical.taken < Practical.capacity, waits)
        .order_by(Practical.id)
    ).all()
    for gate in (Gate(*row) for row in rows):
        if is_takeable(gate, now):
            found += _waiters_in_vain(db, gate)
    return found


def _waiters_in_vain(db: Session, gate: Gate) -> list[str]:
    after = 0
    while waiters := first_waiters(db, gate.id, after=after):
        known = known_people(db, gate, [waiter.user_id for waiter in waiters])
        for waiter in judged(gate, waiters, known):
            if not waiter.unmet:
                return [
                    f"Practical {gate.id}: a place is free and person {waiter.user_id} waits for it."
                ]
        after = waiters[-1].number
    return []
