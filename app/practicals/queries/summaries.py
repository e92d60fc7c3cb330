"""Reads practicals and places for other features."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    FromClause,
    ScalarSelect,
    Select,
    Uuid,
    and_,
    bindparam,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session

from app.accounts.person_columns import PEOPLE, PERSON
from app.db.base import table_of
from app.db.prepared import Prepared
from app.kit.actor import Actor
from app.kit.ids import PracticalId, RevisionId, SeatId, UserId
from app.kit.messages import Message, msgs
from app.practicals.domain.seats import Attendance, PracticalStatus, SeatState, WaitingState
from app.practicals.domain.states import EXPECTED
from app.practicals.domain.terms import CancelTerms, place_terms
from app.practicals.domain.times import span_message
from app.practicals.domain.transitions import SeatEvent, source_states
from app.practicals.models import PracticalInstructor, PracticalRow, Seat, WaitingEntry
from app.practicals.seat_conditions import is_any_of, is_expected

PRACTICALS: FromClause = table_of(PracticalRow)
"""With `PRACTICAL`, its columns: for statements of higher features too, which import no models."""
PRACTICAL, SEAT, ENTRY = PRACTICALS.c, table_of(Seat).c, table_of(WaitingEntry).c
IS_EXPECTED = is_expected(SEAT.state)
MARKED_WITHIN = timedelta(days=14)
"""How long after a practical its attendance is still expected; after that nobody waits for it any more."""
WAITS = ENTRY.state == WaitingState.waiting
HAS_OFFER = ENTRY.state == WaitingState.offered


@dataclass(frozen=True, slots=True)
class PracticalSummary:
    """One practical in short."""

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

    @property
    def choice(self) -> Message:
        """The day with its free places, as the office chooses it for somebody."""
        return msgs(
            "{when}, {room}: {left} of {n} place left",
            "{when}, {room}: {left} of {n} places left",
            self.capacity,
            when=span_message(self.starts_at, self.ends_at, self.zone),
            room=self.room,
            left=self.capacity - self.taken,
        )


@dataclass(frozen=True, slots=True)
class SeatSummary:
    """One place: its holder, its practical and the attendance."""

    seat_id: SeatId
    user_id: UserId
    state: SeatState
    attendance: Attendance | None
    practical: PracticalSummary

    @property
    def is_expected(self) -> bool:
        """Whether its holder is expected on the day; not once the place has ended."""
        return self.state in EXPECTED


@dataclass(frozen=True, slots=True)
class OwnDate:
    """A future practical on which a student has a place, or waits at a position. `cancel` are the
    terms of the place; None without a place, and once the practical has begun. `answer_until` is when the
    offer of a place lapses, if they have one."""

    practical: PracticalSummary
    cancel: CancelTerms | None
    has_seat: bool
    position: int | None
    answer_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class OwnDays:
    """A student's practicals, the earliest first: the coming ones, the places on practicals that they
    attended, and those on practicals that were over lately and whose attendance is not marked yet. A
    practical that is not over can be among the attended too."""

    coming: tuple[OwnDate, ...]
    attended: tuple[SeatSummary, ...]
    unmarked: tuple[SeatSummary, ...] = ()


SUMMARY: tuple[Any, ...] = (
    PracticalRow.id,
    PracticalRow.course_key,
    PracticalRow.kind_key,
    PracticalRow.revision_id,
    PracticalRow.title,
    PracticalRow.starts_at,
    PracticalRow.ends_at,
    PracticalRow.zone,
    PracticalRow.room,
    PracticalRow.status,
    PracticalRow.capacity,
    PracticalRow.taken,
)


def practical_summary(db: Session, practical_id: PracticalId) -> PracticalSummary | None:
    """Return one practical of any status, or None; who may see it is the caller's question."""
    row = db.execute(select(*SUMMARY).where(PracticalRow.id == practical_id)).one_or_none()
    return None if row is None else PracticalSummary(*row)


def seat(db: Session, seat_id: SeatId) -> SeatSummary | None:
    """Return one place, ended ones too, or None."""
    return next(iter(_seats(db, _seat_select().where(Seat.id == seat_id))), None)


def attended_seats(
    db: Session, user_id: UserId, course_key: str | None = None
) -> tuple[SeatSummary, ...]:
    """Return a person's places on practicals that they attended, on one course or all, oldest
    first."""
    query = (
        _seat_select()
        .where(Seat.user_id == user_id, IS_EXPECTED, Seat.attendance == Attendance.attended)
        .order_by(PracticalRow.starts_at, Seat.id)
    )
    if course_key is not None:
        query = query.where(PracticalRow.course_key == course_key)
    return _seats(db, query)


