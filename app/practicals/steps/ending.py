"""Ending what a right has been lost to: seats, waits and assignments. Each command takes every gate first,
in the order of the ids, then all people at once, so that two commands never wait for each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.accounts import queries as accounts
from app.accounts.steps.locks import lock_people
from app.audit.service import record
from app.courses import queries as courses
from app.kit.ids import UserId
from app.kit.messages import Message
from app.mail.calendar_entries import CalendarEntry
from app.practicals.domain.invite import described, described_teaching
from app.practicals.domain.lost_rights import ENDED, lost_right, read_waived, seat_may_end
from app.practicals.domain.seats import Practical, PracticalsReason, WaitingState
from app.practicals.domain.times import span_message
from app.practicals.domain.transitions import SeatEvent
from app.practicals.errors import BookedMeanwhile
from app.practicals.models import PracticalInstructor, PracticalRow, WaitingEntry
from app.practicals.queries.eligibility_facts import Candidate, first_waiters, read_candidates
from app.practicals.queries.lost_rights import days_held, days_taught, teaches_no_more
from app.practicals.queries.stored_seats import live_seat_of
from app.practicals.steps.allocation import promote_waiting
from app.practicals.steps.engine import apply
from app.practicals.steps.locking import lock_practical
from app.practicals.steps.seat_writing import ChangedSeat, SeatAct


@dataclass(frozen=True, slots=True)
class EndedCommitment:
    """What ended on one day. `reason` None: an assignment. `calendar` takes the day out of the person's
    calendar."""

    what: Literal["seat", "wait", "assignment"]
    title: str
    when: Message
    reason: PracticalsReason | None = None
    calendar: CalendarEntry | None = None


def end_without_right(
    db: Session, user_id: UserId, *, by: UserId | None, now: datetime
) -> tuple[EndedCommitment, ...]:
    """End the seats and waits of a person on future days to which they have no right any more; the people
    who wait move up. Return what ended, for the one mail that says it.

    It ends nothing that the rule keeps. A second call changes nothing. `by` is the person whose act took the
    right away.

    Raises BookedMeanwhile if a booking that had read the right before it ended is committed only now: its
    day was not locked, and to lock it after the person could block another use-case.
    """
    practicals = [lock_practical(db, day, now=now) for day in days_held(db, [user_id], now=now)]
    _lock_everybody(db, user_id, practicals)
    if not {practical.id for practical in practicals}.issuperset(days_held(db, [user_id], now=now)):
        raise BookedMeanwhile
    ended: list[EndedCommitment] = []
    for practical in practicals:
        candidate = read_candidates(db, practical, [user_id])[user_id]
        ended += _end_on(db, practical, candidate, by=by, now=now)
    return tuple(ended)


def end_assignments(
    db: Session, user_id: UserId, *, by: UserId | None, now: datetime
) -> tuple[EndedCommitment, ...]:
    """Take a person off the future days that they were to teach, if they are no instructor any more. Return
    those days. The overview of admins lists a day that nobody teaches then. A second call changes nothing.
    """
    if not teaches_no_more(db, user_id):
        return ()
    ended = []
    for practical in [
        lock_practical(db, day, now=now) for day in days_taught(db, [user_id], now=now)
    ]:
        db.execute(
            delete(PracticalInstructor).where(
                PracticalInstructor.practical_id == practical.id,
                PracticalInstructor.user_id == user_id,
            )
        )
        _note(db, practical, "practicals.assignment_ended", user_id, by=by, now=now)
        calendar = _no_longer_taught(db, practical, user_id, now=now)
        ended.append(
            EndedCommitment("assignment", practical.title, _when(practical), calendar=calendar)
        )
    return tuple(ended)


def _no_longer_taught(
    db: Session, practical: Practical, user_id: UserId, *, now: datetime
) -> CalendarEntry:
    """Return what takes the day out of an instructor's calendar."""
    person = accounts.people(db, [user_id])[user_id]
    return described_teaching(
        practical,
        user_id,
        course=courses.revision(db, practical.revision_id).course.title,
        name=person.name,
        email=person.email,
        method="CANCEL",
        sequence=db.scalars(
            select(PracticalRow.version).where(PracticalRow.id == practical.id)
        ).one(),
        now=now,
    )


def _lock_everybody(db: Session, user_id: UserId, practicals: Sequence[Practical]) -> None:
    """Lock the person and the heads of the queues that may move up, all together."""
    waiting = [
        waiter.user_id for practical in practicals for waiter in first_waiters(db, practical.id)
    ]
    lock_people(db, [user_id, *waiting])


def _end_on(
    db: Session, practical: Practical, candidate: Candidate, *, by: UserId | None, now: datetime
) -> list[EndedCommitment]:
    ended = []
    user_id = candidate.person.user_id
    seat = live_seat_of(db, practical.id, user_id)
    if seat is not None and seat_may_end(practical, seat.attendance, now):
        reason = lost_right(practical, candidate.facts, waived=read_waived(seat.waived))
        if reason is not None:
            act = SeatAct(by=by, now=now, reason=str(ENDED[reason]))
            changed = apply(db, practical, seat, SeatEvent.right_ended, act, person=candidate.facts)
            practical = changed.practical
            ended.append(_ended_seat(db, changed, candidate, reason, now=now))
    reason = lost_right(practical, candidate.facts)
    if reason is not None and _end_wait(db, practical, user_id, reason, by=by, now=now):
        ended.append(EndedCommitment("wait", practical.title, _when(practical), reason))
    promote_waiting(db, practical, now=now)
    return ended


def _ended_seat(
    db: Session,
    changed: ChangedSeat,
    candidate: Candidate,
    reason: PracticalsReason,
    *,
    now: datetime,
) -> EndedCommitment:
    """Return what ended, with what takes the day out of the person's calendar."""
    practical, person = changed.practical, candidate.person
    calendar = described(
        practical,
        changed.seat_id,
        course=courses.revision(db, practical.revision_id).course.title,
        name=person.name,
        email=person.email,
        method="CANCEL",
        sequence=changed.sequence,
        terms=None,
        now=now,
    )
    return EndedCommitment("seat", practical.title, _when(practical), reason, calendar)


def _end_wait(
    db: Session,
    practical: Practical,
    user_id: UserId,
    reason: PracticalsReason,
    *,
    by: UserId | None,
    now: datetime,
) -> bool:
    ended = db.execute(
        update(WaitingEntry)
        .where(
            WaitingEntry.practical_id == practical.id,
            WaitingEntry.user_id == user_id,
            WaitingEntry.state == WaitingState.waiting,
        )
        .values(state=WaitingState.closed, ended_at=now)
        .returning(WaitingEntry.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if ended is None:
        return False
    _note(db, practical, "practicals.wait_ended", user_id, by=by, now=now, reason=reason)
    return True


def _when(practical: Practical) -> Message:
    return span_message(practical.starts_at, practical.ends_at, practical.zone)


def _note(
    db: Session,
    practical: Practical,
    action: str,
    user_id: UserId,
    *,
    by: UserId | None,
    now: datetime,
    reason: PracticalsReason | None = None,
) -> None:
    record(
        db,
        by,
        action,
        now=now,
        subject_kind="practical",
        subject_id=practical.id,
        person_id=user_id,
        reason=str(ENDED[reason]) if reason else None,
    )
