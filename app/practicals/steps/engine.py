"""The engine of seats: every use-case that takes, changes or ends a seat calls it with an event. It asks the
table (`domain/transitions.py`), writes what the row says, and gives free places to the people who wait.

The caller has checked the permission and locked the practical, and has locked the people concerned.
"""

from dataclasses import replace

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.kit.ids import SeatId
from app.practicals.domain.refusals import NO_SEAT
from app.practicals.domain.seat_guards import SeatFacts
from app.practicals.domain.seats import (
    EligibilityFacts,
    Practical,
    SeatState,
    reservation_refusal,
)
from app.practicals.domain.transitions import (
    SeatEffect,
    SeatEvent,
    SeatTransition,
    outcome_of,
    source_states,
)
from app.practicals.errors import PlaceRefused
from app.practicals.models import Seat
from app.practicals.queries.eligibility_facts import Candidate
from app.practicals.queries.stored_seats import StoredSeat
from app.practicals.seat_conditions import is_any_of
from app.practicals.steps.allocation import (
    demand,
    lock_and_read_with_queue,
    promote_waiting,
)
from app.practicals.steps.counting import move_taken
from app.practicals.steps.notifications import LeftSeat
from app.practicals.steps.seat_writing import (
    ChangedSeat,
    SeatAct,
    add_seat,
    change_seat,
    close_seat,
)


def take_seat(
    db: Session,
    practical: Practical,
    event: SeatEvent,
    candidate: Candidate,
    act: SeatAct,
    *,
    override: bool = False,
    ended: SeatState | None = None,
    held: int = 0,
) -> SeatId:
    """Give a person a new seat, or raise PlaceRefused with all reasons. `ended` is the state of the seat that
    they had, if it is that one which they get back. `held` counts the places that are kept for them on other
    dates, if it is a hold."""
    facts = SeatFacts(
        practical=practical, now=act.now, person=candidate.facts, override=override, held=held
    )
    row = demand(ended, event, facts)
    changed = add_seat(db, practical, row, candidate.person, act)
    _pass_on(db, changed.practical, row, act)
    return changed.seat_id


def apply(
    db: Session,
    practical: Practical,
    seat: StoredSeat | None,
    event: SeatEvent,
    act: SeatAct,
    *,
    person: EligibilityFacts | None = None,
) -> ChangedSeat:
    """Let an event happen to a seat, or raise PlaceRefused with all reasons. `seat` None: there is none.
    `person` are the facts about its holder, where a guard needs them."""
    if seat is None:
        raise PlaceRefused((NO_SEAT,))
    facts = SeatFacts(
        practical=practical, now=act.now, person=person, seat=seat.standing(practical)
    )
    row = demand(seat.state, event, facts)
    changed = change_seat(db, practical, row, seat, act)
    return replace(changed, practical=_pass_on(db, changed.practical, row, act))


def move_seat(
    db: Session,
    before: Practical,
    after: Practical,
    seat: StoredSeat,
    act: SeatAct,
    *,
    by_office: bool,
    override: bool = False,
) -> SeatId:
    """Move somebody from a seat to a new one on another day, or raise PlaceRefused with all reasons. Both
    practicals and the people are locked. The old seat ends first, so that it does not speak against the new
    one, and its place is passed on last."""
    standing = seat.standing(before)
    facts = SeatFacts(practical=before, now=act.now, seat=standing, by_office=by_office)
    away = demand(seat.state, SeatEvent.move_away, facts)
    assert seat.user_id is not None  # noqa: S101 - a guard of the row refuses seats without a name
    ended = change_seat(db, before, away, seat, act)
    candidate = lock_and_read_with_queue(db, after, seat.user_id)
    unmet = reservation_refusal(after, candidate.facts, act.now, override=False)
    act = replace(
        act,
        overridden=unmet if override else (),
        overlap=candidate.facts.overlap,
        before=before,
        left=LeftSeat(before, seat.seat_id, ended.sequence, seat.moves + 1),
    )
    facts = SeatFacts(
        practical=after,
        now=act.now,
        person=candidate.facts,
        by_office=by_office,
        override=override,
    )
    row = demand(None, SeatEvent.move_in, facts)
    changed = add_seat(db, after, row, candidate.person, act)
    _pass_on(db, changed.practical, row, act)
    _pass_on(db, ended.practical, away, act)
    return changed.seat_id


def end_every_seat(
    db: Session, practical: Practical, event: SeatEvent, act: SeatAct
) -> tuple[Practical, int]:
    """End every seat of a practical that an event can end, in one statement, and tell the holders. Return
    the practical with its new counter, and how many people had a seat."""
    row = outcome_of(event)
    ended = db.execute(
        update(Seat)
        .where(Seat.practical_id == practical.id, is_any_of(Seat.state, source_states(event)))
        .values(
            state=row.to,
            ended_at=act.now,
            reason=act.reason,
            deadline_at=None,
            calendar_sequence=Seat.calendar_sequence + 1,
        )
        .returning(Seat.user_id, Seat.id, Seat.calendar_sequence)
        .execution_options(synchronize_session=False)
    ).all()
    practical = move_taken(db, practical, row.counter * len(ended))
    people = accounts.people(db, [seat.user_id for seat in ended if seat.user_id is not None])
    for user_id, seat_id, sequence in sorted(ended, key=lambda seat: seat.id):
        person = None if user_id is None else people[user_id]
        close_seat(db, practical, row, person, seat_id, act, sequence=sequence)
    return practical, len(people)


def _pass_on(db: Session, practical: Practical, row: SeatTransition, act: SeatAct) -> Practical:
    """Give free places to the people who wait, if the row says so."""
    if SeatEffect.promote_next not in row.effects:
        return practical
    return promote_waiting(db, practical, now=act.now)
