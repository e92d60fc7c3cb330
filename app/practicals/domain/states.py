"""The states of practicals, of the seats on them and of the waiting list."""

from enum import StrEnum
from typing import Final

from app.kit.messages import msg


class PracticalStatus(StrEnum):
    draft = "draft"
    published = "published"
    cancelled = "cancelled"


class SeatState(StrEnum):
    """`hold`: kept for a person while they fill in a form. `offered`: kept for a person of the waiting list
    until they answer. `awaiting_payment`: nothing leads to it yet. `moved`: its holder has another seat, on
    another date, in its place. A seat that is not in `LIVE` never changes again.

    Code outside the engine asks for `HOLDING`, `LIVE` or `EXPECTED`, never for a single state."""

    hold = "hold"
    offered = "offered"
    awaiting_payment = "awaiting_payment"
    confirmed = "confirmed"
    expired = "expired"
    declined = "declined"
    moved = "moved"
    cancelled_by_student = "cancelled_by_student"
    cancelled_by_admin = "cancelled_by_admin"


HOLDING: Final = frozenset(
    {SeatState.hold, SeatState.offered, SeatState.awaiting_payment, SeatState.confirmed}
)
"""States that hold a place of the capacity: what `taken` of a practical counts."""
LIVE: Final = HOLDING
"""States of a seat that can still change. A person has at most one such seat on a practical."""
HELD: Final = frozenset({SeatState.hold})
"""States of a seat that is kept for a short time for a person who has not decided yet."""
EXPECTED: Final = frozenset({SeatState.confirmed})
"""States of a seat whose holder is expected on the day: they are on the roster, have it in their calendar
and may be marked and assessed."""
RAN_OUT: Final = frozenset({SeatState.expired})
"""States of a seat that was kept for a person who did not take it in time."""
ENDED_BY_OFFICE: Final = frozenset({SeatState.cancelled_by_admin})
"""States of a seat that the academy ended, for one person or for the whole day."""


class Attendance(StrEnum):
    attended = "attended"
    absent = "absent"


ATTENDANCE_WORDS: Final = {
    Attendance.attended: msg("attended"),
    Attendance.absent: msg("absent"),
}


class WaitingState(StrEnum):
    """`offered`: a seat is offered to the person, who may accept or decline it. `lapsed`: they let an offer
    run out. `closed`: the list ended."""

    waiting = "waiting"
    offered = "offered"
    fulfilled = "fulfilled"
    declined = "declined"
    lapsed = "lapsed"
    withdrawn = "withdrawn"
    closed = "closed"


class WaitingPolicy(StrEnum):
    """How a person of the waiting list gets a place. `auto`: it is theirs as soon as it is free. `offer`: it
    is kept for them until they accept it, decline it or let the time run out."""

    auto = "auto"
    offer = "offer"


OPEN_ENTRIES: Final = frozenset({WaitingState.waiting, WaitingState.offered})
"""States of an entry that can still change. A person has at most one such entry on a practical."""
