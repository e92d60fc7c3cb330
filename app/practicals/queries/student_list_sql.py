"""The statements for the list of dates: built once, from plain columns, for all viewers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Row,
    Select,
    Uuid,
    bindparam,
    func,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import Session

from app.courses.queries import is_offered
from app.db.base import table_of
from app.db.prepared import MOST_ROWS, Prepared
from app.enrolments.place_conditions import PLACE
from app.kit.errors import Invalid
from app.kit.ids import PracticalId, SeatId, UserId
from app.kit.messages import msg
from app.practicals.domain.seats import Practical, PracticalStatus, WaitingState
from app.practicals.models import PracticalRow, Seat, WaitingEntry
from app.practicals.queries.eligibility_facts import PRACTICAL_COLUMNS
from app.practicals.queries.summaries import (
    ENTRY,
    PRACTICAL,
    SEAT,
    answer_until,
    dates_of,
    own_entry,
    own_seat,
)
from app.practicals.seat_conditions import has_run_out, is_held


@dataclass(frozen=True, slots=True)
class DateFilters:
    """The filters of the list. `kind` is "course/kind", `month` is "2026-12"; None means all.
    `free` means only dates that are open for booking and have a place that nobody waits for."""

    kind: str | None = None
    month: str | None = None
    free: bool = False

    @property
    def any(self) -> bool:
        return self.kind is not None or self.month is not None or self.free

    def span(self, zone: str) -> tuple[datetime, datetime] | None:
        """Return the beginning of the month and of the next month, or raise Invalid."""
        if self.month is None:
            return None
        try:
            first = datetime.strptime(self.month, "%Y-%m").replace(tzinfo=ZoneInfo(zone))
            following = first.replace(
                year=first.year + first.month // 12, month=first.month % 12 + 1
            )
        except ValueError:
            raise Invalid(msg("The month must look like 2026-12.")) from None
        return first.astimezone(UTC), following.astimezone(UTC)


PRACTICAL_WIDTH = len(PRACTICAL_COLUMNS)
LISTED = 12
"""The number of dates on one page of the list; each is a card."""

Rows = Select[*tuple[Any, ...]]
VIEWER = bindparam("viewer", type_=Uuid())
MINE = PRACTICAL.id.in_(dates_of(VIEWER))
"""The condition for dates on which the viewer has a place or waits for one."""


def _confirmed(column: ColumnElement[Any]) -> Select[Any]:
    return select(column).where(PLACE.user_id == VIEWER, PLACE.is_confirmed)


FOR_THEM = or_(
    PRACTICAL.intake_id.is_(None),
    PRACTICAL.intake_id.in_(_confirmed(PLACE.intake_id)),
    PRACTICAL.course_key.not_in(_confirmed(PLACE.course_key)),
)
"""Leaves out dates that are reserved for another intake of a course on which the viewer has a
place, because the viewer can do nothing about that. People without a place on the course see all
its dates."""

NOT_HIDDEN = or_(
    is_offered(PRACTICAL.course_key), PRACTICAL.course_key.in_(_confirmed(PLACE.course_key))
)
"""Leaves out dates of a hidden course, of which only the people on it read."""
MET_THE_COURSE = PRACTICAL.course_key.in_(select(PLACE.course_key).where(PLACE.user_id == VIEWER))
"""The viewer has, had or asked for a place on the course: mails of then lead them to its dates."""


@dataclass(frozen=True, slots=True)
class DateListRow:
    """One date with the viewer's place on it and its own deadline, their number in its queue, how many
    wait and how many of them come first. `total` counts all dates that were asked for, where the list has
    pages. `answer_until` is when the offer of a place to them lapses; `has_lapsed`: they let one run out.
    Only the page of one date has `held`, the number of places that are kept for people who have not decided
    yet, and `ran_out_at`, when the last one of the viewer ended."""

    practical: Practical
    seat_id: SeatId | None
    seat_until: datetime | None
    number: int | None
    waiting: int
    ahead: int
    total: int
    answer_until: datetime | None = None
    has_lapsed: bool = False
    held: int = 0
    ran_out_at: datetime | None = None


def _own(row: Sequence[Any]) -> DateListRow:
    seat_id, seat_until, number, waiting, ahead, until, has_lapsed = row[PRACTICAL_WIDTH:]
    return DateListRow(
        Practical(*row[:PRACTICAL_WIDTH]),
        seat_id,
        seat_until,
        None if until else number,
        waiting,
        ahead,
        total=0,
        answer_until=until,
        has_lapsed=has_lapsed,
    )


def _other(row: Row[*tuple[Any, ...]]) -> DateListRow:
    waiting, total = row[PRACTICAL_WIDTH:]
    return DateListRow(Practical(*row[:PRACTICAL_WIDTH]), None, None, None, waiting, 0, total)


def _in_order(rows: Rows, *seen: PracticalStatus) -> Rows:
    return (
        rows.select_from(table_of(PracticalRow))
        .where(or_(*(PRACTICAL.status == status for status in seen)))
        .order_by(PRACTICAL.starts_at, PRACTICAL.id)
    )


def _waits() -> tuple[Select[int], FromClause]:
    """Count the people who wait for a date; also returns the waiting list, for filtering the count."""
    queue = table_of(WaitingEntry).alias("queue")
    waits = (
        select(func.count())
        .select_from(queue)
        .where(queue.c.practical_id == PRACTICAL.id, queue.c.state == WaitingState.waiting)
        .correlate(table_of(PracticalRow), table_of(WaitingEntry))
    )
    return waits, queue


def _has_lapsed() -> ColumnElement[bool]:
    lapsed = table_of(WaitingEntry).alias("lapsed")
    return (
        select(lapsed.c.id)
        .where(
            lapsed.c.practical_id == PRACTICAL.id,
            lapsed.c.user_id == VIEWER,
            lapsed.c.state == WaitingState.lapsed,
        )
        .correlate(table_of(PracticalRow))
        .exists()
    )


def _with_own_places(*seen: PracticalStatus) -> Rows:
    waits, queue = _waits()
    ahead = waits.where(queue.c.number < ENTRY.number).scalar_subquery()
    own = (SEAT.id, SEAT.cancel_until.label("seat_until"), ENTRY.number)
    offers = (answer_until(VIEWER), _has_lapsed())
    rows = select(*PRACTICAL_COLUMNS, *own, waits.scalar_subquery(), ahead, *offers)
    return (
        _in_order(rows, *seen)
        .outerjoin(table_of(Seat), own_seat(VIEWER))
        .outerjoin(table_of(WaitingEntry), own_entry(VIEWER))
    )


def _others(*which: ColumnElement[bool]) -> Rows:
    """Return the statement for one page of the future dates that are not the viewer's."""
    conditions = (PRACTICAL.starts_at > bindparam("now"), FOR_THEM, NOT_HIDDEN, *which)

    def counted(*more: ColumnElement[bool]) -> ColumnElement[int]:
        is_shown = PRACTICAL.status == PracticalStatus.published
        dates = select(func.count()).select_from(table_of(PracticalRow))
        return dates.where(is_shown, *conditions, *more).scalar_subquery()

    # Counting all dates and subtracting the viewer's few is faster than checking each date.
    total = counted() - counted(MINE)
    waits, _ = _waits()
    return (
        _in_order(
            select(*PRACTICAL_COLUMNS, waits.scalar_subquery(), total), PracticalStatus.published
        )
        .where(*conditions, not_(MINE))
        .limit(LISTED)
        .offset(bindparam("skipped", type_=Integer()))
    )