def seats_of(db: Session, user_id: UserId, *, most: int = 100) -> tuple[SeatSummary, ...]:
    """Return every place that a person has or had, the newest practical first."""
    rows = db.execute(
        select(Seat.id, Seat.user_id, Seat.state, Seat.attendance, *SUMMARY)
        .join(PracticalRow, PracticalRow.id == Seat.practical_id)
        .where(Seat.user_id == user_id)
        .order_by(PracticalRow.starts_at.desc(), Seat.id.desc())
        .limit(most)
    )
    return tuple(
        SeatSummary(seat_id, owner, state, attendance, PracticalSummary(*brief))
        for seat_id, owner, state, attendance, *brief in rows
    )


def expected_people(db: Session, practical_id: PracticalId) -> tuple[UserId, ...]:
    """Return who is expected on a practical. Seats without a name have nobody."""
    people = db.scalars(
        select(SEAT.user_id).where(
            SEAT.practical_id == practical_id, IS_EXPECTED, SEAT.user_id.is_not(None)
        )
    )
    return tuple(people)


TEACHING = table_of(PracticalInstructor).c
TEACHES = Prepared(
    select(TEACHING.user_id).where(
        TEACHING.practical_id == bindparam("practical_id"),
        TEACHING.user_id == bindparam("user_id"),
    )
)


def is_instructor_of(db: Session, actor: Actor, practical_id: PracticalId) -> bool:
    """Return whether this person teaches this practical."""
    rows = TEACHES.all(db, practical_id=practical_id, user_id=actor.user_id)
    return bool(rows)


def instructor_ids(db: Session, practical_id: PracticalId) -> tuple[UserId, ...]:
    """Return who teaches a practical."""
    return tuple(
        db.scalars(
            select(PracticalInstructor.user_id).where(
                PracticalInstructor.practical_id == practical_id
            )
        )
    )


def instructor_names(
    db: Session, practical_ids: Sequence[PracticalId]
) -> dict[PracticalId, tuple[str, ...]]:
    """Return who teaches each of many practicals, by name, in one statement."""
    names: dict[PracticalId, tuple[str, ...]] = {}
    if not practical_ids:
        return names
    rows = db.execute(
        select(PracticalInstructor.practical_id, PERSON.name)
        .join(PEOPLE, PERSON.id == PracticalInstructor.user_id)
        .where(PracticalInstructor.practical_id.in_(practical_ids))
        .order_by(PERSON.sort_key, PERSON.id)
    )
    for practical_id, name in rows:
        names[practical_id] = (*names.get(practical_id, ()), name)
    return names


def own_days(db: Session, user_id: UserId, *, now: datetime, most: int = 20) -> OwnDays:
    """Return a person's practicals: a limited number of coming ones, those that they attended, and those
    whose attendance is not marked yet."""
    rows = OWN_DAYS.all(db, viewer=user_id, now=now, since=now - MARKED_WITHIN)
    coming = [_own_date(row, now) for row in rows if row.is_coming]
    past = [
        SeatSummary(row.seat_id, user_id, row.seat_state, row.attendance, _summary(row))
        for row in rows
        if row.attendance is not None or not row.is_coming
    ]
    return OwnDays(
        tuple(coming[:most]),
        tuple(seat for seat in past if seat.attendance is Attendance.attended),
        tuple(seat for seat in past if seat.attendance is None),
    )


def _own_date(row: Any, now: datetime) -> OwnDate:
    summary, has_seat = _summary(row), row.seat_id is not None
    terms = (
        place_terms(row.cancel_until, row.seat_until, summary.starts_at, summary.zone, now)
        if has_seat
        else None
    )
    position = row.position if row.entry_state is WaitingState.waiting else None
    return OwnDate(summary, terms, has_seat, position, row.answer_until)


def _summary(row: Any) -> PracticalSummary:
    return PracticalSummary(*row[: len(SUMMARY)])


def upcoming_for_instructor(
    db: Session, user_id: UserId, *, now: datetime, most: int = 20
) -> tuple[PracticalSummary, ...]:
    """Return the published practicals that this person teaches and that are not over, the next one
    first."""
    rows = db.execute(
        select(*SUMMARY)
        .join(PracticalInstructor, PracticalInstructor.practical_id == PracticalRow.id)
        .where(
            PracticalInstructor.user_id == user_id,
            PracticalRow.status == PracticalStatus.published,
            PracticalRow.ends_at > now,
        )
        .order_by(PracticalRow.starts_at, PracticalRow.id)
        .limit(most)
    )
    return tuple(PracticalSummary(*row) for row in rows)


def attended_seat_ids() -> Select[SeatId]:
    """Return a query for the seats whose holders were marked as present."""
    return select(SEAT.id).where(IS_EXPECTED, SEAT.attendance == Attendance.attended)


