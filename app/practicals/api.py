"""JSON routes of practicals, with the same use-cases and reasons as the pages."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Header, Response
from pydantic import BaseModel

from app.db.paging import page_number
from app.kit.errors import Refusal
from app.kit.ids import PracticalId, SeatId
from app.kit.words import Words
from app.practicals import service
from app.practicals.domain.seats import Attendance, PracticalsReason
from app.practicals.domain.states import WaitingPolicy
from app.practicals.forms import demand_known_kind
from app.practicals.queries.eligibility_facts import holds_seat, still_waits
from app.practicals.queries.stored_seats import is_kept
from app.practicals.queries.student_list import DateRow, dates_page, practical_page
from app.practicals.queries.student_list_sql import DateFilters
from app.web.access import STAFF, STUDENT
from app.web.forms import Submission
from app.web.json_body import JsonBody
from app.web.request_context import Visit
from app.web.routing import Api

api = Api("/api/v1/practicals", tags=["practicals"])
Key = Annotated[str, Header(alias="Idempotency-Key", max_length=80)]


class UnmetOut(BaseModel):
    """One reason against booking, and what to do about it."""

    reason: PracticalsReason
    sentence: str
    remedy: str


class PracticalOut(BaseModel):
    """One practical for the current student. `unmet` is empty if they may book it now.
    `cancel_until` is the deadline of their own place, if they have one; `can_cancel` says that it
    has not passed. `answer_until` is when the offer of a place lapses, if there is one."""

    id: PracticalId
    title: str
    course: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    room: str
    places: int
    places_left: int
    waiting: int
    booked: bool
    position: int | None
    answer_until: datetime | None
    cancel_until: datetime
    can_cancel: bool
    unmet: list[UnmetOut]
    waiting_unmet: list[UnmetOut]


class PracticalsOut(BaseModel):
    """The student's own dates, and one page of those that can be booked."""

    own: list[PracticalOut]
    practicals: list[PracticalOut]
    page: int
    pages: int
    total: int


class SeatOut(BaseModel):
    """The place that was booked."""

    seat_id: str


class EntryOut(BaseModel):
    """The entry on the waiting list."""

    entry_id: str


@api.get("", name="api.practicals.list", access=STUDENT, response_model=PracticalsOut)
def list_practicals(
    visit: Visit,
    kind: str | None = None,
    month: str | None = None,
    free: bool = False,
    page: str | None = None,
) -> PracticalsOut:
    """Return the published future practicals, the student's own first. `kind` is the key of a
    course, a slash and the key of a kind of practical; `month` is written like 2026-12."""
    with visit.database.read() as db:
        dates = dates_page(
            db,
            visit.actor,
            DateFilters(kind or None, month or None, free),
            zone=visit.academy.zone,
            number=page_number(page),
            now=visit.now,
        )
    demand_known_kind(kind, dates.kinds)
    return PracticalsOut(
        own=[_practical(row, visit.words) for row in dates.own],
        practicals=[_practical(row, visit.words) for row in dates.dates.rows],
        page=dates.dates.number,
        pages=dates.dates.count,
        total=dates.dates.total,
    )


@api.get("/{practical_id}", name="api.practicals.show", access=STUDENT, response_model=PracticalOut)
def show_practical(visit: Visit, practical_id: PracticalId) -> PracticalOut:
    """Return one published practical, with every reason against booking it."""
    with visit.database.read() as db:
        page = practical_page(db, visit.actor, practical_id, now=visit.now)
    return _practical(page.row, visit.words)


class AttendanceIn(JsonBody):
    """`null` sets the attendance back to unmarked, until the day ends."""

    attendance: Attendance | None


@api.put(
    "/{practical_id}/seats/{seat_id}/attendance",
    name="api.practicals.attendance",
    access=STAFF,
    status_code=204,
)
def mark_attendance(
    visit: Visit, practical_id: PracticalId, seat_id: SeatId, command: AttendanceIn
) -> Response:
    """Mark the holder of a place as present or absent, or answer 409 with the reason."""
    with visit.database.write() as db:
        service.mark_attendance(
            db, visit.actor, practical_id, seat_id, command.attendance, now=visit.now
        )
    return Response(status_code=204)


@api.post(
    "/{practical_id}/bookings",
    name="api.practicals.book",
    access=STUDENT,
    status_code=201,
    response_model=SeatOut,
)
def book_seat(visit: Visit, practical_id: PracticalId, key: Key = "") -> SeatOut:
    """Book a place, or answer 409 with the reason. The same key returns the same id while the place is held;
    after that it is refused with 409."""
    with visit.database.write() as db:

        def book() -> str:
            return str(service.book_seat(db, visit.actor, practical_id, now=visit.now))

        def stands(seat_id: str) -> bool:
            return holds_seat(db, UUID(seat_id))

        return SeatOut(seat_id=visit.once(db, _sent(practical_id, key), book, stands=stands))


@api.post(
    "/{practical_id}/holds",
    name="api.practicals.hold",
    access=STUDENT,
    status_code=201,
    response_model=SeatOut,
)
def hold_seat(visit: Visit, practical_id: PracticalId, key: Key = "") -> SeatOut:
    """Keep a place for ten minutes, or answer 409 with the reason; book it to have it. Who has one already
    keeps it with its time. The same key returns the same id while the place is kept."""
    with visit.database.write() as db:

        def hold() -> str:
            return str(service.hold_seat(db, visit.actor, practical_id, now=visit.now))

        def stands(seat_id: str) -> bool:
            return is_kept(db, UUID(seat_id), now=visit.now)

        return SeatOut(seat_id=visit.once(db, _sent(practical_id, key), hold, stands=stands))