# Built once, because building such a statement takes longer than running it.
OWN_DATES = Prepared(
    _with_own_places(PracticalStatus.published)
    .where(MINE, PRACTICAL.ends_at > bindparam("now"))
    .limit(50),
    _own,
)
OTHER_DATES = Prepared(_others(), _other, most_kept=MOST_ROWS)


def one_date(db: Session, *, viewer: UserId, practical_id: PracticalId) -> DateListRow | None:
    """Return one published or cancelled date with the viewer's place on it, or None. One of a hidden course
    is for those who have met the course."""
    statement = _with_own_places(PracticalStatus.published, PracticalStatus.cancelled)
    row = db.execute(
        statement.where(PRACTICAL.id == practical_id, or_(NOT_HIDDEN, MET_THE_COURSE)).add_columns(
            _held(), _ran_out_at()
        ),
        {"viewer": viewer},
    ).one_or_none()
    if row is None:
        return None
    *columns, held, ran_out_at = row
    return replace(_own(columns), held=held, ran_out_at=ran_out_at)


def _held() -> ColumnElement[int]:
    """Count the places of a practical that are kept for people who decide just now."""
    other = table_of(Seat).alias("held")
    held = select(func.count()).where(other.c.practical_id == PRACTICAL.id, is_held(other.c.state))
    return held.correlate(table_of(PracticalRow)).scalar_subquery()


def _ran_out_at() -> ColumnElement[datetime]:
    """When a hold of the viewer ran out last; an offer of the waiting list is told of elsewhere."""
    other = table_of(Seat).alias("ran_out")
    ended = select(func.max(other.c.ended_at)).where(
        other.c.practical_id == PRACTICAL.id,
        other.c.user_id == VIEWER,
        has_run_out(other.c.state),
        other.c.entry_id.is_(None),
    )
    return ended.correlate(table_of(PracticalRow)).scalar_subquery()


def other_dates(
    db: Session, filters: DateFilters, *, viewer: UserId, zone: str, now: datetime, number: int
) -> list[DateListRow]:
    """Return one page of the future dates that are not the viewer's."""
    values = {"viewer": viewer, "now": now, "skipped": (number - 1) * LISTED}
    if filters.any:
        return list(map(_other, db.execute(_others(*_narrowed(filters, zone)), values)))
    return OTHER_DATES.all(db, **values)


def _narrowed(filters: DateFilters, zone: str) -> Iterator[ColumnElement[bool]]:
    if filters.kind is not None:
        course_key, _, kind_key = filters.kind.partition("/")
        yield PRACTICAL.course_key == course_key
        yield PRACTICAL.kind_key == kind_key
    if filters.free:
        yield PRACTICAL.booking_opens_at <= bindparam("now")
        yield PRACTICAL.booking_closes_at > bindparam("now")
        yield PRACTICAL.taken < PRACTICAL.capacity
        queue = table_of(WaitingEntry).alias("waits")
        yield (
            ~select(queue.c.id)
            .where(queue.c.practical_id == PRACTICAL.id, queue.c.state == WaitingState.waiting)
            .correlate(table_of(PracticalRow))
            .exists()
        )
    span = filters.span(zone)
    if span is not None:
        yield PRACTICAL.starts_at >= span[0]
        yield PRACTICAL.starts_at < span[1]
