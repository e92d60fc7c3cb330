"""Why a seat in some state does not take an event, each with what is possible instead."""

from datetime import datetime
from typing import Final

from app.kit.errors import Refusal
from app.kit.messages import msg, msgs
from app.practicals.domain.refusals import ACADEMY, DATES, NO_SEAT, SEAT_ENDED, PracticalsReason
from app.practicals.domain.states import SeatState
from app.practicals.domain.times import moment_message

IS_HELD: Final = Refusal(
    PracticalsReason.held,
    msg("This place is kept for a student who has not decided yet."),
    msg("It has to be booked or let go first, or its time to run out."),
)
IS_OFFERED: Final = Refusal(
    PracticalsReason.offered,
    msg("This place is offered to somebody on the waiting list who has not answered yet."),
    msg("It has to be accepted or declined first."),
)
AWAITS_PAYMENT: Final = Refusal(
    PracticalsReason.awaiting_payment,
    msg("This place waits for its payment."),
    msg("It is booked once it is paid."),
)
IS_BOOKED: Final = Refusal(
    PracticalsReason.already_booked,
    msg("This place is booked already."),
    msg("There is nothing to do."),
)
LAPSED: Final = Refusal(
    PracticalsReason.lapsed,
    msg("The time to take this place is over."),
    msg("Look for a free place, or join a waiting list."),
    DATES,
)
NO_OFFER: Final = Refusal(
    PracticalsReason.no_offer,
    msg("No place on this day is offered to you now."),
    msg("Look for a free place, or join a waiting list."),
    DATES,
)
DECLINED: Final = Refusal(
    PracticalsReason.declined,
    msg("This place was declined."),
    msg("Look for a free place, or join a waiting list."),
    DATES,
)
MOVED: Final = Refusal(
    PracticalsReason.moved,
    msg("This place was moved to another date."),
    msg("Look at the list of dates for the places held now."),
    DATES,
)
NOT_LAPSED: Final = Refusal(
    PracticalsReason.not_lapsed,
    msg("The time to take this place is not over."),
    msg("Wait until it is."),
)
HAS_A_NAME: Final = Refusal(
    PracticalsReason.has_a_name,
    msg("This place has a name already."),
    msg("Pass it on to another person instead."),
)
HAS_NO_NAME: Final = Refusal(
    PracticalsReason.has_no_name,
    msg("Nobody is named for this place yet."),
    msg("Enter who comes first."),
)
NOT_AGREED: Final = Refusal(
    PracticalsReason.not_agreed,
    msg("The person who is to have this place has not agreed yet."),
    msg("Ask them to agree; until then you keep it."),
)
HAS_THE_RIGHT: Final = Refusal(
    PracticalsReason.has_the_right,
    msg("The holder of this place still has the right to it."),
    msg("Take the place away, with a reason, if it has to end."),
)
HOLDS_USED: Final = Refusal(
    PracticalsReason.holds_used,
    msg("Places on two other dates are kept for you already."),
    msg("Book one of them or let it go. You can also book this place at once."),
    DATES,
)
EXTENDED: Final = Refusal(
    PracticalsReason.extended,
    msg("This place was kept for longer once already."),
    msg("Book it now, or let it go."),
)
STATE_REFUSALS: Final = {
    None: NO_SEAT,
    SeatState.hold: IS_HELD,
    SeatState.offered: IS_OFFERED,
    SeatState.awaiting_payment: AWAITS_PAYMENT,
    SeatState.confirmed: IS_BOOKED,
    SeatState.expired: LAPSED,
    SeatState.declined: DECLINED,
    SeatState.moved: MOVED,
    SeatState.cancelled_by_student: SEAT_ENDED,
    SeatState.cancelled_by_admin: SEAT_ENDED,
}
"""Why a seat in this state does not take an event that its table has no row for. None: there is no seat."""


def naming_over(until: datetime, zone: str) -> Refusal:
    """Return the refusal to enter a name after the deadline of a place without one."""
    return Refusal(
        PracticalsReason.naming_over,
        msg("The name could be entered until {when}.", when=moment_message(until, zone)),
        msg("Write to the academy."),
        ACADEMY,
    )


def naming_open(until: datetime, zone: str) -> Refusal:
    """Return the refusal to release a place without a name before its deadline."""
    return Refusal(
        PracticalsReason.naming_open,
        msg("The name can be entered until {when}.", when=moment_message(until, zone)),
        msg("Take the place away, with a reason, if it has to end before."),
    )


def transfer_over(until: datetime, zone: str) -> Refusal:
    """Return the refusal to pass a place on to another person after its deadline."""
    return Refusal(
        PracticalsReason.transfer_over,
        msg("The place could be passed on until {when}.", when=moment_message(until, zone)),
        msg("If you cannot come, write to the academy."),
        ACADEMY,
    )


def moves_used(moves: int) -> Refusal:
    """Return the refusal to a student who has moved a place as often as its terms allow."""
    return Refusal(
        PracticalsReason.moves_used,
        msgs(
            "A place can be moved {n} time, and this one has been.",
            "A place can be moved {n} times, and this one has been.",
            moves,
        ),
        msg("Write to the academy."),
        ACADEMY,
    )
