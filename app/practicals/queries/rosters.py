"""Reads who is expected on a practical: everyone for PDFs, one page of them for the screen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, Integer, bindparam, func, select, true
from sqlalchemy.orm import Session

from app.accounts.person_columns import PEOPLE, PERSON
from app.courses import queries as courses
from app.courses.errors import RevisionUnreadable
from app.db.base import table_of
from app.db.paging import Page, demand_page, page_of
from app.db.prepared import MOST_ROWS, Prepared
from app.kit.errors import NotFound
from app.kit.ids import PracticalId, SeatId, UserId
from app.kit.messages import Message, Text
from app.practicals.domain.life_support import life_support_state, life_support_unmet
from app.practicals.domain.recipients import Recipients
from app.practicals.domain.seats import Attendance, PracticalStatus, WaitingState
from app.practicals.models import PracticalInstructor, PracticalRow, Seat, WaitingEntry
from app.practicals.queries.summaries import IS_EXPECTED, SEAT, SUMMARY, PracticalSummary

SHOWN = 50
"""The number of people on one page; a real practical has fewer."""


@dataclass(frozen=True, slots=True)
class RosterSeat:
    """Somebody who is expected."""

    seat_id: SeatId
    user_id: UserId
    name: str
    email: str
    has_access_needs: bool
    attendance: Attendance | None
    attendance_at: datetime | None
    booked_at: datetime
    is_reserved: bool
    life_support_until: date | None = None
    life_support: Message | None = None
    """The state of the proof of basic life support in a few words, if this kind of practical requires
    one."""
    has_life_support: bool = False
    """Whether the proof covers the day."""


@dataclass(frozen=True, slots=True)
class Roster:
    """Who is expected on one day, by name. `seats` are everybody, or one page of them; `expected` and
    `attended` count all."""

    practical: PracticalSummary
    note: str | None
    instructors: tuple[str, ...]
    seats: tuple[RosterSeat, ...]
    waiting: int
    expected: int
    attended: int
    number: int = 1
    course_unreadable: Text | None = None
    """Why this version cannot read the course of the day, if it cannot. Whether the day requires a proof of
    basic life support is not known then."""

    @property
    def page(self) -> Page[RosterSeat]:
        return page_of(self.seats, number=self.number, total=self.expected, size=SHOWN)

    @property
    def told(self) -> Recipients:
        """Who gets a mail if the practical is cancelled; nobody for a draft."""
        if self.practical.status is not PracticalStatus.published:
            return Recipients()
        return Recipients(self.expected, self.waiting, len(self.instructors))


THIS: BindParameter[Any] = bindparam("practical_id")
COUNTED = (
    select(
        func.count().label("expected"),
        func.count().filter(SEAT.attendance == Attendance.attended).label("attended"),
    )
    .where(SEAT.practical_id == THIS, IS_EXPECTED)
    .subquery()
)
"""Both are counted in one pass, because a pass reads every seat of the practical."""
# Built once, because building such statements takes longer than running them.
DAY = Prepared(
    select(
        *SUMMARY,
        PracticalRow.note,
        select(func.count())
        .select_from(WaitingEntry)
        .where(
            WaitingEntry.practical_id == PracticalRow.id, WaitingEntry.state == WaitingState.waiting
        )
        .scalar_subquery(),
        COUNTED.c.expected,
        COUNTED.c.attended,
    )
    .join(COUNTED, true())
    .where(PracticalRow.id == THIS)
)
TEACHERS = Prepared(
    select(PERSON.name)
    .select_from(PEOPLE)
    .join(PracticalInstructor, PracticalInstructor.user_id == PERSON.id)
    .where(PracticalInstructor.practical_id == THIS)
    .order_by(PERSON.sort_key, PERSON.id)
)
EXPECTED_SEATS = (
    select(
        SEAT.id.label("seat_id"),
        SEAT.user_id,
        PERSON.name,
        PERSON.email,
        PERSON.has_access_needs.label("has_access_needs"),
        SEAT.attendance,
        SEAT.attendance_at,
        SEAT.booked_at,
        SEAT.reserved_by.is_not(None).label("is_reserved"),
        PERSON.life_support_until,
    )
    .join_from(table_of(Seat), PEOPLE, PERSON.id == SEAT.user_id)
    .where(IS_EXPECTED)
    .order_by(PERSON.sort_key, SEAT.id)
)
"""The columns of everyone who is expected, in the order of the fields of `RosterSeat`."""
PAGE_EXPECTED = Prepared(
    EXPECTED_SEATS.where(SEAT.practical_id == THIS)
    .limit(SHOWN)
    .offset(bindparam("skipped", type_=Integer())),
    most_kept=MOST_ROWS,
)
_seat = lru_cache(MOST_ROWS)(RosterSeat)
"""The same for the same values: a roster is opened again and again on its day."""


def roster(db: Session, practical_id: PracticalId) -> Roster:
    """Return everybody who is expected, in three statements; raise NotFound. Who may see it is the
    caller's question."""
    return _roster(db, practical_id)