@api.post(
    "/{practical_id}/holds/mine/extend",
    name="api.practicals.extend_hold",
    access=STUDENT,
    status_code=204,
)
def extend_hold(visit: Visit, practical_id: PracticalId, key: Key = "") -> Response:
    """Keep the place for ten more minutes, once. The same key makes it no longer a second time."""
    with visit.database.write() as db:

        def extend() -> str:
            return str(service.extend_hold(db, visit.actor, practical_id, now=visit.now))

        visit.once(db, _sent(practical_id, key), extend)
    return Response(status_code=204)


@api.delete(
    "/{practical_id}/holds/mine",
    name="api.practicals.release_hold",
    access=STUDENT,
    status_code=204,
)
def release_hold(visit: Visit, practical_id: PracticalId) -> Response:
    """Let the place go that is kept for the student."""
    with visit.database.write() as db:
        service.release_hold(db, visit.actor, practical_id, now=visit.now)
    return Response(status_code=204)


@api.delete(
    "/{practical_id}/bookings/mine",
    name="api.practicals.cancel_seat",
    access=STUDENT,
    status_code=204,
)
def cancel_seat(visit: Visit, practical_id: PracticalId) -> Response:
    """Give up the student's own place, until the deadline."""
    with visit.database.write() as db:
        service.cancel_seat(db, visit.actor, practical_id, now=visit.now)
    return Response(status_code=204)


@api.post(
    "/{practical_id}/waiting",
    name="api.practicals.join",
    access=STUDENT,
    status_code=201,
    response_model=EntryOut,
)
def join_waiting_list(
    visit: Visit,
    practical_id: PracticalId,
    key: Key = "",
    wanted: WaitingPolicy = WaitingPolicy.auto,
) -> EntryOut:
    """Wait for a place, or answer 409 with the reason. `wanted` says how you get it: `auto`, at once, or
    `offer`, kept for you until you answer. The same key returns the same id while the entry is
    on the list; after that it is refused with 409."""
    with visit.database.write() as db:

        def join() -> str:
            entry_id = service.join_waiting_list(
                db, visit.actor, practical_id, wanted=wanted, now=visit.now
            )
            return str(entry_id)

        def stands(entry_id: str) -> bool:
            return still_waits(db, UUID(entry_id))

        return EntryOut(entry_id=visit.once(db, _sent(practical_id, key), join, stands=stands))


@api.delete(
    "/{practical_id}/waiting/mine", name="api.practicals.leave", access=STUDENT, status_code=204
)
def leave_waiting_list(visit: Visit, practical_id: PracticalId) -> Response:
    """Leave the waiting list."""
    with visit.database.write() as db:
        service.leave_waiting_list(db, visit.actor, practical_id, now=visit.now)
    return Response(status_code=204)


@api.post(
    "/{practical_id}/offer/accept",
    name="api.practicals.accept_offer",
    access=STUDENT,
    status_code=201,
    response_model=SeatOut,
)
def accept_offer(visit: Visit, practical_id: PracticalId, key: Key = "") -> SeatOut:
    """Book the place that is offered to you, or answer 409 with the reason. The same key returns the same
    id while the place is held; after that it is refused with 409."""
    with visit.database.write() as db:

        def accept() -> str:
            return str(service.accept_offer(db, visit.actor, practical_id, now=visit.now))

        def stands(seat_id: str) -> bool:
            return holds_seat(db, UUID(seat_id))

        return SeatOut(seat_id=visit.once(db, _sent(practical_id, key), accept, stands=stands))


@api.delete(
    "/{practical_id}/offer/mine",
    name="api.practicals.decline_offer",
    access=STUDENT,
    status_code=204,
)
def decline_offer(visit: Visit, practical_id: PracticalId) -> Response:
    """Decline the place that is offered to you; it goes to the next person who waits."""
    with visit.database.write() as db:
        service.decline_offer(db, visit.actor, practical_id, now=visit.now)
    return Response(status_code=204)


def _sent(practical_id: PracticalId, key: str) -> Submission:
    """Return the value by which a repeated request without a body is compared."""
    return Submission(idempotency_key=key, body=str(practical_id))


def _practical(row: DateRow, words: Words) -> PracticalOut:
    practical = row.practical
    return PracticalOut(
        id=practical.id,
        title=practical.title,
        course=row.course_title,
        starts_at=practical.starts_at,
        ends_at=practical.ends_at,
        zone=practical.zone,
        room=practical.room,
        places=practical.capacity,
        places_left=practical.free,
        waiting=row.waiting,
        booked=row.seat_id is not None,
        position=row.position,
        answer_until=row.answer_until,
        cancel_until=row.cancel.until if row.cancel else practical.cancel_until,
        can_cancel=row.cancel is not None and row.cancel.is_open and row.seat_id is not None,
        unmet=[_unmet(refusal, words) for refusal in row.unmet],
        waiting_unmet=[_unmet(refusal, words) for refusal in row.wait_unmet],
    )


def _unmet(refusal: Refusal, words: Words) -> UnmetOut:
    return UnmetOut(
        reason=PracticalsReason(refusal.reason),
        sentence=words.of(refusal.message),
        remedy=words.of(refusal.remedy) if refusal.remedy else "",
    )
