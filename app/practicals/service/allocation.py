"""Writing a place under the gate, and giving freed ones to those who wait: parts of every command."""

from dataclasses import replace
from datetime import datetime
from typing import Literal

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.accounts.actor import Actor, open_to_all
from app.accounts.locks import lock_people
from app.accounts.queries import Person
from app.audit.service import record
from app.kit.errors import NotFound
from app.kit.ids import SeatId, UserId, new_uuid
from app.practicals.domain import waiting
from app.practicals.domain.lost_rights import written
from app.practicals.domain.seats import Gate, Overlap, Reason, SeatState, WaitingState, is_takeable
from app.practicals.domain.terms import time_to_give_back
from app.practicals.domain.waiting import Waiter
from app.practicals.models import Seat, WaitingEntry
from app.practicals.queries.eligibility_facts import (
    BATCH,
    Known,
    first_waiters,
    judged,
    known_people,
)
from app.practicals.service.locking import constraints_refuse, move_taken
from app.practicals.service.notifications import tell_of_seat

Way = Literal["booked", "promoted", "reserved"]
"""How somebody comes by a place: names the act in the audit trail and the mail."""


@open_to_all
def give_seat(
    db: Session,
    gate: Gate,
    person: Person,
    actor: Actor | None,
    way: Way,
    *,
    now: datetime,
    reason: str | None = None,
    overridden: tuple[Reason, ...] = (),
    before: Gate | None = None,
    overlap: Overlap | None = None,
) -> tuple[Gate, SeatId]:
    """Write one place and all that follows from it, under the gate; whoever calls has decided and has
    asked for the permission. No actor: the waiting list moved by itself. `before`: the day was moved by
    the same command; `overlap` is another place of this person at the same time."""
    gate, seat_id = _hold_seat(
        db, gate, person.user_id, actor, way, reason=reason, overridden=overridden, now=now
    )
    record(
        db,
        actor.user_id if actor else None,
        f"practicals.{way}",
        now=now,
        subject_kind="practical",
        subject_id=gate.id,
        person_id=person.user_id,
        reason=reason,
        details={"seat_id": str(seat_id), "overridden": [str(word) for word in overridden]},
    )
    tell_of_seat(
        db,
        way,
        gate,
        person,
        seat_id,
        sequence=0,
        method="REQUEST",
        now=now,
        reason=reason,
        until=_until(way, now),
        before=before,
        overlap=overlap,
    )
    return gate, seat_id


@open_to_all
def promote(db: Session, gate: Gate, *, now: datetime, before: Gate | None = None) -> Gate:
    """Give what is free to those who wait and could come, in order, under the gate that the caller
    holds for a command it was allowed. Outside the booking window nothing moves. `before`: the command
    has moved the day, of which those who wait have not been told yet."""
    after, behind = 0, list[Waiter]()
    while gate.free and is_takeable(gate, now):
        waiters = first_waiters(db, gate.id, after=after)
        if not waiters:
            break
        known = hold_and_know(db, gate, [waiter.user_id for waiter in waiters])
        candidates = [*behind, *judged(gate, waiters, known)]
        chosen = waiting.choose(gate.free, candidates)
        for waiter in chosen.passed_over:
            _note_passed_over(db, gate, waiter, now=now)
        for waiter in chosen.promoted:
            gate, _ = give_seat(
                db,
                gate,
                known[waiter.user_id].person,
                None,
                "promoted",
                now=now,
                before=before,
            )
        if len(waiters) < BATCH:
            break
        after = waiters[-1].number
        behind = [
            waiter for waiter in candidates if waiter.unmet and waiter not in chosen.passed_over
        ]
    return gate


@open_to_all
def hold_and_know(db: Session, gate: Gate, user_ids: list[UserId]) -> dict[UserId, Known]:
    """Lock the people, then read what is known of them: what is read stays true until we commit. Asks nobody:
    a part of commands that have asked."""
    lock_people(db, user_ids)
    return known_people(db, gate, user_ids)


@open_to_all
def know_in_queue(db: Session, gate: Gate, user_id: UserId) -> Known:
    """Lock one person and those who wait; return what is known of the one, with how many of the others
    come first and could come. With no free place nobody is counted: it is full for everybody.

    Raises NotFound for nobody. Asks nobody: a part of commands that have asked.
    """
    waiters = first_waiters(db, gate.id) if gate.free else []
    known = hold_and_know(db, gate, [user_id, *(waiter.user_id for waiter in waiters)])
    if user_id not in known:
        raise NotFound
    ahead = waiting.eligible_ahead(judged(gate, waiters, known), user_id)
    mine = known[user_id]
    return replace(mine, facts=replace(mine.facts, eligible_ahead=ahead))


def _until(way: Way, now: datetime) -> datetime | None:
    """Until when somebody who did not book the place themselves can give it back; None: as everybody."""
    return None if way == "booked" else time_to_give_back(now)


def _hold_seat(
    db: Session,
    gate: Gate,
    user_id: UserId,
    actor: Actor | None,
    way: Way,
    *,
    reason: str | None,
    overridden: tuple[Reason, ...],
    now: datetime,
) -> tuple[Gate, SeatId]:
    """Count and write the place; who had waited for it waits no more."""
    gate = move_taken(db, gate, +1)
    seat = Seat(
        id=SeatId(new_uuid()),
        practical_id=gate.id,
        user_id=user_id,
        state=SeatState.confirmed,
        reserved_by=actor.user_id if actor is not None and actor.user_id != user_id else None,
        waived=written(overridden),
        reason=reason,
        booked_at=now,
        calendar_sequence=0,
        cancel_until=_until(way, now),
    )
    with constraints_refuse():
        db.add(seat)
        db.flush()
    _fulfil(db, gate, user_id, now=now)
    return gate, seat.id


def _fulfil(db: Session, gate: Gate, user_id: UserId, *, now: datetime) -> None:
    db.execute(
        update(WaitingEntry)
        .where(
            WaitingEntry.practical_id == gate.id,
            WaitingEntry.user_id == user_id,
            WaitingEntry.state == WaitingState.waiting,
        )
        .values(state=WaitingState.fulfilled, ended_at=now)
        .execution_options(synchronize_session=False)
    )


def _note_passed_over(db: Session, gate: Gate, waiter: Waiter, *, now: datetime) -> None:
    record(
        db,
        None,
        "practicals.passed_over",
        now=now,
        subject_kind="practical",
        subject_id=gate.id,
        person_id=waiter.user_id,
        reason=", ".join(waiter.unmet),
        details={"number": waiter.number},
    )
