"""Writing a place on a practical that is locked, and giving free places to the people who wait."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.accounts.queries import Person
from app.accounts.steps.locks import lock_people
from app.audit.service import record
from app.kit.actor import Actor
from app.kit.errors import NotFound, Refusal
from app.kit.ids import SeatId, UserId, new_uuid
from app.kit.messages import sentences
from app.kit.stored_messages import stored_reason
from app.practicals.domain import waiting
from app.practicals.domain.lost_rights import written
from app.practicals.domain.seats import (
    Overlap,
    Practical,
    SeatState,
    WaitingState,
    is_takeable,
)
from app.practicals.domain.terms import time_to_give_back
from app.practicals.domain.waiting import Waiter
from app.practicals.mails import SeatBookedMail, SeatMail, SeatPromotedMail, SeatReservedMail
from app.practicals.models import Seat, WaitingEntry
from app.practicals.queries.eligibility_facts import (
    BATCH,
    Candidate,
    assessed,
    first_waiters,
    read_candidates,
)
from app.practicals.steps.locking import constraints_as_refusals, move_taken
from app.practicals.steps.notifications import tell_of_seat

BookingOrigin = Literal["booked", "promoted", "reserved"]
"""How somebody comes by a place: names the act in the audit trail."""
MAILS: Final[dict[BookingOrigin, type[SeatMail]]] = {
    "booked": SeatBookedMail,
    "promoted": SeatPromotedMail,
    "reserved": SeatReservedMail,
}


def allocate_seat(
    db: Session,
    practical: Practical,
    person: Person,
    actor: Actor | None,
    way: BookingOrigin,
    *,
    now: datetime,
    reason: str | None = None,
    overridden: tuple[Refusal, ...] = (),
    before: Practical | None = None,
    overlap: Overlap | None = None,
) -> tuple[Practical, SeatId]:
    """Write one place and everything that follows from it. The calling use-case has locked the practical and
    decided. No actor: the waiting list moved by itself. `before`: the day as it was, if the same use-case
    moved it; `overlap` is another place of this person at the same time."""
    practical, seat_id = _hold_seat(
        db, practical, person.user_id, actor, way, reason=reason, overridden=overridden, now=now
    )
    record(
        db,
        actor.user_id if actor else None,
        f"practicals.{way}",
        now=now,
        subject_kind="practical",
        subject_id=practical.id,
        person_id=person.user_id,
        reason=reason,
        passed_over=[unmet.message for unmet in overridden],
        details=_details(seat_id, overridden),
    )
    tell_of_seat(
        db,
        MAILS[way],
        practical,
        person,
        seat_id,
        sequence=0,
        method="REQUEST",
        now=now,
        until=_until(way, now),
        before=before,
        overlap=overlap,
    )
    return practical, seat_id


def promote_waiting(
    db: Session, practical: Practical, *, now: datetime, before: Practical | None = None
) -> Practical:
    """Give free places to the people who wait and could come, in order. The practical is locked. Outside the
    booking window nothing moves. `before`: the day as it was, if the same use-case moved it; the people who
    wait have not been told of the move yet."""
    after, behind = 0, list[Waiter]()
    while practical.free and is_takeable(practical, now):
        waiters = first_waiters(db, practical.id, after=after)
        if not waiters:
            break
        candidates_by_id = lock_and_read_candidates(
            db, practical, [waiter.user_id for waiter in waiters]
        )
        candidates = [*behind, *assessed(practical, waiters, candidates_by_id)]
        chosen = waiting.choose(practical.free, candidates)
        for waiter in chosen.passed_over:
            _note_passed_over(db, practical, waiter, now=now)
        for waiter in chosen.promoted:
            practical, _ = allocate_seat(
                db,
                practical,
                candidates_by_id[waiter.user_id].person,
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
    return practical


def lock_and_read_candidates(
    db: Session, practical: Practical, user_ids: list[UserId]
) -> dict[UserId, Candidate]:
    """Lock the people, then read the facts about them, which stay true until the transaction ends."""
    lock_people(db, user_ids)
    return read_candidates(db, practical, user_ids)


def _details(seat_id: SeatId, overridden: tuple[Refusal, ...]) -> dict[str, Any]:
    """Return what the trail holds beside the sentence. Migration 20261129_0050 reads the words of
    `overridden` and fills in `waived` of the seat."""
    return {"seat_id": str(seat_id), "overridden": [str(unmet.reason) for unmet in overridden]}


def lock_and_read_with_queue(db: Session, practical: Practical, user_id: UserId) -> Candidate:
    """Lock one person and the people who wait, and return this person with the number of people who come
    first and are eligible. Without a free place that number is 0: the practical is full for everyone.

    Raises NotFound if the user does not exist.
    """
    waiters = first_waiters(db, practical.id) if practical.free else []
    candidates = lock_and_read_candidates(
        db, practical, [user_id, *(waiter.user_id for waiter in waiters)]
    )
    if user_id not in candidates:
        raise NotFound
    ahead = waiting.eligible_ahead(assessed(practical, waiters, candidates), user_id)
    mine = candidates[user_id]
    return replace(mine, facts=replace(mine.facts, eligible_ahead=ahead))


def _until(way: BookingOrigin, now: datetime) -> datetime | None:
    """Until when somebody who did not book the place themselves can give it back; None: as everybody."""
    return None if way == "booked" else time_to_give_back(now)


def _hold_seat(
    db: Session,
    practical: Practical,
    user_id: UserId,
    actor: Actor | None,
    way: BookingOrigin,
    *,
    reason: str | None,
    overridden: tuple[Refusal, ...],
    now: datetime,
) -> tuple[Practical, SeatId]:
    """Count and write the place; who had waited for it waits no more."""
    practical = move_taken(db, practical, +1)
    seat = Seat(
        id=SeatId(new_uuid()),
        practical_id=practical.id,
        user_id=user_id,
        state=SeatState.confirmed,
        reserved_by=actor.user_id if actor is not None and actor.user_id != user_id else None,
        waived=written(unmet.reason for unmet in overridden),
        reason=reason,
        booked_at=now,
        calendar_sequence=0,
        cancel_until=_until(way, now),
    )
    with constraints_as_refusals():
        db.add(seat)
        db.flush()
    _fulfil(db, practical, user_id, now=now)
    return practical, seat.id


def _fulfil(db: Session, practical: Practical, user_id: UserId, *, now: datetime) -> None:
    db.execute(
        update(WaitingEntry)
        .where(
            WaitingEntry.practical_id == practical.id,
            WaitingEntry.user_id == user_id,
            WaitingEntry.state == WaitingState.waiting,
        )
        .values(state=WaitingState.fulfilled, ended_at=now)
        .execution_options(synchronize_session=False)
    )


def _note_passed_over(db: Session, practical: Practical, waiter: Waiter, *, now: datetime) -> None:
    record(
        db,
        None,
        "practicals.passed_over",
        now=now,
        subject_kind="practical",
        subject_id=practical.id,
        person_id=waiter.user_id,
        reason=stored_reason(sentences(*waiter.unmet)),
        details={"number": waiter.number},
    )
