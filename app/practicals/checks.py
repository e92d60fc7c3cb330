"""Invariants of practicals, checked in the tables by `preceptor audit`."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db.auditing import Check, findings, findings_of_each
from app.practicals.domain.offers import in_time_to_answer, offer_deadline
from app.practicals.domain.seats import (
    Practical,
    PracticalStatus,
    WaitingState,
    is_takeable,
)
from app.practicals.domain.transitions import SeatEvent, source_states
from app.practicals.models import PracticalRow, Seat, WaitingEntry
from app.practicals.queries.eligibility_facts import (
    PRACTICAL_COLUMNS,
    assessed,
    first_waiters,
    read_candidates,
)
from app.practicals.queries.lost_rights import without_right
from app.practicals.queries.pending import lists_to_close
from app.practicals.seat_conditions import is_any_of, is_holding, is_live


def broken(db: Session, *, now: datetime) -> tuple[str, ...]:
    """Return a sentence for each broken invariant; empty if all is well."""
    return tuple(findings(db, CHECKS, now=now))


def seats_are_counted(db: Session, *, now: datetime) -> list[str]:
    """`taken` differs from the number of seats that hold a place, or more seats are held than exist."""
    held = (
        select(func.count())
        .where(Seat.practical_id == PracticalRow.id, is_holding(Seat.state))
        .correlate(PracticalRow)
        .scalar_subquery()
    )
    problems = []
    for practical_id, taken, capacity, override, rows in db.execute(
        select(
            PracticalRow.id, PracticalRow.taken, PracticalRow.capacity, PracticalRow.override, held
        ).order_by(PracticalRow.id)
    ):
        if rows > capacity + override:
            problems.append(
                f"Practical {practical_id}: {rows} places held, {capacity + override} exist."
            )
        if rows != taken:
            problems.append(
                f"Practical {practical_id}: the counter says {taken}, the rows say {rows}."
            )
    return problems


def one_living_row_each(db: Session, *, now: datetime) -> list[str]:
    """A person has two living seats, or two waiting-list entries, on one practical."""
    problems = []
    for table, live, words in (
        (Seat, is_live(Seat.state), "living places"),
        (WaitingEntry, WaitingEntry.state == WaitingState.waiting, "living waiting entries"),
    ):
        rows = db.execute(
            select(table.practical_id, table.user_id, func.count())
            .where(live)
            .group_by(table.practical_id, table.user_id)
            .having(func.count() > 1)
        )
        problems += [
            f"Practical {practical_id}: person {user_id} has {count} {words}."
            for practical_id, user_id, count in rows
        ]
    return problems


def cancelled_days_are_empty(db: Session, *, now: datetime) -> list[str]:
    """A seat holds a place of a cancelled practical."""
    rows = db.scalars(
        select(Seat.id)
        .join(PracticalRow, PracticalRow.id == Seat.practical_id)
        .where(
            is_holding(Seat.state),
            PracticalRow.status == PracticalStatus.cancelled,
        )
        .order_by(Seat.id)
    )
    return [f"Seat {seat_id} is confirmed on a cancelled practical." for seat_id in rows]


def nobody_waits_in_vain(db: Session, *, now: datetime) -> list[str]:
    """A place is free although somebody waits who, by the rules, should have been promoted."""
    waits = (
        select(WaitingEntry.id)
        .where(
            WaitingEntry.practical_id == PracticalRow.id,
            WaitingEntry.state == WaitingState.waiting,
        )
        .exists()
    )
    rows = db.execute(
        select(*PRACTICAL_COLUMNS)
        .where(PracticalRow.taken < PracticalRow.capacity, waits)
        .order_by(PracticalRow.id)
    ).all()

    def look(row: Any) -> list[str]:
        practical = Practical(*row)
        return _waiters_in_vain(db, practical, now) if is_takeable(practical, now) else []

    return findings_of_each(rows, lambda row: f"Practical {row[0]}", look)


def _waiters_in_vain(db: Session, practical: Practical, now: datetime) -> list[str]:
    after, deadline = 0, offer_deadline(practical, now)
    while waiters := first_waiters(db, practical.id, after=after):
        people = read_candidates(db, practical, [waiter.user_id for waiter in waiters])
        for waiter in in_time_to_answer(assessed(practical, waiters, people), deadline):
            if not waiter.unmet:
                return [
                    f"Practical {practical.id}: a place is free and person {waiter.user_id} waits for it."
                ]
        after = waiters[-1].number
    return []


def nothing_is_held_without_a_right(db: Session, *, now: datetime) -> list[str]:
    """A person holds a seat, waits or is assigned to teach on a future practical without a right to
    it."""
    words = {
        "seat": "Seat {0}: its holder has no right to it any more.",
        "wait": "Waiting entry {0}: who waits has no right to it any more.",
        "assignment": "Practical {0}: person {1} is to teach it, but is no instructor any more.",
    }
    return [
        words[lost.what].format(lost.row_id, lost.user_id) for lost in without_right(db, now=now)
    ]


def lists_that_are_over_are_closed(db: Session, *, now: datetime) -> list[str]:
    """Somebody still waits a day after booking closed; the worker should have closed the list."""
    late = lists_to_close(db, now=now - timedelta(days=1))
    return [
        f"Practical {practical_id}: its waiting list is over and not closed."
        for practical_id in late
    ]


def what_is_kept_ends(db: Session, *, now: datetime) -> list[str]:
    """A hold or an offer has no deadline, or its practical does not know when the next one lapses."""
    seats = db.execute(
        select(Seat.id, Seat.deadline_at, PracticalRow.next_lapse_at)
        .join(PracticalRow, PracticalRow.id == Seat.practical_id)
        .where(is_any_of(Seat.state, source_states(SeatEvent.lapse)))
        .order_by(Seat.id)
    )
    return [
        f"Seat {seat_id}: it is kept for somebody, and nothing ends that."
        for seat_id, deadline_at, next_lapse_at in seats
        if deadline_at is None or next_lapse_at is None or next_lapse_at > deadline_at
    ]


CHECKS: tuple[Check, ...] = (
    seats_are_counted,
    one_living_row_each,
    cancelled_days_are_empty,
    nobody_waits_in_vain,
    nothing_is_held_without_a_right,
    lists_that_are_over_are_closed,
    what_is_kept_ends,
)
