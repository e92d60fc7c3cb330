"""The dates a student or a visitor sees: what is free, what is theirs, and what stands in the way."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts import queries as accounts
from app.accounts.actor import Actor
from app.accounts.queries import Person
from app.courses import queries as courses
from app.db.paging import Page, page_of
from app.enrolments import queries as enrolments
from app.enrolments.queries import Place
from app.kit.errors import Invalid, NotFound
from app.kit.ids import PracticalId, SeatId
from app.learning import queries as learning
from app.learning.domain import Done
from app.practicals.domain.seats import (
    Gate,
    Overlap,
    PracticalStatus,
    Reason,
    Unmet,
    WaitingState,
    booking_refusal,
    cancel_refusal,
    eligibility,
    waiting_refusal,
)
from app.practicals.models import Practical, Seat, WaitingEntry
from app.practicals.queries.briefs import instructor_ids, own_entry, own_seat
from app.practicals.queries.facts import (
    GATE_COLUMNS,
    eligible_ahead,
    facts_of,
    known_people,
)

WINDOW = frozenset({Reason.not_open_yet, Reason.closed})
ABOUT_THE_DATE = WINDOW | {Reason.full, Reason.queue_ahead, Reason.already_booked}


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the list is asked for. `kind` is "course/kind", `month` "2026-12"; None: all."""

    kind: str | None = None
    month: str | None = None

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


@dataclass(frozen=True, slots=True)
class DateRow:
    """One date for one person. `unmet`: everything against booking it, empty when they may book."""

    gate: Gate
    course_title: str
    seat_id: SeatId | None
    waiting: int
    position: int | None
    unmet: tuple[Unmet, ...]
    wait_unmet: tuple[Unmet, ...]

    @property
    def can_book(self) -> bool:
        return not self.unmet

    @property
    def can_wait(self) -> bool:
        return not self.wait_unmet

    @property
    def is_full(self) -> bool:
        return self.gate.free == 0

    @property
    def personal(self) -> tuple[Unmet, ...]:
        """What the person themselves still needs; the rest is about the date."""
        return tuple(unmet for unmet in self.unmet if unmet.reason not in ABOUT_THE_DATE)

    @property
    def window(self) -> Unmet | None:
        """Why booking is not open now, if it is not."""
        return next((unmet for unmet in self.unmet if unmet.reason in WINDOW), None)


@dataclass(frozen=True, slots=True)
class DatesPage:
    """The student's list: their own dates first, then what can be booked."""

    own: tuple[DateRow, ...]
    dates: Page[DateRow]
    filters: Filters
    kinds: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PracticalPage:
    """One date for one student, with everything they may do and why not the rest."""

    row: DateRow
    description_html: str
    bring: tuple[str, ...]
    live_models: bool
    instructors: tuple[str, ...]
    cancel_unmet: Unmet | None
    person_unmet: tuple[Unmet, ...]


def dates_page(
    db: Session, actor: Actor, filters: Filters, *, zone: str, number: int, now: datetime
) -> DatesPage:
    """Return a student's list, in five statements whatever the number of dates and people."""
    own = db.execute(
        _rows(actor)
        .where(or_(Seat.id.is_not(None), WaitingEntry.id.is_not(None)), Practical.ends_at > now)
        .limit(50)
    ).all()
    found = db.execute(
        _filtered(_rows(actor), filters, zone)
        .where(Seat.id.is_(None), WaitingEntry.id.is_(None), Practical.starts_at > now)
        .limit(50)
        .offset((number - 1) * 50)
    ).all()
    viewer = _viewer(db, actor, [Gate(*row[:GATE]) for row in own if row[GATE] is not None])
    rows = [_date_row(db, viewer, row, now) for row in found]
    own_rows = tuple(_date_row(db, viewer, row, now) for row in own)
    return DatesPage(
        own=own_rows,
        dates=page_of(rows, number=number, total=found[0][-1] if found else 0),
        filters=filters,
        kinds=_kinds(db, (row.gate for row in (*own_rows, *rows)), viewer.places),
    )


