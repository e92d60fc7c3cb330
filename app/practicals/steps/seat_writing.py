"""Writes what a row of the table of seats says: the state, the counter, the entry on the waiting list, the
audit trail and the mail. The caller has locked the practical and decided the row. People who wait get nothing
here; see `engine`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.accounts.queries import Person
from app.audit.service import record
from app.kit.errors import Refusal
from app.kit.ids import ReservationId, SeatId, UserId, WaitingId, new_uuid
from app.practicals.domain.lost_rights import written
from app.practicals.domain.refusals import NO_SEAT
from app.practicals.domain.seat_policies import policy_now, stored_policy
from app.practicals.domain.seats import Overlap, Practical, WaitingState
from app.practicals.domain.states import EXPECTED, LIVE, OPEN_ENTRIES
from app.practicals.domain.terms import time_to_give_back
from app.practicals.domain.transitions import Initiator, SeatEffect, SeatEvent, SeatTransition
from app.practicals.errors import PlaceRefused
from app.practicals.mails import (
    PracticalCalledOffMail,
    PracticalMail,
    SeatBookedMail,
    SeatGivenBackMail,
    SeatOfferedMail,
    SeatOnOtherDayMail,
    SeatPromotedMail,
    SeatReservedMail,
    SeatTakenAwayMail,
)
from app.practicals.models import Reservation, Seat, WaitingEntry
from app.practicals.queries.stored_seats import StoredSeat
from app.practicals.steps.counting import constraints_as_refusals, move_taken, note_next_lapse
from app.practicals.steps.notifications import LeftSeat, tell_of_offer, tell_of_seat

MAILS: Final[dict[SeatEvent, type[PracticalMail]]] = {
    SeatEvent.book: SeatBookedMail,
    SeatEvent.confirm: SeatBookedMail,
    SeatEvent.accept: SeatBookedMail,
    SeatEvent.offer: SeatOfferedMail,
    SeatEvent.promote: SeatPromotedMail,
    SeatEvent.reserve: SeatReservedMail,
    SeatEvent.reinstate: SeatReservedMail,
    SeatEvent.move_in: SeatOnOtherDayMail,
    SeatEvent.cancel: SeatGivenBackMail,
    SeatEvent.take_away: SeatTakenAwayMail,
    SeatEvent.call_off: PracticalCalledOffMail,
}
"""What the holder of a seat is told, for each event with the effect `tell` that a use-case raises."""
GIVES_REASON: Final = (SeatTakenAwayMail, PracticalCalledOffMail, SeatOnOtherDayMail)
ENTRIES: Final = {
    SeatEffect.offer_entry: WaitingState.offered,
    SeatEffect.fulfil_entry: WaitingState.fulfilled,
    SeatEffect.decline_entry: WaitingState.declined,
    SeatEffect.lapse_entry: WaitingState.lapsed,
    SeatEffect.close_entry: WaitingState.closed,
}
"""What becomes of the holder's open entry on the waiting list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatAct:
    """Who changes a seat, when and why. `by` None: nobody, a deadline or a free place did. `overridden` are
    the rules that the office set aside. `deadline_at` is when a new hold or offer lapses. `entry_id`
    is the entry of the waiting list that gets a new seat. `before` is the
    day as it was, if the same use-case moved it; `overlap` is another place of this person at the same
    time. `left` is the seat on another day in whose place a new one stands."""

    by: UserId | None
    now: datetime
    reason: str | None = None
    overridden: tuple[Refusal, ...] = ()
    deadline_at: datetime | None = None
    entry_id: WaitingId | None = None
    reservation_id: ReservationId | None = None
    before: Practical | None = None
    overlap: Overlap | None = None
    left: LeftSeat | None = None


@dataclass(frozen=True, slots=True)
class ChangedSeat:
    """What the engine wrote: the practical with its new counter, the seat, and the number of its calendar
    entry."""

    practical: Practical
    seat_id: SeatId
    sequence: int = 0


def add_reservation(
    db: Session, practical: Practical, places: int, *, now: datetime
) -> ReservationId:
    """Write that this many seats are reserved together, and return the id that their acts carry."""
    reservation = Reservation(
        id=ReservationId(new_uuid()), practical_id=practical.id, places=places, reserved_at=now
    )
    db.add(reservation)
    db.flush()
    return reservation.id


def add_seat(
    db: Session, practical: Practical, row: SeatTransition, person: Person | None, act: SeatAct
) -> ChangedSeat:
    """Write a new seat and what follows from it. `person` None: a seat without a name."""
    assert row.to is not None  # noqa: S101 - a row that makes a seat leads to a state
    user_id = person.user_id if person else None
    practical = move_taken(db, practical, row.counter)
    is_own_act = row.by is Initiator.student and act.by == user_id
    until = None if is_own_act else time_to_give_back(act.now)
    seat = Seat(
        id=SeatId(new_uuid()),
        practical_id=practical.id,
        user_id=user_id,
        state=row.to,
        reservation_id=act.reservation_id,
        reserved_by=act.by if act.by != user_id else None,
        waived=written(unmet.reason for unmet in act.overridden),
        reason=act.reason,
        booked_at=act.now,
        calendar_sequence=0,
        cancel_until=until,
        deadline_at=_deadline(row, act),
        entry_id=act.entry_id,
        policy=stored_policy(policy_now(practical)),
        moved_from=act.left.seat_id if act.left else None,
        moves=act.left.moves if act.left else 0,
    )
    with constraints_as_refusals():
        db.add(seat)
        db.flush()
    _follow(db, practical, row, user_id, seat.id, act)
    if person and SeatEffect.tell in row.effects:
        _tell(db, practical, row, person, seat.id, act, sequence=0, until=until)
    return ChangedSeat(practical, seat.id)


