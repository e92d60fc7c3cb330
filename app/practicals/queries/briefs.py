"""What other features ask of practicals: days, places, rosters."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts import queries as accounts
from app.accounts.actor import Actor
from app.accounts.queries import Person
from app.db.base import table_of
from app.kit.errors import NotFound
from app.kit.ids import PracticalId, RevisionId, SeatId, UserId
from app.practicals.domain.seats import Attendance, PracticalStatus, SeatState, WaitingState
from app.practicals.models import Practical, PracticalInstructor, Seat, WaitingEntry

PRACTICAL, SEAT, ENTRY = table_of(Practical).c, table_of(Seat).c, table_of(WaitingEntry).c
HOLDS_A_SEAT = SEAT.state == SeatState.confirmed
WAITS = ENTRY.state == WaitingState.waiting


@dataclass(frozen=True, slots=True)
class Brief:
    """One practical day in short."""

    practical_id: PracticalId
    course_key: str
    kind_key: str
    revision_id: RevisionId
    title: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    room: str
    status: PracticalStatus
    capacity: int
    taken: int


@dataclass(frozen=True, slots=True)
class SeatBrief:
    """One place: whose, on which day, and whether they came."""

    seat_id: SeatId
    user_id: UserId
    state: SeatState
    attendance: Attendance | None
    practical: Brief


@dataclass(frozen=True, slots=True)
class RosterSeat:
    """Somebody who is expected. Access needs are for those who teach this day."""

    seat_id: SeatId
    user_id: UserId
    name: str
    email: str
    access_needs: str | None
    attendance: Attendance | None
    attendance_at: datetime | None
    booked_at: datetime
    is_reserved: bool


@dataclass(frozen=True, slots=True)
class Roster:
    """Everybody who is expected on one day, by name."""

    practical: Brief
    note: str | None
    instructors: tuple[str, ...]
    seats: tuple[RosterSeat, ...]
    waiting: int

    @property
    def attended(self) -> int:
        return sum(seat.attendance is Attendance.attended for seat in self.seats)


@dataclass(frozen=True, slots=True)
class OwnDate:
    """A coming date on which a student has a place, or waits at a position."""

    practical: Brief
    has_seat: bool
    position: int | None


CLOSING_SOON = timedelta(days=7)

BRIEF: tuple[Any, ...] = (
    Practical.id,
    Practical.course_key,
    Practical.kind_key,
    Practical.revision_id,
    Practical.title,
    Practical.starts_at,
    Practical.ends_at,
    Practical.zone,
    Practical.room,
    Practical.status,
    Practical.capacity,
    Practical.taken,
)


def practical_brief(db: Session, practical_id: PracticalId) -> Brief | None:
    """Return one practical of any status, or None; who may see it is the caller's question."""
    row = db.execute(select(*BRIEF).where(Practical.id == practical_id)).one_or_none()
    return None if row is None else Brief(*row)


def seat(db: Session, seat_id: SeatId) -> SeatBrief | None:
    """Return one place, ended ones too, or None."""
    return next(iter(_seats(db, _seat_select().where(Seat.id == seat_id))), None)


def attended_seats(db: Session, user_id: UserId, course_key: str) -> tuple[SeatBrief, ...]:
    """Return the places of a person on a course whose day they attended, oldest first."""
    return _seats(
        db,
        _seat_select()
        .where(
            Seat.user_id == user_id,
            Seat.state == SeatState.confirmed,
            Seat.attendance == Attendance.attended,
            Practical.course_key == course_key,
        )
        .order_by(Practical.starts_at, Seat.id),
    )


def seats_of(db: Session, user_id: UserId, *, most: int = 100) -> tuple[SeatBrief, ...]:
    """Return every place a person has or had, the newest day first."""
    rows = db.execute(
        select(Seat.id, Seat.user_id, Seat.state, Seat.attendance, *BRIEF)
        .join(Practical, Practical.id == Seat.practical_id)
        .where(Seat.user_id == user_id)
        .order_by(Practical.starts_at.desc(), Seat.id.desc())
        .limit(most)
    )
    return tuple(
        SeatBrief(seat_id, owner, state, attendance, Brief(*brief))
        for seat_id, owner, state, attendance, *brief in rows
    )


def is_instructor_of(db: Session, actor: Actor, practical_id: PracticalId) -> bool:
    """Whether this person teaches this practical."""
    found = db.scalar(
        select(PracticalInstructor.user_id).where(
            PracticalInstructor.practical_id == practical_id,
            PracticalInstructor.user_id == actor.user_id,
        )
    )
    return found is not None


def instructor_ids(db: Session, practical_id: PracticalId) -> tuple[UserId, ...]:
    """Return who teaches a practical."""
    return tuple(
        db.scalars(
            select(PracticalInstructor.user_id).where(
                PracticalInstructor.practical_id == practical_id
            )
        )
    )


