"""Use-cases of attendance."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.audit.changed_fields import ChangedField
from app.audit.changes import FieldChange
from app.audit.service import record
from app.kit.actor import Actor, require
from app.kit.errors import NotFound, Refusal
from app.kit.ids import PracticalId, SeatId
from app.outbox.service import announce
from app.practicals import policy
from app.practicals.domain.attendance import STAYS, decide_mark, event_for
from app.practicals.domain.seats import Attendance, Practical, attendance_refusal
from app.practicals.domain.states import ATTENDANCE_WORDS, EXPECTED
from app.practicals.errors import PlaceRefused
from app.practicals.facts import PracticalAttended
from app.practicals.models import Seat
from app.practicals.queries.summaries import is_instructor_of
from app.practicals.seat_conditions import is_expected
from app.practicals.steps.attendance_evidence import demand_no_reliance
from app.practicals.steps.locking import lock_practical


def mark_attendance(
    db: Session,
    actor: Actor,
    practical_id: PracticalId,
    seat_id: SeatId,
    attendance: Attendance | None,
    *,
    now: datetime,
) -> None:
    """Mark somebody with a place as attended or absent, from the day of the practical on, or set the
    mark back to none until that day ends. A later correction is kept in the audit. The same mark again
    changes nothing. "Attended" is refused to be taken back while an assessment relies on it.

    For the instructors of this practical and for admins; to other staff it does not exist. Announces
    `practical.attended`.
    """
    require(policy.may_teach(actor))
    practical = _their_day(db, actor, practical_id, now=now)
    seat = db.get(Seat, seat_id)
    if seat is None or seat.practical_id != practical.id or seat.state not in EXPECTED:
        raise NotFound
    if seat.user_id is None:  # nobody is named for it, so nobody can be marked
        raise NotFound
    before = seat.attendance
    row = decide_mark(before, event_for(attendance), practical, now)
    if row is STAYS:
        return
    if isinstance(row, Refusal):
        raise PlaceRefused((row,))
    if row.takes_presence:
        demand_no_reliance(db, seat_id)
    db.execute(
        update(Seat)
        .where(Seat.id == seat_id)
        .values(attendance=row.after, attendance_at=now, attendance_by=actor.user_id)
    )
    _record(db, actor, seat, before, attendance, now=now)
    if row.gives_presence:
        _announce(db, practical, seat, now=now)


def mark_everybody_present(
    db: Session, actor: Actor, practical_id: PracticalId, *, now: datetime
) -> int:
    """Mark everyone with a place and without a mark as present, and return their number. People
    marked as absent stay absent. The permission is the same as for one person."""
    require(policy.may_teach(actor))
    practical = _their_day(db, actor, practical_id, now=now)
    if unmet := attendance_refusal(practical, now):
        raise PlaceRefused((unmet,))
    seats = db.scalars(
        update(Seat)
        .where(
            Seat.practical_id == practical.id,
            is_expected(Seat.state),
            Seat.user_id.is_not(None),
            Seat.attendance.is_(None),
        )
        .values(attendance=Attendance.attended, attendance_at=now, attendance_by=actor.user_id)
        .returning(Seat)
    ).all()
    for seat in seats:
        _record(db, actor, seat, None, Attendance.attended, now=now)
        _announce(db, practical, seat, now=now)
    return len(seats)


def _their_day(db: Session, actor: Actor, practical_id: PracticalId, *, now: datetime) -> Practical:
    """Lock a practical that this person may manage. Raise NotFound for other staff."""
    practical = lock_practical(db, practical_id, now=now)
    is_theirs = is_instructor_of(db, actor, practical_id)
    if not policy.may_see_roster(actor, is_instructor_of=is_theirs):
        raise NotFound
    return practical


def _record(
    db: Session,
    actor: Actor,
    seat: Seat,
    before: Attendance | None,
    after: Attendance | None,
    *,
    now: datetime,
) -> None:
    record(
        db,
        actor.user_id,
        "practicals.marked_attendance",
        now=now,
        subject_kind="seat",
        subject_id=seat.id,
        person_id=seat.user_id,
        changes=[
            FieldChange(
                ChangedField.attendance,
                ATTENDANCE_WORDS[before] if before else None,
                ATTENDANCE_WORDS[after] if after else None,
            )
        ],
        details={"before": before and str(before), "after": after and str(after)},
    )


def _announce(db: Session, practical: Practical, seat: Seat, *, now: datetime) -> None:
    assert seat.user_id is not None  # noqa: S101 - only named seats are marked
    fact = PracticalAttended(user_id=seat.user_id, course_key=practical.course_key, seat_id=seat.id)
    announce(db, fact, now=now)