def change_seat(
    db: Session, practical: Practical, row: SeatTransition, seat: StoredSeat, act: SeatAct
) -> ChangedSeat:
    """Bring a seat from one state to the next and write what follows. The update compares the state, so a
    second ending is refused and the counter is moved only once."""
    is_over = row.to not in LIVE
    values: dict[str, Any] = {"state": row.to, "deadline_at": _deadline(row, act)}
    if is_over:
        values |= {"ended_at": act.now, "reason": act.reason}
    changed = db.execute(
        update(Seat)
        .where(Seat.id == seat.seat_id, Seat.state == row.state)
        .values(**values, calendar_sequence=Seat.calendar_sequence + int(is_over))
        .returning(Seat.calendar_sequence)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if changed is None:
        raise PlaceRefused((NO_SEAT,))
    practical = move_taken(db, practical, row.counter) if row.counter else practical
    _follow(db, practical, row, seat.user_id, seat.seat_id, act)
    if seat.user_id and SeatEffect.tell in row.effects:
        person = accounts.people(db, [seat.user_id])[seat.user_id]
        sequence, until = changed.calendar_sequence, seat.cancel_until
        _tell(db, practical, row, person, seat.seat_id, act, sequence=sequence, until=until)
    return ChangedSeat(practical, seat.seat_id, changed.calendar_sequence)


def close_seat(
    db: Session,
    practical: Practical,
    row: SeatTransition,
    person: Person | None,
    seat_id: SeatId,
    act: SeatAct,
    *,
    sequence: int,
) -> None:
    """Record the end of a seat that was ended together with others, and tell its holder if it has one."""
    _record(db, practical, row, person.user_id if person else None, seat_id, act)
    if person:
        _tell(db, practical, row, person, seat_id, act, sequence=sequence, until=None)


def _deadline(row: SeatTransition, act: SeatAct) -> datetime | None:
    return act.deadline_at if SeatEffect.deadline in row.effects else None


def _follow(
    db: Session,
    practical: Practical,
    row: SeatTransition,
    user_id: UserId | None,
    seat_id: SeatId,
    act: SeatAct,
) -> None:
    """Write what follows for the waiting list, the next deadline and the audit trail."""
    for effect in row.effects:
        if effect in ENTRIES and user_id is not None:
            _move_entry(db, practical, user_id, effect, now=act.now)
        elif effect in (SeatEffect.deadline, SeatEffect.no_deadline):
            note_next_lapse(db, practical)
    _record(db, practical, row, user_id, seat_id, act)


def _move_entry(
    db: Session, practical: Practical, user_id: UserId, effect: SeatEffect, *, now: datetime
) -> None:
    """Write what becomes of the open entry of a person on the waiting list; nothing if they have none. A
    seat that is taken away closes only the entry to which it was offered."""
    state = ENTRIES[effect]
    is_closed = effect is SeatEffect.close_entry
    db.execute(
        update(WaitingEntry)
        .where(
            WaitingEntry.practical_id == practical.id,
            WaitingEntry.user_id == user_id,
            WaitingEntry.state.in_([WaitingState.offered] if is_closed else OPEN_ENTRIES),
        )
        .values(state=state, ended_at=None if state in OPEN_ENTRIES else now)
        .execution_options(synchronize_session=False)
    )


def _record(
    db: Session,
    practical: Practical,
    row: SeatTransition,
    user_id: UserId | None,
    seat_id: SeatId,
    act: SeatAct,
) -> None:
    """Record the act. Migration 20261129_0050 reads `overridden` and fills in `waived` of the seat."""
    if row.act is None:
        return
    details: dict[str, Any] = {"seat_id": str(seat_id)}
    if row.makes_seat:
        details["overridden"] = [str(unmet.reason) for unmet in act.overridden]
    record(
        db,
        act.by,
        row.act,
        now=act.now,
        subject_kind="practical",
        subject_id=practical.id,
        person_id=user_id,
        reason=act.reason,
        passed_over=[unmet.message for unmet in act.overridden],
        details=details,
    )


def _tell(
    db: Session,
    practical: Practical,
    row: SeatTransition,
    person: Person,
    seat_id: SeatId,
    act: SeatAct,
    *,
    sequence: int,
    until: datetime | None,
) -> None:
    kind = MAILS[row.event]
    if kind is SeatOfferedMail:
        tell_of_offer(db, practical, person, act.deadline_at, now=act.now, before=act.before)
        return
    further: dict[str, Any] = {"reason": act.reason} if issubclass(kind, GIVES_REASON) else {}
    tell_of_seat(
        db,
        kind,
        practical,
        person,
        seat_id,
        sequence=sequence,
        method="REQUEST" if row.to in EXPECTED else "CANCEL",
        now=act.now,
        until=until,
        before=act.before,
        overlap=act.overlap,
        left=act.left,
        **further,
    )
