"""Ending what a right has been lost to: seats, waits and assignments. Each command takes every gate first,
in the order of the ids, then all people at once, so that two commands never wait for each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.accounts.actor import open_to_all
from app.accounts.locks import lock_people
from app.accounts.models import User
from app.audit.service import record
from app.courses import queries as courses
from app.kit.ids import SeatId, UserId
from app.practicals.domain.invite import described, described_teaching
from app.practicals.domain.lost_rights import ENDED_WORDS, lost_right, read_waived, seat_may_end
from app.practicals.domain.seats import Gate, Reason, SeatState, WaitingState
from app.practicals.domain.times import span_words
from app.practicals.errors import BookedMeanwhile
from app.practicals.models import Practical, PracticalInstructor, Seat, WaitingEntry
from app.practicals.queries.eligibility_facts import Known, first_waiters, known_people
from app.practicals.queries.lost_rights import days_held, days_taught, is_no_instructor
from app.practicals.service.allocation import promote
from app.practicals.service.locking import move_taken, take_gate


@dataclass(frozen=True, slots=True)
class Ended:
    """What ended on one day. `reason` None: an assignment. `calendar` takes the day out of the person's
    calendar."""

    what: Literal["seat", "wait", "assignment"]
    title: str
    when: str
    reason: Reason | None = None
    calendar: dict[str, Any] | None = None


@open_to_all
def end_without_right(
    db: Session, user_id: UserId, *, by: UserId | None, now: datetime
) -> tuple[Ended, ...]:
    """End the seats and waits of a person on days to come to which they have no right any more; who waits
    moves up. Return what ended, for the one mail that says it.

    Called for facts of the outbox, and by commands that have asked the permission: it ends nothing that
    the rule keeps. Again it changes nothing. `by` is whose act took the right away.

    Raises BookedMeanwhile where a booking that had read the right before it ended is committed only now: its
    day's gate was not taken, and taking it after the person could block another command.
    """
    gates = [take_gate(db, day) for day in days_held(db, [user_id], now=now)]
    _lock_everybody(db, user_id, gates)
    if not {gate.id for gate in gates}.issuperset(days_held(db, [user_id], now=now)):
        raise BookedMeanwhile
    ended: list[Ended] = []
    for gate in gates:
        known = known_people(db, gate, [user_id])[user_id]
        ended += _end_on(db, gate, known, by=by, now=now)
    return tuple(ended)


@open_to_all
def end_assignments(
    db: Session, user_id: UserId, *, by: UserId | None, now: datetime
) -> tuple[Ended, ...]:
    """Take a person off the days to come that they were to teach, when they are no instructor any more.
    Return those days. The overview of admins lists a day that nobody teaches then.

    Called as `end_without_right` is; again it changes nothing.
    """
    gone = db.scalar(select(User.id).where(User.id == user_id, is_no_instructor()))
    if gone is None:
        return ()
    ended = []
    for gate in [take_gate(db, day) for day in days_taught(db, [user_id], now=now)]:
        db.execute(
            delete(PracticalInstructor).where(
                PracticalInstructor.practical_id == gate.id, PracticalInstructor.user_id == user_id
            )
        )
        _note(db, gate, "practicals.assignment_ended", user_id, by=by, now=now)
        calendar = _no_longer_taught(db, gate, user_id, now=now)
        ended.append(Ended("assignment", gate.title, _when(gate), calendar=calendar))
    return tuple(ended)


def _no_longer_taught(db: Session, gate: Gate, user_id: UserId, *, now: datetime) -> dict[str, Any]:
    """Return what takes the day out of an instructor's calendar."""
    person = accounts.people(db, [user_id])[user_id]
    return described_teaching(
        gate,
        user_id,
        course=courses.revision(db, gate.revision_id).course.title,
        name=person.name,
        email=person.email,
        method="CANCEL",
        sequence=db.scalars(select(Practical.version).where(Practical.id == gate.id)).one(),
        now=now,
    )


def _lock_everybody(db: Session, user_id: UserId, gates: Sequence[Gate]) -> None:
    """Lock the person and the heads of the queues that may move up, all together."""
    waiting = [waiter.user_id for gate in gates for waiter in first_waiters(db, gate.id)]
    lock_people(db, [user_id, *waiting])


def _end_on(
    db: Session, gate: Gate, known: Known, *, by: UserId | None, now: datetime
) -> list[Ended]:
    ended = []
    user_id = known.person.user_id
    seat = db.execute(
        select(Seat.id, Seat.attendance, Seat.waived).where(
            Seat.practical_id == gate.id,
            Seat.user_id == user_id,
            Seat.state == SeatState.confirmed,
        )
    ).one_or_none()
    if seat is not None and seat_may_end(gate, seat.attendance, now):
        reason = lost_right(gate, known.facts, waived=read_waived(seat.waived))
        if reason is not None:
            ended.append(_end_seat(db, gate, known, seat.id, reason, by=by, now=now))
            gate = move_taken(db, gate, -1)
    reason = lost_right(gate, known.facts)
    if reason is not None and _end_wait(db, gate, user_id, reason, by=by, now=now):
        ended.append(Ended("wait", gate.title, _when(gate), reason))
    promote(db, gate, now=now)
    return ended


def _end_seat(
    db: Session,
    gate: Gate,
    known: Known,
    seat_id: SeatId,
    reason: Reason,
    *,
    by: UserId | None,
    now: datetime,
) -> Ended:
    sequence = db.execute(
        update(Seat)
        .where(Seat.id == seat_id, Seat.state == SeatState.confirmed)
        .values(
            state=SeatState.cancelled_by_admin,
            ended_at=now,
            reason=ENDED_WORDS[reason],
            calendar_sequence=Seat.calendar_sequence + 1,
        )
        .returning(Seat.calendar_sequence)
        .execution_options(synchronize_session=False)
    ).scalar_one()
    person = known.person
    _note(db, gate, "practicals.seat_ended", person.user_id, by=by, now=now, reason=reason)
    calendar = described(
        gate,
        seat_id,
        course=courses.revision(db, gate.revision_id).course.title,
        name=person.name,
        email=person.email,
        method="CANCEL",
        sequence=sequence,
        terms=None,
        now=now,
    )
    return Ended("seat", gate.title, _when(gate), reason, calendar)


def _end_wait(
    db: Session, gate: Gate, user_id: UserId, reason: Reason, *, by: UserId | None, now: datetime
) -> bool:
    ended = db.execute(
        update(WaitingEntry)
        .where(
            WaitingEntry.practical_id == gate.id,
            WaitingEntry.user_id == user_id,
            WaitingEntry.state == WaitingState.waiting,
        )
        .values(state=WaitingState.closed, ended_at=now)
        .returning(WaitingEntry.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if ended is None:
        return False
    _note(db, gate, "practicals.wait_ended", user_id, by=by, now=now, reason=reason)
    return True


def _when(gate: Gate) -> str:
    return span_words(gate.starts_at, gate.ends_at, gate.zone)


def _note(
    db: Session,
    gate: Gate,
    action: str,
    user_id: UserId,
    *,
    by: UserId | None,
    now: datetime,
    reason: Reason | None = None,
) -> None:
    record(
        db,
        by,
        action,
        now=now,
        subject_kind="practical",
        subject_id=gate.id,
        person_id=user_id,
        reason=ENDED_WORDS[reason] if reason else None,
    )