def own_seat(user_id: UserId | BindParameter[Any]) -> ColumnElement[bool]:
    """Join a practical with this person's place on it."""
    return and_(SEAT.practical_id == PRACTICAL.id, SEAT.user_id == user_id, IS_EXPECTED)


def own_entry(user_id: UserId | BindParameter[Any]) -> ColumnElement[bool]:
    """Join a practical with this person's open entry on its waiting list: they wait, or have an offer."""
    is_open = or_(WAITS, HAS_OFFER)
    return and_(ENTRY.practical_id == PRACTICAL.id, ENTRY.user_id == user_id, is_open)


def answer_until(user_id: UserId | BindParameter[Any]) -> ScalarSelect[datetime | None]:
    """Return until when this person can answer the offer of a place on a practical; NULL without one."""
    offered = table_of(Seat).alias("offered")
    return (
        select(offered.c.deadline_at)
        .where(
            offered.c.practical_id == PRACTICAL.id,
            offered.c.user_id == user_id,
            is_any_of(offered.c.state, source_states(SeatEvent.decline)),
        )
        .correlate(PRACTICALS)
        .scalar_subquery()
    )


def dates_of(viewer: BindParameter[Any]) -> CompoundSelect[*tuple[Any, ...]]:
    """Return a query for the practicals on which a person has a place or waits for one: two
    look-ups, for any number of dates and people."""
    held = select(SEAT.practical_id).where(SEAT.user_id == viewer, IS_EXPECTED)
    is_open = or_(WAITS, HAS_OFFER)
    return held.union(select(ENTRY.practical_id).where(ENTRY.user_id == viewer, is_open))


def _brief_columns() -> tuple[Any, ...]:
    return tuple(PRACTICAL[column.key] for column in SUMMARY)


def _own_days() -> Select[*tuple[Any, ...]]:
    viewer = bindparam("viewer", type_=Uuid())
    ahead = table_of(WaitingEntry).alias("ahead")
    position = (
        select(func.count())
        .select_from(ahead)
        .where(
            ahead.c.practical_id == PRACTICAL.id,
            ahead.c.state == WaitingState.waiting,
            ahead.c.number <= ENTRY.number,
        )
        .correlate(table_of(PracticalRow), table_of(WaitingEntry))
        .scalar_subquery()
    )
    is_coming = _is_coming()
    return (
        select(
            *_brief_columns(),
            PRACTICAL.cancel_until,
            SEAT.id.label("seat_id"),
            SEAT.cancel_until.label("seat_until"),
            SEAT.state.label("seat_state"),
            SEAT.attendance,
            ENTRY.state.label("entry_state"),
            answer_until(viewer).label("answer_until"),
            position.label("position"),
            is_coming.label("is_coming"),
        )
        .select_from(table_of(PracticalRow))
        .outerjoin(table_of(Seat), own_seat(viewer))
        .outerjoin(table_of(WaitingEntry), own_entry(viewer))
        .where(
            PRACTICAL.id.in_(dates_of(viewer)),
            or_(is_coming, SEAT.attendance == Attendance.attended, _is_unmarked()),
        )
        .order_by(PRACTICAL.starts_at, PRACTICAL.id)
    )


def _is_coming() -> ColumnElement[bool]:
    return and_(
        PRACTICAL.status == PracticalStatus.published,
        PRACTICAL.ends_at > bindparam("now"),
        or_(SEAT.id.is_not(None), PRACTICAL.booking_closes_at > bindparam("now")),
    )


def _is_unmarked() -> ColumnElement[bool]:
    """A place on a practical that was over lately, or is not over, and whose attendance is not marked."""
    return and_(
        SEAT.id.is_not(None),
        SEAT.attendance.is_(None),
        PRACTICAL.status == PracticalStatus.published,
        PRACTICAL.ends_at > bindparam("since"),
    )


OWN_DAYS = Prepared(_own_days())
"""The coming and the attended practicals of one person, the earliest first."""


def _seat_select() -> Select[*tuple[Any, ...]]:
    return select(Seat.id, Seat.user_id, Seat.state, Seat.attendance, *SUMMARY).join(
        PracticalRow, PracticalRow.id == Seat.practical_id
    )


def _seats(db: Session, query: Select[*tuple[Any, ...]]) -> tuple[SeatSummary, ...]:
    return tuple(_seat_brief(row) for row in db.execute(query))


def _seat_brief(row: Any) -> SeatSummary:
    seat_id, user_id, state, attendance, *brief = row
    return SeatSummary(seat_id, user_id, state, attendance, PracticalSummary(*brief))
