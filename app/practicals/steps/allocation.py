"""Giving free places to the people who wait, and reading who comes first."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts.steps.locks import lock_people
from app.audit.service import record
from app.kit.errors import NotFound
from app.kit.ids import UserId
from app.kit.messages import sentences
from app.kit.stored_messages import stored_reason
from app.practicals.domain import waiting
from app.practicals.domain.offers import in_time_to_answer, offer_deadline
from app.practicals.domain.seat_guards import SeatFacts
from app.practicals.domain.seats import Practical, SeatState, is_takeable
from app.practicals.domain.states import WaitingPolicy
from app.practicals.domain.transitions import SeatEvent, SeatRefused, SeatTransition, decide
from app.practicals.domain.waiting import Waiter
from app.practicals.errors import PlaceRefused
from app.practicals.queries.eligibility_facts import (
    BATCH,
    Candidate,
    assessed,
    first_waiters,
    read_candidates,
)
from app.practicals.steps.seat_writing import SeatAct, add_seat


def demand(state: SeatState | None, event: SeatEvent, facts: SeatFacts) -> SeatTransition:
    """Return the row of the table for an event, or raise PlaceRefused with all reasons."""
    row = decide(state, event, facts)
    if isinstance(row, SeatRefused):
        raise PlaceRefused(row.reasons)
    return row


def promote_waiting(
    db: Session, practical: Practical, *, now: datetime, before: Practical | None = None
) -> Practical:
    """Give free places to the people who wait and could come, in order: at once, or by an offer, as each of
    them chose. The practical is locked. Outside the booking window nothing moves. `before`: the day as it
    was, if the same use-case moved it; the people who wait have not been told of the move yet."""
    after, behind, deadline = 0, list[Waiter](), offer_deadline(practical, now)
    while practical.free and is_takeable(practical, now):
        waiters = first_waiters(db, practical.id, after=after)
        if not waiters:
            break
        candidates_by_id = lock_and_read_candidates(
            db, practical, [waiter.user_id for waiter in waiters]
        )
        could_come = assessed(practical, waiters, candidates_by_id)
        candidates = [*behind, *in_time_to_answer(could_come, deadline)]
        chosen = waiting.choose(practical.free, candidates)
        for waiter in chosen.passed_over:
            _note_passed_over(db, practical, waiter, now=now)
        for waiter in chosen.promoted:
            candidate = candidates_by_id[waiter.user_id]
            facts = SeatFacts(practical=practical, now=now, person=candidate.facts)
            is_offer = waiter.policy is WaitingPolicy.offer
            row = demand(None, SeatEvent.offer if is_offer else SeatEvent.promote, facts)
            act = SeatAct(
                by=None, now=now, before=before, deadline_at=deadline, entry_id=waiter.entry_id
            )
            practical = add_seat(db, practical, row, candidate.person, act).practical
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
