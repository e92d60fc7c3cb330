"""The waiting list: joining it, leaving it, and promoting people who have become eligible."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, exists, select, update
from sqlalchemy.orm import Session

from app.audit.service import record
from app.kit.actor import Actor, SystemActor, require
from app.kit.errors import NotFound
from app.kit.ids import PracticalId, UserId, WaitingId, new_uuid
from app.practicals import policy
from app.practicals.domain.refusals import NOT_WAITING
from app.practicals.domain.seat_guards import SeatFacts
from app.practicals.domain.seats import Practical, PracticalStatus, WaitingState
from app.practicals.domain.states import WaitingPolicy
from app.practicals.domain.transitions import SeatEvent
from app.practicals.errors import PlaceRefused
from app.practicals.models import PracticalRow, WaitingEntry
from app.practicals.steps.allocation import demand, lock_and_read_with_queue, promote_waiting
from app.practicals.steps.counting import constraints_as_refusals
from app.practicals.steps.locking import lock_practical


def join_waiting_list(
    db: Session,
    actor: Actor,
    practical_id: PracticalId,
    *,
    now: datetime,
    wanted: WaitingPolicy = WaitingPolicy.auto,
) -> WaitingId:
    """Add the student to the end of the waiting list of a full practical, or raise PlaceRefused. A
    student with unfinished modules may wait, but is passed over until they finish them. `wanted` says
    whether they get a place at once or by an offer."""
    require(policy.may_book(actor))
    practical = lock_practical(db, practical_id, now=now)
    if practical.status is PracticalStatus.draft:
        raise NotFound
    candidate = lock_and_read_with_queue(db, practical, actor.user_id)
    facts = SeatFacts(practical=practical, now=now, person=candidate.facts)
    demand(None, SeatEvent.wait, facts)
    entry_id = _enter(db, practical, actor.user_id, wanted, now=now)
    _note(db, practical, actor, "practicals.joined_waiting_list", now=now)
    promote_waiting(db, practical, now=now)
    return entry_id


def leave_waiting_list(
    db: Session, actor: Actor, practical_id: PracticalId, *, now: datetime
) -> None:
    """Remove the student from the waiting list. Refused if they are not on it."""
    require(policy.may_book(actor))
    practical = lock_practical(db, practical_id, now=now)
    left = db.execute(
        update(WaitingEntry)
        .where(
            WaitingEntry.practical_id == practical.id,
            WaitingEntry.user_id == actor.user_id,
            WaitingEntry.state == WaitingState.waiting,
        )
        .values(state=WaitingState.withdrawn, ended_at=now)
        .returning(WaitingEntry.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if practical.status is PracticalStatus.draft:
        raise NotFound
    if left is None:
        raise PlaceRefused((NOT_WAITING,))
    _note(db, practical, actor, "practicals.left_waiting_list", now=now)


def promote_person(
    db: Session, system: SystemActor, user_id: UserId, course_key: str, *, now: datetime
) -> None:
    """Promote people on the waiting lists of a course on which this person waits, after the person
    has become eligible. It only applies the rules."""
    require(system is SystemActor.worker)
    _promote_each(
        db,
        db.scalars(
            _stuck(now).where(
                PracticalRow.course_key == course_key,
                exists().where(
                    WaitingEntry.practical_id == PracticalRow.id,
                    WaitingEntry.user_id == user_id,
                    WaitingEntry.state == WaitingState.waiting,
                ),
            )
        ).all(),
        now=now,
    )


def promote_everywhere(db: Session, system: SystemActor, *, now: datetime) -> None:
    """Promote people on every waiting list beside a free place, because booking has opened or a
    profile is now complete."""
    require(system is SystemActor.worker)
    _promote_each(db, db.scalars(_stuck(now)).all(), now=now)


def _stuck(now: datetime) -> Select[PracticalId]:
    return (
        select(PracticalRow.id)
        .where(
            PracticalRow.status == PracticalStatus.published,
            PracticalRow.taken < PracticalRow.capacity,
            PracticalRow.booking_opens_at <= now,
            PracticalRow.booking_closes_at > now,
            exists().where(
                WaitingEntry.practical_id == PracticalRow.id,
                WaitingEntry.state == WaitingState.waiting,
            ),
        )
        .order_by(PracticalRow.id)
    )


def _promote_each(db: Session, practical_ids: Sequence[PracticalId], *, now: datetime) -> None:
    for practical_id in practical_ids:
        promote_waiting(db, lock_practical(db, practical_id, now=now), now=now)


def _enter(
    db: Session, practical: Practical, user_id: UserId, wanted: WaitingPolicy, *, now: datetime
) -> WaitingId:
    number = practical.waiting_sequence + 1
    db.execute(
        update(PracticalRow)
        .where(PracticalRow.id == practical.id)
        .values(waiting_sequence=number)
        .execution_options(synchronize_session=False)
    )
    entry = WaitingEntry(
        id=WaitingId(new_uuid()),
        practical_id=practical.id,
        user_id=user_id,
        number=number,
        state=WaitingState.waiting,
        policy=wanted,
        joined_at=now,
    )
    with constraints_as_refusals():
        db.add(entry)
        db.flush()
    return entry.id


def _note(db: Session, practical: Practical, actor: Actor, action: str, *, now: datetime) -> None:
    record(
        db,
        actor.user_id,
        action,
        now=now,
        subject_kind="practical",
        subject_id=practical.id,
        person_id=actor.user_id,
    )