def practical_page(
    db: Session, actor: Actor, practical_id: PracticalId, *, now: datetime
) -> PracticalPage:
    """Return one published or cancelled date for a student, or raise NotFound."""
    row = db.execute(_rows(actor, cancelled=True).where(Practical.id == practical_id)).one_or_none()
    if row is None:
        raise NotFound
    gate = Gate(*row[:GATE])
    seat_id, number, waiting, ahead, _total = row[GATE:]
    facts = known_people(db, gate, [actor.user_id])[actor.user_id].facts
    if waiting and gate.free:
        facts = replace(facts, eligible_ahead=eligible_ahead(db, gate, actor.user_id))
    course = courses.revision(db, gate.revision_id).course
    kind = course.practical(gate.kind_key)
    names = accounts.people(db, instructor_ids(db, gate.id)).values()
    return PracticalPage(
        row=DateRow(
            gate,
            course.title,
            seat_id,
            waiting,
            None if number is None else ahead + 1,
            booking_refusal(gate, facts, now),
            waiting_refusal(gate, facts, now),
        ),
        description_html=kind.description_html if kind else "",
        bring=kind.bring if kind else (),
        live_models=bool(kind and kind.live_models),
        instructors=tuple(sorted(person.name for person in names)),
        cancel_unmet=cancel_refusal(gate, now),
        person_unmet=eligibility(gate, facts),
    )


GATE = len(GATE_COLUMNS)
Rows = Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class _Viewer:
    """The student who looks at the list, and the dates on which they have a place."""

    person: Person
    places: tuple[Place, ...]
    done: dict[str, Done]
    held: tuple[Gate, ...]


def _viewer(db: Session, actor: Actor, held: Iterable[Gate]) -> _Viewer:
    places = enrolments.places_of(db, actor.user_id)
    return _Viewer(
        accounts.people(db, [actor.user_id])[actor.user_id],
        places,
        learning.done_on_all(db, actor.user_id),
        tuple(held),
    )


def _date_row(db: Session, viewer: _Viewer, row: Row[*tuple[Any, ...]], now: datetime) -> DateRow:
    gate = Gate(*row[:GATE])
    seat_id, number, waiting, ahead, _total = row[GATE:]
    overlapping = (
        other
        for other in viewer.held
        if other.starts_at < gate.ends_at and other.ends_at > gate.starts_at
    )
    facts = facts_of(
        db,
        gate,
        viewer.person,
        tuple(place for place in viewer.places if place.course_key == gate.course_key),
        viewer.done.get(gate.course_key, Done()),
        [Overlap(other.id, other.title, other.starts_at, other.zone) for other in overlapping],
        is_waiting=number is not None,
    )
    # The list does not ask who of the queue could come: where somebody waits, the queue is first.
    facts = replace(facts, eligible_ahead=waiting if number is None else ahead)
    return DateRow(
        gate,
        courses.revision(db, gate.revision_id).course.title,
        seat_id,
        waiting,
        None if number is None else ahead + 1,
        booking_refusal(gate, facts, now),
        waiting_refusal(gate, facts, now),
    )


def _filtered(rows: Rows, filters: Filters, zone: str) -> Rows:
    if filters.kind is not None:
        course_key, _, kind_key = filters.kind.partition("/")
        rows = rows.where(Practical.course_key == course_key, Practical.kind_key == kind_key)
    span = filters.span(zone)
    if span is not None:
        rows = rows.where(Practical.starts_at >= span[0], Practical.starts_at < span[1])
    return rows


def _rows(actor: Actor, *, cancelled: bool = False) -> Rows:
    """Every date with this person's place, their number in its queue, and the queue's lengths."""
    queue = aliased(WaitingEntry)
    waits = (
        select(func.count())
        .where(queue.practical_id == Practical.id, queue.state == WaitingState.waiting)
        .correlate(Practical, WaitingEntry)
    )
    seen = [PracticalStatus.published, PracticalStatus.cancelled][: 2 if cancelled else 1]
    return (
        select(
            *GATE_COLUMNS,
            Seat.id,
            WaitingEntry.number,
            waits.scalar_subquery(),
            waits.where(queue.number < WaitingEntry.number).scalar_subquery(),
            func.count().over(),
        )
        .outerjoin(Seat, own_seat(actor.user_id))
        .outerjoin(WaitingEntry, own_entry(actor.user_id))
        .where(Practical.status.in_(seen))
        .order_by(Practical.starts_at, Practical.id)
    )


def _kinds(
    db: Session, gates: Iterable[Gate], places: Iterable[Place]
) -> tuple[tuple[str, str], ...]:
    """The kinds to filter by: those of the person's courses and those on the page."""
    found = {f"{gate.course_key}/{gate.kind_key}": gate.title for gate in gates}
    for place in places:
        for kind in courses.revision(db, place.revision_id).course.practicals:
            found.setdefault(f"{place.course_key}/{kind.key}", kind.title)
    return tuple(sorted(found.items(), key=lambda item: item[1]))