def roster(db: Session, practical_id: PracticalId) -> Roster:
    """Return who is expected, in four statements; raise NotFound. Who may see it is the caller's
    question."""
    waiting = select(func.count()).where(
        WaitingEntry.practical_id == Practical.id, WaitingEntry.state == WaitingState.waiting
    )
    row = db.execute(
        select(*BRIEF, Practical.note, waiting.scalar_subquery()).where(
            Practical.id == practical_id
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    *brief, note, waits = row
    seats = db.execute(
        select(
            Seat.id,
            Seat.user_id,
            Seat.attendance,
            Seat.attendance_at,
            Seat.booked_at,
            Seat.reserved_by,
        ).where(Seat.practical_id == practical_id, Seat.state == SeatState.confirmed)
    ).all()
    teachers = instructor_ids(db, practical_id)
    people = accounts.people(db, [*teachers, *(found.user_id for found in seats)])
    expected = [_expected(found, people[found.user_id]) for found in seats]
    return Roster(
        Brief(*brief),
        note,
        tuple(sorted(people[user_id].name for user_id in teachers)),
        tuple(sorted(expected, key=lambda seat: (seat.name.casefold(), seat.seat_id))),
        waits,
    )


def _expected(found: Row[*tuple[Any, ...]], person: Person) -> RosterSeat:
    return RosterSeat(
        seat_id=found.id,
        user_id=found.user_id,
        name=person.name,
        email=person.email,
        access_needs=person.access_needs,
        attendance=found.attendance,
        attendance_at=found.attendance_at,
        booked_at=found.booked_at,
        is_reserved=found.reserved_by is not None,
    )


def upcoming_for_student(
    db: Session, user_id: UserId, *, now: datetime, most: int = 20
) -> tuple[OwnDate, ...]:
    """Return the coming dates on which this person has a place or waits, the next one first."""
    ahead = aliased(WaitingEntry)
    position = (
        select(func.count())
        .where(
            ahead.practical_id == Practical.id,
            ahead.state == WaitingState.waiting,
            ahead.number <= WaitingEntry.number,
        )
        .correlate(Practical, WaitingEntry)
        .scalar_subquery()
    )
    rows = db.execute(
        select(*BRIEF, Seat.id, WaitingEntry.id, position)
        .outerjoin(Seat, own_seat(user_id))
        .outerjoin(WaitingEntry, own_entry(user_id))
        .where(
            or_(Seat.id.is_not(None), WaitingEntry.id.is_not(None)),
            Practical.status == PracticalStatus.published,
            Practical.ends_at > now,
        )
        .order_by(Practical.starts_at, Practical.id)
        .limit(most)
    )
    return tuple(
        OwnDate(Brief(*brief), seat_id is not None, place if entry_id else None)
        for *brief, seat_id, entry_id, place in rows
    )


def upcoming_for_instructor(
    db: Session, user_id: UserId, *, now: datetime, most: int = 20
) -> tuple[Brief, ...]:
    """Return the published days this person teaches that are not over, the next one first."""
    rows = db.execute(
        select(*BRIEF)
        .join(PracticalInstructor, PracticalInstructor.practical_id == Practical.id)
        .where(
            PracticalInstructor.user_id == user_id,
            Practical.status == PracticalStatus.published,
            Practical.ends_at > now,
        )
        .order_by(Practical.starts_at, Practical.id)
        .limit(most)
    )
    return tuple(Brief(*row) for row in rows)


def upcoming(db: Session, *, now: datetime, most: int = 20) -> tuple[Brief, ...]:
    """Return the published days that are not over, the next one first."""
    rows = db.execute(
        select(*BRIEF)
        .where(Practical.status == PracticalStatus.published, Practical.ends_at > now)
        .order_by(Practical.starts_at, Practical.id)
        .limit(most)
    )
    return tuple(Brief(*row) for row in rows)


def closing_with_free_places(db: Session, *, now: datetime) -> tuple[Brief, ...]:
    """Return the published days whose booking closes within a week while places are free."""
    rows = db.execute(
        select(*BRIEF)
        .where(
            Practical.status == PracticalStatus.published,
            Practical.booking_closes_at > now,
            Practical.booking_closes_at <= now + CLOSING_SOON,
            Practical.taken < Practical.capacity,
        )
        .order_by(Practical.starts_at, Practical.id)
    )
    return tuple(Brief(*row) for row in rows)


def own_seat(user_id: UserId | BindParameter[Any]) -> ColumnElement[bool]:
    """Join a practical with this person's place on it."""
    return and_(SEAT.practical_id == PRACTICAL.id, SEAT.user_id == user_id, HOLDS_A_SEAT)


def own_entry(user_id: UserId | BindParameter[Any]) -> ColumnElement[bool]:
    """Join a practical with this person's entry on its waiting list."""
    return and_(ENTRY.practical_id == PRACTICAL.id, ENTRY.user_id == user_id, WAITS)


def _seat_select() -> Select[*tuple[Any, ...]]:
    return select(Seat.id, Seat.user_id, Seat.state, Seat.attendance, *BRIEF).join(
        Practical, Practical.id == Seat.practical_id
    )


def _seats(db: Session, query: Select[*tuple[Any, ...]]) -> tuple[SeatBrief, ...]:
    return tuple(
        SeatBrief(seat_id, user_id, state, attendance, Brief(*brief))
        for seat_id, user_id, state, attendance, *brief in db.execute(query)
    )