def roster_page(db: Session, practical_id: PracticalId, *, number: int) -> Roster:
    """As `roster`, with one page of the people."""
    return _roster(db, practical_id, number=number)


def expected_on(
    db: Session, practical_ids: Sequence[PracticalId]
) -> dict[PracticalId, tuple[RosterSeat, ...]]:
    """Return who is expected on each of many practicals, by name, in one statement."""
    expected: dict[PracticalId, tuple[RosterSeat, ...]] = dict.fromkeys(practical_ids, ())
    if practical_ids:
        seats = EXPECTED_SEATS.add_columns(SEAT.practical_id)
        for *seat, practical_id in db.execute(seats.where(SEAT.practical_id.in_(practical_ids))):
            expected[practical_id] = (*expected[practical_id], RosterSeat(*seat))
    return expected


def notes_of(db: Session, practical_ids: Sequence[PracticalId]) -> dict[PracticalId, str]:
    """Return the notes for the instructors of many practicals, in one statement. Practicals without
    notes are left out."""
    if not practical_ids:
        return {}
    rows = db.execute(
        select(PracticalRow.id, PracticalRow.note).where(
            PracticalRow.id.in_(practical_ids), PracticalRow.note.is_not(None)
        )
    )
    return {practical_id: note for practical_id, note in rows if note}


def _roster(db: Session, practical_id: PracticalId, *, number: int | None = None) -> Roster:
    row = DAY.one_or_none(db, practical_id=practical_id)
    if row is None:
        raise NotFound
    *brief, note, waiting, expected, attended = row
    people: Iterable[Any]
    if number is None:
        people = db.execute(EXPECTED_SEATS.where(SEAT.practical_id == practical_id))
    else:
        demand_page(number, total=expected, size=SHOWN)
        skipped = (number - 1) * SHOWN
        # Nobody is expected on a cancelled day, whose page reads who was on it instead.
        people = (
            PAGE_EXPECTED.all(db, practical_id=practical_id, skipped=skipped) if expected else ()
        )
    day = PracticalSummary(*brief)
    asks_life_support, unreadable = _asks_life_support(db, day)
    return Roster(
        day,
        note,
        tuple(row.name for row in TEACHERS.all(db, practical_id=practical_id)),
        _seats(day, people, asks_life_support=asks_life_support),
        waiting,
        expected,
        attended,
        number or 1,
        unreadable,
    )


def _asks_life_support(db: Session, day: PracticalSummary) -> tuple[bool, Text | None]:
    """Return whether the kind of day requires a proof of basic life support, without a statement while the
    revision is in memory, or why this version cannot read it."""
    try:
        kind = courses.revision(db, day.revision_id).course.practical(day.kind_key)
    except RevisionUnreadable as refused:
        return False, refused.detail
    return kind is not None and kind.basic_life_support, None


def _seats(
    day: PracticalSummary, rows: Iterable[Any], *, asks_life_support: bool
) -> tuple[RosterSeat, ...]:
    """Return everyone who is expected, with whether their proof of basic life support covers the day if
    this kind of practical asks for one."""
    if not asks_life_support:
        return tuple(_seat(*row) for row in rows)
    seats = list(rows)
    # Many people on one practical have the same last day of proof, or none; each is computed once.
    by_last_day: dict[date | None, tuple[Any, ...]] = {
        until: (
            life_support_state(until, day.starts_at, day.zone),
            life_support_unmet(until, day.starts_at, day.zone) is None,
        )
        for until in {seat.life_support_until for seat in seats}
    }
    return tuple(_seat(*seat, *by_last_day[seat.life_support_until]) for seat in seats)
