"""The statements behind the list of dates: built once, of plain columns, for whoever looks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Integer,
    Null,
    ScalarSelect,
    Select,
    Uuid,
    bindparam,
    func,
    not_,
    null,
    or_,
    select,
)

from app.db.base import table_of
from app.db.prepared import Prepared
from app.kit.errors import Invalid
from app.practicals.domain.seats import PracticalStatus, WaitingState
from app.practicals.models import Practical, Seat, WaitingEntry
from app.practicals.queries.briefs import (
    ENTRY,
    PRACTICAL,
    SEAT,
    dates_of,
    own_entry,
    own_seat,
)
from app.practicals.queries.facts import GATE_COLUMNS


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the list is asked for. `kind` is "course/kind", `month` "2026-12"; None: all. `free`: only
    what is open for booking and has a place that nobody waits for."""

    kind: str | None = None
    month: str | None = None
    free: bool = False

    @property
    def any(self) -> bool:
        return self.kind is not None or self.month is not None or self.free

    def span(self, zone: str) -> tuple[datetime, datetime] | None:
        """Return the month's first moment and that of the next one, or raise Invalid."""
        if self.month is None:
            return None
        try:
            first = datetime.strptime(self.month, "%Y-%m").replace(tzinfo=ZoneInfo(zone))
            following = first.replace(
                year=first.year + first.month // 12, month=first.month % 12 + 1
            )
        except ValueError:
            raise Invalid("The month must look like 2026-12.") from None
        return first.astimezone(UTC), following.astimezone(UTC)


GATE = len(GATE_COLUMNS)
LISTED = 12
"""Dates on one page of the list: each is a card."""

Rows = Select[*tuple[Any, ...]]
VIEWER = bindparam("viewer", type_=Uuid())
MINE = PRACTICAL.id.in_(dates_of(VIEWER))
"""The dates on which the viewer has a place, or waits for one."""


def _rows(total: ScalarSelect[int] | Null, *seen: PracticalStatus) -> Rows:
    """Every date with the viewer's place, their number in its queue, the queue's lengths, and the
    number of all dates that are asked for."""
    queue = table_of(WaitingEntry).alias("queue")
    waits = (
        select(func.count())
        .select_from(queue)
        .where(queue.c.practical_id == PRACTICAL.id, queue.c.state == WaitingState.waiting)
        .correlate(table_of(Practical), table_of(WaitingEntry))
    )
    return (
        select(
            *GATE_COLUMNS,
            SEAT.id,
            ENTRY.number,
            waits.scalar_subquery(),
            waits.where(queue.c.number < ENTRY.number).scalar_subquery(),
            total,
        )
        .select_from(table_of(Practical))
        .outerjoin(table_of(Seat), own_seat(VIEWER))
        .outerjoin(table_of(WaitingEntry), own_entry(VIEWER))
        .where(or_(*(PRACTICAL.status == status for status in seen)))
        .order_by(PRACTICAL.starts_at, PRACTICAL.id)
    )


def others(*which: ColumnElement[bool]) -> Rows:
    """A page of the dates to come that are not the viewer's."""
    asked = (PRACTICAL.starts_at > bindparam("now"), not_(MINE), *which)
    total = (
        select(func.count())
        .select_from(table_of(Practical))
        .where(PRACTICAL.status == PracticalStatus.published, *asked)
        .scalar_subquery()
    )
    return (
        _rows(total, PracticalStatus.published)
        .where(*asked)
        .limit(bindparam("most", type_=Integer()))
        .offset(bindparam("skipped", type_=Integer()))
    )


# Built once: building such a statement takes longer than the database takes to answer it.
OWN_DATES = Prepared(
    _rows(null(), PracticalStatus.published)
    .where(MINE, PRACTICAL.ends_at > bindparam("now"))
    .limit(50)
)
OTHER_DATES = Prepared(others())
ONE_DATE = Prepared(
    _rows(null(), PracticalStatus.published, PracticalStatus.cancelled).where(
        PRACTICAL.id == bindparam("practical_id")
    )
)


def narrowed(filters: Filters, zone: str) -> Iterator[ColumnElement[bool]]:
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
            .correlate(table_of(Practical))
            .exists()
        )
    span = filters.span(zone)
    if span is not None:
        yield PRACTICAL.starts_at >= span[0]
        yield PRACTICAL.starts_at < span[1]
